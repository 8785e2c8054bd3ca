/**
 * The general settings, the condition that the starter is on, and how startup is checked
 * and stopped.
 */
@NullMarked
package io.github.oauth2state.config;

import org.jspecify.annotations.NullMarked;
