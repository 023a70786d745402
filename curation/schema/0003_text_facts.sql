-- What validation/measuring.py has worked out of a pair's texts. A pair's id is a hash of its texts, so a row
-- stays true while `measure` (the version of the measuring code) is the present one. Nothing but time is lost
-- when rows are deleted.
CREATE TABLE text_fact (
    pair_id VARCHAR PRIMARY KEY,
    measure INTEGER NOT NULL,
    fault VARCHAR,
    empty_prompt BOOLEAN NOT NULL,
    empty_1 BOOLEAN NOT NULL,
    empty_2 BOOLEAN NOT NULL,
    same BOOLEAN NOT NULL,
    edges_1 VARCHAR[] NOT NULL,
    edges_2 VARCHAR[] NOT NULL,
    prompt_tokens BIGINT NOT NULL,
    tokens_1 BIGINT NOT NULL,
    tokens_2 BIGINT NOT NULL,
    shared_tokens BIGINT NOT NULL,
    opening VARCHAR NOT NULL,
    prompt VARCHAR NOT NULL,
    near DOUBLE NOT NULL,
    token_prompt VARCHAR,
    token_1 VARCHAR,
    token_2 VARCHAR,
    garbled_prompt VARCHAR,
    garbled_1 VARCHAR,
    garbled_2 VARCHAR,
    echo_1 BOOLEAN NOT NULL,
    echo_2 BOOLEAN NOT NULL,
    refuses_1 BOOLEAN NOT NULL,
    refuses_2 BOOLEAN NOT NULL,
    language_prompt VARCHAR NOT NULL,
    sure_prompt DOUBLE NOT NULL,
    language_1 VARCHAR NOT NULL,
    sure_1 DOUBLE NOT NULL,
    language_2 VARCHAR NOT NULL,
    sure_2 DOUBLE NOT NULL,
    asks_language BOOLEAN NOT NULL,
    secret VARCHAR,
    personal VARCHAR,
    line_1 DOUBLE NOT NULL,
    line_2 DOUBLE NOT NULL,
    gram_1 DOUBLE NOT NULL,
    gram_2 DOUBLE NOT NULL,
    fence_1 BOOLEAN NOT NULL,
    fence_2 BOOLEAN NOT NULL,
    bands UINTEGER[] NOT NULL
);

-- Prompts that no training set may contain, such as those of a benchmark (rule V22).
CREATE TABLE protected_prompt (  -- append-only
    name VARCHAR NOT NULL,    -- of the set, such as a file name
    prompt VARCHAR NOT NULL,
    number BIGINT NOT NULL,   -- place in the set, from 1
    added TIMESTAMP NOT NULL,
    PRIMARY KEY (name, number)
);

-- What the classifier of rule V13 has found; the key is a hash of the pairs and winners it looked at.
CREATE TABLE source_leak (
    looked_at VARCHAR PRIMARY KEY,
    pairs BIGINT NOT NULL,
    separated BIGINT NOT NULL
);

-- What a comparison of each pair with the protected prompts has found (rule V22).
CREATE TABLE protected_check (
    pair_id VARCHAR PRIMARY KEY,
    supplied BIGINT NOT NULL,  -- rows of protected_prompt at that time; they only ever grow
    name VARCHAR,              -- the protected prompt found, NULL where none was
    number BIGINT
);
