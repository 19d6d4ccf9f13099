"""Publishing a list of one's own: the reports of its members, merged, signed, and laid out for any web server.

Decides which reports count, which version it is and which files are offered. How reports are merged is decided in
`core/merged_reports.py`; where they lie and how files are written is an adapter's business. Whoever has the folder that
is published can serve it, and can't change a word of it without that being seen.
"""

import hashlib
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, timedelta
from typing import Protocol

from blocker.core import member_report, snapshot, snapshot_manifest
from blocker.core.community import Rated
from blocker.core.listing import Target
from blocker.core.member_report import MemberReport
from blocker.core.merged_reports import ListSettings, Material, merged
from blocker.core.ports import Clock
from blocker.core.signed_text import join, split
from blocker.core.snapshot_manifest import MOST_DELTAS, NAMESPACE, Manifest, Piece
from blocker.errors import SourceError


@dataclass(frozen=True, slots=True)
class Published:
    """What was published."""

    manifest: Manifest
    new: int
    """Numbers and prefixes that weren't on the list before."""
    gone: int
    members: int
    """Whose reports counted."""
    refused: tuple[str, ...]
    """Reports that don't count, each with why."""


class Outlet(Protocol):
    """The folder that is published."""

    def manifest(self) -> bytes:
        """The one that is there; empty where there is none. Raises SourceError."""
        ...

    def file(self, piece: Piece) -> bytes:
        """A file of the list; raises SourceError."""
        ...

    def replace(self, manifest: bytes, files: Mapping[str, bytes], keep: Iterable[str]) -> None:
        """Put files there by their paths, then the manifest, all durable; then take away what isn't to be kept."""
        ...


class Keys(Protocol):
    """The publisher's key."""

    async def sign(self, data: bytes, namespace: str) -> str: ...

    def allowed_signers(self, namespaces: list[str]) -> str: ...

    async def ready(self) -> None: ...


Verify = Callable[[str, bytes, str, str, str], Awaitable[str]]
"""`evidence.signing.verify`."""


class Publisher:
    """Publishes one list."""

    def __init__(self, outlet: Outlet, keys: Keys, verify: Verify, clock: Clock) -> None:
        self._outlet, self._keys, self._verify, self._clock = outlet, keys, verify, clock

    async def publish(self, material: Material) -> Published:
        """Make the next version where something changed, else sign the present one for longer.

        Raises:
            SourceError: what was published before can't be used to go on from.
            SigningError: nothing can be signed.
        """
        settings, now = material.settings, self._clock.now()
        await self._keys.ready()
        there = await self._present(settings)
        before = self._items(there) if there else {}
        known = material.known
        # Of an old copy that was put back only remains since when what it has is listed.
        old = None if there and known and there.version < known.version else there
        reports, refused = await self._reports(material)
        today = now.astimezone(UTC).date()
        items = merged(reports, settings.terms, material.rectified, before, today)
        files: dict[str, bytes] = {}
        if old is not None and items == before:
            version, sha256, pieces = old.version, old.sha256, (old.whole, *old.deltas)
        else:
            version = max(old.version if old else 0, known.version if known else 0) + 1
            whole = snapshot.list_file(settings.name, version, items)
            sha256, pieces = whole.sha256, (_piece(snapshot.encode(whole), files),)
            if old is not None and old.version == version - 1:
                delta = snapshot.encode(snapshot.list_file(settings.name, version, items, before))
                pieces = (*pieces, *_worth_it(pieces[0], (_piece(delta, files), *old.deltas)))
        manifest = Manifest(
            list=settings.name,
            version=version,
            published=now.replace(microsecond=0),
            expires=now.replace(microsecond=0) + timedelta(days=settings.days_valid),
            numbers=sum(not target.is_prefix for target in items),
            prefixes=sum(target.is_prefix for target in items),
            sha256=sha256,
            whole=pieces[0],
            deltas=pieces[1:],
            licence=settings.licence,
            contact=settings.contact,
        )
        text = manifest.text()
        signature = await self._keys.sign(text.encode(), NAMESPACE)
        kept = {piece.path for each in (manifest, old) if each for piece in (each.whole, *each.deltas)}
        self._outlet.replace(join(text, signature), files, kept)
        counted = len({report.reporter for report in reports})
        return Published(
            manifest, len(items.keys() - before.keys()), len(before.keys() - items.keys()), counted, refused
        )

    async def _present(self, settings: ListSettings) -> Manifest | None:
        """What lies in the folder, an old copy of it perhaps; None where it is empty."""
        raw = self._outlet.manifest()
        if not raw:
            return None
        text, signature = split(raw, snapshot_manifest.MANIFEST)
        signers, name = self._keys.allowed_signers([NAMESPACE]), snapshot_manifest.identity(settings.name)
        if why := await self._verify(signature, text.encode(), signers, name, NAMESPACE):
            raise SourceError(
                f"the folder to publish in holds a {snapshot_manifest.MANIFEST} that this key didn't sign for "
                f"“{settings.name}”: {why} (give an empty folder, or the key that it was signed with)"
            )
        return snapshot_manifest.parse(text)

    def _items(self, manifest: Manifest) -> dict[Target, Rated]:
        raw = self._outlet.file(manifest.whole)
        if hashlib.sha256(raw).hexdigest() != manifest.whole.sha256:
            raise SourceError(f"{manifest.whole.path} was changed since it was published (take the folder away)")
        file, _ = snapshot.decode(raw)
        return {item.target: item for item in file.items()}

    async def _reports(self, material: Material) -> tuple[list[MemberReport], tuple[str, ...]]:
        reports, refused = [], []
        for name, raw in material.reports.items():
            try:
                reports.append(await self._report(raw, material))
            except SourceError as error:
                refused.append(f"{name}: {error}")
        return reports, tuple(refused)

    async def _report(self, raw: bytes, material: Material) -> MemberReport:
        """A report whose signature is good, of somebody who may report.

        Raises:
            SourceError: it isn't; says why.
        """
        if len(raw) > member_report.MOST_BYTES:
            raise SourceError(f"it has more than {member_report.MOST_BYTES} bytes")
        text, signature = split(raw, "the report")
        reporter = member_report.reporter_in(text)
        line = material.reporters.get(reporter)
        if line is None:
            raise SourceError(f"{reporter} isn't among those who may report")
        if why := await self._verify(signature, text.encode(), line, reporter, member_report.NAMESPACE):
            raise SourceError(f"its signature isn't good: {why}")
        report = member_report.parse(text)
        if report.list != material.settings.name:
            raise SourceError(f"it is for the list “{report.list}”")
        if report.made.monday > self._clock.now().astimezone(UTC).date() + timedelta(weeks=1):
            raise SourceError(
                f"it says that it was made in {report.made}, which is to come: that household's clock is wrong"
            )
        return report


def _piece(raw: bytes, files: dict[str, bytes]) -> Piece:
    piece = Piece(hashlib.sha256(raw).hexdigest(), len(raw))
    files[piece.path] = raw
    return piece


def _worth_it(whole: Piece, deltas: Iterable[Piece]) -> tuple[Piece, ...]:
    """The deltas that together weigh no more than the whole list, from the newest on."""
    kept: tuple[Piece, ...] = ()
    for piece in deltas:
        kept = (*kept, piece)
        if sum(each.size for each in kept) > whole.size or len(kept) > MOST_DELTAS:
            return kept[:-1]
    return kept
