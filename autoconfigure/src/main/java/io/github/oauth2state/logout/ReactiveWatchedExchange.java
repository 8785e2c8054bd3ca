package io.github.oauth2state.logout;

import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;

import org.jspecify.annotations.Nullable;
import org.springframework.security.oauth2.core.oidc.user.OidcUser;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.ServerWebExchangeDecorator;
import org.springframework.web.server.WebSession;
import reactor.core.publisher.Mono;

import io.github.oauth2state.store.ReactiveStores;

/**
 * A request to a reactive app whose sessions are in the index. Notices the session when
 * something loads it, which would take a command otherwise. When the session has been
 * saved, and before the response is sent, adds it to the index if it is new there, or has
 * been used for a while.
 */
final class ReactiveWatchedExchange extends ServerWebExchangeDecorator {

	private static final String ATTRIBUTE = ReactiveWatchedExchange.class.getName();

	private final IndexUpdates updates;

	private final ReactiveStores threads;

	private final Mono<WebSession> session;

	private final AtomicReference<@Nullable Loaded> loaded = new AtomicReference<>();

	private volatile Mono<OidcUser> user = Mono.empty();

	private volatile Mono<Void> afterSave = Mono.empty();

	private volatile boolean added;

	/**
	 * Creates an exchange.
	 * @param exchange the exchange to watch
	 * @param updates adds sessions to the index
	 * @param threads has threads that may block
	 */
	ReactiveWatchedExchange(ServerWebExchange exchange, IndexUpdates updates, ReactiveStores threads) {
		super(exchange);
		this.updates = updates;
		this.threads = threads;
		this.session = exchange.getSession().doOnNext(this::onLoad);
		exchange.getAttributes().put(ATTRIBUTE, this);
		exchange.getResponse().beforeCommit(() -> Mono.defer(this::beforeSave));
	}

	/**
	 * Returns the watched exchange that an exchange decorates, or {@code null} if the
	 * request is not watched.
	 */
	static @Nullable ReactiveWatchedExchange of(ServerWebExchange exchange) {
		return exchange.getAttribute(ATTRIBUTE);
	}

	@Override
	public Mono<WebSession> getSession() {
		return this.session;
	}

	/**
	 * What saves the session comes before what this adds.
	 */
	private void onLoad(WebSession session) {
		if (this.loaded.compareAndSet(null, new Loaded(session, session.getId()))) {
			getResponse().beforeCommit(() -> Mono.defer(() -> this.afterSave));
		}
	}

	/**
	 * Tells who is signed in.
	 * @param user finds the user of this request, when it is subscribed to
	 */
	void setUser(Mono<OidcUser> user) {
		this.user = user;
	}

	/**
	 * Adds the session of a login that is about to finish when it has been saved. Its id
	 * changes until then.
	 */
	void addLogin(WebSession session, OidcUser user) {
		this.added = true;
		Consumer<String> addition = this.updates.addLogin(new ReactiveSession(session), user);
		Runnable work = () -> {
			if (!session.isExpired()) {
				addition.accept(session.getId());
			}
		};
		this.afterSave = this.threads.<Void>onBlockingThread(Executors.callable(work, null))
			.onErrorResume((ex) -> Mono.fromRunnable(() -> this.updates.later(work)));
	}

	private Mono<Void> beforeSave() {
		Loaded found = this.loaded.get();
		if (found == null || this.added || !found.session.isStarted() || found.session.isExpired()) {
			return Mono.empty();
		}
		AppSession used = new ReactiveSession(found.session);
		String formerId = found.id.equals(used.id()) ? null : found.id;
		if (!this.updates.isDue(used, formerId)) {
			return Mono.empty();
		}
		return this.user
			.doOnNext((known) -> this.afterSave = Mono.fromRunnable(this.updates.prolong(used, formerId, known)))
			.onErrorComplete()
			.then();
	}

	/**
	 * The session of the request.
	 *
	 * @param session the session
	 * @param id the id that it had when it was loaded
	 */
	private record Loaded(WebSession session, String id) {
	}

}
