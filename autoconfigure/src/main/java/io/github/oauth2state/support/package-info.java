/**
 * What several capabilities need and no other library offers: a log that hostile requests
 * cannot flood, descriptions of failures without secrets, tasks that run again and again,
 * and reads of private fields.
 */
@NullMarked
package io.github.oauth2state.support;

import org.jspecify.annotations.NullMarked;
