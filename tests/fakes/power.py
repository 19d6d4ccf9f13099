"""A power cut without a switch: strace records what a program writes, and a disk is made of it as it may have been.

What was synced is there. Of what wasn't, each write is there, or isn't, or is there in some of its sectors of 512
bytes; names that were made, changed or removed in a folder, and not synced, are there up to some moment. Taken from how
journalling file systems behave and from the worst that disks are allowed to do; more forgiving orders are among them.

SQLite's `-shm` isn't rebuilt: it is written through memory, where strace sees nothing, is never synced, and is made
anew by whoever opens the database first.
"""

import random
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import pairwise
from pathlib import Path

SECTOR = 512
CALLS = (
    "openat,write,pwrite64,writev,pwritev,sendto,ftruncate,fsync,fdatasync,rename,renameat,renameat2,unlink,unlinkat,"
    "fallocate,copy_file_range,sendfile"
)
_LINE = re.compile(r"(\d+) +(?:(\w+)\((.*)|<\.\.\. (\w+) resumed>(.*))")
_FD = re.compile(r"(\d+)<([^>]*)>")
_TEXT = re.compile(r'"((?:\\x[0-9a-f]{2})*)"')
_UNFINISHED = " <unfinished ...>"


@cache
def why_not() -> str:
    """Why no program can be watched here; empty where one can."""
    if not shutil.which("strace"):
        return "strace isn't installed (tools/bootstrap system sees to it)"
    run = subprocess.run(["strace", "-f", "-o", "/dev/null", "true"], capture_output=True, text=True, check=False)
    return f"strace may not watch programs here: {run.stderr.strip()}" if run.returncode else ""


def watched(trace: Path, command: Sequence[str]) -> list[str]:
    """The command under strace, which writes what it sees to `trace`."""
    options = ("-f", "-qq", "-y", "-xx", "-s", "2000000", "-e", f"trace={CALLS}", "-e", "signal=none")
    return ["strace", *options, "-o", str(trace), *command]


@dataclass(slots=True)
class Inode:
    """A file, whatever it is called."""

    base: bytes = b""
    writes: list[tuple[int, int, bytes | None]] = field(default_factory=list)
    """When (place in the record), offset, bytes; None instead of bytes: cut off or stretched to that offset."""
    syncs: list[tuple[int, int]] = field(default_factory=list)
    """When a sync was over, and when it had begun: what was written before that is on the disk."""


@dataclass(slots=True)
class Folder:
    """Names in the watched folder."""

    changes: list[tuple[int, str, Inode | None]] = field(default_factory=list)
    """When, name, what it then stands for; None: nothing."""
    syncs: list[tuple[int, int]] = field(default_factory=list)


@dataclass(slots=True)
class Record:
    """What a program did to one folder (not to folders in it), and what it told the world meanwhile."""

    folder: Folder = field(default_factory=Folder)
    inodes: list[Inode] = field(default_factory=list)
    told: list[tuple[int, str, bytes]] = field(default_factory=list)
    """When it began to, to whom (strace's words for the descriptor), what."""
    length: int = 0

    @classmethod
    def read(cls, trace: Path, directory: Path, before: Path | None = None) -> "Record":
        """Read what strace wrote about a directory, which held at first what `before` holds."""
        reading = _Reading(cls(), str(directory))
        for path in sorted(before.iterdir()) if before else []:
            if path.is_file() and not path.name.endswith("-shm"):
                reading.name(path.name, reading.inode(path.read_bytes()))
        reading.record.folder.syncs.append((0, 1))
        with trace.open(encoding="latin-1") as lines:
            for line in lines:
                reading.take(line.rstrip("\n"))
        reading.record.length = reading.now
        return reading.record

    def disk_at(self, moment: int, directory: Path, chance: random.Random) -> None:
        """Lay out what may be on the disk if the power goes at that moment."""
        synced = max((begun for over, begun in self.folder.syncs if over <= moment), default=0)
        happened = [change for change in self.folder.changes if change[0] <= moment]
        lasting = [change for change in happened if change[0] < synced]
        lasting += happened[len(lasting) :][: chance.randint(0, len(happened) - len(lasting))]
        names = {name: inode for _, name, inode in lasting}
        for name, inode in names.items():
            if inode is not None:
                (directory / name).write_bytes(_content(inode, moment, chance))

    def said_by(self, moment: int) -> Iterator[tuple[str, bytes]]:
        """What the world may have been told by then."""
        yield from ((whom, what) for at, whom, what in self.told if at <= moment)


