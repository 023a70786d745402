"""What the launchers have in common, without starting any."""

import inspect
from pathlib import Path

import pytest

from training import errors, turns
from training.launchers import table
from training.launchers.table import Entry, Launcher
from training.turns import Places

FUNCTIONS = tuple(name for name in vars(Launcher) if not name.startswith("_"))


@pytest.mark.parametrize("entry", table.TABLE, ids=lambda entry: entry.name)
def test_every_launcher_has_every_function_with_the_same_arguments(entry: Entry) -> None:
    pytest.importorskip(entry.package or "training")
    module = pytest.importorskip(entry.module)
    for name in FUNCTIONS:
        wanted = list(inspect.signature(getattr(Launcher, name)).parameters)[1:]
        assert list(inspect.signature(getattr(module, name)).parameters) == wanted, name


def test_a_launcher_that_is_not_there_is_refused_with_the_ones_that_are() -> None:
    with pytest.raises(errors.LaunchRefused, match=r"no launcher 'slurm'. Choose one of local, "):
        table.find("slurm")


def test_a_launcher_whose_package_is_missing_names_the_file_that_installs_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    row = Entry(
        name="ray", module="no.such", words="", package="no_such_package", requirements="requirements-ray.txt"
    )
    monkeypatch.setattr(table, "TABLE", (row,))
    with pytest.raises(errors.LaunchRefused, match=r"pip install -r requirements-ray.txt"):
        table.find("ray")


def test_settings_that_were_not_given_have_their_defaults() -> None:
    assert table.checked("ray", {"workers": "2"}) == {
        "address": "auto",
        "workers": 2,
        "patience": 60,
        "storage": "",
    }


@pytest.mark.parametrize(
    ("launcher", "given", "says"),
    [
        ("local", {"processes": "2"}, "local has no setting 'processes'. It has none."),
        ("ray", {"workers": "0"}, "workers cannot be '0'. Give a whole number from 1 to 1024."),
        ("ray", {"workers": "two"}, "workers cannot be 'two'."),
    ],
    ids=["unknown", "too few", "no number"],
)
def test_settings_that_do_not_fit_are_refused_in_one_sentence(
    launcher: str, given: dict[str, str | int], says: str
) -> None:
    with pytest.raises(errors.LaunchRefused) as refused:
        table.checked(launcher, given)
    assert says in str(refused.value)


def test_a_run_that_needs_two_devices_takes_both_or_none(tmp_path: Path) -> None:
    run, both = tmp_path / "run", Places(slots=("a", "b"), count=2)
    one = turns.take(run, Places(slots=("a", "b"), count=1), "host")
    assert one is not None
    assert one.devices == ("a",)
    assert turns.take(run, both, "host") is None
    one.give_up()
    taken = turns.take(run, both, "host")
    assert taken is not None
    assert taken.devices == ("a", "b")
    taken.give_up()


def test_a_run_that_computes_elsewhere_waits_for_nothing_here(tmp_path: Path) -> None:
    assert turns.take(tmp_path / "run", Places(), "host") == turns.Turn()
