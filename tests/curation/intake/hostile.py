"""Hostile files by number: the same seed gives the same file, in tests and in benchmarks/fuzz_intake.py."""

import gzip
import io
import json
import random
from collections.abc import Callable, Iterable, Sequence

import pyarrow as pa
import pyarrow.parquet as pq

from curation.intake.blocks import Block

ROW = {"prompt": "Why?\n", "chosen": "Because é 漢 🙂.", "rejected": ' b, "c"'}
LAYOUTS: Sequence[dict[str, object]] = (
    {"question": "q", "chosen": "a", "rejected": "b", "system": "s"},
    {"chosen": "\n\nHuman: q\n\nAssistant: a", "rejected": "\n\nHuman: q\n\nAssistant: b"},
    {"input": {"messages": [{"role": "user", "content": "q"}]},
     "preferred_output": [{"role": "assistant", "content": [{"type": "text", "text": "a"}]}],
     "non_preferred_output": [{"role": "assistant", "content": "b"}]},
    {"conversations": [{"from": "human", "value": "q"}], "chosen": {"from": "gpt", "value": "a"},
     "rejected": {"from": "gpt", "value": "b"}},
    {"prompt": "q", "completion": "a", "label": True},
    {"prompt": "q", "responses": ["a", "b"], "scores": [1, 2]},
    {"instruction": "q", "completions": [{"response": "a", "fine-grained_score": 1.0, "model": "m"}]},
    {"data": {"prompt": "q", "answer1": "a", "answer2": "b"},
     "annotations": [{"completed_by": 1, "result": [{"type": "pairwise", "value": {"selected": "left"}}]}]},
    {"instance_id": "1", "user_id": "2", "prompt": "q", "responses": ["a", "b"], "s": {"selection": "A"}},
    {"conversation_a": [{"role": "user", "content": "q"}], "conversation_b": "[]", "winner": "model_a"},
    {"prompt": '["q"]', "response_a": '["a"]', "response_b": '["b"]', "winner_model_a": 1,
     "winner_model_b": 0, "winner_tie": 0},
    {"prompt": "q", "response-1": "a", "response-2": "b", "x.responses": ["response-1"],
     "x.responses.users": ["u"], "x.responses.status": ["submitted"]},
)  # fmt: skip
VALUES: Sequence[object] = (
    None, True, 0, -1, 10**400, 1e308, float("nan"), float("inf"), "", " ", "\u200b", "\0", "\ud800",
    "x" * 5000, "\u202e", [], {}, [[]], [None], {"role": "user"},
    {"role": "assistant", "content": ["x"]}, "[[[", '{"a":',
    "../../etc/passwd", "=1+1", "<script>", [1, "a", None],
)  # fmt: skip


def content(seed: int) -> bytes:
    """A file made to break the reader."""
    chance = random.Random(seed)
    return chance.choice(_MAKERS)(chance)


def name(seed: int) -> str:
    """A name made to leave the folder."""
    return random.Random(seed).choice(
        ["../../up.jsonl", "/etc/passwd", "a\0b.csv", "..", ".", "", "x" * 5000, "con\n.json",
         "\u202egnp.exe", "a/../../b", "C:\\x\\..\\y.jsonl", "-rf", "💥.parquet", "\ud800"]
    )  # fmt: skip


def told(found: Iterable[Block]) -> list[tuple[int, str]]:
    """Every pair, single answer and refusal of a file by its line, however it was read."""
    rows: list[tuple[int, object]] = []
    for block in found:
        for table, line in ((block.pairs, "source_row"), (block.halves, "line")):
            told_of = [] if table is None else table.to_pylist()
            rows += [(row[line], sorted(in_order(row).items())) for row in told_of]
        rows += [(refusal.line, refusal) for refusal in block.refusals]
    return sorted((line, repr(row)) for line, row in rows)


