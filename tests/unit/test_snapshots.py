"""Promises about following a published list: nobody but its publisher changes it, and nobody turns it back."""

import random
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from fakes.published import NAME, Club
from fakes.ssh import make_key

from blocker import snapshots
from blocker.core.list_schedule import forgotten
from blocker.core.list_source import Kind, ListSource, SourceState
from blocker.core.signed_text import join, split
from blocker.core.snapshot import decode
from blocker.core.snapshot_manifest import MANIFEST, NAMESPACE, Manifest, identity, parse
from blocker.errors import SourceError, StatusError
from blocker.evidence.signing import Signer, verify
from blocker.snapshots import Snapshots, beside
from blocker.syncing import Supplied

MANY = [f"+3225{place:06}" for place in random.Random(6).sample(range(1_000_000), 300)]  # noqa: S311  (no secret)
ONE = "+3225551234"


@pytest.fixture
async def club(tmp_path: Path) -> Club:
    made = Club(tmp_path)
    await made.begin()
    await made.version(*MANY)
    return made


class Follower:
    """Remembers what it had, as the sync does."""

    def __init__(self, club: Club, folder: Path) -> None:
        self._club, self._folder, self._tries = club, folder, 0
        self.state = SourceState()
        self.source = ListSource(
            "club", "club", club.origin, "snapshot", kind=Kind.SNAPSHOT, signers=str(club.signers), on=True
        )

    async def supply(self) -> Supplied:
        self._tries += 1
        folder = self._folder / f"try-{self._tries}"
        folder.mkdir()
        supplied = await Snapshots(verify, self._club.clock).supply(self.source, self.state, folder)
        full_at = self.state.full_at if supplied.changes else datetime(2026, 11, 20, tzinfo=UTC)
        self.state = SourceState(version=supplied.version, full_at=full_at)
        return supplied


@pytest.fixture
def follower(club: Club, tmp_path: Path) -> Follower:
    return Follower(club, tmp_path)


def manifest(club: Club) -> Manifest:
    return parse(split((club.out / MANIFEST).read_bytes(), MANIFEST).text)


async def test_the_whole_list_then_what_changed(club: Club, follower: Follower) -> None:
    """The whole list comes first; then nothing, or the changes of all versions that were missed, with their sum."""
    first = await follower.supply()
    assert (first.changes, first.form, first.licence) == (False, "snapshot", "CC-BY-4.0")
    assert (await follower.supply()).file is None
    await club.version(*MANY, ONE)
    await club.version(*MANY[1:], ONE)
    supplied = await follower.supply()
    assert (supplied.changes, supplied.licence) == (True, "CC-BY-4.0")
    assert supplied.sha256 == manifest(club).sha256
    assert supplied.file is not None
    second, rest = decode(supplied.file.read_bytes())
    third, end = decode(rest)
    assert [(file.base, file.version) for file in (second, third)] == [(1, 2), (2, 3)]
    assert not end


async def test_a_list_that_was_lost_is_had_whole(club: Club, follower: Follower) -> None:
    """Where the list of before isn't here any more, the whole comes, and an older one still doesn't."""
    first = (club.out / MANIFEST).read_bytes()
    await club.version(*MANY, ONE)
    await follower.supply()
    await club.version(*MANY)
    follower.state = forgotten(follower.state)
    assert not (await follower.supply()).changes
    follower.state = forgotten(follower.state)
    (club.out / MANIFEST).write_bytes(first)
    with pytest.raises(SourceError, match=r"version 1, older than version 3"):
        await follower.supply()


async def test_who_missed_too_much_has_it_whole(club: Club, follower: Follower) -> None:
    """Changes that together weigh more than the list aren't offered, and the whole list comes instead."""
    await follower.supply()
    for day in range(9):
        await club.version(*MANY[day:], ONE)
    assert len(manifest(club).deltas) < 9
    assert not (await follower.supply()).changes


