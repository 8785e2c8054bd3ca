/**
 * What several capabilities need and no other library offers: a log that hostile requests
 * cannot flood and that shows no secrets, and tasks that run at intervals while the app
 * runs.
 */
@NullMarked
package io.github.oauth2state.support;

import org.jspecify.annotations.NullMarked;
