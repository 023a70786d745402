-- A row that lists several answers makes several pairs: `part` counts them within the row.
CREATE TABLE appearance_with_parts (  -- append-only
    source_id VARCHAR NOT NULL,
    source_row BIGINT NOT NULL,
    part INTEGER NOT NULL,
    pair_id VARCHAR NOT NULL,
    prior_winner VARCHAR CHECK (prior_winner IN ('answer_1', 'answer_2', 'tie', 'both_bad')),
    PRIMARY KEY (source_id, source_row, part)
);
INSERT INTO appearance_with_parts (source_id, source_row, part, pair_id, prior_winner)
SELECT source_id, source_row, 0, pair_id, prior_winner FROM appearance;
DROP TABLE appearance;
ALTER TABLE appearance_with_parts RENAME TO appearance;

-- Nothing looks a pair up by its content, and keeping the index sorted was a fifth of the time of an import.
DROP INDEX pair_by_content;

-- The text of a refused row as it stood in the file, so that it can be mended and imported; NULL before this.
ALTER TABLE refusal ADD COLUMN original VARCHAR;
-- A row that was understood and makes no pair (level answers, a task nobody annotated) is no refusal.
ALTER TABLE refusal ADD COLUMN aside BOOLEAN DEFAULT false;
ALTER TABLE source ADD COLUMN aside BIGINT DEFAULT 0;
ALTER TABLE source ADD COLUMN votes BIGINT DEFAULT 0;

-- Answers that came alone (KTO rows) and found no other of the opposite kind to the same prompt.
CREATE TABLE unpaired (  -- append-only; written by intake/unpaired.py
    source_id VARCHAR NOT NULL,
    source_row BIGINT NOT NULL,
    context VARCHAR NOT NULL,  -- JSON [{"role", "content"}]
    prompt VARCHAR NOT NULL,
    answer VARCHAR NOT NULL,
    good BOOLEAN NOT NULL
);
