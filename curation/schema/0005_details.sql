-- What a project asks beyond the verdict, and what a decision can hold.

-- answer_scale (0001) says whether a preference has a strength. Constraints of added columns are checked in
-- labelling/projects.py: DuckDB adds columns without any.
ALTER TABLE project ADD COLUMN reasons VARCHAR DEFAULT '[]';  -- JSON list of the words a person may choose
ALTER TABLE project ADD COLUMN reasons_required BOOLEAN DEFAULT false;
ALTER TABLE project ADD COLUMN comments BOOLEAN DEFAULT true;
ALTER TABLE project ADD COLUMN rewriting BOOLEAN DEFAULT true;

-- A sixth verdict and a flag. DuckDB cannot change a CHECK, so the table is made anew; its order is kept, which
-- the journal follows by row id.
CREATE TABLE decision_before AS SELECT * FROM decision;
DROP TABLE decision;
CREATE TABLE decision (  -- append-only; undo and change are further rows
    id VARCHAR PRIMARY KEY,
    number BIGINT NOT NULL DEFAULT nextval('decision_number'),
    pair_id VARCHAR NOT NULL,
    annotator_id VARCHAR NOT NULL,
    round INTEGER NOT NULL DEFAULT 0 CHECK (round >= 0),
    verdict VARCHAR CHECK (verdict IN ('answer_1', 'answer_2', 'tie', 'both_bad', 'skip', 'cannot_judge')),  -- NULL: taken back
    strength INTEGER CHECK (strength BETWEEN 1 AND 3),
    reasons VARCHAR NOT NULL DEFAULT '[]',
    comment VARCHAR NOT NULL DEFAULT '',
    rewrite VARCHAR,  -- the better answer in the person's own words
    flag VARCHAR,     -- why a reviewer should look at the pair
    left_answer VARCHAR CHECK (left_answer IN ('answer_1', 'answer_2')),  -- NULL: an imported vote, sides unknown
    arm VARCHAR NOT NULL,  -- of model.Arm
    guideline_version INTEGER NOT NULL DEFAULT 0,
    seconds_shown DOUBLE CHECK (seconds_shown >= 0),
    seconds_active DOUBLE CHECK (seconds_active >= 0),
    client_time TIMESTAMP,
    server_time TIMESTAMP NOT NULL,
    supersedes VARCHAR,
    CHECK (verdict IS NOT NULL OR supersedes IS NOT NULL)
);
INSERT INTO decision BY NAME SELECT * FROM decision_before ORDER BY number;
DROP TABLE decision_before;
CREATE INDEX decision_by_pair ON decision (pair_id);
CREATE INDEX decision_by_annotator ON decision (annotator_id);
CREATE INDEX decision_by_superseded ON decision (supersedes);

-- A kind of source for what people write here.
CREATE TABLE source_before AS SELECT * FROM source;
DROP TABLE source;
CREATE TABLE source (
    id VARCHAR PRIMARY KEY,
    kind VARCHAR NOT NULL CHECK (kind IN ('file', 'hub', 'sample', 'votes', 'comparison', 'rewrite')),
    location VARCHAR NOT NULL,
    revision VARCHAR NOT NULL DEFAULT '',
    sha256 VARCHAR NOT NULL DEFAULT '',
    layout VARCHAR NOT NULL,
    mapping VARCHAR NOT NULL DEFAULT '{}',  -- JSON: role of ours -> column of theirs
    licence VARCHAR NOT NULL DEFAULT '',
    accepted BIGINT NOT NULL DEFAULT 0 CHECK (accepted >= 0),
    refused BIGINT NOT NULL DEFAULT 0 CHECK (refused >= 0),
    duplicate BIGINT NOT NULL DEFAULT 0 CHECK (duplicate >= 0),
    finished BOOLEAN NOT NULL DEFAULT false,
    imported_by VARCHAR NOT NULL,
    imported TIMESTAMP NOT NULL
);
INSERT INTO source BY NAME SELECT * FROM source_before ORDER BY rowid;
DROP TABLE source_before;

-- The pair that a decision's rewritten answer makes: the rewritten text beside the answer it was made from.
CREATE TABLE rewrite (  -- append-only; written by labelling/rewrites.py
    decision_id VARCHAR PRIMARY KEY,
    pair_id VARCHAR NOT NULL,
    winner VARCHAR NOT NULL CHECK (winner IN ('answer_1', 'answer_2')),  -- where the rewritten answer stands
    made_from VARCHAR NOT NULL  -- the pair that was judged
);
CREATE INDEX rewrite_by_pair ON rewrite (pair_id);

CREATE OR REPLACE VIEW current_decision AS
SELECT id, number, pair_id, annotator_id, round, verdict, strength, reasons, comment, rewrite, flag, left_answer, arm,
       guideline_version, seconds_shown, seconds_active, client_time, server_time
FROM decision AS d
WHERE verdict IS NOT NULL
  AND NOT EXISTS (SELECT 1 FROM decision AS later WHERE later.supersedes = d.id);

-- One vote a person and pair: the newest of their first round. Who rewrote an answer stands by what they wrote for
-- as long as the decision is in effect, so a pair made by rewriting has their vote, and none once it is undone.
CREATE OR REPLACE VIEW vote AS
SELECT pair_id, annotator_id, verdict, strength, arm, left_answer, number, server_time, guideline_version, seconds_active
FROM (
    SELECT pair_id, annotator_id, verdict, strength, arm, left_answer, number, server_time, guideline_version,
           seconds_active, round, false AS written
    FROM current_decision
    WHERE verdict NOT IN ('skip', 'cannot_judge')
    UNION ALL
    SELECT r.pair_id, d.annotator_id, r.winner, NULL, 'adjudication', NULL, d.number, d.server_time,
           d.guideline_version, NULL, d.round, true
    FROM rewrite AS r JOIN current_decision AS d ON d.id = r.decision_id
)
QUALIFY row_number() OVER (PARTITION BY pair_id, annotator_id ORDER BY written, round, number DESC) = 1;
