-- An import adds all rows of a source in their order, and whoever adds some later looks for them first
-- (labelling/pairs.py): the key was kept sorted for nobody, and merged while others waited for an import's commit.
CREATE TABLE appearance_without_key (  -- append-only; (source_id, source_row, part) stands once
    source_id VARCHAR NOT NULL,
    source_row BIGINT NOT NULL,
    part INTEGER NOT NULL,
    pair_id VARCHAR NOT NULL,
    prior_winner VARCHAR CHECK (prior_winner IN ('answer_1', 'answer_2', 'tie', 'both_bad'))
);
-- In the order of their row numbers, which moments of releases count by.
INSERT INTO appearance_without_key (source_id, source_row, part, pair_id, prior_winner)
SELECT source_id, source_row, part, pair_id, prior_winner FROM appearance ORDER BY rowid;
DROP TABLE appearance;
ALTER TABLE appearance_without_key RENAME TO appearance;
