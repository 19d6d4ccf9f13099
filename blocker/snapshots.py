"""Having a published list in our own form: its signed manifest first, then what of its files is needed, each checked.

Decides nothing about a manifest (`core/snapshot_manifest.py`) but in which order it is looked at: its signature before
any of its words is believed. What the web server, a cache or whoever sits between says of its own counts for nothing.
"""

import asyncio
import hashlib
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import replace
from pathlib import Path
from urllib.parse import urljoin

import structlog

from blocker.core.list_source import ListSource, SourceState
from blocker.core.ports import Clock
from blocker.core.signed_text import split
from blocker.core.snapshot_manifest import (
    MOST_BYTES,
    NAMESPACE,
    Known,
    Manifest,
    Piece,
    identity,
    known_from,
    name_in,
    parse,
    refusal,
)
from blocker.errors import SigningError, SourceError, StatusError
from blocker.supplying import fetcher_for, token_of
from blocker.syncing import Supplied

FORM = "snapshot"
"""The name of the form in which the files are written."""


Verify = Callable[[str, bytes, str, str, str], Awaitable[str]]
"""`evidence.signing.verify`."""


class Snapshots:
    """Supplies lists that are published in our own form."""

    def __init__(self, verify: Verify, clock: Clock) -> None:
        self._verify, self._clock = verify, clock

    async def supply(self, source: ListSource, state: SourceState, folder: Path) -> Supplied:
        """The whole list, or the changes that lead to it from the one that is here; see `Supplier`."""
        manifest = await self._manifest(source, folder)
        known = known_from(state.version)
        if why := refusal(manifest, known, self._clock.now()):
            raise SourceError(f"{source.origin} isn't followed: {why}")
        here = known if state.full_at is not None else None  # else the list that is known of was lost
        if here == manifest.known:
            return Supplied(None, version=state.version)
        return await self._supplied(source, manifest, here, folder)

    async def _supplied(self, source: ListSource, manifest: Manifest, known: Known | None, folder: Path) -> Supplied:
        version = str(manifest.known)
        joined = await self._changes(source, manifest.path_from(known), folder)
        if joined is not None:
            return Supplied(
                joined,
                changes=True,
                version=version,
                form=FORM,
                sha256=manifest.sha256,
                licence=manifest.licence,
            )
        whole = await self._piece(source, manifest.whole, folder)
        return Supplied(whole, version=version, form=FORM, licence=manifest.licence)

    async def _changes(self, source: ListSource, pieces: Iterable[Piece], folder: Path) -> Path | None:
        """What changed, as one file; None where nothing leads here, or not all of it is there as it was signed.

        Else one damaged file in the published folder would keep out who needs it, for as long as versions lead over it.
        """
        try:
            files = [await self._piece(source, piece, folder) for piece in pieces]
        except SourceError as error:
            if isinstance(error, StatusError) and error.retry_after:
                raise  # who wants to be left alone isn't asked for more
            structlog.get_logger("syncing").info("what changed can't be had, so the whole list is", why=str(error))
            return None
        if not files:
            return None
        joined = folder / "changes"
        await asyncio.to_thread(_join, files, joined)
        return joined

    async def _manifest(self, source: ListSource, folder: Path) -> Manifest:
        signers = await asyncio.to_thread(_signers, source)
        place = await asyncio.to_thread(_folder, folder / "manifest")
        path = await _get(source, source.origin, place, MOST_BYTES)
        text, signature = split(await asyncio.to_thread(_read, path), source.origin)
        name = identity(name_in(text))
        try:
            why = await self._verify(signature, text.encode(), signers, name, NAMESPACE)
        except SigningError as error:
            raise SourceError(f"{source.origin}: {error}") from error
        if why:
            raise SourceError(
                f"{source.origin}: its signature isn't one of those whom {source.signers} names: {why} "
                f"(as {name}; if its publisher has a new key, ask for the new line, by another way than this list)"
            )
        return parse(text)

    async def _piece(self, source: ListSource, piece: Piece, folder: Path) -> Path:
        if piece.size > source.max_bytes:
            raise SourceError(f"{source.origin}: the list has {piece.size} bytes, more than {source.max_bytes}")
        origin = beside(source.origin, piece.path)
        place = await asyncio.to_thread(_folder, folder / piece.sha256)
        path = await _get(source, origin, place, piece.size)
        if await asyncio.to_thread(_sum, path) != piece.sha256:
            raise SourceError(f"{origin} isn't the file that its publisher signed; try again later")
        return path


def beside(origin: str, path: str) -> str:
    """Where a file lies whose path is given as seen from that of another, an address or a path on this machine."""
    return urljoin(origin, path) if "://" in origin else str(Path(origin).parent / path)


async def _get(source: ListSource, origin: str, folder: Path, max_bytes: int) -> Path:
    fetcher = fetcher_for(replace(source, max_bytes=max_bytes))
    had = await fetcher.get(origin, folder, token=await token_of(source))
    if had.file is None:
        raise SourceError(f"{origin} answers as if it had been asked for what is new")
    return had.file


def _signers(source: ListSource) -> str:
    if not source.signers:
        raise SourceError(
            f"{source.slug}: whose signature counts? Put the line that its publisher gives out into a file, and its "
            f"path into [sources.{source.slug}] as signers"
        )
    try:
        return Path(source.signers).read_text(encoding="utf-8")
    except OSError as error:
        why = error.strerror
        raise SourceError(f"{source.signers}: those who may sign {source.slug} can't be read: {why}") from error
    except UnicodeDecodeError as error:
        raise SourceError(f"{source.signers}: those who may sign {source.slug} can't be read: no UTF-8 text") from error


def _folder(path: Path) -> Path:
    path.mkdir()
    return path


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise SourceError(f"{path} can't be read: {error.strerror}") from error


def _sum(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise SourceError(f"{path} can't be read: {error.strerror}") from error


def _join(files: list[Path], joined: Path) -> None:
    with joined.open("xb") as target:
        for file in files:
            target.write(file.read_bytes())
