CREATE TABLE IF NOT EXISTS oauth2_state (
	expires_at TIMESTAMP WITH TIME ZONE NOT NULL,
	record_key BYTEA NOT NULL PRIMARY KEY,
	record_value BYTEA NOT NULL
);

CREATE INDEX IF NOT EXISTS oauth2_state_expires_at ON oauth2_state (expires_at);
