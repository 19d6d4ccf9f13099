"""Signatures by `ssh-keygen -Y`: making one, checking one, and the key that is made on first use.

Decides which key signs and what each failure of ssh-keygen means for the household. Doesn't decide what is signed:
seals (`filing/sealing.py`) and packs do. The tool is OpenSSH's own, so that whoever checks a signature needs nothing of
ours. Source: ssh-keygen(1), and `PROTOCOL.sshsig` of OpenSSH.

Nobody is ever asked for a passphrase: a key that has one signs through ssh-agent (`SSH_AUTH_SOCK`), as does one whose
public half alone is configured; a hardware token likewise, or by a touch in time.
"""

import asyncio
import os
import re
import shutil
import tempfile
from collections.abc import Collection
from pathlib import Path
from typing import NamedTuple

from blocker.errors import SigningError

OWN_KEY = "evidence_ed25519"
"""The key that is made on first use, in the folder for keys."""

SECONDS = 20.0
"""How long one run of ssh-keygen may take: long enough to touch a token."""

MAX_KEY_FILE = 64 * 1024

_PUBLIC = re.compile(r"([a-z0-9][a-z0-9@.-]{0,63} [A-Za-z0-9+/]{16,16384}={0,3})(?:[ \t][^\n]*)?\n?")
_IDENTITY = re.compile(r"[A-Za-z0-9._+-]+@[A-Za-z0-9.-]+")
_NAMESPACE = re.compile(r"[a-z0-9][a-z0-9@.-]{0,63}")

_INSTALL = "install OpenSSH's client, 8.2 or newer: on Debian, apt install openssh-client"

_SIGNING_FAILS = {
    "are too open": "others may read it, so that ssh-keygen won't use it (chmod 600 it)",
    "bad permissions": "others may read it, so that ssh-keygen won't use it (chmod 600 it)",
    "incorrect passphrase": "it has a passphrase, and nobody is there to type it (load it into an ssh-agent, and start "
    "the service with that agent's SSH_AUTH_SOCK, or use a key without one)",
    "No private key found": "its private half is neither beside it nor in an ssh-agent (load it into one, and start "
    "the service with that agent's SSH_AUTH_SOCK)",
    "agent refused operation": "the ssh-agent that holds it refuses to sign (does it wait for somebody to confirm?)",
    "Permission denied": "it may not be read by this user (the service has a user of its own)",
    "No such file": "it isn't there, or is no key (is its path right?)",
    "doesn't match private": "the file .pub beside it belongs to another key (take it away)",
    "device not found": "its hardware token isn't plugged in",
}
_CHECKING_FAILS = {
    "namespace does not match": "it was made for another purpose",
    "incorrect signature": "it is a signature of something else",
    "not permitted for use": "its key may not sign for this purpose",
    "sshsig_armor": "it is no signature of ssh-keygen",
    "invalid format": "it is no signature of ssh-keygen",
}
_TOO_OLD = ("unknown option", "illegal option", "invalid option", "Unsupported operation", "usage:")


class _Ran(NamedTuple):
    status: int
    output: str
    complaint: str


