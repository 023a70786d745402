-- Which answer a votes file calls answer_1. Agreement is coded in that order, so that its figures are those
-- of the tool the votes come from. A pair without a row is coded in canonical order: a chosen-first order
-- would destroy chance-corrected agreement (rules.md §3), so a one-sided file leaves no rows here.
CREATE TABLE given_order (  -- append-only; written by intake/votes.py
    pair_id VARCHAR PRIMARY KEY,
    first VARCHAR NOT NULL CHECK (first IN ('answer_1', 'answer_2'))
);
