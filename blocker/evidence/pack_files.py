"""A pack as files: built beside its place, and put there whole or not at all, as a folder or a zip file.

Implements the section “Files” of `docs/spec/evidence-pack.md`: names, `MANIFEST`, what becomes of a seal. Decides
nothing about which entries go in (`core/pack.py`). Calls here block: only a command that makes a pack uses them.
"""

import contextlib
import hashlib
import os
import re
import shutil
import tempfile
import zipfile
from collections.abc import Callable, Iterable, Iterator
from importlib.resources import files
from pathlib import Path
from typing import IO

from blocker.core.seal import NAMESPACE, Seal, Stamp, Token, head_line
from blocker.errors import UsageError
from blocker.evidence.signing import allowed_signers_line
from blocker.outfolder import made_where_missing

PACK_NAMESPACE = "evidence-pack@blocker"
"""What the signature of a MANIFEST is for."""

MANIFEST = "MANIFEST"
CERTIFICATES = ("tsa-chain.pem", "tsa-chain.2.pem")
TOKENS = ("MANIFEST.tsr", "MANIFEST.2.tsr")

_ZIP_TIME = (1980, 1, 1, 0, 0, 0)
_CHUNK = 1 << 20


def verify_script() -> bytes:
    """`verify.sh`, the same for every pack."""
    return (files("blocker.evidence") / "pack" / "verify.sh").read_bytes()


def content_name(n: int) -> str:
    """The file of a content."""
    return f"contents/{n:09d}.json"


def proof_name(sha256: str, name: str) -> str:
    """The file of a proof."""
    return f"proofs/{sha256}-{re.sub(r'[^A-Za-z0-9._-]', '_', name)[:80]}"


def stamp_commands(data: str, token: str, certificates: str, gen_time: float) -> str:
    """How a token is checked by hand: now, and as of its own time once the authority's certificate has run out."""
    command = f"openssl ts -verify -data {data} -in {token} -CAfile {certificates} -untrusted {certificates}"
    return f"{command}\n{command} -attime {int(gen_time)}\n"


def seal_files(seals: Iterable[Seal], stamps: Iterable[Stamp]) -> dict[str, bytes]:
    """The files in `seals/`, by name.

    Raises:
        SigningError: a seal's identity or key can't stand in an `allowed_signers`.
    """
    found: dict[str, bytes] = {}
    signers: dict[str, None] = {}
    commands = []
    for seal in seals:
        name = f"seals/{seal.n:09d}"
        found |= {f"{name}.head": head_line(seal.head), f"{name}.sig": seal.signature.encode()}
        signers[allowed_signers_line(seal.identity, seal.public_key, [NAMESPACE])] = None
        verify = f"ssh-keygen -Y verify -f seals/allowed_signers -I {seal.identity} -n {NAMESPACE}"
        commands.append(f"{verify} -s {name}.sig < {name}.head\n")
    for stamp in stamps:
        head, name = f"seals/{stamp.seal:09d}.head", f"seals/{stamp.seal:09d}-{stamp.n:09d}"
        found[f"{name}.tsr"] = stamp.token.reply
        if stamp.token.certificates is not None:
            found[f"{name}.pem"] = stamp.token.certificates.encode()
        commands.append(stamp_commands(head, f"{name}.tsr", f"{name}.pem", stamp.token.gen_time.timestamp()))
    if found:
        found["seals/allowed_signers"] = "".join(signers).encode()
        found["seals/commands.txt"] = "".join(commands).encode()
    return found


