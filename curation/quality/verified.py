"""Imported labels that people have judged since: the queries behind "how many of them were wrong"."""

# Pairs with an imported preference whose votes have a majority: the arm that served them first, and what
# people found; a tie or "both bad" is "neither".
JUDGED = """
WITH first_vote AS (SELECT pair_id, arg_min(arm, number) AS arm FROM vote GROUP BY pair_id)
SELECT f.pair_id, f.arm, p.prior_winner,
       CASE WHEN 2 * t.votes_1 > t.votes THEN 'answer_1' WHEN 2 * t.votes_2 > t.votes THEN 'answer_2'
            WHEN 2 * greatest(t.votes_tie, t.votes_both_bad) > t.votes THEN 'neither' END AS found
FROM first_vote AS f JOIN tally AS t ON t.pair_id = f.pair_id JOIN pair AS p ON p.id = f.pair_id
WHERE p.prior_winner IN ('answer_1', 'answer_2') AND found IS NOT NULL
"""
# Those that the look for wrong labels has scored by text and by length, with both scores of the import.
SCORED = f"""
WITH judged AS ({JUDGED}),
scored AS (
    SELECT j.pair_id, s.detector,
           CASE WHEN s.winner = j.prior_winner THEN s.score ELSE 1 - s.score END AS score
    FROM judged AS j JOIN suspicion AS s ON s.pair_id = j.pair_id
    WHERE s.winner IN ('answer_1', 'answer_2')
)
SELECT j.pair_id, j.arm, j.found IN ('answer_1', 'answer_2') AND j.found <> j.prior_winner AS wrong,
       t.score AS by_text, l.score AS by_length
FROM judged AS j
JOIN scored AS t ON t.pair_id = j.pair_id AND t.detector = 'text'
JOIN scored AS l ON l.pair_id = j.pair_id AND l.detector = 'length'
"""  # noqa: S608 - queries of ours
