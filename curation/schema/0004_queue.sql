-- Who was given which pair, when, and by which part of the queue. A row stays when its time has passed: a late
-- answer still finds the arm that served it. Written by labelling/leases.py alone.
DROP TABLE lease;
CREATE TABLE lease (
    pair_id VARCHAR NOT NULL,
    annotator_id VARCHAR NOT NULL,
    round INTEGER NOT NULL,              -- 0, or 1 for a hidden repeat
    arm VARCHAR NOT NULL CHECK (arm IN ('random', 'second_vote', 'suspected', 'uncertain', 'gold', 'adjudication', 'repeat')),
    expires TIMESTAMP NOT NULL,
    PRIMARY KEY (pair_id, annotator_id, round)
);

-- One more vote where the votes a pair should have do not agree.
ALTER TABLE project ADD COLUMN one_more_on_disagreement BOOLEAN DEFAULT false;

-- Labelling may rest for one person; the newest row is in effect.
CREATE SEQUENCE pause_number;
CREATE TABLE pause (  -- append-only
    number BIGINT PRIMARY KEY DEFAULT nextval('pause_number'),
    annotator_id VARCHAR NOT NULL,
    paused BOOLEAN NOT NULL,
    changed_by VARCHAR NOT NULL,
    changed TIMESTAMP NOT NULL
);

-- A hidden repeat measures a person and replaces nothing: their vote is the newest of their first round.
CREATE OR REPLACE VIEW vote AS
SELECT pair_id, annotator_id, verdict, strength, arm, left_answer, number, server_time, guideline_version, seconds_active
FROM current_decision
WHERE verdict <> 'skip'
QUALIFY row_number() OVER (PARTITION BY pair_id, annotator_id ORDER BY round, number DESC) = 1;