class PackFiles:
    """A pack that is being built; make one with `building`."""

    def __init__(self, folder: Path, out: Path, *, zipped: bool) -> None:
        self._folder, self._out, self._zipped = folder, out, zipped
        self._sums: dict[str, str] = {}

    @property
    def name(self) -> str:
        """What it is called: the folder's name, or the zip file's without its ending."""
        return self._out.stem if self._zipped else self._out.name

    @property
    def folder(self) -> Path:
        """Where it is being built."""
        return self._folder

    def add(self, name: str, data: bytes) -> None:
        """Add a file."""
        with self.sink(name) as write:
            write(data)

    def copy(self, name: str, source: Path) -> None:
        """Add a copy of a file."""
        with source.open("rb") as read, self.sink(name) as write:
            while chunk := read.read(_CHUNK):
                write(chunk)

    @contextlib.contextmanager
    def sink(self, name: str) -> Iterator[Callable[[bytes], object]]:
        """Add a file piece by piece."""
        path, digest = self._folder / name, hashlib.sha256()
        path.parent.mkdir(exist_ok=True)
        with path.open("xb") as file:

            def write(data: bytes) -> None:
                digest.update(data)
                file.write(data)

            yield write
            _sync(file)
        self._sums[name] = digest.hexdigest()

    def manifest(self) -> bytes:
        """Write `MANIFEST` over everything added so far; returns its bytes. What is added afterwards isn't in it."""
        lines = [f"{self._sums[name]}  {name}\n" for name in sorted(self._sums)]
        data = "".join(lines).encode("ascii")
        self.add(MANIFEST, data)
        return data

    def stamped(self, tokens: Iterable[tuple[int, Token]]) -> None:
        """Add the tokens on MANIFEST, each with the place of its authority in the configuration, and their commands."""
        commands = []
        for place, token in tokens:
            self.add(TOKENS[place], token.reply)
            gen_time = token.gen_time.timestamp()
            commands.append(stamp_commands(MANIFEST, TOKENS[place], CERTIFICATES[place], gen_time))
        if commands:
            self.add("MANIFEST.tsr.txt", "".join(commands).encode())

    def finish(self) -> None:
        """Nothing more is added: for a zip file, write it, still beside its place."""
        if not self._zipped:
            return
        with _zip_of(self._folder).open("xb") as file:
            with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
                for name in sorted(self._sums):
                    entry = zipfile.ZipInfo(f"{self.name}/{name}", _ZIP_TIME)
                    entry.create_system, entry.external_attr = 3, 0o100644 << 16
                    entry.compress_type = zipfile.ZIP_DEFLATED
                    path = self._folder / name
                    entry.file_size = path.stat().st_size
                    with path.open("rb") as source, archive.open(entry, "w") as target:
                        shutil.copyfileobj(source, target, _CHUNK)
            _sync(file)

    def publish(self) -> None:
        """Put it in its place."""
        (_zip_of(self._folder) if self._zipped else self._folder).replace(self._out)
        descriptor = os.open(self._out.parent, os.O_RDONLY | os.O_CLOEXEC)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


@contextlib.contextmanager
def building(out: Path, *, zipped: bool) -> Iterator[PackFiles]:
    """A pack to be filled, finished and published; whatever isn't published leaves nothing behind.

    Args:
        out: the folder that is to hold it, which isn't there or is empty; or the zip file, which isn't there.
        zipped: whether it is to be a zip file.

    Raises:
        UsageError: it can't be put there, or there is no room.
    """
    out = Path(os.path.abspath(out))  # noqa: PTH100  (as typed: a link to a folder stays what it is)
    try:
        refuse_if_taken(out, zipped=zipped)
        with made_where_missing(out.parent):
            folder = Path(tempfile.mkdtemp(prefix=f".{out.name}.", dir=out.parent))
            try:
                yield PackFiles(folder, out, zipped=zipped)
            finally:
                _zip_of(folder).unlink(missing_ok=True)
                shutil.rmtree(folder, ignore_errors=True)
    except (FileExistsError, NotADirectoryError) as error:
        raise UsageError(f"{out} is taken, or leads through a file (name another folder with --out)") from error
    except OSError as error:
        raise UsageError(f"the pack can't be written to {out}: {error.strerror} (nothing of it was left)") from error


def refuse_if_taken(out: Path, *, zipped: bool) -> None:
    """See that a pack may be put there.

    Raises:
        UsageError: something is there already.
    """
    if zipped and (out.exists() or out.is_symlink()):
        raise UsageError(f"{out} is there already (packs are never overwritten: name another file with --out)")
    if not zipped and out.is_dir() and any(out.iterdir()):
        raise UsageError(f"{out} isn't empty (a pack has a folder of its own: name another one with --out)")
    if not zipped and not out.is_dir() and (out.exists() or out.is_symlink()):
        raise UsageError(f"{out} is a file (name a folder with --out)")


def _zip_of(folder: Path) -> Path:
    return folder.with_name(f"{folder.name}.zip")


def _sync(file: IO[bytes]) -> None:
    file.flush()
    os.fsync(file.fileno())