async def test_an_older_list_is_refused(club: Club, follower: Follower) -> None:
    """A server that shows an older list, though it is signed, is refused."""
    old = (club.out / MANIFEST).read_bytes()
    await club.version(*MANY, ONE)
    await follower.supply()
    (club.out / MANIFEST).write_bytes(old)
    with pytest.raises(SourceError, match=r"version 1, older than version 2"):
        await follower.supply()


async def test_a_list_whose_time_is_over_is_refused(club: Club, follower: Follower) -> None:
    """A list that its publisher hasn't signed anew in time is refused: newer ones may be held back."""
    club.clock.pass_time(timedelta(days=13))
    await follower.supply()
    club.clock.pass_time(timedelta(days=1))
    with pytest.raises(SourceError, match="holds the newer ones back"):
        await follower.supply()


async def test_two_lists_of_one_version(club: Club, follower: Follower) -> None:
    """A publisher who gives different households different lists of one version is found out."""
    await follower.supply()
    present = manifest(club)
    await club.resign(present.text().replace(present.sha256, "ab" * 32))
    with pytest.raises(SourceError, match="two different lists of version 1"):
        await follower.supply()


async def test_another_list_of_the_same_publisher(club: Club, follower: Follower) -> None:
    """A list doesn't become another one, though somebody whom the household trusts signed it."""
    await follower.supply()
    signer = Signer(None, club.folder / "keys", identity("other"))
    await signer.ready()
    club.signers.write_text(club.signers.read_text() + signer.allowed_signers([NAMESPACE]))
    text = manifest(club).text().replace(NAME, "other")
    (club.out / MANIFEST).write_bytes(join(text, await signer.sign(text.encode(), NAMESPACE)))
    with pytest.raises(SourceError, match="the list “other”, and was “belgian-club” before"):
        await follower.supply()


@pytest.mark.parametrize(
    ("before", "after"), [(b"version 1", b"version 9"), (b"numbers 300", b"numbers 301"), (b"mailto", b"mailtx")]
)
async def test_a_changed_manifest(club: Club, follower: Follower, before: bytes, after: bytes) -> None:
    """A manifest of which anybody changed a word is refused."""
    raw = (club.out / MANIFEST).read_bytes()
    assert before in raw
    (club.out / MANIFEST).write_bytes(raw.replace(before, after))
    with pytest.raises(SourceError, match="signature of something else"):
        await follower.supply()


async def test_a_stranger_signed(club: Club, follower: Follower, tmp_path: Path) -> None:
    """A list that somebody else signed is refused, and the message says how a new key becomes known."""
    make_key(tmp_path / "strange")
    signer = Signer(tmp_path / "strange", tmp_path, identity(NAME))
    text = manifest(club).text()
    (club.out / MANIFEST).write_bytes(join(text, await signer.sign(text.encode(), NAMESPACE)))
    with pytest.raises(SourceError, match="if its publisher has a new key"):
        await follower.supply()


async def test_a_signature_for_another_purpose(club: Club, follower: Follower) -> None:
    """What the publisher's key signed for something else doesn't make a list."""
    key = await Signer(None, club.folder / "keys", identity(NAME)).public_key()
    club.signers.write_text(f'{identity(NAME)} namespaces="{NAMESPACE},other@blocker" {key}\n')
    text = manifest(club).text()
    signer = Signer(None, club.folder / "keys", identity(NAME))
    (club.out / MANIFEST).write_bytes(join(text, await signer.sign(text.encode(), "other@blocker")))
    with pytest.raises(SourceError, match="another purpose"):
        await follower.supply()


async def test_a_changed_file(club: Club, follower: Follower) -> None:
    """A file that isn't the one which was signed is refused, whether it is as long or longer."""
    path = club.out / manifest(club).whole.path
    raw = path.read_bytes()
    for wrong, why in (
        (raw[:-1] + b"?", "isn't the file"),
        (raw + b"?", "has more than"),
        (raw[:-1], "isn't the file"),
    ):
        path.write_bytes(wrong)
        with pytest.raises(SourceError, match=why):
            await follower.supply()
    path.unlink()
    with pytest.raises(SourceError, match="is no file"):
        await follower.supply()


