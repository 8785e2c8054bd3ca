CREATE TABLE IF NOT EXISTS oauth2_state (
	expires_at TIMESTAMP WITH TIME ZONE NOT NULL,
	record_key BINARY(32) NOT NULL PRIMARY KEY,
	record_value VARBINARY(65536) NOT NULL
);

CREATE INDEX IF NOT EXISTS oauth2_state_expires_at ON oauth2_state (expires_at);
