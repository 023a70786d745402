"""The child process that fetches a Hub set: `python -m curation.intake.hub_child WANTED ANSWER`.

WANTED is JSON with name, configuration, revision, split and parquet (where to write). ANSWER receives JSON:
either revision, split and licence, or problem, a sentence. Nobody imports this module.
"""

import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx2
from huggingface_hub import HfApi
from huggingface_hub.errors import (
    GatedRepoError,
    HfHubHTTPError,
    HFValidationError,
    OfflineModeIsEnabled,
    RepositoryNotFoundError,
    RevisionNotFoundError,
)

_INFO_SECONDS = 20.0


class Problem(Exception):
    """Why the set cannot be had, as a sentence."""


def main(wanted: dict[str, Any], answer: Path) -> None:
    """Fetch, write the Parquet file, then the answer; each appears whole or not at all."""
    try:
        said = _fetch(wanted)
    except Problem as problem:
        said = {"problem": str(problem)}
    partial = answer.with_suffix(".partial")
    partial.write_text(json.dumps(said, ensure_ascii=False), encoding="utf-8")
    partial.replace(answer)


def _fetch(wanted: dict[str, Any]) -> dict[str, str]:
    name = wanted["name"]
    revision, licence = _about(name, wanted["revision"])
    configuration = _configuration(name, revision, wanted["configuration"])
    split = _split(name, revision, configuration, wanted["split"])
    parquet = Path(wanted["parquet"])
    partial = parquet.with_suffix(".partial")
    _write(_stream(name, revision, configuration, split), name, partial)
    partial.replace(parquet)
    return {"revision": revision, "split": split, "licence": licence}


def _about(name: str, revision: str | None) -> tuple[str, str]:
    """(commit, licence); empty for a local folder."""
    if Path(name).is_dir():
        return "", ""
    token = _token()
    try:
        info = HfApi().dataset_info(name, revision=revision, token=token, timeout=_INFO_SECONDS)
        if info.gated:
            HfApi().auth_check(name, repo_type="dataset", token=token)
    except GatedRepoError:
        raise Problem(
            f"{name} is gated. Accept its terms on its page on the Hub, set HF_TOKEN to your token, "
            "and try again."
        ) from None
    except RevisionNotFoundError:
        raise Problem(f"{name} has no revision “{revision}”. Check the branch, tag or commit.") from None
    except RepositoryNotFoundError:
        raise Problem(
            f"There is no data set {name} on the Hub, or it is private. Check the name; for a private one "
            "set HF_TOKEN."
        ) from None
    except HFValidationError:
        raise Problem(f"“{name}” is no name of a data set. Names look like owner/name.") from None
    except (httpx2.TransportError, OfflineModeIsEnabled, HfHubHTTPError) as error:
        raise Problem(
            f"The Hub cannot be reached to fetch {name} ({_first_line(error)}). Check the network, "
            "or download the file elsewhere and import it as a file."
        ) from error
    licence = info.card_data.get("license") if info.card_data else None
    return str(info.sha or ""), ", ".join(licence) if isinstance(licence, list) else str(licence or "")


def _configuration(name: str, revision: str, wanted: str | None) -> str:
    import datasets  # a second and more, not spent on a set that cannot be had

    known = _asked(name, lambda: datasets.get_dataset_config_names(name, **_where(revision)))
    if wanted in known or (wanted is None and len(known) == 1):
        return str(wanted or known[0])
    if wanted is None and "default" in known:
        return "default"
    listed = ", ".join(known)
    raise Problem(f"{name} has the configurations {listed}. Name one: hub:{name}:{known[0]}.")


def _split(name: str, revision: str, configuration: str, wanted: str | None) -> str:
    import datasets

    known = _asked(name, lambda: datasets.get_dataset_split_names(name, configuration, **_where(revision)))
    chosen = wanted or ("train" if "train" in known else known[0])
    if chosen not in known or (wanted is None and "train" not in known and len(known) > 1):
        listed = ", ".join(str(each) for each in known)
        raise Problem(f"{name} has the splits {listed}. Name one: hub:{name}#{known[0]}.")
    return str(chosen)


def _stream(name: str, revision: str, configuration: str, split: str) -> Any:
    import datasets

    # Streamed: a set of 100 GB needs neither the disk nor the time of a cache beside our Parquet file.
    return _asked(
        name,
        lambda: datasets.load_dataset(name, configuration, split=split, streaming=True, **_where(revision)),
    )


def _write(rows: Any, name: str, target: Path) -> None:
    _asked(name, lambda: rows.to_parquet(str(target)))


def _asked(name: str, ask: Callable[[], Any]) -> Any:
    try:
        return ask()
    # datasets raises anything from ValueError to DatasetGenerationError; the child has only this to do, and
    # its traceback stays in the log.
    except Exception as error:
        raise Problem(f"{name} cannot be loaded: {_first_line(error)}") from error


def _where(revision: str) -> dict[str, Any]:
    return {"revision": revision or None, "token": _token()}


def _token() -> str | bool:
    # False: never the token that `hf auth login` left on this machine for someone else.
    return os.environ.get("HF_TOKEN") or False


def _first_line(error: BaseException) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0][:300]


if __name__ == "__main__":
    main(json.loads(sys.argv[1]), Path(sys.argv[2]))