class Signer:
    """The household's key."""

    def __init__(self, key: Path | None, keys_dir: Path, identity: str) -> None:
        """Which key it is.

        Args:
            key: a private key, or the public one of a key that an agent or a token holds; None for one of its own.
            keys_dir: where its own key is made, mode 0700.
            identity: who signs, as `allowed_signers` is to name it.
        """
        self._key, self._keys_dir, self._identity = key, keys_dir, identity
        self._public = ""
        self._one_at_a_time = asyncio.Lock()

    @property
    def path(self) -> Path:
        """The file that ssh-keygen is told to sign with."""
        return self._key or self._keys_dir / OWN_KEY

    async def ready(self) -> None:
        """See that there is a key, and make one where it is to be one of its own; an existing one is never replaced.

        Raises:
            SigningError: there is none, or it can't be used; the message says why.
        """
        async with self._one_at_a_time:
            if not await asyncio.to_thread(self.path.exists):
                await self._make()
            self._public = await self._read_public()

    async def sign(self, data: bytes, namespace: str) -> str:
        """A signature as ssh-keygen writes it, armoured, with its LFs; checked before it is handed out.

        Raises:
            SigningError: none could be made; the message says why.
        """
        await self.ready()
        arguments = ("-Y", "sign", "-q", "-P", "", "-n", namespace, "-f", str(self.path))
        ran = await _ssh_keygen(*arguments, stdin=data)
        if ran.status:
            raise self._cannot(ran)
        if why := await verify(ran.output, data, self.allowed_signers([namespace]), self._identity, namespace):
            raise SigningError(f"{self.path}: what ssh-keygen signed with it doesn't verify: {why}")
        return ran.output

    async def public_key(self) -> str:
        """The public half, one line in OpenSSH's form, without comment and LF; raises as `ready` does."""
        await self.ready()
        return self._public

    def allowed_signers(self, namespaces: Collection[str]) -> str:
        """The line with which ssh-keygen knows this key, with its LF; to be had once it is `ready`."""
        return allowed_signers_line(self._identity, self._public, namespaces)

    async def _make(self) -> None:
        own = self._keys_dir / OWN_KEY
        if self._key is not None:
            raise SigningError(f"{self._key}: this key isn't there (correct `key` in [seals], or make it: ssh-keygen)")
        if await asyncio.to_thread(_beside(own).exists):
            raise SigningError(
                f"{own}: the private key is gone, though {OWN_KEY}.pub beside it says that there was one (put it back "
                f"from a backup; or, to sign with a new key from now on, move {OWN_KEY}.pub away: what the old one "
                "signed still verifies)"
            )
        making = self._keys_dir / "being-made"
        try:
            await asyncio.to_thread(_empty, making)
            ran = await _ssh_keygen("-q", "-t", "ed25519", "-N", "", "-C", "", "-f", str(making / OWN_KEY))
            if ran.status:
                raise SigningError(f"{own}: no key could be made: {_last_line(ran.complaint)}")
            await asyncio.to_thread(_put_in_place, making, own)
        except OSError as error:
            raise SigningError(
                f"{own}: no key could be made: {error.strerror} (the data directory must be writable)"
            ) from error

    async def _read_public(self) -> str:
        """As ssh-keygen itself looks for it: in the file, in the one with .pub behind its name, in the private key."""
        for path in (self.path, _beside(self.path)):
            if public := await asyncio.to_thread(_public_in, path):
                return public
        ran = await _ssh_keygen("-y", "-P", "", "-f", str(self.path))
        if ran.status or not (found := _PUBLIC.fullmatch(ran.output)):
            raise self._cannot(ran)
        return found[1]

    def _cannot(self, ran: _Ran) -> SigningError:
        why = _meaning(ran.complaint, _SIGNING_FAILS) or f"ssh-keygen says “{_last_line(ran.complaint)}”"
        return SigningError(f"{self.path}: nothing can be signed with this key: {why}")


async def verify(signature: str, data: bytes, allowed_signers: str, identity: str, namespace: str) -> str:
    """Check a signature: empty where it is good, else why it isn't, as the end of a sentence.

    Args:
        signature: as ssh-keygen wrote it.
        data: what should have been signed.
        allowed_signers: the text of such a file: who may sign, with which key, for what.
        identity: who should have signed.
        namespace: for what.

    Raises:
        SigningError: it can't be checked here, for instance where there is no ssh-keygen.
    """
    try:
        folder = Path(await asyncio.to_thread(tempfile.mkdtemp, prefix="blocker-"))
        try:
            await asyncio.to_thread(_write, folder, signature, allowed_signers)
            files = ("-f", str(folder / "allowed_signers"), "-s", str(folder / "signature"))
            ran = await _ssh_keygen("-Y", "verify", *files, "-I", identity, "-n", namespace, stdin=data)
        finally:
            await asyncio.to_thread(shutil.rmtree, folder, ignore_errors=True)
    except OSError as error:
        raise SigningError(f"no signature can be checked: {error.strerror} (is there room in /tmp?)") from error
    if not ran.status:
        return ""
    return _meaning(ran.complaint, _CHECKING_FAILS) or "it is by another key, or in another name"


