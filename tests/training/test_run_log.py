"""Searching the log of a run."""

from pathlib import Path

from training import run_log, runs
from training.run_log import Found


def test_lines_are_found_in_any_case_with_their_numbers(tmp_path: Path) -> None:
    (tmp_path / runs.WORKER_LOG).write_text("Step 1\nloss 0.6\nSTEP 2\n")
    assert run_log.search(tmp_path, "step") == Found(total=2, lines=((1, "Step 1"), (3, "STEP 2")))


def test_words_are_no_pattern(tmp_path: Path) -> None:
    (tmp_path / runs.WORKER_LOG).write_text("a.c\nabc\n[x]*\n")
    assert run_log.search(tmp_path, "a.c").lines == ((1, "a.c"),)
    assert run_log.search(tmp_path, "[x]*").lines == ((3, "[x]*"),)


def test_of_many_lines_the_last_are_held_and_all_are_counted(tmp_path: Path) -> None:
    (tmp_path / runs.WORKER_LOG).write_bytes(b"".join(b"step %d\n" % number for number in range(300_000)))
    found = run_log.search(tmp_path, "step", limit=2)
    assert found == Found(total=300_000, lines=((299_999, "step 299998"), (300_000, "step 299999")))


def test_a_line_without_an_end_and_bad_bytes_do_no_harm(tmp_path: Path) -> None:
    (tmp_path / runs.WORKER_LOG).write_bytes(b"x" * 3_000_000 + b" needle\xff")
    found = run_log.search(tmp_path, "NEEDLE")
    assert found.total in (0, 1)
    assert all(len(line) <= 2000 for _, line in found.lines)


def test_without_a_log_nothing_is_found(tmp_path: Path) -> None:
    assert run_log.search(tmp_path, "step") == Found(total=0, lines=())
