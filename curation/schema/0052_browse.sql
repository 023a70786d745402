-- Prompt and answers of a pair in lower case, for searching. Written by labelling/searching.py alone, which writes
-- what is missing; nothing but time is lost when rows are deleted.
CREATE TABLE search_text (
    pair_id VARCHAR NOT NULL,
    words VARCHAR NOT NULL
);

-- Filters of Browse that somebody gave a name. Written by labelling/saved_slices.py alone.
CREATE TABLE saved_slice (
    name VARCHAR PRIMARY KEY,
    filter VARCHAR NOT NULL,  -- JSON: fields of browse.Filter that are set
    sorted VARCHAR NOT NULL,  -- of browse.Order
    saved_by VARCHAR NOT NULL,
    saved TIMESTAMP NOT NULL
);
