"""Plain texts in columns as pairs, all rows at once: far less work than reading each row.

Only what raises no question goes this way, whatever file it came from; anything else gives None, and what is
odd is read row by row, which knows the reason. Both ways give the same table (property tests say so).
"""

import hashlib
import itertools
from datetime import datetime
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from curation import text
from curation.intake import cells
from curation.intake.fields import ColumnMapping, Field, Shape
from curation.labelling import pairs
from curation.model import Message, Speaker

_ID_BYTES = 16
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


def are_texts(batch: pa.RecordBatch, mapping: ColumnMapping) -> bool:
    """Whether the mapped columns that are there hold texts, or nothing at all."""
    kinds = [batch.schema.field(name).type for name in _present(batch, mapping)]
    return all(_is_text(kind.value_type if pa.types.is_dictionary(kind) else kind) for kind in kinds)


def texts_of(batch: pa.RecordBatch, mapping: ColumnMapping) -> pa.Table | None:
    """The mapped columns that are there, as pa.string(); None where one is damaged."""
    try:
        return pa.table({name: batch.column(name).cast(pa.string()) for name in _present(batch, mapping)})
    except pa.ArrowException:
        return None


def _present(batch: pa.RecordBatch, mapping: ColumnMapping) -> list[str]:
    return [name for name in mapping.columns.values() if name in batch.schema.names]


def _is_text(kind: pa.DataType) -> bool:
    return kind in (pa.string(), pa.large_string(), pa.null())


def pairs_of(
    found: pa.Table, mapping: ColumnMapping, source_id: str, now: datetime, lines: Any = None
) -> pa.Table | None:
    """Rows as labelling.pairs.table would make them; None where one needs a closer look.

    Args:
        found: mapped columns as pa.string(), but for optional ones; those that mean nothing may be there too.
        lines: where each row is in its file, integers; None counts them from 1.
    """
    for name in mapping.columns.values():
        if name not in found.schema.names:
            found = found.append_column(name, pa.nulls(found.num_rows, pa.string()))
    return _pairs(found, mapping, source_id, now, lines) if _is_plain(found, mapping) else None


def _is_plain(found: pa.Table, mapping: ColumnMapping) -> bool:
    """Every text is there, valid, of a sane length, without NUL; models, items and endings are not."""
    try:
        found.validate(full=True)
    except pa.ArrowException:
        return False
    used = {name: key for key, name in mapping.columns.items()}
    if not all(_is_sound(found[name], used.get(name)) for name in found.schema.names):
        return False
    prompts = found[mapping.columns[Field.PROMPT]]
    # A letter in front says that something is to be seen.
    doubtful = prompts.filter(pc.invert(pc.match_substring_regex(prompts, r"^[A-Za-z0-9]")))
    return not any(cells.is_blank(prompt) for prompt in doubtful.to_pylist())


def _is_sound(column: pa.ChunkedArray, key: Field | None) -> bool:
    if key in _OTHERS:
        return not pc.max(pc.binary_length(column)).as_py()  # none, or "", which says as little
    if key is None:  # infinite: a number beyond all measure, which the other way refuses
        return not pa.types.is_floating(column.type) or bool(
            pc.all(pc.is_finite(column)).as_py() in (True, None)
        )
    if column.null_count and key in _TEXTS:
        return False
    longest = pc.max(pc.binary_length(column)).as_py() or 0
    return longest <= cells.MAX_CHARACTERS and not any(_holds_nul(chunk) for chunk in column.chunks)


def _holds_nul(column: pa.Array) -> bool:
    # All texts of the column lie one after the other. A twentieth of the time of match_substring.
    # Counted: a hostile file may leave bytes behind the last end.
    ends = np.frombuffer(column.buffers()[1], np.int32, column.offset + len(column) + 1)
    texts = np.frombuffer(column.buffers()[2] or b"", np.uint8)
    return not texts[ends[column.offset] : ends[column.offset + len(column)]].all()


