-- Parts that end in "commit" may run again after a crash. DuckDB drops no column in the transaction that drops the
-- indexes on its table, and makes no index in the one that fills the column.
DROP INDEX IF EXISTS decision_by_pair;
DROP INDEX IF EXISTS decision_by_annotator;
DROP INDEX IF EXISTS decision_by_superseded;
-- commit
-- A further arm: batch. DuckDB changes no CHECK, so the arms of decisions are those of model.Arm, checked in
-- code; the column is made anew because dropping it is what drops the old CHECK.
ALTER TABLE decision RENAME COLUMN arm TO arm_before;
ALTER TABLE decision ADD COLUMN arm VARCHAR;
ALTER TABLE decision ALTER COLUMN arm TYPE VARCHAR USING arm_before;
ALTER TABLE decision DROP COLUMN arm_before;
ALTER TABLE decision ALTER COLUMN arm SET NOT NULL;
-- commit
-- How wrong a detector thinks the stored label of a pair is, in [0, 1]: 1 - p(stored label), higher is more
-- suspected, 1/2 is undecided. The queue draws its arms suspected and uncertain from here.
CREATE TABLE suspicion (
    pair_id VARCHAR NOT NULL,
    detector VARCHAR NOT NULL,
    score DOUBLE NOT NULL,
    model VARCHAR,
    computed TIMESTAMP NOT NULL,
    PRIMARY KEY (pair_id, detector)
);

-- Slices that a lead wants labelled before everything else. Written by labelling/batches.py alone.
CREATE SEQUENCE batch_number;
CREATE TABLE batch (
    number BIGINT PRIMARY KEY DEFAULT nextval('batch_number'),
    name VARCHAR NOT NULL CHECK (name <> ''),
    detail VARCHAR NOT NULL DEFAULT '{}',  -- JSON: the filter or the finding that it came from
    rank BIGINT NOT NULL,                  -- lowest first
    made_by VARCHAR NOT NULL,
    made TIMESTAMP NOT NULL,
    ended TIMESTAMP                        -- by a lead, before it was done
);
CREATE TABLE batch_pair (  -- append-only
    batch BIGINT NOT NULL,
    place BIGINT NOT NULL,                 -- order within the batch, from 0
    pair_id VARCHAR NOT NULL,
    votes INTEGER NOT NULL CHECK (votes >= 1),  -- the pair is done in this batch when it has so many
    PRIMARY KEY (batch, pair_id)
);

-- How much one person is given; the newest row is in effect, NULL is no bound.
CREATE SEQUENCE quota_number;
CREATE TABLE quota (  -- append-only
    number BIGINT PRIMARY KEY DEFAULT nextval('quota_number'),
    annotator_id VARCHAR NOT NULL,
    per_day INTEGER CHECK (per_day >= 1),
    in_total INTEGER CHECK (in_total >= 1),
    changed_by VARCHAR NOT NULL,
    changed TIMESTAMP NOT NULL
);

-- Weights of the queue's arms; the newest row is in effect, without one those of rules.md §5.
CREATE SEQUENCE mix_number;
CREATE TABLE mix (  -- append-only
    number BIGINT PRIMARY KEY DEFAULT nextval('mix_number'),
    weights VARCHAR NOT NULL,              -- JSON: arm -> weight, 0 or more
    changed_by VARCHAR NOT NULL,
    changed TIMESTAMP NOT NULL
);

CREATE INDEX decision_by_pair ON decision (pair_id);
CREATE INDEX decision_by_annotator ON decision (annotator_id);
CREATE INDEX decision_by_superseded ON decision (supersedes);

ALTER TABLE lease RENAME TO lease_before;
CREATE TABLE lease (
    pair_id VARCHAR NOT NULL,
    annotator_id VARCHAR NOT NULL,
    round INTEGER NOT NULL,                -- 0, or 1 for a hidden repeat
    arm VARCHAR NOT NULL,
    expires TIMESTAMP NOT NULL,
    PRIMARY KEY (pair_id, annotator_id, round)
);
INSERT INTO lease (pair_id, annotator_id, round, arm, expires)
SELECT pair_id, annotator_id, round, arm, expires FROM lease_before;
DROP TABLE lease_before;
