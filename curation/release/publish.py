"""Puts a release on the Hugging Face Hub: private unless a person says otherwise."""

from dataclasses import dataclass
from pathlib import Path

from curation import hub_push
from curation.errors import InvalidInput
from curation.release import verify, write


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What would go to the Hub.

    Attributes:
        files: path in the repository and size in bytes, by path; what else lies in the repository goes away.
        tag: names this version there, so that `load_dataset(…, revision=tag)` finds it again.
    """

    repository: str
    private: bool
    files: tuple[tuple[str, int], ...]
    tag: str
    fingerprint: str

    @property
    def size(self) -> int:
        """Bytes of all files."""
        return sum(size for _, size in self.files)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pushed:
    """A release that lies on the Hub.

    Attributes:
        commit: its revision there; unchanged where the Hub had everything already.
    """

    plan: Plan
    url: str
    commit: str


def plan(folder: Path, repository: str, *, private: bool = True) -> Plan:
    """What a push would send; asks nobody.

    Raises:
        InvalidInput: no such release, a release that was changed, or no name of a repository.
    """
    hub_push.check_name(repository)
    manifest = verify.read_manifest(folder)
    damage = verify.changed_files(folder)
    if damage:
        raise InvalidInput(f"{folder.name} is not as it was released: {damage[0].message} Push a whole one.")
    names = sorted([*manifest.files, write.MANIFEST])
    return Plan(
        repository=repository,
        private=private,
        files=tuple((name, (folder / name).stat().st_size) for name in names),
        tag=folder.name,
        fingerprint=manifest.fingerprint,
    )


def push(folder: Path, planned: Plan) -> Pushed:
    """Send it, and wait until it is there. Doing it again changes nothing.

    Raises:
        InvalidInput: there is no token.
        PairloomError: the Hub refused or could not be reached; the sentence says which.
    """
    url, commit = hub_push.push(
        hub_push.Wanted(
            repository=planned.repository,
            kind=hub_push.Kind.DATASET,
            private=planned.private,
            files={name: folder / name for name, _ in planned.files},
            tag=planned.tag,
            message=f"Release {planned.tag}, fingerprint {planned.fingerprint[:12]}",
        )
    )
    return Pushed(plan=planned, url=url, commit=commit)
