-- Which prompts belong together and their language, as the last look found them; of pairs with equal content one
-- stands for all. Written anew as a whole by suspicion/diversity.py alone.
CREATE TABLE prompt_group (
    pair_id VARCHAR NOT NULL,
    cluster VARCHAR NOT NULL,     -- as validation/clusters.py makes them
    language VARCHAR NOT NULL,    -- ISO 639, '' where it is not clear
    measured TIMESTAMP NOT NULL
);
