"""What a column can mean, how a row becomes pairs, and a layout as a value. Knows no layout by name."""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum


class Field(StrEnum):
    """What a column can be to a pair."""

    PROMPT = "prompt"  # the question as text, or the conversation as a list of messages
    CHOSEN = "chosen"
    REJECTED = "rejected"
    ANSWER_1 = "answer_1"  # two answers; who won stands in WINNER, or nowhere
    ANSWER_2 = "answer_2"
    WINNER = "winner"
    SYSTEM = "system"
    CHOSEN_MODEL = "chosen_model"  # which model wrote the answer; never shown while labelling
    REJECTED_MODEL = "rejected_model"
    MODEL_1 = "model_1"
    MODEL_2 = "model_2"
    CHOSEN_FINISH = "chosen_finish_reason"  # why the generator stopped, such as "stop" or "length"
    REJECTED_FINISH = "rejected_finish_reason"
    FINISH_1 = "finish_reason_1"
    FINISH_2 = "finish_reason_2"
    ITEM = "item"  # keeps apart pairs whose texts are equal
    ANSWERS = "answers"  # a list of any length, judged by SCORES (higher is better) or RANKS (1 is best)
    SCORES = "scores"
    RANKS = "ranks"
    MODELS = "models"  # who wrote each of ANSWERS
    ANSWER = "answer"  # one answer that LABEL calls good or bad
    LABEL = "label"


class Shape(StrEnum):
    """How a row is written; `unfold` has a function for each."""

    PLAIN = "plain"
    TRANSCRIPT = "transcript"  # turns in one text: "\n\nHuman: … \n\nAssistant: …"
    ALPACA = "alpaca"  # instruction, input and history apart
    PREFERRED = "preferred"  # OpenAI and Azure
    RATED = "rated"  # chosen and rejected with a rating or a status beside them
    ARENA = "arena"  # two whole conversations and a winner
    ONE_HOT = "one hot"  # a column of 0 and 1 for each outcome
    LIST = "list"  # several answers with scores or ranks: a person says which pairs they make
    UNPAIRED = "unpaired"  # one answer a row, good or bad
    LABEL_STUDIO = "label studio"
    LABEL_STUDIO_FLAT = "label studio flat"
    ARGILLA = "argilla"
    POTATO = "potato"
    VOTE = "vote"  # a line of a votes file, as vote_line reads it

    @property
    def has_votes(self) -> bool:
        """The rows carry what named people decided."""
        return self in (Shape.LABEL_STUDIO, Shape.LABEL_STUDIO_FLAT, Shape.ARGILLA, Shape.POTATO, Shape.VOTE)


class Rule(StrEnum):
    """Which pairs a list of scored or ranked answers makes. Equal scores never make a pair."""

    BEST_WORST = "best-worst"
    BEST_REST = "best-rest"
    NEIGHBOURS = "neighbours"
    ALL = "all"

    @property
    def words(self) -> str:
        return {
            Rule.BEST_WORST: "the best answer against the worst: one pair a row",
            Rule.BEST_REST: "the best answer against each worse one",
            Rule.NEIGHBOURS: "each answer against the next worse one",
            Rule.ALL: "every two answers that are not level",
        }[self]


# Their functions look at columns beside those that are mapped.
_READ_WHOLE = (Shape.ALPACA, Shape.RATED, Shape.ONE_HOT, Shape.UNPAIRED)


def root(column: str) -> str:
    """The column itself of `a[].b`, which is the key b of each entry of the list in a."""
    return column.partition("[].")[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnMapping:
    """What each column means.

    Attributes:
        layout: name of the layout, or "by hand".
        columns: our field to their column.
        optional: fields whose column a row, or the whole file, may lack.
        models: fixed names of the models behind (chosen, rejected), "" where unknown.
        rule: which pairs a list of answers makes; None where rows hold no lists, or nobody has said.
    """

    layout: str
    columns: Mapping[Field, str]
    optional: Collection[Field] = ()
    models: tuple[str, str] = ("", "")
    shape: Shape = Shape.PLAIN
    rule: Rule | None = None

    @property
    def ranked(self) -> bool:
        """Whether one answer is the imported winner by the column it stands in."""
        return Field.CHOSEN in self.columns

    @property
    def answers(self) -> tuple[Field, Field]:
        return (Field.CHOSEN, Field.REJECTED) if self.ranked else (Field.ANSWER_1, Field.ANSWER_2)

    @property
    def model_fields(self) -> tuple[Field, Field]:
        """Fields of the models behind `answers`, in the same order."""
        if self.ranked:
            return (Field.CHOSEN_MODEL, Field.REJECTED_MODEL)
        return (Field.MODEL_1, Field.MODEL_2)

    @property
    def finish_fields(self) -> tuple[Field, Field]:
        """Fields of why each of `answers` ended, in the same order."""
        return (
            (Field.CHOSEN_FINISH, Field.REJECTED_FINISH) if self.ranked else (Field.FINISH_1, Field.FINISH_2)
        )

    @property
    def needs_rule(self) -> bool:
        """A person must say first which pairs the lists make."""
        return self.shape is Shape.LIST and self.rule is None

    @property
    def read_columns(self) -> tuple[str, ...] | None:
        """Columns that a reader must not leave out; None for all: such exports name columns by the task."""
        if self.shape.has_votes or self.shape in _READ_WHOLE:
            return None
        return tuple(root(name) for name in self.columns.values())

    def as_json(self) -> str:
        """{"layout": …, "prompt": column, …}, the same text for the same mapping."""
        said = {key.value: column for key, column in self.columns.items()} | {"layout": self.layout}
        if self.rule is not None:
            said["rule"] = self.rule.value
        return json.dumps(said, ensure_ascii=False, sort_keys=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """A layout known by the names of its columns.

    Attributes:
        columns: field to column; those in `optional` may be absent.
        absent: columns whose presence means that it is another layout.
        beside: further columns that must be there although they are no field of a pair.
        opening: what the first text column begins with, for layouts whose names say too little; "" for none.
        models: what the column names say about who wrote chosen and rejected.
    """

    name: str
    title: str
    columns: Mapping[Field, str]
    optional: Collection[Field] = ()
    absent: Collection[str] = ()
    beside: Collection[str] = ()
    opening: str = ""
    models: tuple[str, str] = ("", "")
    shape: Shape = Shape.PLAIN

    def fits(self, columns: Collection[str], rows: Collection[Mapping[str, object]] = ()) -> bool:
        """Whether these columns are this layout's.

        Args:
            rows: the first rows, for a layout that is known by how its texts begin.
        """
        if set(self.absent) & set(columns) or not self.has_columns(columns):
            return False
        return not self.opening or any(self._opens(row) for row in rows)

    def has_columns(self, columns: Collection[str]) -> bool:
        needed = {root(name) for key, name in self.columns.items() if key not in self.optional}
        return needed <= set(columns) and set(self.beside) <= set(columns)

    def mapping(self) -> ColumnMapping:
        # The optional columns stay, seen or not: in JSON lines they may first appear far down.
        return ColumnMapping(
            layout=self.name,
            columns=self.columns,
            optional=self.optional,
            models=self.models,
            shape=self.shape,
        )

    def _opens(self, row: Mapping[str, object]) -> bool:
        first = row.get(next(iter(self.columns.values())))
        return isinstance(first, str) and first.lstrip().startswith(self.opening)
