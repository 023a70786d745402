-- Times are UTC without zone (reading TIMESTAMPTZ needs pytz). Enumerations are text with CHECK, lists are
-- JSON text: the same SQL runs on PostgreSQL. Foreign keys are checked in code: DuckDB's block updates of
-- the referenced row. "append-only" means that no statement of ours updates or deletes a row.

-- One workspace is one project (docs/decisions/0002). Each change is a new version; append-only.
CREATE TABLE project (
    version INTEGER PRIMARY KEY,
    name VARCHAR NOT NULL,
    votes_per_pair INTEGER NOT NULL DEFAULT 1 CHECK (votes_per_pair BETWEEN 1 AND 25),
    answer_scale VARCHAR NOT NULL DEFAULT 'verdict' CHECK (answer_scale IN ('verdict', 'strength')),
    changed_by VARCHAR NOT NULL,
    changed TIMESTAMP NOT NULL
);

CREATE TABLE guideline (  -- append-only; decisions carry the version
    version INTEGER PRIMARY KEY,
    markdown VARCHAR NOT NULL,
    changed_by VARCHAR NOT NULL,
    changed TIMESTAMP NOT NULL
);

CREATE TABLE annotator (
    id VARCHAR PRIMARY KEY,  -- the pseudonym that releases carry
    name VARCHAR NOT NULL,
    role VARCHAR NOT NULL CHECK (role IN ('annotator', 'reviewer', 'lead')),
    active BOOLEAN NOT NULL DEFAULT true,
    created TIMESTAMP NOT NULL
);

CREATE TABLE source (
    id VARCHAR PRIMARY KEY,
    kind VARCHAR NOT NULL CHECK (kind IN ('file', 'hub', 'sample', 'votes', 'comparison')),
    location VARCHAR NOT NULL,
    revision VARCHAR NOT NULL DEFAULT '',
    sha256 VARCHAR NOT NULL DEFAULT '',
    layout VARCHAR NOT NULL,
    mapping VARCHAR NOT NULL DEFAULT '{}',  -- JSON: role of ours -> column of theirs
    licence VARCHAR NOT NULL DEFAULT '',
    accepted BIGINT NOT NULL DEFAULT 0 CHECK (accepted >= 0),
    refused BIGINT NOT NULL DEFAULT 0 CHECK (refused >= 0),
    duplicate BIGINT NOT NULL DEFAULT 0 CHECK (duplicate >= 0),
    finished BOOLEAN NOT NULL DEFAULT false,
    imported_by VARCHAR NOT NULL,
    imported TIMESTAMP NOT NULL
);

CREATE TABLE refusal (  -- append-only
    source_id VARCHAR NOT NULL,
    line BIGINT NOT NULL,
    reason VARCHAR NOT NULL,
    excerpt VARCHAR NOT NULL
);

CREATE TABLE pair (  -- append-only
    id VARCHAR PRIMARY KEY,
    content VARCHAR NOT NULL,            -- text.content_hash: equal for equal texts, whatever the item
    item VARCHAR NOT NULL DEFAULT '',
    source_id VARCHAR NOT NULL,
    source_row BIGINT NOT NULL,
    context VARCHAR NOT NULL,            -- JSON [{"role", "content"}]
    prompt VARCHAR NOT NULL,
    answer_1 VARCHAR NOT NULL,           -- canonical order; kept to the byte
    answer_2 VARCHAR NOT NULL,
    origin_1 VARCHAR NOT NULL DEFAULT '',
    origin_2 VARCHAR NOT NULL DEFAULT '',
    prior_winner VARCHAR CHECK (prior_winner IN ('answer_1', 'answer_2', 'tie', 'both_bad')),
    prior_provenance VARCHAR NOT NULL CHECK (prior_provenance IN ('imported', 'model', 'none')),
    shuffle BIGINT NOT NULL,             -- the queue's random order, from a hash of the id
    prompt_chars INTEGER NOT NULL,       -- lengths in characters, so that filters never read the texts
    answer_1_chars INTEGER NOT NULL,
    answer_2_chars INTEGER NOT NULL,
    imported TIMESTAMP NOT NULL
);
CREATE INDEX pair_by_content ON pair (content);

-- Every accepted row of every source, duplicates included: what each said about the winner.
CREATE TABLE appearance (  -- append-only
    source_id VARCHAR NOT NULL,
    source_row BIGINT NOT NULL,
    pair_id VARCHAR NOT NULL,
    prior_winner VARCHAR CHECK (prior_winner IN ('answer_1', 'answer_2', 'tie', 'both_bad')),
    PRIMARY KEY (source_id, source_row)
);

