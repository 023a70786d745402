-- Where a reviewer has put a pair. Written by labelling/placements.py alone.
CREATE SEQUENCE placement_number;
CREATE TABLE placement (  -- append-only; the newest of a pair is in effect, place NULL is where every pair begins
    id VARCHAR PRIMARY KEY,              -- of the action, a colon, and the pair
    number BIGINT NOT NULL DEFAULT nextval('placement_number'),
    pair_id VARCHAR NOT NULL,
    place VARCHAR CHECK (place IN ('aside', 'sent_back')),
    votes INTEGER NOT NULL CHECK (votes >= 0),  -- how many the pair had then: sent back, it waits for one more
    reason VARCHAR NOT NULL CHECK (reason <> ''),
    placed_by VARCHAR NOT NULL,
    placed TIMESTAMP NOT NULL
);
CREATE INDEX placement_by_pair ON placement (pair_id);

CREATE VIEW current_placement AS
SELECT pair_id, place, votes, reason, placed_by, placed
FROM placement
QUALIFY row_number() OVER (PARTITION BY pair_id ORDER BY number DESC) = 1;

-- A pair is its content, so an edited pair is another pair. Written by labelling/edits.py alone.
CREATE TABLE edit (  -- append-only
    pair_id VARCHAR PRIMARY KEY,
    edited_from VARCHAR NOT NULL,
    action VARCHAR NOT NULL,
    reason VARCHAR NOT NULL CHECK (reason <> ''),
    edited_by VARCHAR NOT NULL,
    edited TIMESTAMP NOT NULL
);
CREATE INDEX edit_by_origin ON edit (edited_from);

-- As before, with `aside`: the pair is kept and shown, and counts for nothing that is labelled or released.
CREATE OR REPLACE VIEW standing AS
SELECT p.id AS pair_id,
       coalesce(t.votes, 0) AS votes,
       coalesce(t.votes_1, 0) AS votes_1,
       coalesce(t.votes_2, 0) AS votes_2,
       coalesce(t.votes_tie, 0) AS votes_tie,
       coalesce(t.votes_both_bad, 0) AS votes_both_bad,
       t.strength,
       t.newest,
       CASE WHEN t.votes > 0
            THEN greatest(t.votes_1, t.votes_2, t.votes_tie, t.votes_both_bad) / t.votes END AS agreement,
       CASE WHEN s.verdict IS NOT NULL THEN s.verdict
            WHEN t.votes IS NULL THEN p.prior_winner
            WHEN 2 * t.votes_1 > t.votes THEN 'answer_1'
            WHEN 2 * t.votes_2 > t.votes THEN 'answer_2'
            WHEN 2 * t.votes_tie > t.votes THEN 'tie'
            WHEN 2 * t.votes_both_bad > t.votes THEN 'both_bad' END AS winner,
       CASE WHEN s.verdict IS NOT NULL THEN 'gold'
            WHEN t.votes IS NULL THEN CASE WHEN p.prior_winner IS NULL THEN 'none' ELSE 'prior' END
            WHEN t.votes = 1 THEN 'single'
            WHEN t.votes = greatest(t.votes_1, t.votes_2, t.votes_tie, t.votes_both_bad) THEN 'agree2'
            WHEN 2 * greatest(t.votes_1, t.votes_2, t.votes_tie, t.votes_both_bad) > t.votes THEN 'majority'
            ELSE 'conflict' END AS tier,
       coalesce(a.place = 'aside', false) AS aside
FROM pair AS p
LEFT JOIN tally AS t ON t.pair_id = p.id
LEFT JOIN current_settlement AS s ON s.pair_id = p.id
LEFT JOIN current_placement AS a ON a.pair_id = p.id;
