"""`python -m curation.suspicion.worker FOLDER`: learns from pairs and scores pairs that arrive on its input.

Where the folder holds no model yet, batches up to the first empty one are learned from, and answered by empty
ones; the model is then written into the folder. From there on every batch is answered by its scores.
"""

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from scipy.sparse import vstack

from curation.suspicion import features, model, report
from curation.suspicion.features import Seen
from curation.suspicion.model import Detector, Fitted

PAIR = pa.schema(
    [
        ("pair_id", pa.string()),
        ("first", pa.bool_()),  # the stored label is answer 1
        ("folds", pa.int64()),
        ("prompt", pa.string()),
        ("answer_1", pa.string()),
        ("answer_2", pa.string()),
    ]
)
SCORED = pa.schema([("pair_id", pa.string()), *((str(each), pa.float64()) for each in Detector)])
REPORT = "report.json"


class Shown(NamedTuple):
    """A batch, read."""

    ids: list[str]
    seen: Seen
    folds: npt.NDArray[np.int64]
    first: npt.NDArray[np.bool_]


def main(folder: Path) -> None:
    output = sys.stdout.buffer
    batches = iter(pa.ipc.open_stream(sys.stdin.buffer))
    with pa.ipc.new_stream(output, SCORED) as answers:
        for _ in () if (folder / REPORT).exists() else _learning(folder, batches):
            answers.write_batch(_none())
            output.flush()
        fitted = {each: Fitted.load(folder / f"{each}.npz") for each in Detector}
        for batch in batches:
            answers.write_batch(scored(batch, fitted))
            output.flush()


def _learning(folder: Path, batches: Iterator[pa.RecordBatch]) -> Iterator[None]:
    """Once for every batch up to the first empty one, after which the model lies in the folder."""
    shown: list[Shown] = []
    for batch in batches:
        if not batch.num_rows:
            learn(folder, shown)
            yield
            return
        shown.append(read(batch))
        yield


def read(batch: pa.RecordBatch) -> Shown:
    """What the model sees of a batch."""
    texts = zip(*(batch.column(name).to_pylist() for name in ("prompt", "answer_1", "answer_2")), strict=True)
    return Shown(
        ids=batch.column("pair_id").to_pylist(),
        seen=features.seen(list(texts)),
        folds=batch.column("folds").to_numpy(),
        first=batch.column("first").to_numpy(zero_copy_only=False),
    )


def learn(folder: Path, batches: Sequence[Shown]) -> None:
    """Fit both detectors, rehearse, and write the model; its report last, which says that it is whole."""
    # Sorted, because a sum in another order differs in its last bits, and the database promises no order.
    order = np.argsort(np.concatenate([each.ids for each in batches]))
    seen = Seen(
        styles=np.concatenate([each.seen.styles for each in batches])[order],
        words=vstack([each.seen.words for each in batches], format="csr")[order],
    )
    folds = np.concatenate([each.folds for each in batches])[order]
    first = np.concatenate([each.first for each in batches])[order]
    rehearsals = {}
    for detector in Detector:
        fitted = model.fit(detector, seen, folds, first)
        fitted.save(folder / f"{detector}.npz")
        rehearsals[str(detector)] = report.rehearsed(detector, fitted, seen, folds, first)
    whole = report.Report(fitted=len(first), **rehearsals)
    (folder / f"{REPORT}.tmp").write_text(whole.as_json(), encoding="utf-8")
    (folder / f"{REPORT}.tmp").replace(folder / REPORT)


def scored(batch: pa.RecordBatch, fitted: dict[Detector, Fitted]) -> pa.RecordBatch:
    """The suspicion of each pair by each detector."""
    shown = read(batch)
    columns = [
        pa.array(fitted[each].suspicions(shown.seen, shown.folds, shown.first), pa.float64())
        for each in Detector
    ]
    return pa.record_batch([batch.column("pair_id"), *columns], schema=SCORED)


def _none() -> pa.RecordBatch:
    return pa.record_batch([pa.array([], field.type) for field in SCORED], schema=SCORED)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