CREATE SEQUENCE decision_number;
CREATE TABLE decision (  -- append-only; undo and change are further rows
    id VARCHAR PRIMARY KEY,
    number BIGINT NOT NULL DEFAULT nextval('decision_number'),
    pair_id VARCHAR NOT NULL,
    annotator_id VARCHAR NOT NULL,
    round INTEGER NOT NULL DEFAULT 0 CHECK (round >= 0),
    verdict VARCHAR CHECK (verdict IN ('answer_1', 'answer_2', 'tie', 'both_bad', 'skip')),  -- NULL: taken back
    strength INTEGER CHECK (strength BETWEEN 1 AND 3),
    reasons VARCHAR NOT NULL DEFAULT '[]',
    comment VARCHAR NOT NULL DEFAULT '',
    rewrite VARCHAR,
    left_answer VARCHAR CHECK (left_answer IN ('answer_1', 'answer_2')),  -- NULL: an imported vote, sides unknown
    arm VARCHAR NOT NULL CHECK (arm IN ('random', 'second_vote', 'suspected', 'uncertain', 'gold', 'adjudication', 'repeat')),
    guideline_version INTEGER NOT NULL DEFAULT 0,
    seconds_shown DOUBLE CHECK (seconds_shown >= 0),
    seconds_active DOUBLE CHECK (seconds_active >= 0),
    client_time TIMESTAMP,
    server_time TIMESTAMP NOT NULL,
    supersedes VARCHAR,
    CHECK (verdict IS NOT NULL OR supersedes IS NOT NULL)
);
CREATE INDEX decision_by_pair ON decision (pair_id);
CREATE INDEX decision_by_annotator ON decision (annotator_id);
CREATE INDEX decision_by_superseded ON decision (supersedes);

CREATE TABLE lease (
    pair_id VARCHAR NOT NULL,
    annotator_id VARCHAR NOT NULL,
    expires TIMESTAMP NOT NULL,
    PRIMARY KEY (pair_id, annotator_id)
);

CREATE TABLE gold (  -- append-only: the known winner of a pair used to check annotators
    pair_id VARCHAR PRIMARY KEY,
    verdict VARCHAR NOT NULL CHECK (verdict IN ('answer_1', 'answer_2', 'tie', 'both_bad')),
    added_by VARCHAR NOT NULL,
    added TIMESTAMP NOT NULL
);

CREATE SEQUENCE settlement_number;
CREATE TABLE settlement (  -- append-only; the newest of a pair is in effect, verdict NULL takes it back
    id VARCHAR PRIMARY KEY,
    number BIGINT NOT NULL DEFAULT nextval('settlement_number'),
    pair_id VARCHAR NOT NULL,
    verdict VARCHAR CHECK (verdict IN ('answer_1', 'answer_2', 'tie', 'both_bad')),
    reason VARCHAR NOT NULL CHECK (reason <> ''),
    settled_by VARCHAR NOT NULL,
    settled TIMESTAMP NOT NULL
);
CREATE INDEX settlement_by_pair ON settlement (pair_id);

CREATE SEQUENCE event_number;
CREATE TABLE event (  -- append-only audit: who did what
    number BIGINT PRIMARY KEY DEFAULT nextval('event_number'),
    happened TIMESTAMP NOT NULL,
    actor VARCHAR NOT NULL,
    action VARCHAR NOT NULL,
    subject VARCHAR NOT NULL DEFAULT '',
    detail VARCHAR NOT NULL DEFAULT '{}'
);

CREATE TABLE release (  -- append-only index of release folders
    name VARCHAR PRIMARY KEY,
    fingerprint VARCHAR NOT NULL,
    path VARCHAR NOT NULL,
    train BIGINT NOT NULL,
    test BIGINT NOT NULL,
    excluded BIGINT NOT NULL,
    ties BIGINT NOT NULL,
    released_by VARCHAR NOT NULL,
    released TIMESTAMP NOT NULL
);

CREATE TABLE acknowledgement (  -- append-only: a W finding that a person accepted for one release
    release_name VARCHAR NOT NULL,
    rule VARCHAR NOT NULL,
    count BIGINT NOT NULL,
    acknowledged_by VARCHAR NOT NULL,
    acknowledged TIMESTAMP NOT NULL,
    PRIMARY KEY (release_name, rule)
);

-- Decisions that no later row replaces or takes back.
CREATE VIEW current_decision AS
SELECT id, number, pair_id, annotator_id, round, verdict, strength, reasons, comment, rewrite, left_answer, arm,
       guideline_version, seconds_shown, seconds_active, client_time, server_time
FROM decision AS d
WHERE verdict IS NOT NULL
  AND NOT EXISTS (SELECT 1 FROM decision AS later WHERE later.supersedes = d.id);

-- One vote a person and pair: the newest of their decisions in effect; a skip is no vote.
CREATE VIEW vote AS
SELECT pair_id, annotator_id, verdict, strength, arm, left_answer, number, server_time, guideline_version, seconds_active
FROM current_decision
WHERE verdict <> 'skip'
QUALIFY row_number() OVER (PARTITION BY pair_id, annotator_id ORDER BY number DESC) = 1;

CREATE VIEW current_settlement AS
SELECT pair_id, verdict, reason, settled_by, settled
FROM settlement
QUALIFY row_number() OVER (PARTITION BY pair_id ORDER BY number DESC) = 1;

-- Votes of a pair, counted.
CREATE VIEW tally AS
SELECT pair_id,
       count(*) AS votes,
       count(*) FILTER (WHERE verdict = 'answer_1') AS votes_1,
       count(*) FILTER (WHERE verdict = 'answer_2') AS votes_2,
       count(*) FILTER (WHERE verdict = 'tie') AS votes_tie,
       count(*) FILTER (WHERE verdict = 'both_bad') AS votes_both_bad,
       avg(strength) AS strength,
       max(server_time) AS newest
FROM vote
GROUP BY pair_id;

-- What is believed of a pair now, and on what support (model.Tier). Every pair has one row.
CREATE VIEW standing AS
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
            ELSE 'conflict' END AS tier
FROM pair AS p
LEFT JOIN tally AS t ON t.pair_id = p.id
LEFT JOIN current_settlement AS s ON s.pair_id = p.id;
