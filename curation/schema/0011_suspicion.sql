-- The label that the score is about: a vote may turn the label afterwards. Written by suspicion/records.py alone.
ALTER TABLE suspicion ADD COLUMN winner VARCHAR;

-- Each time the labels were looked at.
CREATE SEQUENCE suspicion_run_number;
CREATE TABLE suspicion_run (  -- append-only; the newest is in effect
    number BIGINT PRIMARY KEY DEFAULT nextval('suspicion_run_number'),
    model VARCHAR NOT NULL,
    off VARCHAR NOT NULL DEFAULT '',       -- why nothing was scored, '' where it was
    pairs BIGINT NOT NULL,                 -- with a label that may be released
    fitted BIGINT NOT NULL,                -- of these, learned from
    report VARCHAR NOT NULL DEFAULT '{}',  -- JSON: suspicion.report.Report
    asked_by VARCHAR NOT NULL,
    computed TIMESTAMP NOT NULL
);
