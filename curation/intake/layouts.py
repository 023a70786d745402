"""The layouts that are recognised by name. To add one: a row here, and a function of `unfold` if it is new.

The first that fits is taken, so what says more stands before what says less.
"""

from curation.intake import list_layouts
from curation.intake.fields import Field, Layout, Shape

_SIDES = {Field.CHOSEN: "chosen", Field.REJECTED: "rejected"}
_EXTRAS = {
    Field.SYSTEM: "system",
    Field.ITEM: "item",
    Field.CHOSEN_MODEL: "chosen_model",
    Field.REJECTED_MODEL: "rejected_model",
    Field.CHOSEN_FINISH: "chosen_finish_reason",
    Field.REJECTED_FINISH: "rejected_finish_reason",
}
# Exports whose columns are named by the task; the functions that read them find what they need.
_NO_COLUMNS: dict[Field, str] = {}

_PAIRS: tuple[Layout, ...] = (
    Layout(
        name="orca",
        title="Intel/orca_dpo_pairs, today's columns",
        columns={**_EXTRAS, Field.PROMPT: "question", **_SIDES},
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
        name="argilla-rated",
        title="Argilla's re-judged Orca pairs: input, chosen, rejected, status (tie, swapped, unchanged)",
        columns={Field.SYSTEM: "system", Field.PROMPT: "input", **_SIDES, Field.WINNER: "status"},
        optional=(Field.SYSTEM,),
        beside=("rating",),
        shape=Shape.RATED,
    ),
    Layout(
        name="ultrafeedback-binarized",
        title="Argilla's binarized UltraFeedback: chosen, rejected, chosen-rating, rejected-rating",
        columns={
            Field.PROMPT: "prompt",
            **_SIDES,
            Field.CHOSEN_MODEL: "chosen-model",
            Field.REJECTED_MODEL: "rejected-model",
        },
        optional=(Field.CHOSEN_MODEL, Field.REJECTED_MODEL),
        beside=("chosen-rating", "rejected-rating"),
        shape=Shape.RATED,
    ),
    Layout(
        name="hh",
        title="Anthropic HH: chosen and rejected are whole dialogues in one text (Human:, Assistant:)",
        columns=_SIDES,
        absent=("prompt", "question", "instruction", "conversations"),
        opening="Human:",
        shape=Shape.TRANSCRIPT,
    ),
    Layout(
        name="hh-prompt",
        title="Anthropic HH with the dialogue as prompt (Human:, Assistant:) and the last answers apart",
        columns={Field.PROMPT: "prompt", **_SIDES},
        absent=("question",),
        opening="Human:",
        shape=Shape.TRANSCRIPT,
    ),
    Layout(
        name="trl",
        title="TRL preference rows: prompt, chosen, rejected as text or as messages",
        columns={**_EXTRAS, Field.PROMPT: "prompt", **_SIDES},
        optional=_EXTRAS,
        absent=("question",),
    ),
    Layout(
        name="sharegpt",
        title="ShareGPT preference rows (LLaMA-Factory): conversations, chosen, rejected",
        columns={**_EXTRAS, Field.PROMPT: "conversations", **_SIDES},
        optional=_EXTRAS,
        absent=("question", "prompt"),
    ),
    Layout(
        name="alpaca",
        title="Alpaca preference rows (LLaMA-Factory): instruction, input, chosen, rejected",
        columns={Field.PROMPT: "instruction", Field.SYSTEM: "system", **_SIDES},
        optional=(Field.SYSTEM,),
        absent=("question", "prompt", "conversations"),
        shape=Shape.ALPACA,
    ),
    Layout(
        name="llamafactory-v1",
        title="LLaMA-Factory v1: chosen_messages, rejected_messages with content parts",
        columns={Field.CHOSEN: "chosen_messages", Field.REJECTED: "rejected_messages"},
    ),
    Layout(
        name="openai",
        title="OpenAI and Azure preference: input.messages, preferred_output, non_preferred_output",
        columns={
            Field.PROMPT: "input",
            Field.CHOSEN: "preferred_output",
            Field.REJECTED: "non_preferred_output",
        },
        shape=Shape.PREFERRED,
    ),
    Layout(
        name="trl-implicit",
        title="TRL preference rows with the prompt inside both sides, as messages",
        columns={**_EXTRAS, **_SIDES},
        optional=_EXTRAS,
        absent=("question", "prompt", "conversations", "instruction", "input", "messages"),
    ),
    Layout(
        name="stack",
        title="StackExchange pairs: question, response_j (more votes), response_k",
        columns={Field.PROMPT: "question", Field.CHOSEN: "response_j", Field.REJECTED: "response_k"},
        absent=("chosen", "rejected", "prompt"),
    ),
)

