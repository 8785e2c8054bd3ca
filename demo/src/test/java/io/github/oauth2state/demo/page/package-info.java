/**
 * Looks at the sample app's page as people do: in a browser, on two instances, with a
 * provider.
 */
@NullMarked
package io.github.oauth2state.demo.page;

import org.jspecify.annotations.NullMarked;
