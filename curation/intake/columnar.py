"""Plain texts of a stretch of JSON lines, all rows at once: a fifth of the work of reading each row.

Only what raises no question goes this way: rows of texts, one a line, with every text valid and present.
Anything else gives None, and the stretch is read row by row, which knows the reason for each row. Both ways
give the same table (a property test says so).
"""

import hashlib
import io
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.json as pj

from curation import text
from curation.intake import rows
from curation.intake.fields import ColumnMapping, Field, Shape
from curation.labelling import pairs
from curation.model import Message, Speaker

_ODD_LINES = (b"\n\n", b"\n\r", b"\n ", b"\n\t")  # blank, perhaps
_TEXTS = (Field.PROMPT, Field.CHOSEN, Field.REJECTED)
_ALLOWED = frozenset({*_TEXTS, Field.SYSTEM})
_OTHERS = frozenset(
    {Field.ITEM, Field.CHOSEN_MODEL, Field.REJECTED_MODEL, Field.CHOSEN_FINISH, Field.REJECTED_FINISH}
)


def can_read(mapping: ColumnMapping) -> bool:
    """Whether the mapping asks for a prompt, a chosen and a rejected side, and for nothing nested."""
    return (
        mapping.shape is Shape.PLAIN
        and {Field.PROMPT, Field.CHOSEN, Field.REJECTED} <= mapping.columns.keys() <= _ALLOWED | _OTHERS
    )


def table(
    path: Path, stretch: tuple[int, int], mapping: ColumnMapping, source_id: str, now: datetime
) -> pa.Table | None:
    """The stretch as labelling.pairs.table would make it; None where any row needs a closer look."""
    with path.open("rb") as file:
        file.seek(stretch[0])
        data = file.read(stretch[1] - stretch[0])
    data = data.removeprefix(b"\xef\xbb\xbf") if stretch[0] == 0 else data
    body = data.removesuffix(b"\n")
    if not body.startswith(b"{") or any(odd in body for odd in _ODD_LINES):
        return None
    found = _parsed(body, mapping)
    if found is None or found.num_rows != body.count(b"\n") + 1 or not _is_plain(found, mapping):
        return None
    return _pairs(found, mapping, source_id, now)


def _parsed(body: bytes, mapping: ColumnMapping) -> pa.Table | None:
    schema = pa.schema([(name, pa.string()) for name in mapping.columns.values()])
    try:
        return pj.read_json(
            io.BytesIO(body),
            read_options=pj.ReadOptions(use_threads=False, block_size=len(body) + 1),
            parse_options=pj.ParseOptions(explicit_schema=schema, unexpected_field_behavior="ignore"),
        ).combine_chunks()
    except pa.ArrowException:
        return None


def _is_plain(found: pa.Table, mapping: ColumnMapping) -> bool:
    """Every text is there, valid, of a sane length, without NUL; models, items and endings are not."""
    try:
        found.validate(full=True)
    except pa.ArrowException:
        return False
    for key, name in mapping.columns.items():
        column = found[name]
        if key in _OTHERS:
            if column.null_count < len(column):
                return False
        elif (column.null_count and key in _TEXTS) or _strange(column):
            return False
    prompts = found[mapping.columns[Field.PROMPT]]
    # A letter in front says that something is to be seen.
    doubtful = prompts.filter(pc.invert(pc.match_substring_regex(prompts, r"^[A-Za-z0-9]")))
    return not any(rows.is_blank(prompt) for prompt in doubtful.to_pylist())


def _strange(column: pa.ChunkedArray) -> bool:
    longest = pc.max(pc.binary_length(column)).as_py() or 0
    return longest > rows.MAX_CHARACTERS or bool(pc.any(pc.match_substring(column, "\0")).as_py())


def _pairs(found: pa.Table, mapping: ColumnMapping, source_id: str, now: datetime) -> pa.Table:
    prompt, chosen, rejected = (_column(found, mapping, key) for key in _TEXTS)
    contexts = _contexts(found, mapping)
    lower = pc.less_equal(chosen, rejected)
    ids, firsts = _identities(prompt, chosen, rejected, contexts, lower.to_pylist())
    is_first = pa.array(firsts, pa.bool_())
    one, two = pc.if_else(is_first, chosen, rejected), pc.if_else(is_first, rejected, chosen)
    count = len(ids)
    models = [pa.repeat(pa.scalar(name), count) for name in mapping.models]
    columns = {
        "id": pa.array(ids),
        "content": pa.array(ids),
        "item": pa.repeat(pa.scalar(""), count),
        "source_id": pa.repeat(pa.scalar(source_id), count),
        "source_row": pa.array(range(1, count + 1), pa.int64()),
        "context": pa.array(contexts),
        "prompt": prompt,
        "answer_1": one,
        "answer_2": two,
        "origin_1": pc.if_else(is_first, models[0], models[1]),
        "origin_2": pc.if_else(is_first, models[1], models[0]),
        "prior_winner": pc.if_else(is_first, "answer_1", "answer_2"),
        "prior_provenance": pa.repeat(pa.scalar("imported"), count),
        "shuffle": pa.array([pairs.shuffle_of(pair_id) for pair_id in ids], pa.int64()),
        "prompt_chars": pc.utf8_length(prompt),
        "answer_1_chars": pc.utf8_length(one),
        "answer_2_chars": pc.utf8_length(two),
        "imported": pa.repeat(pa.scalar(now, pa.timestamp("us")), count),
        "fresh": pa.array(pairs.fresh(ids), pa.bool_()),
        "part": pa.repeat(pa.scalar(0, pa.int32()), count),
        **dict.fromkeys(("finish_1", "finish_2"), pa.repeat(pa.scalar(""), count)),
    }
    return pa.table(columns).cast(pairs.SCHEMA)


def _column(found: pa.Table, mapping: ColumnMapping, key: Field) -> pa.Array:
    return found[mapping.columns[key]].combine_chunks()


def _contexts(found: pa.Table, mapping: ColumnMapping) -> list[str]:
    name = mapping.columns.get(Field.SYSTEM)
    if name is None:
        return ["[]"] * found.num_rows
    written: dict[str | None, str] = {None: "[]", "": "[]"}
    systems = found[name].to_pylist()
    for system in set(systems) - written.keys():
        written[system] = text.context_json((Message(speaker=Speaker.SYSTEM, content=system),))
    return [written[system] for system in systems]


def _identities(
    prompt: pa.Array, chosen: pa.Array, rejected: pa.Array, contexts: Sequence[str], lower: Sequence[bool]
) -> tuple[list[str], list[bool]]:
    """Ids as text.canonical gives them, and whether the chosen answer stands first."""
    head, empty = text.framed([b"pair"]), text.framed([b""])
    written: Mapping[str, bytes] = {each: text.framed([each.encode()]) for each in set(contexts)}
    texts = (each.cast(pa.binary()).to_pylist() for each in (prompt, chosen, rejected))
    ids, firsts = [], []
    for context, asked, good, bad, is_lower in zip(contexts, *texts, lower, strict=True):
        low, high = (good, bad) if is_lower else (bad, good)
        said = b"".join([head, written[context], text.framed([asked, low, high]), empty])
        pair_id = hashlib.blake2b(said, digest_size=16).hexdigest()
        ids.append(pair_id)
        firsts.append(is_lower != text.is_flipped(pair_id))
    return ids, firsts
