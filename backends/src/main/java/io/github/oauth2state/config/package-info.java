/**
 * How tests see a startup that failed.
 */
package io.github.oauth2state.config;
