"""Letters that were made and not yet marked as sent: a folder each, in `letters` of the data directory.

Decides what such a folder holds: the letter in its forms, and `letter.json` with what has to be known once it goes out.
A letter here counts for nothing. Once it is marked as sent its file is kept beside the ledger, and the folder goes.
"""

import json
import re
import secrets
import shutil
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from blocker.errors import DataDirError, UsageError

FOLDER = "letters"
"""Its name in the data directory."""

_ABOUT = "letter.json"
_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,120}")


@dataclass(frozen=True, slots=True)
class Draft:
    """What has to be known of a letter once it goes out."""

    kind: str
    company: str
    """Slug; empty for a provider that the rules don't know."""
    name: str
    """Of the addressee."""
    to: str
    """Where it goes, on one line."""
    how: str
    made: str
    """The day, ISO 8601."""
    file: str
    """Which of its files is the letter."""
    text: str
    calls: Sequence[str] = ()
    """When the calls came that it names: instants as the ledger writes them, so that it goes when they are erased."""
    holder: str = ""
    """Whose letter it is."""

    @property
    def about(self) -> tuple[str, ...]:
        """What makes another letter the same one made anew."""
        return self.kind, self.company, self.name, self.made, self.holder


class LetterFiles:
    """The letters of one household that were made and not marked as sent."""

    def __init__(self, directory: Path) -> None:
        """`directory` is the data directory. Its folder of letters is made with the first one."""
        self._folder = directory / FOLDER

    def same(self, draft: Draft) -> str:
        """The name of the letter that waits and that this one takes the place of; empty where there is none."""
        return next((name for name, waiting in self.all().items() if waiting.about == draft.about), "")

    def forms(self, name: str) -> dict[str, bytes]:
        """A letter's files as they were handed out; none where there is no such letter."""
        folder = self._folder / name
        files = sorted(folder.iterdir()) if folder.is_dir() else []
        return {path.name: path.read_bytes() for path in files if path.name != _ABOUT}

    def free_name(self, wanted: str, taken: Collection[str]) -> str:
        """A name that no letter has: the wanted one, or that with a number.

        Args:
            wanted: small letters, digits and hyphens.
            taken: names of letters that went out.
        """
        names = (wanted if number == 1 else f"{wanted}-{number}" for number in range(1, 10_000))
        return next(name for name in names if name not in taken and not (self._folder / name).exists())

    def keep(self, name: str, draft: Draft, forms: Mapping[str, bytes]) -> None:
        """Keep a letter, whole or not at all; one of the same name gives place to it.

        Raises:
            DataDirError: the disk can't take it.
        """
        part = self._folder / f".{secrets.token_hex(8)}"
        try:
            self._folder.mkdir(mode=0o700, exist_ok=True)
            try:
                part.mkdir(mode=0o700)
                for form, raw in forms.items():
                    (part / form).write_bytes(raw)
                (part / _ABOUT).write_text(json.dumps(asdict(draft), ensure_ascii=False), encoding="utf-8")
                if (self._folder / name).exists():
                    (self._folder / name).rename(part.with_name(f"{part.name}.old"))
                part.rename(self._folder / name)
                shutil.rmtree(part.with_name(f"{part.name}.old"), ignore_errors=True)
            except BaseException:
                shutil.rmtree(part, ignore_errors=True)
                raise
        except OSError as error:
            raise DataDirError(f"{self._folder}: the letter can't be kept: {error.strerror} (make room)") from error

    def all(self) -> dict[str, Draft]:
        """All of them by name, in order."""
        there = sorted(self._folder.iterdir()) if self._folder.is_dir() else []
        return {path.name: self.draft(path.name) for path in there if _NAME.fullmatch(path.name)}

    def draft(self, name: str) -> Draft:
        """What has to be known of a letter.

        Raises:
            UsageError: there is no such letter.
            DataDirError: it can't be read.
        """
        path = self._folder / name / _ABOUT
        if not _NAME.fullmatch(name) or not path.is_file():
            raise UsageError(f"there is no letter “{name}” that waits to be sent (blocker letter list shows all)")
        try:
            return Draft(**json.loads(path.read_text(encoding="utf-8")))
        except (OSError, ValueError, TypeError) as error:
            raise DataDirError(f"{path} can't be read (remove its folder and make the letter anew)") from error

    def file(self, name: str, draft: Draft) -> Path:
        """The letter itself."""
        return self._folder / name / Path(draft.file).name

    def drop(self, name: str) -> None:
        """Take a letter away that went out, or that nobody wants to send."""
        shutil.rmtree(self._folder / name, ignore_errors=True)

    def drop_naming(self, instants: Collection[str]) -> list[str]:
        """Take away the letters that name a call of one of these instants; their names."""
        named = [name for name, draft in self.all().items() if set(draft.calls).intersection(instants)]
        for name in named:
            self.drop(name)
        return named
