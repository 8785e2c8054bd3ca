package io.github.oauth2state.rollout;

import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

import dev.openfeature.sdk.Client;
import dev.openfeature.sdk.FlagEvaluationDetails;
import dev.openfeature.sdk.ImmutableContext;
import dev.openfeature.sdk.MutableContext;
import org.springframework.beans.factory.DisposableBean;

import io.github.oauth2state.RolloutDecider;
import io.github.oauth2state.RolloutRequest;

/**
 * Evaluates a feature flag with the id of the browser as targeting key. As a provider may
 * call a server, the flag is evaluated on another thread, with a timeout and a limited
 * number of threads. Beyond these limits it throws, so that the percentage decides.
 */
final class OpenFeatureRolloutDecider implements RolloutDecider, DisposableBean {

	private static final int MAX_THREADS = 16;

	private final Client client;

	private final String flagKey;

	private final Duration timeout;

	private final String namespace;

	private final ThreadPoolExecutor executor;

	OpenFeatureRolloutDecider(Client client, String flagKey, Duration timeout, String namespace) {
		this.client = client;
		this.flagKey = flagKey;
		this.timeout = timeout;
		this.namespace = namespace;
		this.executor = new ThreadPoolExecutor(0, MAX_THREADS, 10, TimeUnit.SECONDS, new SynchronousQueue<>(),
				(work) -> {
					Thread thread = new Thread(work, "oauth2-state-openfeature");
					thread.setDaemon(true);
					return thread;
				});
	}

	@Override
	public boolean isRolledOut(RolloutRequest request) {
		ImmutableContext context = context(request);
		Future<FlagEvaluationDetails<Boolean>> details;
		try {
			details = this.executor.submit(() -> this.client.getBooleanDetails(this.flagKey, false, context));
		}
		catch (RejectedExecutionException ex) {
			throw new IllegalStateException("Too many evaluations of the feature flag have not ended", ex);
		}
		return value(details);
	}

	private boolean value(Future<FlagEvaluationDetails<Boolean>> evaluation) {
		try {
			FlagEvaluationDetails<Boolean> details = evaluation.get(this.timeout.toNanos(), TimeUnit.NANOSECONDS);
			if (details.getErrorCode() != null) {
				throw new IllegalStateException("The feature flag has no value: " + details.getErrorCode());
			}
			return details.getValue();
		}
		catch (TimeoutException ex) {
			evaluation.cancel(true);
			throw new IllegalStateException("The feature flag had no value within " + this.timeout.toMillis() + " ms",
					ex);
		}
		catch (ExecutionException ex) {
			throw new IllegalStateException("The feature flag could not be evaluated: " + ex.getCause(), ex);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new IllegalStateException("Interrupted while waiting for the feature flag", ex);
		}
	}

	private ImmutableContext context(RolloutRequest request) {
		MutableContext context = new MutableContext(request.browserId()).add("namespace", this.namespace);
		String registrationId = request.registrationId();
		if (registrationId != null) {
			context.add("registrationId", registrationId);
		}
		return new ImmutableContext(context.getTargetingKey(), context.asMap());
	}

	@Override
	public void destroy() {
		this.executor.shutdownNow();
	}

}
