-- What it takes to write a release again, byte for byte: the policy, and how far each append-only table had
-- grown. Written by release/releases.py in the transaction that records the release.
CREATE TABLE release_moment (  -- append-only
    release_name VARCHAR PRIMARY KEY,
    policy VARCHAR NOT NULL,     -- JSON of every threshold
    marks VARCHAR NOT NULL,      -- JSON: table -> its last row of that moment
    made_with VARCHAR NOT NULL,  -- JSON: versions of what decides bytes
    manifest VARCHAR NOT NULL    -- SHA-256 of manifest.json, and so of every byte of the folder
);

-- A licence that a person stated for a source whose file says none; the newest of a source is in effect.
CREATE SEQUENCE stated_licence_number;
CREATE TABLE stated_licence (  -- append-only; written by release/licences.py
    number BIGINT PRIMARY KEY DEFAULT nextval('stated_licence_number'),
    source_id VARCHAR NOT NULL,
    licence VARCHAR NOT NULL,    -- SPDX name, such as Apache-2.0; '' takes it back
    stated_by VARCHAR NOT NULL,
    stated TIMESTAMP NOT NULL
);
