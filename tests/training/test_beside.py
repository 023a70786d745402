"""What repeats beside some work begins at once, ends with the work, and may end itself."""

import threading
import time

import pytest

from training import beside


def test_it_repeats_while_the_work_goes_on_and_is_over_once_the_work_is() -> None:
    third, calls = threading.Event(), list[str]()

    def action() -> bool:
        calls.append(threading.current_thread().name)
        if len(calls) == 3:
            third.set()
        return True

    with beside.repeating(action, 0.001, "rounds"):
        assert third.wait(30)
    made = list(calls)
    assert set(made) == {"rounds"}
    assert "rounds" not in {thread.name for thread in threading.enumerate()}
    assert calls == made


def test_work_that_is_over_at_once_has_had_one_call_and_waits_for_no_second() -> None:
    calls = list[int]()

    def action() -> bool:
        calls.append(1)
        return True

    with beside.repeating(action, 3600, "rounds"):
        pass
    assert calls == [1]


def test_it_is_called_no_more_once_it_has_said_so() -> None:
    calls = list[int]()

    def action() -> bool:
        calls.append(1)
        return len(calls) < 2

    with beside.repeating(action, 0, "rounds"):
        while "rounds" in {thread.name for thread in threading.enumerate()}:
            time.sleep(0.001)
    assert calls == [1, 1]


def test_work_that_fails_ends_it_too() -> None:
    with pytest.raises(ZeroDivisionError), beside.repeating(lambda: True, 0.001, "rounds"):
        raise ZeroDivisionError
    assert "rounds" not in {thread.name for thread in threading.enumerate()}
