"""The layouts whose rows list several answers with scores or ranks. To add one: a row here."""

from curation.intake.fields import Field, Layout, Shape

# (name, title, prompt, answers, scores or ranks, models); "a[].b" is the key b of each entry of the list a.
_LISTS: tuple[tuple[str, str, str, str, str, str], ...] = (
    ("ultrafeedback", "UltraFeedback, by the mean of its four ratings (fine-grained_score)",
     "instruction", "completions[].response", "completions[].fine-grained_score", "completions[].model"),
    ("ultrafeedback-overall", "UltraFeedback, by overall_score (some of its 10s were meant as 1)",
     "instruction", "completions[].response", "completions[].overall_score", "completions[].model"),
    ("distilabel", "distilabel: instruction, generations, ratings",
     "instruction", "generations", "ratings", "generation_models"),
    ("distilabel-first", "distilabel's first versions: input, generations, rating",
     "input", "generations", "rating", "generation_model"),
    ("scored", "Answers with scores: prompt, responses, scores",
     "prompt", "responses", "scores", "models"),
    ("scored-answers", "Answers with scores: prompt, answers, scores",
     "prompt", "answers", "scores", "models"),
)  # fmt: skip
_RANKS: tuple[tuple[str, str, str, str, str, str], ...] = (
    ("nectar", "Nectar: prompt, answers with a rank each (1 is best)",
     "prompt", "answers[].answer", "answers[].rank", "answers[].model"),
    ("ranked", "Answers with ranks, 1 is best: prompt, responses, ranks",
     "prompt", "responses", "ranks", "models"),
    ("ranked-answers", "Answers with ranks, 1 is best: prompt, answers, ranks",
     "prompt", "answers", "ranks", "models"),
)  # fmt: skip


def _listed(row: tuple[str, str, str, str, str, str], judged_by: Field) -> Layout:
    name, title, prompt, answers, values, models = row
    return Layout(
        name=name,
        title=title,
        columns={
            Field.PROMPT: prompt,
            Field.ANSWERS: answers,
            judged_by: values,
            Field.MODELS: models,
            Field.SYSTEM: "system",
        },
        optional=(Field.MODELS, Field.SYSTEM),
        absent=("chosen", "rejected"),
        shape=Shape.LIST,
    )


LAYOUTS: tuple[Layout, ...] = (
    *(_listed(row, Field.SCORES) for row in _LISTS),
    *(_listed(row, Field.RANKS) for row in _RANKS),
)
