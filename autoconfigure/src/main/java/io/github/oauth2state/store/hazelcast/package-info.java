/**
 * The store in the memory of a Hazelcast cluster, of which the instances of an app may be
 * the members.
 */
@NullMarked
package io.github.oauth2state.store.hazelcast;

import org.jspecify.annotations.NullMarked;
