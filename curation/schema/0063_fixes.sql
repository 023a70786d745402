-- Fixes of texts: what a release writes instead of what was imported, which never changes. Written by
-- labelling/mends.py alone.
CREATE SEQUENCE mend_number;
CREATE TABLE mend (  -- append-only; the newest of a pair is in effect, text_id NULL is as imported
    id VARCHAR PRIMARY KEY,      -- of the action, a colon, and the pair
    number BIGINT NOT NULL DEFAULT nextval('mend_number'),
    pair_id VARCHAR NOT NULL,
    rule VARCHAR NOT NULL,       -- whose fix it is
    text_id VARCHAR,             -- hash of the mended texts: the key of their measurements in text_fact
    prompt VARCHAR,
    answer_1 VARCHAR,
    answer_2 VARCHAR,
    reason VARCHAR NOT NULL CHECK (reason <> ''),
    mended_by VARCHAR NOT NULL,
    mended TIMESTAMP NOT NULL
);
CREATE INDEX mend_by_pair ON mend (pair_id);

CREATE VIEW current_mend AS
SELECT pair_id, rule, text_id, prompt, answer_1, answer_2, mended_by, mended FROM (
    SELECT * FROM mend QUALIFY row_number() OVER (PARTITION BY pair_id ORDER BY number DESC) = 1)
WHERE text_id IS NOT NULL;

-- Why the source says that each answer ended, such as "stop" or "length" (rule V28). Written by
-- labelling/pairs.py, for rows that say it.
CREATE TABLE ending (  -- append-only
    source_id VARCHAR NOT NULL,
    source_row BIGINT NOT NULL,
    part INTEGER NOT NULL,
    pair_id VARCHAR NOT NULL,
    finish_1 VARCHAR NOT NULL,
    finish_2 VARCHAR NOT NULL,
    PRIMARY KEY (source_id, source_row, part)
);

-- Protected prompts are compared with their numbers masked from here on; what was compared before is asked again.
DELETE FROM protected_check;
