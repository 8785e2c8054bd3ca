-- What the instances of the provider share, for H2 and PostgreSQL: Spring Security's table of authorizations, with types that
-- both databases know and the indexes that a search for a code or a token needs.
create table if not exists oauth2_authorization (
	id varchar(100) primary key,
	registered_client_id varchar(100) not null,
	principal_name varchar(200) not null,
	authorization_grant_type varchar(100) not null,
	authorized_scopes varchar(1000),
	attributes varchar,
	state varchar(500),
	authorization_code_value varchar,
	authorization_code_issued_at timestamp with time zone,
	authorization_code_expires_at timestamp with time zone,
	authorization_code_metadata varchar,
	access_token_value varchar,
	access_token_issued_at timestamp with time zone,
	access_token_expires_at timestamp with time zone,
	access_token_metadata varchar,
	access_token_type varchar(100),
	access_token_scopes varchar(1000),
	oidc_id_token_value varchar,
	oidc_id_token_issued_at timestamp with time zone,
	oidc_id_token_expires_at timestamp with time zone,
	oidc_id_token_metadata varchar,
	refresh_token_value varchar,
	refresh_token_issued_at timestamp with time zone,
	refresh_token_expires_at timestamp with time zone,
	refresh_token_metadata varchar,
	user_code_value varchar,
	user_code_issued_at timestamp with time zone,
	user_code_expires_at timestamp with time zone,
	user_code_metadata varchar,
	device_code_value varchar,
	device_code_issued_at timestamp with time zone,
	device_code_expires_at timestamp with time zone,
	device_code_metadata varchar
);

create index if not exists oauth2_authorization_code on oauth2_authorization (authorization_code_value);

create index if not exists oauth2_authorization_access_token on oauth2_authorization (access_token_value);

create index if not exists oauth2_authorization_refresh_token on oauth2_authorization (refresh_token_value);

-- One row: the key that all instances sign tokens with, made by the first of them.
create table if not exists signing_key (
	id int primary key,
	jwk varchar not null
);