def allowed_signers_line(identity: str, public_key: str, namespaces: Collection[str]) -> str:
    """One line of an `allowed_signers` file, with its LF: this identity may sign with this key, for these purposes.

    Raises:
        SigningError: one of them has a form that could make another line of it.
    """
    well_formed = _IDENTITY.fullmatch(identity) and _PUBLIC.fullmatch(public_key) and "\n" not in public_key
    if not well_formed or not namespaces or not all(map(_NAMESPACE.fullmatch, namespaces)):
        raise SigningError("an identity, a public key or a purpose isn't written as ssh-keygen takes it")
    return f'{identity} namespaces="{",".join(namespaces)}" {public_key}\n'


async def _ssh_keygen(*arguments: str, stdin: bytes = b"") -> _Ran:
    quiet = {key: text for key, text in os.environ.items() if key not in {"DISPLAY", "SSH_ASKPASS"}}
    try:
        process = await asyncio.create_subprocess_exec(
            "ssh-keygen",
            *arguments,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            env=quiet | {"LC_ALL": "C", "SSH_ASKPASS_REQUIRE": "never"},
            start_new_session=True,  # away from the terminal, on which it would ask for a passphrase
        )
    except FileNotFoundError:
        raise SigningError(f"there is no ssh-keygen on this machine ({_INSTALL})") from None
    except OSError as error:
        raise SigningError(f"ssh-keygen can't be run: {error.strerror} ({_INSTALL})") from error
    try:
        async with asyncio.timeout(SECONDS):
            output, complaint = await process.communicate(stdin)
    except TimeoutError:
        raise SigningError(f"ssh-keygen didn't end within {SECONDS:g} s (does a token wait to be touched?)") from None
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    ran = _Ran(process.returncode or 0, output.decode("utf-8", "replace"), complaint.decode("utf-8", "replace"))
    if ran.status and any(sign in ran.complaint for sign in _TOO_OLD):
        raise SigningError(f"the ssh-keygen of this machine is too old to sign anything ({_INSTALL})")
    return ran


def _meaning(complaint: str, known: dict[str, str]) -> str:
    return next((meaning for sign, meaning in known.items() if sign in complaint), "")


def _last_line(complaint: str) -> str:
    return complaint.strip().rpartition("\n")[2] or "nothing"


def _beside(path: Path) -> Path:
    return path.with_name(f"{path.name}.pub")


def _public_in(path: Path) -> str:
    """The public key in a file; empty where there is none, or it is a private one."""
    try:
        with path.open(encoding="utf-8") as file:
            found = _PUBLIC.fullmatch(file.read(MAX_KEY_FILE))
    except (OSError, UnicodeDecodeError):
        return ""
    return found[1] if found else ""


def _empty(folder: Path) -> None:
    """Make a folder that is empty; what a crash left in it was never used."""
    folder.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(mode=0o700)


def _put_in_place(making: Path, own: Path) -> None:
    """Both halves, the private one first; on the disk on return. A link never replaces what is there."""
    for new, place in ((making / own.name, own), (_beside(making / own.name), _beside(own))):
        descriptor = os.open(new, os.O_RDONLY | os.O_CLOEXEC)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        os.link(new, place)
    shutil.rmtree(making)
    folder = os.open(own.parent, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _write(folder: Path, signature: str, allowed_signers: str) -> None:
    (folder / "signature").write_text(signature, encoding="utf-8", errors="replace")
    (folder / "allowed_signers").write_text(allowed_signers, encoding="utf-8")
