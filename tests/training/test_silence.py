"""Every bad input of the table in docs/preflight.md is caught here, in the sentence that stands there."""

from pathlib import Path

import pytest

from benchmarks import silence
from tests.training import bad_inputs
from tests.training.bad_inputs import BadInput
from training import rendering


def rows_of_the_table() -> dict[str, tuple[str, str]]:
    """What is wrong → (what plain TRL does, what we say)."""
    text = silence.TABLE.read_text(encoding="utf-8").partition(silence.BEGIN)[2].partition(silence.END)[0]
    cells = [line.strip("| ").split(" | ") for line in text.strip().splitlines()[2:]]
    return {wrong: (trl, ours) for wrong, trl, ours in cells}


@pytest.mark.parametrize("case", bad_inputs.CASES, ids=lambda case: case.name)
def test_the_input_is_found_with_the_sentence_of_the_table(
    case: BadInput, tmp_path: Path, untrained_model: Path
) -> None:
    found = bad_inputs.findings(case, tmp_path / "release", rendering.load(str(untrained_model)))
    assert silence.ours(found[case.finding]) == rows_of_the_table()[case.wrong][1]


def test_a_sound_input_gives_no_error_and_no_warning(tmp_path: Path, untrained_model: Path) -> None:
    sound = BadInput(
        name="sound", wrong="Nothing", finding="release", words={"max_steps": 4, "warmup_steps": 1}
    )
    found = bad_inputs.findings(sound, tmp_path / "release", rendering.load(str(untrained_model)))
    assert [one for one in found.values() if one.severity != "I"] == []


def test_of_the_bad_inputs_plain_trl_lets_most_through_in_silence() -> None:
    table = rows_of_the_table()
    assert len(table) == len(bad_inputs.CASES) >= 20
    silent = [wrong for wrong, (trl, _) in table.items() if trl.startswith("silent")]
    assert len(silent) > len(table) / 2


def test_plain_trl_still_trains_on_identical_sides_without_a_word(tmp_path: Path) -> None:
    # One row of the table measured here and now: when TRL learns to refuse it, the table is out of date.
    case = next(case for case in bad_inputs.CASES if case.name == "identical-sides")
    outcome = silence.trained(case, tmp_path / "model", frozenset())
    assert (outcome.refusal, outcome.kept) == ("", 8)
