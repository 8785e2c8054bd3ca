package io.github.oauth2state.scenario;

import java.util.ArrayList;
import java.util.List;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import ch.qos.logback.core.AppenderBase;
import org.slf4j.LoggerFactory;

/**
 * Records what loggers write, exceptions included, down to TRACE.
 */
final class LogRecorder extends AppenderBase<ILoggingEvent> implements AutoCloseable {

	private final List<Logger> loggers;

	private final List<Level> levels = new ArrayList<>();

	private final List<String> lines = new ArrayList<>();

	private LogRecorder(List<Logger> loggers) {
		this.loggers = loggers;
		start();
		for (Logger logger : loggers) {
			this.levels.add(logger.getLevel());
			logger.setLevel(Level.TRACE);
			logger.addAppender(this);
		}
	}

	static LogRecorder atTrace(String... loggers) {
		List<Logger> all = new ArrayList<>();
		for (String logger : loggers) {
			all.add((Logger) LoggerFactory.getLogger(logger));
		}
		return new LogRecorder(all);
	}

	@Override
	protected synchronized void append(ILoggingEvent event) {
		this.lines.add(event.getFormattedMessage());
		if (event.getThrowableProxy() != null) {
			this.lines.add(ThrowableProxyUtil.asString(event.getThrowableProxy()));
		}
	}

	synchronized List<String> lines() {
		return List.copyOf(this.lines);
	}

	@Override
	public void close() {
		for (int i = 0; i < this.loggers.size(); i++) {
			this.loggers.get(i).detachAppender(this);
			this.loggers.get(i).setLevel(this.levels.get(i));
		}
	}

}
