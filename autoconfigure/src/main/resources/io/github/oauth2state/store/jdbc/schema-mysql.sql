CREATE TABLE IF NOT EXISTS oauth2_state (
	expires_at DATETIME(3) NOT NULL,
	record_key BINARY(32) NOT NULL PRIMARY KEY,
	record_value MEDIUMBLOB NOT NULL,
	INDEX oauth2_state_expires_at (expires_at)
) ENGINE=InnoDB;