_WINNERS: tuple[Layout, ...] = (
    Layout(
        name="arena-one-hot",
        title="Chatbot Arena, one column an outcome: winner_model_a, winner_model_b, winner_tie",
        columns={
            Field.PROMPT: "prompt",
            Field.ANSWER_1: "response_a",
            Field.ANSWER_2: "response_b",
            Field.MODEL_1: "model_a",
            Field.MODEL_2: "model_b",
            Field.WINNER: "winner_model_a",
        },
        optional=(Field.MODEL_1, Field.MODEL_2),
        beside=("winner_model_b", "winner_tie"),
        shape=Shape.ONE_HOT,
    ),
    Layout(
        name="arena",
        title="Chatbot Arena: conversation_a, conversation_b, winner",
        columns={
            Field.ANSWER_1: "conversation_a",
            Field.ANSWER_2: "conversation_b",
            Field.WINNER: "winner",
            Field.MODEL_1: "model_a",
            Field.MODEL_2: "model_b",
        },
        optional=(Field.MODEL_1, Field.MODEL_2),
        shape=Shape.ARENA,
    ),
    Layout(
        name="answers",
        title="Two answers without a preference, or with a winner: prompt, answer_1, answer_2, winner",
        columns={
            Field.PROMPT: "prompt",
            Field.ANSWER_1: "answer_1",
            Field.ANSWER_2: "answer_2",
            Field.WINNER: "winner",
            Field.SYSTEM: "system",
            Field.MODEL_1: "model_1",
            Field.MODEL_2: "model_2",
            Field.FINISH_1: "finish_reason_1",
            Field.FINISH_2: "finish_reason_2",
            Field.ITEM: "item",
        },
        optional=(
            Field.WINNER,
            Field.SYSTEM,
            Field.MODEL_1,
            Field.MODEL_2,
            Field.FINISH_1,
            Field.FINISH_2,
            Field.ITEM,
        ),
        absent=("chosen", "rejected", "annotator"),
    ),
)

_UNPAIRED: tuple[Layout, ...] = (
    Layout(
        name="kto",
        title="TRL unpaired rows (KTO): prompt, completion, label",
        columns={
            Field.PROMPT: "prompt",
            Field.ANSWER: "completion",
            Field.LABEL: "label",
            Field.SYSTEM: "system",
        },
        optional=(Field.SYSTEM,),
        shape=Shape.UNPAIRED,
    ),
    Layout(
        name="kto-messages",
        title="Unpaired conversations (LLaMA-Factory KTO): messages, label",
        columns={Field.PROMPT: "messages", Field.LABEL: "label"},
        absent=("completion", "prompt", "chosen", "rejected"),
        shape=Shape.UNPAIRED,
    ),
    Layout(
        name="kto-sharegpt",
        title="Unpaired ShareGPT conversations (LLaMA-Factory KTO): conversations, kto_tag",
        columns={Field.PROMPT: "conversations", Field.LABEL: "kto_tag", Field.SYSTEM: "system"},
        optional=(Field.SYSTEM,),
        absent=("chosen", "rejected"),
        shape=Shape.UNPAIRED,
    ),
    Layout(
        name="kto-alpaca",
        title="Unpaired Alpaca rows (LLaMA-Factory KTO): instruction, input, output, kto_tag",
        columns={
            Field.PROMPT: "instruction",
            Field.ANSWER: "output",
            Field.LABEL: "kto_tag",
            Field.SYSTEM: "system",
        },
        optional=(Field.SYSTEM,),
        shape=Shape.UNPAIRED,
    ),
)

_VOTES: tuple[Layout, ...] = (
    Layout(
        name="votes",
        title="Votes of named people: prompt or messages, answer_1, answer_2, annotator, verdict",
        columns=_NO_COLUMNS,
        beside=("answer_1", "answer_2", "annotator", "verdict"),
        shape=Shape.VOTE,
    ),
    Layout(
        name="label-studio",
        title="Label Studio, JSON: tasks with annotations of named people",
        columns=_NO_COLUMNS,
        beside=("data", "annotations"),
        shape=Shape.LABEL_STUDIO,
    ),
    Layout(
        name="label-studio-flat",
        title="Label Studio, JSON-MIN or CSV: one row an annotation",
        columns=_NO_COLUMNS,
        beside=("annotator", "annotation_id"),
        shape=Shape.LABEL_STUDIO_FLAT,
    ),
    Layout(
        name="potato",
        title="Potato, joined with its items: one row a person and item",
        columns=_NO_COLUMNS,
        beside=("instance_id", "user_id"),
        shape=Shape.POTATO,
    ),
)

ARGILLA = Layout(
    name="argilla",
    title="Argilla: records with the responses of each user",
    columns=_NO_COLUMNS,
    shape=Shape.ARGILLA,
)

LAYOUTS: tuple[Layout, ...] = (
    *_VOTES,
    *_PAIRS,
    *_WINNERS,
    *list_layouts.LAYOUTS,
    *_UNPAIRED,
    ARGILLA,
)