def _content(inode: Inode, moment: int, chance: random.Random) -> bytes:
    synced = max((begun for over, begun in inode.syncs if over <= moment), default=0)
    content = bytearray(inode.base)
    fate = chance.choice(("none", "all", "any", "any", "torn"))
    for at, offset, data in inode.writes:
        if at > moment:
            break
        if at < synced or fate == "all" or (fate in {"any", "torn"} and chance.random() < 0.5):
            torn = at >= synced and fate == "torn"
            _apply(content, offset, data, chance if torn else None)
    return bytes(content)


def _apply(content: bytearray, offset: int, data: bytes | None, chance: random.Random | None) -> None:
    if data is None:
        content[offset:] = b""
        content.extend(bytes(offset - len(content)))
        return
    first = -offset % SECTOR
    cuts = [0, *range(first or SECTOR, len(data), SECTOR), len(data)]
    for begin, end in pairwise(cuts):
        if chance is None or chance.random() < 0.5:
            content.extend(bytes(max(0, offset + end - len(content))))
            content[offset + begin : offset + end] = data[begin:end]


class _Reading:
    def __init__(self, record: Record, directory: str) -> None:
        self.record, self._directory = record, directory
        self.now = 1
        self._names: dict[str, Inode] = {}
        self._begun: dict[str, tuple[int, str]] = {}

    def inode(self, base: bytes = b"") -> Inode:
        self.record.inodes.append(made := Inode(base))
        return made

    def name(self, name: str, inode: Inode | None) -> None:
        self.record.folder.changes.append((self.now if self.now > 1 else 0, name, inode))
        if inode is None:
            self._names.pop(name, None)
        else:
            self._names[name] = inode

    def take(self, line: str) -> None:
        """A line of strace's; a call that was interrupted by others is done at its end, and begun at its beginning."""
        if not (found := _LINE.match(line)):
            return
        self.now += 1
        pid, call, rest, resumed, end = found.groups()
        begun = self.now
        if call and rest.endswith(_UNFINISHED):
            self._begun[pid] = begun, rest.removesuffix(_UNFINISHED)
            return
        if resumed:
            begun, start = self._begun.pop(pid, (begun, ""))
            call, rest = resumed, start + end
        arguments, _, result = rest.rpartition(" = ")
        if not result.startswith("-1"):
            self._done(call, arguments, result, begun)

    def _done(self, call: str, arguments: str, result: str, begun: int) -> None:
        texts = [bytes.fromhex(text.replace("\\x", "")) for text in _TEXT.findall(arguments)]
        if call == "openat":
            name = self._inside(texts[0].decode())
            if name and "O_CREAT" in arguments and name not in self._names:
                self.name(name, self.inode())
            elif name and "O_TRUNC" in arguments:
                self._names[name].writes.append((self.now, 0, None))
        elif call.startswith(("rename", "unlink")):
            names = [self._inside(text.decode()) for text in texts]
            inode = self._names.get(names[0] or "")
            if names[0]:
                self.name(names[0], None)
            if len(names) > 1 and names[1] and inode:
                self.name(names[1], inode)
        else:
            self._to_descriptor(call, arguments, texts, int(result.split(maxsplit=1)[0]), begun)

    def _to_descriptor(self, call: str, arguments: str, texts: list[bytes], result: int, begun: int) -> None:
        if not (descriptor := _FD.match(arguments)):
            return
        path = descriptor[2]
        if "\\x" in path:
            path = bytes.fromhex(path.replace("\\x", "")).decode()
        if call in {"fsync", "fdatasync"}:
            if path == self._directory:
                self.record.folder.syncs.append((self.now, begun))
            elif inode := self._names.get(self._inside(path) or ""):
                inode.syncs.append((self.now, begun))
            return
        inode = self._names.get(self._inside(path) or "")
        if inode is None:
            if not path.startswith("/") and texts:
                self.record.told.append((begun, descriptor[0], texts[0]))
        elif call == "pwrite64":
            offset = int(arguments.rpartition(", ")[2].rstrip(") "))
            inode.writes.append((self.now, offset, texts[0][:result]))
        elif call == "ftruncate":
            inode.writes.append((self.now, int(arguments.rpartition(", ")[2].rstrip(") ")), None))
        else:
            raise AssertionError(f"{call} changes {path}, and isn't replayed")

    def _inside(self, path: str) -> str | None:
        folder, _, name = path.rpartition("/")
        return name if folder == self._directory and not name.endswith("-shm") else None


def new_disk(within: Path) -> Path:
    """An empty folder for a disk that was laid out."""
    return Path(tempfile.mkdtemp(dir=within))
