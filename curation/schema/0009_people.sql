-- How people sign in (docs/decisions/0019). What a link or a cookie holds is never stored, only its SHA-256.
-- Backups leave sign_in and invitation out: a copy must not bring back what was ended after it was made.

CREATE TABLE account (  -- the row goes when the person is removed
    annotator_id VARCHAR PRIMARY KEY,
    login VARCHAR NOT NULL UNIQUE,    -- the name as accounts.login_of writes it: Ann and ann are one
    password_hash VARCHAR NOT NULL,   -- argon2id, with its parameters and salt
    changed TIMESTAMP NOT NULL
);

CREATE TABLE foreign_identity (  -- append-only: rows stay when the person is removed, so that they stay out
    identity VARCHAR PRIMARY KEY,     -- SHA-256 of the provider's issuer and subject
    annotator_id VARCHAR NOT NULL,
    first_seen TIMESTAMP NOT NULL
);

CREATE TABLE invitation (
    digest VARCHAR PRIMARY KEY,       -- SHA-256 of the secret in the link
    role VARCHAR NOT NULL CHECK (role IN ('annotator', 'reviewer', 'lead')),
    annotator_id VARCHAR,             -- whose password the link renews; NULL: it makes a new person
    made_by VARCHAR NOT NULL,
    made TIMESTAMP NOT NULL,
    expires TIMESTAMP NOT NULL,
    ended TIMESTAMP                   -- when it was used or withdrawn
);

CREATE TABLE sign_in (
    digest VARCHAR PRIMARY KEY,       -- SHA-256 of the secret in the cookie
    annotator_id VARCHAR NOT NULL,
    device VARCHAR NOT NULL,          -- such as "Firefox on Linux", so that a person knows which one to end
    started TIMESTAMP NOT NULL,
    seen TIMESTAMP NOT NULL,          -- to within sessions.SEEN_EVERY
    ended TIMESTAMP
);
