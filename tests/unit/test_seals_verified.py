"""Promises about checking seals: each tampering has its name and entry, and what can't be told is said and no fault."""

import base64
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from fakes.authority import LocalAuthority
from fakes.sealed_house import SealedHouse
from fakes.ssh import make_key

from blocker.core.entry import EntryKind
from blocker.evidence import renewal
from blocker.evidence.seals import SealsFound, check_seals, last_seal_ok
from blocker.evidence.signing import Signer
from blocker.evidence.verify import verify
from blocker.store import ledger_db
from blocker.store.ledger_db import LedgerDb

Content = dict[str, Any]


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[SealedHouse]:
    """Two entries, sealed one by one, each with a token; entries 1 to 6."""
    (tmp_path / "data").mkdir()
    authority = LocalAuthority(tmp_path / "authority")
    async with SealedHouse.opened(tmp_path / "data") as house, authority.serving() as configured:
        for _ in range(2):
            await house.happens()
            await house.sealer(configured).seal()
        yield house


async def checked(house: SealedHouse, now: datetime | None = None) -> SealsFound:
    """What the check finds."""
    db = await LedgerDb.open(house.folder / ledger_db.FILE, read_only=True)
    try:
        return await check_seals(db, lambda: now or datetime.now(UTC))
    finally:
        await db.close()


async def content(house: SealedHouse, n: int) -> Content:
    """A copy of what an entry says, for another one."""
    async with house.reader() as reader:
        found = [entry.content async for entry in reader.entries() if entry.n == n]
    return {key: value for key, value in found[0].items() if key != "salt"}


async def test_a_ledger_with_seals_verifies_and_says_so(house: SealedHouse) -> None:
    """No fault and no note; the last seal is good."""
    found = await verify(house.folder)
    assert (found.holds, found.seals.seals, found.seals.stamps, found.seals.notes) == (True, 2, 2, [])
    assert await last_seal_ok(house.folder) == ""


async def another_key(said: Content) -> None:
    key = make_key(Path(said.pop("folder")) / "thief")
    said["public_key"] = await Signer(key, key.parent, "a@b").public_key()


async def another_purpose(said: Content) -> None:
    said["namespace"] = "evidence-pack@blocker"


async def really_signed_for_another_purpose(said: Content) -> None:
    folder = Path(said.pop("folder"))
    head = said["head"]
    line = f"evidence-ledger-1 {head['n']} {head['sha256']}\n".encode()
    said["signature"] = await Signer(None, folder / "keys", said["identity"]).sign(line, "evidence-pack@blocker")


async def another_head(said: Content) -> None:
    said["head"] = {"n": said["head"]["n"], "sha256": "ab" * 32}


async def an_earlier_head(said: Content) -> None:
    said["head"] = said.pop("earlier")


async def a_head_to_come(said: Content) -> None:
    said["head"]["n"] = 99


async def another_name(said: Content) -> None:
    said["identity"] = "a@b\n* ssh-ed25519 AAAA"


async def no_signature(said: Content) -> None:
    said["signature"] = "nonsense"


async def a_token_never_got(said: Content) -> None:
    said["previous_tokens"] = ["ab" * 32]


async def nothing_whole(said: Content) -> None:
    del said["public_key"]


@pytest.mark.parametrize(
    ("change", "faults", "why"),
    [
        (another_key, ["seal-signature-bad"], "by another key"),
        (another_purpose, ["seal-signature-bad"], "made for another purpose, “evidence-pack@blocker”"),
        (really_signed_for_another_purpose, ["seal-signature-bad"], "made for another purpose"),
        (another_head, ["seal-head-differs", "seal-signature-bad"], "a head that this ledger never had"),
        (an_earlier_head, ["seal-signature-bad"], "a signature of something else"),
        (a_head_to_come, ["seal-head-differs", "seal-signature-bad"], "a head that this ledger never had"),
        (another_name, ["seal-signature-bad"], "isn't written as ssh-keygen takes it"),
        (no_signature, ["seal-signature-bad"], "no signature of ssh-keygen"),
        (a_token_never_got, ["seal-tokens-differ"], "names a time-stamp that no entry before it holds"),
        (nothing_whole, ["seal-malformed"], "lacks what a “seal” entry holds"),
    ],
)
async def test_a_seal_that_is_not_what_it_says_is_a_fault(
    house: SealedHouse, change: Callable[[Content], Any], faults: list[str], why: str
) -> None:
    """Put into a chain that holds, each is found with its name, and at the next opening if it is the last seal."""
    said = await content(house, 5)
    extra = {"folder": str(house.folder), "earlier": (await content(house, 2))["head"]}
    said |= extra
    await change(said)
    for key in extra:
        said.pop(key, None)
    n = await house.recorder.durable(said)
    found = await verify(house.folder)
    assert [(fault.n, str(fault.kind)) for fault in found.faults] == [(n, kind) for kind in faults]
    assert why in " ".join(fault.what for fault in found.faults)
    if faults != ["seal-tokens-differ"]:
        assert f"entry {n}: " in await last_seal_ok(house.folder)


def wrong_sum(said: Content) -> None:
    said["sha256"] = "ab" * 32