def in_order(row: dict[str, object]) -> dict[str, object]:
    """A pair as it will be stored, without what only the blocks of its file decide."""
    told = {name: value for name, value in row.items() if name not in ("fresh", "turned")}
    if row.get("turned"):
        told |= {"answer_1": row["answer_2"], "answer_2": row["answer_1"]}
    return told


def _noise(chance: random.Random) -> bytes:
    return chance.randbytes(chance.randint(0, 400))


def _rows(chance: random.Random) -> list[dict[str, object]]:
    row = dict(chance.choice(LAYOUTS))
    return [_twisted(row, chance) for _ in range(chance.randint(1, 4))]


def _twisted(row: dict[str, object], chance: random.Random) -> dict[str, object]:
    changed = dict(row)
    for key in list(changed):
        if chance.random() < 0.3:
            changed[key] = chance.choice(VALUES)
        elif chance.random() < 0.05:
            changed[str(chance.choice(VALUES))[:50]] = changed.pop(key)
    return changed


def _json_lines(chance: random.Random) -> bytes:
    feed = chance.choice(["\n", "\r\n", "\n\n"])
    return feed.join(json.dumps(row) for row in _rows(chance)).encode()


def _json_list(chance: random.Random) -> bytes:
    return json.dumps(_rows(chance), indent=chance.choice([None, 1])).encode(
        chance.choice(["utf-8", "utf-16"])
    )


def _json_object(chance: random.Random) -> bytes:
    return json.dumps({chance.choice(["data", "rows", "x"]): _rows(chance)}, indent=1).encode()


def _nested(chance: random.Random) -> bytes:
    depth = chance.choice([10, 500, 5000, 50_000])
    opening, closing = chance.choice([("[", "]"), ('{"a":', "}"), ('{"prompt":[', "]}")])
    return (b'{"prompt":' + opening.encode() * depth + closing.encode() * chance.choice([0, depth])) + b"}\n"


def _table(chance: random.Random) -> bytes:
    mark = chance.choice([",", "\t", ";", "|"])
    cells = [str(chance.choice(VALUES)).replace("\ud800", "?") for _ in range(9)]
    lines = ["prompt", "chosen", "rejected"], *[cells[at : at + chance.randint(1, 4)] for at in (0, 3, 6)]
    quote = chance.choice(['"', ""])
    return "\r\n".join(mark.join(f"{quote}{cell}{quote}" for cell in line) for line in lines).encode()


def _parquet(chance: random.Random) -> bytes:
    sink = io.BytesIO()
    pq.write_table(
        pa.Table.from_pylist([ROW] * chance.randint(0, 5)),
        sink,
        compression=chance.choice(["snappy", "zstd"]),
    )
    return sink.getvalue()


def _arrow(chance: random.Random) -> bytes:
    table = pa.Table.from_pylist([ROW] * chance.randint(0, 5))
    sink = pa.BufferOutputStream()
    with chance.choice([pa.ipc.new_file, pa.ipc.new_stream])(sink, table.schema) as writer:
        writer.write_table(table)
    return bytes(sink.getvalue())


def _zstd(data: bytes) -> bytes:
    sink = pa.BufferOutputStream()
    with pa.CompressedOutputStream(sink, "zstd") as out:
        out.write(data)
    return bytes(sink.getvalue())


def _packed(chance: random.Random) -> bytes:
    data = chance.choice([_json_lines, _table, _arrow, _noise])(chance)
    return chance.choice([gzip.compress, _zstd])(data)


def _damaged(chance: random.Random) -> bytes:
    data = bytearray(chance.choice([_json_lines, _json_list, _table, _parquet, _arrow, _packed])(chance))
    for _ in range(chance.randint(1, 4)):
        if data:
            data[chance.randrange(len(data))] = chance.randrange(256)
    return bytes(data[: chance.choice([len(data), chance.randint(0, len(data))])])


_MAKERS: Sequence[Callable[[random.Random], bytes]] = (
    _noise, _json_lines, _json_lines, _json_list, _json_object, _nested, _table, _parquet, _arrow, _packed,
    _damaged, _damaged, _damaged,
)  # fmt: skip
