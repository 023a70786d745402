-- How a person likes their screen: replaced, not kept; nothing that is released rests on it.
CREATE TABLE preference (
    annotator_id VARCHAR NOT NULL,
    name VARCHAR NOT NULL,
    value VARCHAR NOT NULL,  -- JSON
    changed TIMESTAMP NOT NULL,
    PRIMARY KEY (annotator_id, name)
);
