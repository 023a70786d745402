-- Thresholds of the rules that a project has chosen. Append-only; each row is a version and holds every
-- threshold that is not the default, as a JSON object. Written by curation.validation.limits.
CREATE TABLE rule_limits (
    version INTEGER PRIMARY KEY,
    changes VARCHAR NOT NULL,
    changed_by VARCHAR NOT NULL,
    changed TIMESTAMP NOT NULL
);

-- What each validation found, one row a run, so that a finding can say how it has changed since the last.
-- Append-only. Written by curation.validation.history.
CREATE TABLE validation_run (
    number INTEGER PRIMARY KEY,
    ran TIMESTAMP NOT NULL,
    pairs BIGINT NOT NULL,
    policy VARCHAR NOT NULL,    -- JSON: the settings that were not the default
    findings VARCHAR NOT NULL   -- JSON: [[rule, severity, nth of them, count, share]]
);
