"""The columns of a release's Parquet files."""

import pyarrow as pa

MESSAGES = pa.list_(pa.struct({"role": pa.string(), "content": pa.string()}))

# TRL's conversational preference layout; trainers ignore the columns after `rejected`.
PREFERENCE = pa.schema(
    {
        "prompt": MESSAGES,
        "chosen": MESSAGES,
        "rejected": MESSAGES,
        "pair_id": pa.string(),
        "tier": pa.string(),
        "n_votes": pa.int64(),
        "agreement": pa.float64(),
        "strength": pa.float64(),
        "p_chosen": pa.float64(),
        "source": pa.string(),
        "origins": pa.struct({"chosen": pa.string(), "rejected": pa.string()}),
    }
)
TIE = pa.schema(
    {
        "prompt": MESSAGES,
        "answer_1": MESSAGES,
        "answer_2": MESSAGES,
        "verdict": pa.string(),
        "pair_id": pa.string(),
        "tier": pa.string(),
        "n_votes": pa.int64(),
        "agreement": pa.float64(),
        "source": pa.string(),
        "origins": pa.struct({"answer_1": pa.string(), "answer_2": pa.string()}),
    }
)
# One answer of pairs whose other answer is empty (the fix of rule V02).
UNPAIRED = pa.schema(
    {
        "prompt": MESSAGES,
        "completion": MESSAGES,
        "label": pa.bool_(),
        "pair_id": pa.string(),
        "tier": pa.string(),
        "n_votes": pa.int64(),
        "source": pa.string(),
        "origin": pa.string(),
    }
)
# Without texts: they may be the very reason why a row stays out (secrets, for one).
EXCLUDED = pa.schema(
    {
        "pair_id": pa.string(),
        "rules": pa.list_(pa.string()),
        "reasons": pa.list_(pa.string()),
        "tier": pa.string(),
        "source": pa.string(),
    }
)
# People by pseudonym; comments and rewrites, where people write names, are left out.
DECISION = pa.schema(
    {
        "id": pa.string(),
        "kind": pa.string(),
        "pair_id": pa.string(),
        "annotator": pa.string(),
        "verdict": pa.string(),
        "in_effect": pa.bool_(),
        "supersedes": pa.string(),
        "strength": pa.int64(),
        "reasons": pa.list_(pa.string()),
        "left_answer": pa.string(),
        "arm": pa.string(),
        "round": pa.int64(),
        "guideline_version": pa.int64(),
        "seconds_shown": pa.float64(),
        "seconds_active": pa.float64(),
        "decided_at": pa.timestamp("us"),
        "made_pair": pa.string(),  # the pair that its rewritten answer makes
    }
)

# What each column means, for the card and croissant.json.
MEANING = {
    "prompt": "messages before the answer: system, earlier turns, and the user's last turn",
    "chosen": "the preferred answer, one assistant message, trimmed at both ends",
    "rejected": "the other answer, one assistant message, trimmed at both ends",
    "pair_id": "content hash of context, prompt and both answers",
    "tier": "support of the winner: gold, agree2, majority, single or prior",
    "n_votes": "people who voted; a person counts once",
    "agreement": "share of the votes that name the most common verdict, empty without votes",
    "strength": "mean strength of the votes from 1 to 3, empty where none was asked",
    "p_chosen": "posterior mean that chosen is better under a uniform prior, 1 where a lead settled it, "
    "empty where nobody has voted",
    "source": "file or set, version and row the pair came from",
    "origins": "model that wrote each answer, empty where unknown",
}
