"""Where the tokens of a batch of pairs lie when each prompt stands once, in one row without padding.

Needs torch; knows no model.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import torch

IGNORED = -100  # TRL's label of a token that belongs to no answer


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """One pair in the row, in tokens.

    Attributes:
        prompt: shared by both sides. The prompt's last token is not: it foretells two different ones, and
            so begins each side.
        mask: (1, 1, rejected, prompt + rejected) what each token of the rejected side sees.
    """

    prompt: int
    chosen: int
    rejected: int
    mask: torch.Tensor


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """A batch of pairs in one row.

    Attributes:
        ids, positions: (1, tokens).
        answers: (answer tokens,) the place in the row from which each is foretold.
        targets: (answer tokens,) ids.
        rows, columns: (answer tokens,) where TRL's padded batch has them.
    """

    spans: tuple[Span, ...]
    ids: torch.Tensor
    positions: torch.Tensor
    answers: torch.Tensor
    targets: torch.Tensor
    rows: torch.Tensor
    columns: torch.Tensor


def of(input_ids: torch.Tensor, attention_mask: torch.Tensor, labels: torch.Tensor) -> Layout:
    """The row of a batch.

    Args:
        input_ids, attention_mask, labels: (2 · pairs, longest), filled up on the right; the chosen sides,
            then the rejected ones in the same order. Labels are the ids of answers, IGNORED elsewhere.
    """
    device = input_ids.device
    lengths = attention_mask.sum(1).tolist()
    sides = [
        _Side(row=row, ids=ids[:length], labels=answers[:length])
        for row, (ids, answers, length) in enumerate(
            zip(input_ids.tolist(), labels.tolist(), lengths, strict=True)
        )
    ]
    half = len(sides) // 2
    spans: list[Span] = []
    ids: list[int] = []
    positions: list[int] = []
    places: list[tuple[int, int, int, int]] = []
    for chosen, rejected in zip(sides[:half], sides[half:], strict=True):
        shared = _shared(chosen, rejected)
        ids += chosen.ids[:shared]
        positions += range(shared)
        for side in (chosen, rejected):
            places += side.places(len(ids) - shared)
            ids += side.ids[shared:]
            positions += range(shared, len(side.ids))
        spans.append(_span(shared, len(chosen.ids) - shared, len(rejected.ids) - shared, device))
    answers, targets, rows, columns = torch.tensor(places, device=device).reshape(-1, 4).unbind(1)
    return Layout(
        spans=tuple(spans), ids=torch.tensor([ids], device=device),
        positions=torch.tensor([positions], device=device), answers=answers, targets=targets, rows=rows,
        columns=columns,
    )  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class _Side:
    """One answer with everything before it."""

    row: int
    ids: list[int]
    labels: list[int]

    @property
    def begins(self) -> int:
        """Where the answer begins."""
        return next((n for n, label in enumerate(self.labels) if label != IGNORED), len(self.labels))

    def places(self, offset: int) -> Iterator[tuple[int, int, int, int]]:
        """(place in the row, target, row, column) of each answer token.

        Args:
            offset: what a place of this side is more in the row.
        """
        for place in range(1, len(self.ids)):
            if self.labels[place] != IGNORED:
                yield offset + place - 1, self.labels[place], self.row, place - 1


def _shared(chosen: _Side, rejected: _Side) -> int:
    """Tokens before the last one of the prompt; 0 where the sides have different ones."""
    shared = max(0, min(chosen.begins, rejected.begins) - 1)
    return shared if chosen.ids[:shared] == rejected.ids[:shared] else 0


def _span(prompt: int, chosen: int, rejected: int, device: torch.device) -> Span:
    mask = torch.ones(rejected, prompt + rejected, dtype=torch.bool, device=device).tril(prompt)
    return Span(prompt=prompt, chosen=chosen, rejected=rejected, mask=mask[None, None])
