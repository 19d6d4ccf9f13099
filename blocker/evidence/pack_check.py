"""Checking a pack, as a folder or a zip file, with the `verify.sh` that every pack carries: our own copy of it.

So whoever checks here trusts nothing that came with the pack, and sees what anybody else sees. Decides which zip files
are let near the disk. What is checked and how faults are called is `docs/spec/evidence-pack.md`'s.
"""

import asyncio
import contextlib
import re
import shutil
import tempfile
import zipfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import NamedTuple

from blocker.errors import UsageError
from blocker.evidence.pack_files import verify_script

MAX_UNPACKED = 2_000_000_000
"""Bytes of a zip file's contents: more than ten million links, far beyond what a household's ledger comes to."""

_FAULT = "FAULT"
_NAME = re.compile(r"[^/\x00]+(/[^/\x00]+)*/?")


class Checked(NamedTuple):
    """What was found."""

    report: str
    """All that the script says, line by line."""
    faults: tuple[str, ...]
    """The faults among it: name, file, what is wrong."""

    @property
    def holds(self) -> bool:
        """Whether there is none."""
        return not self.faults


async def check(path: Path, *, part: bool = False) -> Checked:
    """Check a pack.

    Args:
        path: its folder, or its zip file.
        part: whether contents and proofs may have been left out on purpose.

    Raises:
        UsageError: it is no pack that can be opened, or the shell's tools aren't there.
    """
    async with _as_folder(path) as folder:
        with _script() as script:
            arguments = [str(script), *(["--part"] if part else []), "."]
            try:
                process = await asyncio.create_subprocess_exec(
                    "sh", *arguments, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE, cwd=folder
                )
            except OSError as error:
                raise UsageError(f"{path} can't be checked: there is no sh here ({error.strerror})") from error
            output, complaint = await process.communicate()
    report = output.decode("utf-8", "replace")
    faults = tuple(line.removeprefix(_FAULT).strip() for line in report.splitlines() if line.startswith(_FAULT))
    if process.returncode not in {0, 1} or bool(process.returncode) != bool(faults):
        why = complaint.decode("utf-8", "replace").strip().rpartition("\n")[2] or "verify.sh was stopped"
        raise UsageError(f"{path} can't be checked: {why}")
    return Checked(report, faults)


@contextlib.contextmanager
def _script() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="blocker-") as folder:
        path = Path(folder) / "verify.sh"
        path.write_bytes(verify_script())
        yield path


@contextlib.asynccontextmanager
async def _as_folder(path: Path) -> AsyncIterator[Path]:
    if await asyncio.to_thread(path.is_dir):
        yield path
        return
    folder = Path(await asyncio.to_thread(tempfile.mkdtemp, prefix="blocker-"))
    try:
        yield await asyncio.to_thread(_unpack, path, folder)
    finally:
        await asyncio.to_thread(shutil.rmtree, folder, ignore_errors=True)


def _unpack(path: Path, folder: Path) -> Path:
    """Unpack a zip file that holds one folder and nothing beside it."""
    try:
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
            names = [entry.filename for entry in entries]
            if wrong := next((name for name in names if not _is_harmless(name)), ""):
                raise UsageError(f"{path} is no pack: it holds a file named {wrong!r}")
            if len(set(names)) != len(names) or len(tops := {name.partition("/")[0] for name in names}) != 1:
                raise UsageError(f"{path} is no pack: it must hold one folder, and each file in it once")
            if sum(entry.file_size for entry in entries) > MAX_UNPACKED:
                raise UsageError(f"{path} is no pack: unpacked it would be larger than {MAX_UNPACKED // 10**6} MB")
            archive.extractall(folder)
    except FileNotFoundError:
        raise UsageError(f"{path} isn't there; name a pack's folder or its zip file") from None
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError) as error:
        raise UsageError(f"{path} is neither a pack's folder nor a zip file that can be read: {error}") from error
    except OSError as error:
        raise UsageError(f"{path} can't be unpacked: {error.strerror}") from error
    top = folder / tops.pop()
    if not top.is_dir():
        raise UsageError(f"{path} is no pack: it must hold one folder")
    return top


def _is_harmless(name: str) -> bool:
    parts = name.split("/")
    return bool(_NAME.fullmatch(name)) and ".." not in parts and "." not in parts
