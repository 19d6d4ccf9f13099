"""Promises about seals: what they cover, that outside time brackets entries, and that who failed is asked again."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from fakes import authority as authorities
from fakes import ssh
from fakes.authority import LocalAuthority
from fakes.sealed_house import WHO, SealedHouse
from structlog.testing import capture_logs

from blocker.core.seal import NAMESPACE, head_line
from blocker.errors import SigningError
from blocker.evidence import head_copies
from blocker.evidence.signing import OWN_KEY, allowed_signers_line
from blocker.filing.sealing import FIRST_PAUSE, LONGEST_PAUSE


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[SealedHouse]:
    """A house in which nothing happened yet."""
    (tmp_path / "data").mkdir()
    async with SealedHouse.opened(tmp_path / "data") as house:
        yield house


@pytest.fixture
def authority(tmp_path: Path) -> LocalAuthority:
    """An authority that means well."""
    return LocalAuthority(tmp_path / "authority")


async def test_what_a_seal_and_its_token_say_the_public_commands_confirm(
    house: SealedHouse, authority: LocalAuthority, tmp_path: Path
) -> None:
    """`ssh-keygen -Y verify` and `openssl ts -verify` find both good over the head line as the specification has it."""
    await house.happens()
    head = house.ledger.head
    async with authority.serving() as configured:
        done = await house.sealer(configured).seal()
    (seal,), (stamp,) = await house.seals(), await house.stamps()
    line = f"evidence-ledger-1 1 {head.sha256}\n".encode()
    (tmp_path / "signature").write_text(seal.signature)
    (tmp_path / "allowed_signers").write_text(allowed_signers_line(seal.identity, seal.public_key, [NAMESPACE]))
    assert WHO in ssh.check(tmp_path, line, WHO, "ledger-head@blocker")
    assert authorities.check(tmp_path, line, stamp.token.reply, authority.root)
    assert done["entry"] == seal.n == stamp.seal == 2
    assert (done["new"], done["head"]) == (1, {"n": 1, "sha256": head.sha256})
    assert [given["authority"] for given in done["stamps"]] == [configured.url]
    copies, _ = head_copies.read_copies(house.folder / head_copies.FILE)
    assert [(copy.event, copy.head.n) for copy in copies] == [("seal", 2)]


async def test_only_what_was_added_since_is_sealed(house: SealedHouse, authority: LocalAuthority) -> None:
    """An empty ledger isn't, and neither are seals and tokens alone; the next entry is."""
    async with authority.serving() as configured:
        sealer = house.sealer(configured)
        assert await sealer.seal() == {"entry": None, "head": None, "new": 0, "stamps": []}
        await house.happens()
        await sealer.seal()
        assert (await sealer.seal())["entry"] is None
        assert await house.kinds() == ["service-stopped", "seal", "time-stamp"]
        await house.happens()
        assert (await sealer.seal())["new"] == 1
    assert authority.asked == 2


async def test_what_is_written_while_a_key_signs_is_for_the_next_seal(house: SealedHouse) -> None:
    """The seal is of the head that was signed; an entry that came meanwhile isn't taken for sealed."""
    sealer = house.sealer()
    sign = sealer._signer.sign

    async def slow(data: bytes, namespace: str) -> str:
        await house.happens()
        return await sign(data, namespace)

    await house.happens()
    sealer._signer.sign = slow  # type: ignore[method-assign]
    await sealer.seal()
    sealer._signer.sign = sign  # type: ignore[method-assign]
    assert [(seal.n, seal.head.n) for seal in await house.seals()] == [(3, 1)]
    assert (await sealer.seal())["new"] == 1


async def test_each_seal_names_the_tokens_since_the_one_before(
    house: SealedHouse, authority: LocalAuthority, tmp_path: Path
) -> None:
    """So each entry lies between two times of two authorities; each token is named once."""
    second = LocalAuthority(tmp_path / "second")
    async with authority.serving() as one, second.serving() as two:
        sealer = house.sealer(one, two)
        for _ in range(3):
            await house.happens()
            await sealer.seal()
    stamps, seals = await house.stamps(), await house.seals()
    assert len(stamps) == 6
    named = [set(seal.previous_tokens) for seal in seals]
    assert named == [set(), {stamp.sha256 for stamp in stamps[:2]}, {stamp.sha256 for stamp in stamps[2:4]}]


