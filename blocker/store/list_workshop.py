"""The folder in which a publisher makes a list, and the one that is published.

    list.toml        what the list is called, its licence, whom to write to, and by which terms numbers come onto it
    reporters        who may report, one line each as `blocker publish --reports` says it; # for comments
    reports/         the members' reports as they came, NAME.report
    rectified.txt    numbers that somebody had taken off, one a line, with `until 2027-05-01` where it isn't for ever
    keys/            the publisher's key, made on first use
    published.txt    what was published last

Decides how these are read, with all faults by their lines, and in which order the published files are written, so that
whoever fetches in the middle gets the old list or the new one.
"""

import contextlib
import fcntl
import os
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import TypeVar

from blocker.core.listing import parse_target
from blocker.core.member_report import MOST_BYTES, WEEKS, reporter_line
from blocker.core.merged_reports import DAYS_VALID, ListSettings, Material, Rectified, Terms
from blocker.core.signed_text import is_name, is_plain
from blocker.core.snapshot_manifest import MANIFEST, Known, Piece, known_from
from blocker.errors import ConfigError, Fault, SourceError, UsageError
from blocker.tomlfile import parse_bytes

T = TypeVar("T")

SETTINGS, REPORTERS, REPORTS, RECTIFIED, PUBLISHED = (
    "list.toml", "reporters", "reports", "rectified.txt", "published.txt",
)  # fmt: skip
_REPORT, _KEYS = ".report", "keys"
_CONTACT = re.compile(r"(?:https://|mailto:)\S+")
_PART = ".part"
_OURS = re.compile(rf"[0-9a-f]{{64}}\.list(?:{re.escape(_PART)})?")
"""Files of a list, and what a crash leaves of one."""
_FOR_ALL, _ENTER = 0o644, 0o111
"""What is published is read by a web server, which is another user than whoever publishes."""
_ANY_REGION = "BE"
"""Only international numbers are taken, so that it says nothing."""


