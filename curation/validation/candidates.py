"""What people, or else the imports, say of each content, over all its copies; see snapshot for its tables."""

import duckdb


def gather(cursor: duckdb.DuckDBPyConnection) -> None:
    """Build `candidate`, and before it `repeated`, `member` and `opinion`, which it is worked out from."""
    cursor.execute(_REPEATED)
    cursor.execute(_CANDIDATE)


# The verdict of another pair of the same content, told in the order of the pair that stands for it.
_REPEATED = """
CREATE TEMP MACRO turned(verdict, same_order) AS
    CASE WHEN same_order OR verdict NOT IN ('answer_1', 'answer_2') THEN verdict
         WHEN verdict = 'answer_1' THEN 'answer_2' ELSE 'answer_1' END;

CREATE TEMP TABLE repeated AS
WITH seen AS (SELECT pair_id, count(*) AS times FROM appearance GROUP BY pair_id)
SELECT p.content, min(p.id) AS kept, greatest(count(*), coalesce(sum(s.times), 0))::BIGINT AS times
FROM pair AS p LEFT JOIN seen AS s ON s.pair_id = p.id
GROUP BY p.content
HAVING greatest(count(*), coalesce(sum(s.times), 0)) > 1;

CREATE TEMP TABLE member AS
SELECT p.id AS pair_id, r.kept, p.answer_1 = k.answer_1 AS same_order
FROM repeated AS r
JOIN pair AS p ON p.content = r.content
JOIN pair AS k ON k.id = r.kept;

CREATE TEMP TABLE opinion AS
SELECT DISTINCT m.kept, turned(said.prior_winner, m.same_order) AS winner
FROM member AS m
JOIN (SELECT pair_id, prior_winner FROM appearance
      UNION ALL SELECT id, prior_winner FROM pair) AS said ON said.pair_id = m.pair_id
WHERE said.prior_winner IS NOT NULL;
"""

# Winner and tier are those of the view `standing`, with the votes of all copies of a content pooled: one
# vote a person and content, the newest. A test holds the two equal where nothing is repeated.
_CANDIDATE = """
CREATE TEMP TABLE candidate AS
WITH pooled_vote AS (
    SELECT coalesce(m.kept, v.pair_id) AS pair_id, turned(v.verdict, coalesce(m.same_order, true)) AS verdict,
           v.strength, v.arm, v.number
    FROM vote AS v LEFT JOIN member AS m ON m.pair_id = v.pair_id
    QUALIFY row_number() OVER (
        PARTITION BY coalesce(m.kept, v.pair_id), v.annotator_id ORDER BY v.number DESC) = 1
),
counted AS (
    SELECT pair_id,
           count(*) AS votes,
           count(*) FILTER (WHERE verdict = 'answer_1') AS votes_1,
           count(*) FILTER (WHERE verdict = 'answer_2') AS votes_2,
           count(*) FILTER (WHERE verdict = 'tie') AS votes_tie,
           count(*) FILTER (WHERE verdict = 'both_bad') AS votes_both_bad,
           avg(strength) AS strength,
           arg_min(arm, number) AS arm
    FROM pooled_vote GROUP BY pair_id
),
settled AS (  -- two settlements against each other settle nothing
    SELECT coalesce(m.kept, s.pair_id) AS pair_id,
           min(turned(s.verdict, coalesce(m.same_order, true))) AS verdict
    FROM current_settlement AS s LEFT JOIN member AS m ON m.pair_id = s.pair_id
    WHERE s.verdict IS NOT NULL
    GROUP BY 1
    HAVING count(DISTINCT turned(s.verdict, coalesce(m.same_order, true))) = 1
),
prior AS (  -- imports that do not agree say nothing
    SELECT kept AS pair_id, min(winner) AS winner FROM opinion GROUP BY kept HAVING count(*) = 1
),
kept AS (
    SELECT p.id AS pair_id, CASE WHEN m.kept IS NULL THEN p.prior_winner ELSE o.winner END AS prior_winner
    FROM pair AS p
    LEFT JOIN member AS m ON m.pair_id = p.id
    LEFT JOIN prior AS o ON o.pair_id = p.id
    WHERE m.kept IS NULL OR m.kept = p.id
),
standing_of AS (
    SELECT k.pair_id, k.prior_winner, s.verdict AS settled, c.votes, c.votes_1, c.votes_2, c.votes_tie,
           c.votes_both_bad, c.strength, c.arm,
           greatest(c.votes_1, c.votes_2, c.votes_tie, c.votes_both_bad) AS most
    FROM kept AS k
    LEFT JOIN counted AS c ON c.pair_id = k.pair_id
    LEFT JOIN settled AS s ON s.pair_id = k.pair_id
)
SELECT pair_id,
       coalesce(votes, 0) AS votes,
       coalesce(votes_1, 0) AS votes_1,
       coalesce(votes_2, 0) AS votes_2,
       coalesce(votes_tie, 0) AS votes_tie,
       coalesce(votes_both_bad, 0) AS votes_both_bad,
       strength,
       most / votes AS agreement,
       coalesce(arm, 'random') = 'random' AS from_random_arm,
       CASE WHEN settled IS NOT NULL THEN settled
            WHEN votes IS NULL THEN prior_winner
            WHEN 2 * votes_1 > votes THEN 'answer_1'
            WHEN 2 * votes_2 > votes THEN 'answer_2'
            WHEN 2 * votes_tie > votes THEN 'tie'
            WHEN 2 * votes_both_bad > votes THEN 'both_bad' END AS winner,
       CASE WHEN settled IS NOT NULL THEN 'gold'
            WHEN votes IS NULL THEN CASE WHEN prior_winner IS NULL THEN 'none' ELSE 'prior' END
            WHEN votes = 1 THEN 'single'
            WHEN votes = most THEN 'agree2'
            WHEN 2 * most > votes THEN 'majority'
            ELSE 'conflict' END AS tier
FROM standing_of;
"""