def _pairs(found: pa.Table, mapping: ColumnMapping, source_id: str, now: datetime, lines: Any) -> pa.Table:
    prompt, chosen, rejected = (found[mapping.columns[key]].combine_chunks() for key in _TEXTS)
    count = found.num_rows
    contexts = _contexts(found, mapping)
    lower = pc.less_equal(chosen, rejected).to_numpy(zero_copy_only=False)
    digests = _digests(contexts, prompt, chosen, rejected, lower)
    ids = _written(digests)
    said = ids.to_pylist()
    is_first = lower != text.are_flipped(said)
    lengths = [pc.utf8_length(each) for each in (chosen, rejected)]
    models = [pa.repeat(pa.scalar(name), count) for name in mapping.models]
    columns = {
        "id": ids,
        "content": ids,
        "item": pa.repeat(pa.scalar(""), count),
        "source_id": pa.repeat(pa.scalar(source_id), count),
        "source_row": pa.array(np.arange(1, count + 1) if lines is None else lines, pa.int64()),
        "context": contexts.dictionary.take(contexts.indices),
        "prompt": prompt,
        "answer_1": chosen,
        "answer_2": rejected,
        "turned": pa.array(~is_first),
        "origin_1": pc.if_else(is_first, models[0], models[1]),
        "origin_2": pc.if_else(is_first, models[1], models[0]),
        "prior_winner": pc.if_else(is_first, "answer_1", "answer_2"),
        "prior_provenance": pa.repeat(pa.scalar("imported"), count),
        "shuffle": pairs.shuffles_of(said),
        "prompt_chars": pc.utf8_length(prompt),
        "answer_1_chars": pc.if_else(is_first, *lengths),
        "answer_2_chars": pc.if_else(is_first, *reversed(lengths)),
        "imported": pa.repeat(pa.scalar(now, pa.timestamp("us")), count),
        "fresh": pa.array(pairs.fresh(said), pa.bool_()),
        "part": pa.repeat(pa.scalar(0, pa.int32()), count),
        **dict.fromkeys(("finish_1", "finish_2"), pa.repeat(pa.scalar(""), count)),
    }
    return pa.table(columns).cast(pairs.SCHEMA)


def _contexts(found: pa.Table, mapping: ColumnMapping) -> pa.DictionaryArray:
    """Earlier turns as text.context_json gives them, each different one once."""
    name = mapping.columns.get(Field.SYSTEM)
    if name is None:
        return pa.repeat(pa.scalar("[]"), found.num_rows).dictionary_encode()
    systems = found[name].combine_chunks().fill_null("").dictionary_encode()
    written = [
        text.context_json((Message(speaker=Speaker.SYSTEM, content=system),) if system else ())
        for system in systems.dictionary.to_pylist()
    ]
    return pa.DictionaryArray.from_arrays(systems.indices, pa.array(written, pa.string()))


def _digests(
    contexts: pa.DictionaryArray, prompt: pa.Array, chosen: pa.Array, rejected: pa.Array, lower: Any
) -> bytes:
    """The ids that text.canonical gives, 16 bytes each; `lower` is true where the chosen answer sorts first.

    What is hashed is laid out in one piece by Arrow: joining it row by row took as long as hashing. The
    chosen answer stands before the rejected one and behind it, each time in half of the rows: putting long
    texts in order would copy them twice more.
    """
    heads = [text.framed([b"pair", each.encode()]) for each in contexts.dictionary.to_pylist()]
    ends = pa.repeat(pa.scalar(text.framed([b""])), len(prompt))
    framed = pc.binary_join_element_wise(
        pa.array(heads, pa.binary()).take(contexts.indices),
        *_framed(prompt),
        *(_only(each, lower) for each in _framed(chosen)),
        *_framed(rejected),
        *(_only(each, ~lower) for each in _framed(chosen)),
        ends,
        b"",
        null_handling="skip",
    )
    offsets, data = np.frombuffer(framed.buffers()[1], np.int32), memoryview(framed.buffers()[2])
    return b"".join(
        hashlib.blake2b(data[start:end], digest_size=_ID_BYTES).digest()
        for start, end in itertools.pairwise(offsets[: len(framed) + 1].tolist())
    )


def _framed(column: pa.Array) -> tuple[pa.Array, pa.Array]:
    """How long each text is, as text.framed writes it, and the texts."""
    lengths = np.asarray(pc.binary_length(column)).astype("<i8").tobytes()
    return _of_width(8, lengths, pa.binary()), column.cast(pa.binary())


def _only(column: pa.Array, rows: Any) -> pa.Array:
    """The same bytes uncopied, none but in these rows; the column has no other gaps."""
    shown = pa.array(np.concatenate([np.ones(column.offset, bool), rows])).buffers()[1]
    return pa.Array.from_buffers(
        column.type, len(column), [shown, *column.buffers()[1:]], offset=column.offset
    )


def _written(digests: bytes) -> pa.Array:
    return _of_width(2 * _ID_BYTES, digests.hex().encode(), pa.string())


def _of_width(width: int, data: bytes, kind: pa.DataType) -> pa.Array:
    """Texts of one length, cut from what is written one after the other."""
    ends = np.arange(0, len(data) + 1, width, dtype=np.int32)
    return pa.Array.from_buffers(kind, len(data) // width, [None, pa.py_buffer(ends), pa.py_buffer(data)])
