"""Puts what a run has left on the Hugging Face Hub: adapter or model, card, curves; private by default.

Sampled answers and prompts stay here: they are the project's data, and a model may be public where they
are not.
"""

from dataclasses import dataclass
from pathlib import Path

from curation import hub_push
from training import errors, runs, verification

_BESIDE = ("README.md", "metrics.jsonl", "merge.json", "evaluation/held_out.json", "curves/*.png")
_NOT_OURS = "README.md"  # peft writes a card of its own into the adapter's folder


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What would go to the Hub.

    Attributes:
        files: path in the repository → the file here; what else lies in the repository goes away.
    """

    run: str
    repository: str
    private: bool
    files: dict[str, Path]
    fingerprint: str

    @property
    def size(self) -> int:
        """Bytes of all files."""
        return sum(path.stat().st_size for path in self.files.values())


def plan(run: Path, repository: str, *, private: bool = True) -> Plan:
    """What a push would send; asks nobody.

    Raises:
        InvalidInput: no name of a repository.
        UnusableResult: the run has not completed, or its files are not what it wrote.
        DamagedFile: request.json or state.json cannot be read.
    """
    hub_push.check_name(repository)
    problems = verification.problems(run)
    if problems:
        raise errors.UnusableResult(f"Run {run.name} cannot be pushed: {problems[0]}.")
    return Plan(
        run=run.name,
        repository=repository,
        private=private,
        files=_files(run),
        fingerprint=runs.read_request(run).fingerprint,
    )


def push(planned: Plan) -> tuple[str, str]:
    """Send it, and wait until it is there; see hub_push.push.

    Returns:
        Address and commit.
    """
    return hub_push.push(
        hub_push.Wanted(
            repository=planned.repository,
            kind=hub_push.Kind.MODEL,
            private=planned.private,
            files=planned.files,
            tag=planned.run,
            message=f"Run {planned.run}, release {planned.fingerprint[:12]}",
        )
    )


def _files(run: Path) -> dict[str, Path]:
    """Weights at the top of the repository, where transformers and peft look for them."""
    weights = next(run / name for name in ("adapter", "model") if (run / name).is_dir())
    found = {
        path.relative_to(weights).as_posix(): path
        for path in sorted(weights.rglob("*"))
        if path.is_file() and path.name != _NOT_OURS
    }
    beside = [path for pattern in _BESIDE for path in sorted(run.glob(pattern))]
    return found | {path.relative_to(run).as_posix(): path for path in beside}
