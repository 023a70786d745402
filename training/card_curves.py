"""The curves of a finished run as pictures for its card. Only the worker imports this: drawing is heavy.

Metrics of metrics.jsonl against the optimiser step; training as a line, held-out values as points.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from training.metrics import Row

if TYPE_CHECKING:
    from matplotlib.figure import Figure

FOLDER = "curves"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Picture:
    name: str
    title: str
    metrics: tuple[tuple[str, str], ...]
    unit: str = ""


_PICTURES = (
    _Picture(name="loss", title="Loss", metrics=(("loss", "training"),)),
    _Picture(name="accuracy", title="Reward accuracy", metrics=(("rewards/accuracies", "training"),)),
    _Picture(name="margin", title="Reward margin", metrics=(("rewards/margins", "training"),)),
    _Picture(
        name="log-probabilities",
        title="Log-probabilities of the answers",
        metrics=(("logps/chosen", "chosen"), ("logps/rejected", "rejected")),
        unit="nats",
    ),
)


def draw(rows: Sequence[Row], folder: Path) -> tuple[str, ...]:
    """Write one PNG a curve that has values.

    Returns:
        Their paths relative to the run folder, in reading order.
    """
    folder.mkdir(exist_ok=True)
    made = []
    for picture in _PICTURES:
        figure = _drawn(picture, rows)
        if figure is not None:
            figure.savefig(folder / f"{picture.name}.png", dpi=100)
            made.append(f"{folder.name}/{picture.name}.png")
    return tuple(made)


def _drawn(picture: _Picture, rows: Sequence[Row]) -> "Figure | None":
    # Imported here: half a second that the first step need not wait for.
    from matplotlib.figure import Figure

    figure = Figure(figsize=(6, 3.2), layout="constrained")
    axes = figure.add_subplot(title=picture.title, xlabel="step", ylabel=picture.unit)
    axes.spines[["top", "right"]].set_visible(False)
    axes.grid(alpha=0.3)
    for colour, (metric, label) in enumerate(picture.metrics):
        for kind, form in (("train", "-"), ("evaluation", "o")):
            points = _points(rows, metric, kind)
            if points:
                name = label if kind == "train" else f"held-out {label}".removesuffix(" training")
                axes.plot(*zip(*points, strict=True), form, color=f"C{colour}", label=name)
    if not axes.lines:
        return None
    if len(axes.lines) > 1:
        axes.legend(frameon=False)
    return figure


def _points(rows: Sequence[Row], metric: str, kind: str) -> list[tuple[float, float]]:
    return [
        (float(row["step"]), float(row[metric]))
        for row in rows
        if row.get("kind") == kind and isinstance(row.get(metric), int | float)
    ]
