"""Which columns mean what: the layouts known by name, and mappings made by hand.

A layout is recognised by the names of its columns only, never by guessing at their content: a wrong
guess would be a silent wrong label. Anything unknown needs a mapping that a person has seen.
"""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from curation.errors import InvalidInput


class Field(StrEnum):
    """What a column can be to a pair."""

    PROMPT = "prompt"  # the question as text, or the conversation as a list of messages
    CHOSEN = "chosen"
    REJECTED = "rejected"
    ANSWER_1 = "answer_1"  # two answers without a preference
    ANSWER_2 = "answer_2"
    SYSTEM = "system"
    CHOSEN_MODEL = "chosen_model"  # which model wrote the answer; never shown while labelling
    REJECTED_MODEL = "rejected_model"
    MODEL_1 = "model_1"
    MODEL_2 = "model_2"
    ITEM = "item"  # keeps apart pairs whose texts are equal


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnMapping:
    """What each column means.

    Attributes:
        layout: name of the layout, or "by hand".
        columns: our field to their column.
        optional: fields whose column a row, or the whole file, may lack.
        models: fixed names of the models behind (chosen, rejected), "" where unknown.
    """

    layout: str
    columns: Mapping[Field, str]
    optional: Collection[Field] = ()
    models: tuple[str, str] = ("", "")

    @property
    def ranked(self) -> bool:
        """Whether one answer is the imported winner."""
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

    def as_json(self) -> str:
        """{"layout": …, "prompt": column, …}, the same text for the same mapping."""
        columns = {key.value: column for key, column in self.columns.items()}
        return json.dumps({"layout": self.layout, **columns}, ensure_ascii=False, sort_keys=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """A layout known by the names of its columns.

    Attributes:
        columns: field to column; those in `optional` may be absent.
        absent: columns whose presence means that it is another layout.
        models: what the column names say about who wrote chosen and rejected.
    """

    name: str
    title: str
    columns: Mapping[Field, str]
    optional: Collection[Field] = ()
    absent: Collection[str] = ()
    models: tuple[str, str] = ("", "")

    def fits(self, columns: Collection[str]) -> bool:
        needed = {name for key, name in self.columns.items() if key not in self.optional}
        return needed <= set(columns) and not set(self.absent) & set(columns)

    def mapping(self) -> ColumnMapping:
        # The optional columns stay, seen or not: in JSON lines they may first appear far down.
        return ColumnMapping(
            layout=self.name, columns=self.columns, optional=self.optional, models=self.models
        )


_EXTRAS = {
    Field.SYSTEM: "system",
    Field.ITEM: "item",
    Field.CHOSEN_MODEL: "chosen_model",
    Field.REJECTED_MODEL: "rejected_model",
}

LAYOUTS: tuple[Layout, ...] = (
    Layout(
        name="orca",
        title="Intel/orca_dpo_pairs, today's columns",
        columns={**_EXTRAS, Field.PROMPT: "question", Field.CHOSEN: "chosen", Field.REJECTED: "rejected"},
        optional=_EXTRAS,
        absent=("prompt",),
    ),
    Layout(
        name="orca-first",
        title="Intel/orca_dpo_pairs, columns of the first upload",
        columns={
            Field.SYSTEM: "system",
            Field.PROMPT: "question",
            Field.CHOSEN: "chatgpt",
            Field.REJECTED: "llama2-13b-chat",
        },
        optional=(Field.SYSTEM,),
        absent=("chosen", "rejected"),
        models=("chatgpt", "llama2-13b-chat"),
    ),
    Layout(
        name="trl",
        title="TRL preference rows: prompt, chosen, rejected as text or as messages",
        columns={**_EXTRAS, Field.PROMPT: "prompt", Field.CHOSEN: "chosen", Field.REJECTED: "rejected"},
        optional=_EXTRAS,
        absent=("question",),
    ),
    Layout(
        name="sharegpt",
        title="ShareGPT preference rows: conversations, chosen, rejected",
        columns={
            **_EXTRAS,
            Field.PROMPT: "conversations",
            Field.CHOSEN: "chosen",
            Field.REJECTED: "rejected",
        },
        optional=_EXTRAS,
        absent=("question", "prompt"),
    ),
    Layout(
        name="trl-implicit",
        title="TRL preference rows with the prompt inside both sides, as messages",
        columns={**_EXTRAS, Field.CHOSEN: "chosen", Field.REJECTED: "rejected"},
        optional=_EXTRAS,
        absent=("question", "prompt", "conversations", "instruction", "input", "messages"),
    ),
    Layout(
        name="answers",
        title="Two answers without a preference: prompt, answer_1, answer_2",
        columns={
            Field.PROMPT: "prompt",
            Field.ANSWER_1: "answer_1",
            Field.ANSWER_2: "answer_2",
            Field.SYSTEM: "system",
            Field.MODEL_1: "model_1",
            Field.MODEL_2: "model_2",
            Field.ITEM: "item",
        },
        optional=(Field.SYSTEM, Field.MODEL_1, Field.MODEL_2, Field.ITEM),
        absent=("chosen", "rejected"),
    ),
)

BY_HAND = "by hand"

# Only ever proposed to a person, never applied unseen.
_LIKELY: Mapping[Field, Sequence[str]] = {
    Field.PROMPT: ("prompt", "question", "instruction", "input", "query", "messages", "conversations"),
    Field.CHOSEN: ("chosen", "chosen_response", "preferred", "response_j", "better", "winner", "chatgpt"),
    Field.REJECTED: ("rejected", "rejected_response", "response_k", "worse", "loser", "llama2-13b-chat"),
    Field.SYSTEM: ("system", "system_prompt"),
}


def recognise(columns: Collection[str]) -> ColumnMapping | None:
    """The mapping of the one layout whose column names these are; None where there is none."""
    for layout in LAYOUTS:
        if layout.fits(columns):
            return layout.mapping()
    return None


def named(name: str, columns: Collection[str]) -> ColumnMapping:
    """The mapping of a layout asked for by name.

    Raises:
        InvalidInput: there is no such layout, or a column it needs is missing.
    """
    for layout in LAYOUTS:
        if layout.name == name:
            mapping = layout.mapping()
            check_columns(mapping, columns)
            return mapping
    known = ", ".join(layout.name for layout in LAYOUTS)
    raise InvalidInput(f"There is no layout “{name}”. Known are: {known}.")


def by_hand(columns: Mapping[str, str]) -> ColumnMapping:
    """A mapping made by a person: our field to their column.

    Raises:
        InvalidInput: an unknown field, or answers missing.
    """
    fields = {_field(name): column for name, column in columns.items() if column}
    ranked = {Field.CHOSEN, Field.REJECTED} <= fields.keys()
    unranked = {Field.ANSWER_1, Field.ANSWER_2} <= fields.keys()
    if ranked == unranked:
        raise InvalidInput(
            "A mapping needs either chosen and rejected, or answer_1 and answer_2, and usually prompt."
        )
    used = list(fields.values())
    twice = sorted({column for column in used if used.count(column) > 1})
    if twice:
        raise InvalidInput(f"The column “{twice[0]}” is mapped twice. Give each field a column of its own.")
    return ColumnMapping(layout=BY_HAND, columns=fields)


def propose(columns: Collection[str]) -> Mapping[Field, str]:
    """A guess for a person to confirm: our field to one of the columns, where a name suggests it."""
    mapping = recognise(columns)
    if mapping is not None:
        return present(mapping, columns)
    likely = {key: next((name for name in names if name in columns), None) for key, names in _LIKELY.items()}
    return {key: name for key, name in likely.items() if name is not None}


def present(mapping: ColumnMapping, columns: Collection[str]) -> Mapping[Field, str]:
    """Field to column, without the optional columns that are not there."""
    return {key: name for key, name in mapping.columns.items() if name in columns}


def check_columns(mapping: ColumnMapping, columns: Collection[str]) -> None:
    """Every mapped column that is not optional is there.

    Raises:
        InvalidInput: one is not; the sentence names those that are.
    """
    needed = [name for key, name in mapping.columns.items() if key not in mapping.optional]
    missing = [name for name in needed if name not in columns]
    if missing:
        raise InvalidInput(
            f"There is no column “{missing[0]}”. The columns are: {', '.join(columns)[:300]}. "
            "Choose one of these, or correct the file."
        )


def unknown_layout(name: str, columns: Collection[str]) -> InvalidInput:
    """The sentence for a source whose columns say nothing."""
    found = ", ".join(columns)[:300]
    return InvalidInput(
        f"{name} has the columns {found}, which is no layout Pairloom knows "
        "(question, chosen, rejected or prompt, chosen, rejected). Say which column is what: on the Import "
        "page, or with --map prompt=COLUMN --map chosen=COLUMN --map rejected=COLUMN."
    )


def _field(name: str) -> Field:
    try:
        return Field(name)
    except ValueError:
        known = ", ".join(Field)
        raise InvalidInput(f"“{name}” is nothing a column can be. Choose among: {known}.") from None