def of_no_seal(said: Content) -> None:
    said["seal"] = 4


def another_time(said: Content) -> None:
    said["gen_time"] = "2020-01-01T00:00:00.000Z"


def cut(said: Content) -> None:
    said["token"] = base64.b64encode(base64.b64decode(said["token"])[:-9]).decode()


def no_base64(said: Content) -> None:
    said |= {"token": "*"}


def of_another_head(said: Content) -> None:
    said |= {"head": said["earlier"], "seal": 2}


def certificates_of_another(said: Content) -> None:
    said["certificates"] = said["other"]


@pytest.mark.parametrize(
    ("change", "faults", "why"),
    [
        (wrong_sum, ["stamp-differs"], "its sum or its seal differs"),
        (of_no_seal, ["stamp-differs"], "its sum or its seal differs"),
        (another_time, ["stamp-differs"], "which it doesn't say"),
        (cut, ["stamp-bad", "stamp-differs"], "no RFC 3161 reply"),
        (no_base64, ["seal-malformed"], "lacks what a “time-stamp” entry holds"),
        (of_another_head, ["stamp-bad"], "of other bytes than those in question"),
        (certificates_of_another, ["stamp-bad"], "isn't vouched for"),
    ],
)
async def test_a_time_stamp_that_is_not_what_it_says_is_a_fault(
    house: SealedHouse, tmp_path: Path, change: Callable[[Content], None], faults: list[str], why: str
) -> None:
    """Put into a chain that holds, each is found with its name."""
    said = await content(house, 6)
    extra = {
        "earlier": (await content(house, 2))["head"],
        "other": LocalAuthority(tmp_path / "other").root.read_text(),
    }
    said |= extra
    change(said)
    for key in extra:
        said.pop(key, None)
    n = await house.recorder.durable(said)
    found = await verify(house.folder)
    assert sorted((fault.n, str(fault.kind)) for fault in found.faults) == [(n, kind) for kind in faults]
    assert why in " ".join(fault.what for fault in found.faults)


async def test_a_key_that_changed_is_said_and_no_fault(house: SealedHouse, tmp_path: Path) -> None:
    """The household may have a new key; whoever checks should know from when on."""
    await house.happens()
    await house.sealer(key=make_key(tmp_path / "new")).seal()
    found = await checked(house)
    assert found.faults == []
    assert len(found.notes) == 1
    assert "from entry 8 on, seals are by another key than before" in found.notes[0]


async def test_a_certificate_that_expired_since_is_said_and_no_fault(house: SealedHouse) -> None:
    """A token is judged at its own time; whoever uses openssl is told what that needs."""
    found = await checked(house, datetime.now(UTC) + timedelta(days=3650))
    assert found.faults == []
    assert len(found.notes) == 1
    assert "of entries 3, 6 expired on" in found.notes[0]
    assert "needs -attime with its own time" in found.notes[0]


async def test_a_token_that_nobody_vouches_for_is_said(house: SealedHouse, tmp_path: Path) -> None:
    """Without configured certificates the bytes and the time are checked, the signer isn't."""
    async with LocalAuthority(tmp_path / "third").serving(vouched=False) as configured:
        await house.happens()
        await house.sealer(configured).seal()
    found = await checked(house)
    assert found.faults == []
    assert "1 of 3 time-stamps were kept without an authority's certificates" in found.notes[0]


async def test_what_cannot_be_checked_here_is_said_and_no_fault(
    house: SealedHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A machine without ssh-keygen, and without the library for tokens: it names what it passed over."""
    monkeypatch.setenv("PATH", "/nowhere")
    with patch.dict("sys.modules", {"rfc3161_client": None}):
        found = await checked(house)
    assert found.faults == []
    assert "not checked (entries 2, 5): there is no ssh-keygen" in found.notes[0]
    assert "not checked (entries 3, 6): the library for time-stamps isn't installed" in found.notes[1]
    assert await last_seal_ok(house.folder) == ""


async def test_copies_of_the_head_that_are_gone_are_missed(house: SealedHouse) -> None:
    """The household is told when the ledger is opened, and by each verification later; a lost file is no fault."""
    await house.ledger.close()
    (house.folder / "ledger-heads.txt").unlink()
    assert "no copy of the head" in (await verify(house.folder)).unseen
    for told in ("ledger-heads.txt is gone", ""):
        begun = await renewal.open_or_begin(house.folder, lambda: datetime.now(UTC))
        assert begun.told[: len("ledger-heads.txt is gone")] == told
        await begun.ledger.copy_head("start")
        await begun.ledger.close()
        found = await verify(house.folder)
        assert (found.holds, len(found.seals.notes)) == (True, 1)
        assert "copies of the head begin with that of entry 6" in found.seals.notes[0]


async def test_a_ledger_without_seals_has_nothing_wrong(tmp_path: Path) -> None:
    """Nobody has to seal."""
    async with SealedHouse.opened(tmp_path) as house:
        await house.happens()
        assert await checked(house) == SealsFound()
        assert await last_seal_ok(tmp_path) == ""
        assert EntryKind.SEAL not in await house.kinds()