async def test_a_change_that_was_damaged(club: Club, follower: Follower) -> None:
    """Where the file of what changed isn't there as it was signed, the whole list is had in its place."""
    for damage in (Path.unlink, lambda path: path.write_bytes(path.read_bytes()[:-1] + b"?")):
        await follower.supply()
        await club.version(*MANY, ONE) if damage is Path.unlink else await club.version(*MANY)
        damage(club.out / manifest(club).deltas[0].path)
        supplied = await follower.supply()
        assert not supplied.changes
        assert supplied.file is not None
        assert supplied.file.read_bytes() == (club.out / manifest(club).whole.path).read_bytes()


async def test_a_server_that_wants_to_be_left_alone(
    club: Club, follower: Follower, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where it says so when asked for what changed, it isn't asked for the whole list instead."""
    await follower.supply()
    await club.version(*MANY, ONE)
    asked, get = [], snapshots._get

    async def busy(source: ListSource, origin: str, *more: Any) -> Path:
        asked.append(origin)
        if origin == club.origin:
            return await get(source, origin, *more)
        raise StatusError(f"{origin} answered 503", 503, retry_after=60)

    monkeypatch.setattr(snapshots, "_get", busy)
    with pytest.raises(StatusError, match="answered 503"):
        await follower.supply()
    assert asked == [club.origin, str(club.out / manifest(club).deltas[0].path)]


@pytest.mark.parametrize(
    ("signers", "why"),
    [
        ("", "whose signature counts"),
        ("nowhere", r"can't be read: No such file or directory$"),
        ("empty", "isn't one of those"),
    ],
)
async def test_whose_signature_counts_must_be_said(
    club: Club, follower: Follower, tmp_path: Path, signers: str, why: str
) -> None:
    """Without the line of its publisher no list is followed: whoever answers first isn't trusted."""
    (tmp_path / "empty").write_text("")
    follower.source = ListSource(
        "club", "club", club.origin, "snapshot", signers=str(tmp_path / signers) if signers else ""
    )
    with pytest.raises(SourceError, match=why):
        await follower.supply()


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (("blocker-list/1", "blocker-list/2"), "newer"),
        (("version 1\n", "version 01\n"), "no whole number"),
        (("version 1\n", "version 0\n"), "isn't written"),
        (("2026-12-05T09", "2026-12-32T09"), "no time"),
        (("licence CC", "license CC"), "“licence …” should stand here"),
        (("whole ", "whole x"), "the sum and the size"),
        (("numbers 300\n", "numbers 300\nnumbers 300\n"), "“prefixes …” should stand here"),
        (("contact mailto:list@example.org\n", "contact mailto:list@example.org\nmore\n"), "nothing should stand"),
    ],
)
async def test_a_manifest_that_is_not_as_its_form_wants(
    club: Club, follower: Follower, change: tuple[str, str], why: str
) -> None:
    """A manifest is read strictly, however well it is signed, and the error names the line."""
    text = manifest(club).text()
    assert change[0] in text
    await club.resign(text.replace(*change))
    with pytest.raises(SourceError, match=why):
        await follower.supply()


@pytest.mark.parametrize("raw", [b"", b"<html>", b"\xff", b"blocker-list/1\n\n-----BEGIN SSH SIGNATURE-----\n"])
async def test_what_is_no_manifest(club: Club, follower: Follower, raw: bytes) -> None:
    """A web page, nothing, or half a manifest is told as what it is."""
    (club.out / MANIFEST).write_bytes(raw)
    with pytest.raises(SourceError, match="signed text that it should be"):
        await follower.supply()


def test_where_files_lie() -> None:
    """The files of a list lie beside its manifest, wherever that is."""
    assert beside("https://example.org/a/manifest.txt", "files/x.list") == "https://example.org/a/files/x.list"
    assert beside("/srv/a/manifest.txt", "files/x.list") == "/srv/a/files/x.list"
