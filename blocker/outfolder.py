"""Where files are handed out to: a folder that gets all of them, or is as it was before.

Decides what is left where the disk is full or refuses half-way: nothing, neither a part of a file nor a folder that was
only made for it. What is handed out, whoever hands it out decides.
"""

import contextlib
import secrets
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

from blocker.errors import UsageError


@contextlib.contextmanager
def made_where_missing(folder: Path) -> Iterator[None]:
    """A folder and those that it is in, made where they are missing; where what follows fails, they go as they came.

    One in which something lies by then stays.

    Raises:
        OSError: it can't be made.
    """
    missing = [one for one in (folder, *folder.parents) if not one.exists()]
    try:
        folder.mkdir(parents=True, exist_ok=True)
        yield
    except BaseException:
        for one in missing:
            with contextlib.suppress(OSError):
                one.rmdir()
        raise


def refuse_if_taken(out: Path) -> None:
    """See that there is a place for a new folder.

    Raises:
        UsageError: something is there, or what it would be in isn't.
    """
    if out.exists() or out.is_symlink():
        raise UsageError(f"{out} is there already; name a folder that isn't, so that no draft is written over")
    refuse_if_no_folder(out.parent)


def refuse_if_no_folder(folder: Path) -> None:
    """See that what is to be written has a folder to be in, for whom none is to be made.

    Raises:
        UsageError: it isn't there, or is something else.
    """
    if not folder.is_dir():
        raise UsageError(f"{folder} isn't a folder (make it first, or name another)")


@contextlib.contextmanager
def new_folder(out: Path) -> Iterator[Path]:
    """A folder to write into, which gets its name only when everything is in it.

    Raises:
        UsageError: something is there already, or it can't be written.
    """
    refuse_if_taken(out)
    try:
        with tempfile.TemporaryDirectory(prefix=f".{out.name}-", dir=out.parent) as temporary:
            inner = Path(temporary) / "draft"
            inner.mkdir(mode=0o700)
            yield inner
            inner.rename(out)
    except OSError as error:
        raise _refused(out, error) from error


def hand_out(out: Path, files: Mapping[str, bytes]) -> None:
    """Put files into a folder, which is made where it is missing: all of them, or none.

    Raises:
        UsageError: it can't be written.
    """
    parts = {name: f".{secrets.token_hex(8)}" for name in files}
    try:
        with made_where_missing(out):
            try:
                for name, raw in files.items():
                    (out / parts[name]).write_bytes(raw)
                for name, part in parts.items():
                    (out / part).rename(out / name)
            finally:
                for part in parts.values():
                    (out / part).unlink(missing_ok=True)
    except OSError as error:
        raise _refused(out, error) from error


def _refused(out: Path, error: OSError) -> UsageError:
    return UsageError(f"{out} can't be written: {error.strerror} (nothing was left there)")