async def test_who_failed_is_asked_again_later_and_later_and_told_of_once(
    house: SealedHouse, authority: LocalAuthority
) -> None:
    """After 5 minutes, then twice as long each time, at most 6 hours; the log says that it began and that it ended."""
    pauses: list[float] = []

    async def pause(seconds: float) -> None:
        pauses.append(seconds)
        if len(pauses) == 9:
            authority.mood = "well"
        await asyncio.sleep(0)

    authority.mood = "fails"
    async with authority.serving() as configured:
        sealer = house.sealer(configured, pause=pause)
        await house.happens()
        with capture_logs() as log:
            done = await sealer.seal()
            assert "HTTP status 500" in done["stamps"][0]["fault"]
            keeping = asyncio.create_task(sealer.keep_asking())
            async with asyncio.timeout(20):
                await house.stamped.wait()
                await asyncio.sleep(0)
            keeping.cancel()
    assert pauses[0] == FIRST_PAUSE
    assert pauses == [min(FIRST_PAUSE * 2**turn, LONGEST_PAUSE) for turn in range(9)]
    assert [line["event"] for line in log if line["log_level"] != "info"] == [
        "no time-stamp; it will be asked for again",
        "time-stamps come again",
    ]


async def test_a_restart_asks_for_what_is_missing_and_one_authority_does_not_wait_for_the_other(
    house: SealedHouse, authority: LocalAuthority, tmp_path: Path
) -> None:
    """What was got is in the ledger and not asked for again; what wasn't is, by another process too."""
    broken = LocalAuthority(tmp_path / "broken")
    broken.mood = "says nonsense"
    async with authority.serving() as one, broken.serving() as two:
        await house.happens()
        await house.sealer(one, two).seal()
        broken.mood = "well"
        given = await house.sealer(one, two).ask()
        assert [item["authority"] for item in given] == [two.url]
        assert await house.sealer(one, two).ask() == []
    assert (authority.asked, broken.asked) == (1, 2)


async def test_nobody_is_asked_unless_configured(house: SealedHouse) -> None:
    """Without an authority a seal is a signature, and that is all."""
    await house.happens()
    assert (await house.sealer().seal())["stamps"] == []
    assert await house.kinds() == ["service-stopped", "seal"]


async def test_a_call_does_not_wait_for_a_seal(house: SealedHouse, authority: LocalAuthority) -> None:
    """While an authority hangs, entries become durable, and others can ask for a seal."""
    authority.mood = "hangs"
    async with authority.serving() as configured:
        await house.happens()
        waiting = asyncio.create_task(house.sealer(configured).seal())
        async with asyncio.timeout(10):
            await authority.was_asked.wait()
            await house.happens()
            assert (await house.sealer().seal())["new"] == 1
        waiting.cancel()
        await asyncio.gather(waiting, return_exceptions=True)


async def test_without_a_key_nothing_is_sealed_and_all_else_goes_on(house: SealedHouse) -> None:
    """The key is gone: the seal fails with its reason, the ledger takes entries as before."""
    await house.happens()
    await house.sealer().seal()
    (house.folder / "keys" / OWN_KEY).unlink()
    await house.happens()
    with pytest.raises(SigningError, match="the private key is gone"):
        await house.sealer().seal()
    assert await house.happens() == 4


@pytest.mark.parametrize(("passes", "seals"), [(timedelta(hours=23), 1), (timedelta(hours=25), 2)])
async def test_a_start_makes_up_for_a_seal_that_downtime_missed(
    house: SealedHouse, passes: timedelta, seals: int
) -> None:
    """Where the last seal is older than the time between two, and not at every start."""
    await house.happens()
    sealer = house.sealer()
    await sealer.catch_up("day")
    assert await house.seals() == []
    await sealer.seal()
    await house.happens()
    house.clock.pass_time(passes)
    await sealer.catch_up("day")
    assert len(await house.seals()) == seals


async def test_a_first_seal_is_made_up_for_too(house: SealedHouse) -> None:
    """A machine that sleeps at night never is awake at the set time: its ledger's first entry counts instead."""
    await house.sealer().catch_up("hour")
    await house.happens()
    house.clock.pass_time(timedelta(hours=2))
    await house.sealer().catch_up("hour")
    assert [seal.head for seal in await house.seals()]
    assert head_line((await house.seals())[0].head).startswith(b"evidence-ledger-1 1 ")
