"""Where other projects' trackers write."""

from pathlib import Path

from training import trackers


def test_files_stay_in_the_run_and_nothing_is_sent_without_a_key(tmp_path: Path) -> None:
    environment: dict[str, str] = {}
    trackers.keep_inside(tmp_path, environment)
    assert environment.pop("WANDB_MODE") == "offline"
    assert set(environment.values()) == {str(tmp_path / "trackers")}
    assert (tmp_path / "trackers").is_dir()


def test_what_a_person_has_set_stays(tmp_path: Path) -> None:
    environment = {"WANDB_API_KEY": "key", "WANDB_DIR": "/elsewhere", "TRACKIO_DIR": "/there"}
    trackers.keep_inside(tmp_path, environment)
    assert (environment["WANDB_DIR"], environment["TRACKIO_DIR"]) == ("/elsewhere", "/there")
    assert "WANDB_MODE" not in environment
