-- Answers of models to the same prompts, for blind judgement. Written by comparison/comparisons.py alone.
CREATE TABLE comparison (  -- append-only
    id VARCHAR PRIMARY KEY,          -- of the evaluation that made the answers: taking it again changes nothing
    evaluation VARCHAR NOT NULL,     -- its folder's name beside the runs
    run VARCHAR NOT NULL,            -- the training run it evaluates
    release VARCHAR NOT NULL,        -- fingerprint of the release that the run was trained on
    source_id VARCHAR NOT NULL,
    made_by VARCHAR NOT NULL,
    made TIMESTAMP NOT NULL
);
CREATE TABLE comparison_item (  -- append-only: two models' answers to one prompt
    comparison_id VARCHAR NOT NULL,
    number BIGINT NOT NULL,          -- its place in the comparison file, from 0
    prompt_number BIGINT NOT NULL,   -- of the evaluation: answers to one prompt are resampled together
    pair_id VARCHAR,                 -- NULL: both wrote the same, so there is nothing to judge
    model_1 VARCHAR NOT NULL,        -- who wrote the pair's answer_1, or simply one of the two
    model_2 VARCHAR NOT NULL,
    longer INTEGER NOT NULL,         -- characters by which answer_1 is longer
    PRIMARY KEY (comparison_id, number)
);
CREATE INDEX comparison_item_by_pair ON comparison_item (pair_id);
