/**
 * Records as other releases might write them.
 */
package io.github.oauth2state.record;
