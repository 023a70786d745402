"""Where things live on disk. Imports only the standard library, so every layer and the trainer may use it."""

import os
import secrets
from dataclasses import dataclass
from pathlib import Path

HOME_VARIABLE = "PAIRLOOM_HOME"


@dataclass(frozen=True, slots=True, kw_only=True)
class Workspace:
    """One folder, one project: the database and the files beside it."""

    home: Path

    @property
    def database(self) -> Path:
        return self.home / "pairloom.duckdb"

    @property
    def releases(self) -> Path:
        return self.home / "releases"

    @property
    def exports(self) -> Path:
        """Releases in other layouts; made on demand, safe to delete."""
        return self.home / "exports"

    def release_folder(self, named: str) -> Path:
        """The folder that a person means by a release's name or by a path."""
        return self.releases / named if (self.releases / named).is_dir() else Path(named)

    @property
    def runs(self) -> Path:
        return self.home / "runs"

    @property
    def models(self) -> Path:
        return self.home / "models"

    @property
    def backups(self) -> Path:
        return self.home / "backups"

    @property
    def uploads(self) -> Path:
        return self.home / "uploads"

    def create(self) -> None:
        """Make the folders; nothing that exists is touched."""
        for folder in (self.home, self.releases, self.runs, self.models, self.backups, self.uploads):
            folder.mkdir(parents=True, exist_ok=True)

    def secret(self) -> str:
        """The key that signs tokens for our own routes; made once, readable by the owner only."""
        path = self.home / "secret.key"
        try:
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            return path.read_text(encoding="ascii")
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            key = secrets.token_hex(32)
            file.write(key)
        return key


def current() -> Workspace:
    """The workspace of this process: `PAIRLOOM_HOME`, or ./workspace."""
    return Workspace(home=Path(os.environ.get(HOME_VARIABLE) or "workspace").resolve())
