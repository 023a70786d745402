-- Prompts that are nearly the same (rule V08), for one set of prompts; the key is a hash of the set and of how it
-- was compared. Only the newest set is kept, and nothing but time is lost when rows are deleted.
CREATE TABLE near_link (
    looked_at VARCHAR NOT NULL,
    one VARCHAR,    -- NULL in one row of every set, so that a set without links is known too
    other VARCHAR
);