class ListWorkshop:
    """The folder in which a list is made."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @property
    def keys(self) -> Path:
        """Where the publisher's key is."""
        return self._folder / _KEYS

    @contextlib.contextmanager
    def publishing(self, out: Path) -> Iterator[None]:
        """Keep others from publishing from here meanwhile.

        Raises:
            UsageError: somebody does just now; or who serves the folder `out` would serve keys or reports with it.
        """
        here, there = self._folder.resolve(), out.resolve()
        if here.is_relative_to(there) or any(there.is_relative_to(here / name) for name in (_KEYS, REPORTS)):
            raise UsageError(
                f"{out}: whoever serves this would give away the publisher's key or the members' reports, which are in "
                f"{self._folder}; publish in another folder"
            )
        try:
            descriptor = os.open(self._folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        except OSError as error:
            raise UsageError(f"{self._folder}: it is no folder that can be read: {error.strerror}") from error
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            yield
        except BlockingIOError as error:
            raise UsageError(f"{self._folder}: somebody publishes from it just now; try again afterwards") from error
        finally:
            os.close(descriptor)

    def read(self) -> Material:
        """All that the list is made of.

        Raises:
            ConfigError: files that a person wrote have faults; all of them are named.
            UsageError: it is no such folder.
        """
        if not (self._folder / SETTINGS).is_file():
            raise UsageError(
                f"{self._folder}: there is no {SETTINGS} in it, which says what the list is called, its licence and "
                "whom to write to (docs/operating-a-list.md has one to begin with)"
            )
        faults: list[Fault] = []
        material = Material(
            settings=self._settings(faults),
            reporters=dict(self._lines(REPORTERS, reporter_line, faults)),
            reports=self._reports(faults),
            rectified=tuple(self._lines(RECTIFIED, _rectified, faults)),
            known=known_from(self._text(PUBLISHED, faults).strip()),
        )
        if faults:
            raise ConfigError(faults)
        return material

    def published(self, known: Known) -> None:
        """Remember durably what was published last, so that no version is ever given twice; raises SourceError."""
        try:
            _write(self._folder / PUBLISHED, f"{known}\n".encode())
        except OSError as error:
            raise SourceError(f"{self._folder}: it can't be noted what was published: {error.strerror}") from error

    def _settings(self, faults: list[Fault]) -> ListSettings:
        path = self._folder / SETTINGS
        document = parse_bytes(self._text(SETTINGS, faults).encode(), str(path))
        root, terms = document.root, Terms()
        settings = ListSettings(
            name=root.text("name", "", required=True),
            licence=root.text("licence", "", required=True),
            contact=root.text("contact", "", required=True),
            terms=Terms(
                reporters=root.whole("reporters", terms.reporters, low=2, high=1_000),
                weeks=root.whole("weeks", terms.weeks, low=1, high=WEEKS),
            ),
            days_valid=root.whole("days_valid", DAYS_VALID, low=2, high=60),
        )
        for key, value, good, mend in (
            ("name", settings.name, is_name(settings.name), "small letters, digits and hyphens, at most 40"),
            ("licence", settings.licence, is_plain(settings.licence), "such as CC-BY-4.0"),
            (
                "contact",
                settings.contact,
                is_plain(settings.contact) and bool(_CONTACT.fullmatch(settings.contact)),
                "an address that begins with https:// or mailto:, where people can have a number taken off",
            ),
        ):
            if value and not good:
                root.fault(f"{key} can't be “{value[:60]}”", mend, key=key)
        faults += document.finish()
        return settings

    def _reports(self, faults: list[Fault]) -> dict[str, bytes]:
        """The reports, those that came last at the end."""
        folder = self._folder / REPORTS
        found = {}
        try:
            paths = [path for path in folder.iterdir() if path.name.endswith(_REPORT)] if folder.is_dir() else []
            for path in sorted(paths, key=lambda path: (path.stat().st_mtime_ns, path.name)):
                with path.open("rb") as file:
                    found[path.name] = file.read(MOST_BYTES + 1)
        except OSError as error:
            faults.append(Fault(str(error.filename or folder), 0, f"it can't be read: {error.strerror}"))
        return found

    def _lines(self, name: str, read: Callable[[str], T], faults: list[Fault]) -> list[T]:
        """What the lines of a file say that aren't comments; a file that isn't there has none."""
        found = []
        for place, whole in enumerate(self._text(name, faults).splitlines(), 1):
            if line := whole.partition("#")[0].strip():
                try:
                    found.append(read(line))
                except UsageError as error:
                    faults.append(Fault(str(self._folder / name), place, str(error)))
        return found

    def _text(self, name: str, faults: list[Fault]) -> str:
        path = self._folder / name
        try:
            return path.read_text(encoding="utf-8")
        except FileNotFoundError:
            return ""
        except UnicodeDecodeError:
            faults.append(Fault(str(path), 0, "not UTF-8 text", "save the file as UTF-8 in your editor"))
        except OSError as error:
            faults.append(Fault(str(path), 0, f"it can't be read: {error.strerror}"))
        return ""


class ListOutlet:
    """The folder that is published; any web server can serve it as it is."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def manifest(self) -> bytes:
        """The one that is there; empty where there is none. Raises SourceError."""
        try:
            return (self._folder / MANIFEST).read_bytes()
        except FileNotFoundError:
            return b""
        except OSError as error:
            raise SourceError(f"{self._folder / MANIFEST} can't be read: {error.strerror}") from error

    def file(self, piece: Piece) -> bytes:
        """A file of the list; raises SourceError."""
        try:
            return (self._folder / piece.path).read_bytes()
        except OSError as error:
            raise SourceError(f"{self._folder / piece.path} can't be read: {error.strerror}") from error

    def replace(self, manifest: bytes, files: Mapping[str, bytes], keep: Iterable[str]) -> None:
        """Put files there by their paths, then the manifest, all durable; then take away what isn't to be kept.

        Raises:
            SourceError: they can't be written; until the manifest is replaced, the list of before is as it was.
        """
        kept = {self._folder / path for path in keep}
        try:
            _make_for_all(self._folder / "files")
            for path, raw in files.items():
                _write(self._folder / path, raw, _FOR_ALL)
            _write(self._folder / MANIFEST, manifest, _FOR_ALL)
            for old in (self._folder / "files").iterdir():
                if old not in kept and _OURS.fullmatch(old.name):
                    old.unlink()
        except OSError as error:
            raise SourceError(f"{self._folder}: the list can't be written: {error.strerror}") from error


def _rectified(line: str) -> Rectified:
    number, word, day = [*line.split(), "", ""][:3]
    if len(line.split()) not in {1, 3} or (word and word != "until") or not number.startswith("+"):
        raise UsageError(
            "write a number such as +3225550101 or +32255501*, and “until 2027-05-01” behind it if it ends"
        )
    try:
        return Rectified(parse_target(number, _ANY_REGION), date.fromisoformat(day) if day else None)
    except ValueError as error:
        raise UsageError(f"“{day[:40]}” is no day such as 2027-05-01") from error


def _make_for_all(folder: Path) -> None:
    for one in reversed([one for one in (folder, *folder.parents) if not one.exists()]):
        one.mkdir()
        one.chmod(_FOR_ALL | _ENTER)


def _write(path: Path, raw: bytes, mode: int = 0o600) -> None:
    """Put a file there in one step, durably."""
    part = path.with_name(f"{path.name}{_PART}")
    with part.open("wb") as file:
        os.fchmod(file.fileno(), mode)
        file.write(raw)
        file.flush()
        os.fsync(file.fileno())
    part.rename(path)
    descriptor = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
