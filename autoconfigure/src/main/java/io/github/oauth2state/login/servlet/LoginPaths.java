package io.github.oauth2state.login.servlet;

import io.github.oauth2state.LoginPath;
import io.github.oauth2state.config.OAuth2StateSettings.OnStoreFailure;
import io.github.oauth2state.rollout.Rollout;
import io.github.oauth2state.store.StoreCircuit;

/**
 * What decides where a login is kept.
 *
 * @param rolledOut the path that is being rolled out, where the others stay in the
 * session
 * @param rollout chooses between the two
 * @param circuit tells whether to ask the store at all
 * @param onStoreFailure what becomes of a login that the store does not take
 */
record LoginPaths(LoginPath rolledOut, Rollout rollout, StoreCircuit circuit, OnStoreFailure onStoreFailure) {
}
