/**
 * The load balancer in front of the instances.
 */
@NullMarked
package io.github.oauth2state.demo.proxy;

import org.jspecify.annotations.NullMarked;
