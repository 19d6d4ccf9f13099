"""The promises, end to end: a real SIP call, a real Asterisk with the project's dialplan, the real service.

What the service did is read from its ledger through its own command line, as a household would.
"""

import asyncio
import signal
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from pbx.asterisk import Asterisk
from pbx.callers import CALLERS
from pbx.private import MountTable, mount_table
from pbx.service import ADDRESS, UNWANTED_NUMBER, Service
from pbx.sip import OutgoingCall, Phone, Provider

pytestmark = pytest.mark.pbx

RINGS_WITHIN_SECONDS = 3.0
UNWANTED = f"<sip:{UNWANTED_NUMBER}@provider.invalid>"
WANTED = "<sip:+3225551235@provider.invalid>"


async def test_an_unwanted_call_is_refused_and_on_record(
    asterisk: Asterisk, service: Service, provider: Provider, phone: Phone
) -> None:
    """403, no ringing, and an acknowledged refusal in a ledger that verifies, under the id that the channel carried."""
    call = provider.call("+3225551236", UNWANTED)
    assert (await call.final()).status == 403
    assert not phone.calls
    action, reason, call_id = asterisk.left_with(call.id)
    assert (action, reason) == ("reject", "block-list")
    entry = service.call(call_id)
    assert (entry["happened"], entry["number"], entry["called"]) == ("refused", UNWANTED_NUMBER, "+3225551236")
    service.run("verify")


async def test_a_wanted_call_rings_and_is_on_record(service: Service, provider: Provider, phone: Phone) -> None:
    """180 and 200, with the service's own reason and call id on the channel, and an entry for this call too."""
    phone.answers = True
    call = provider.call(sender=WANTED)
    assert await call.ringing() < RINGS_WITHIN_SECONDS
    assert (await call.final()).status == 200
    invite = phone.invite_of(call)
    entry = service.call(invite.get("X-Call"))
    assert (invite.get("X-Action"), invite.get("X-Reason")) == ("ring", entry["reason"])
    assert (entry["action"], entry["number"]) == ("ring", "+3225551235")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
async def test_a_stopped_service_doesnt_keep_the_phone_from_ringing(
    service: Service, provider: Provider, number: signal.Signals
) -> None:
    """Even a number on the block list rings when nobody is there to refuse it."""
    service.end(number)
    assert await provider.call(sender=UNWANTED).ringing() < RINGS_WITHIN_SECONDS


async def test_a_frozen_service_doesnt_keep_the_phone_from_ringing(
    service: Service, provider: Provider, phone: Phone
) -> None:
    """The kernel still takes connections for it. Once it runs again it doesn't claim to have refused that call."""
    service.send(signal.SIGSTOP)
    call = provider.call(sender=UNWANTED)
    assert await call.ringing() < RINGS_WITHIN_SECONDS
    assert phone.invite_of(call).get("X-Action") == ""
    await call.cancel()
    service.send(signal.SIGCONT)
    assert (await provider.call(sender=UNWANTED).final()).status == 403, "it didn't recover"
    assert [entry["happened"] for entry in service.calls()].count("refused") == 1


async def test_what_was_refused_is_on_record_after_a_kill(
    asterisk: Asterisk, service: Service, provider: Provider
) -> None:
    """Killed in the middle of many calls: each call either rings, or was refused and is in the ledger."""
    calls = [provider.call(sender=UNWANTED) for _ in range(60)]
    await calls[0].final()
    service.end(signal.SIGKILL)
    refused = await _refused(calls)
    assert refused
    on_record = {entry["call"] for entry in service.calls()}
    assert {asterisk.left_with(call.id)[2] for call in refused} <= on_record
    service.run("verify")


async def _refused(calls: list[OutgoingCall]) -> list[OutgoingCall]:
    """Those that were turned away; the others must ring in time."""

    async def rings(call: OutgoingCall) -> bool:
        try:
            return await call.ringing() < RINGS_WITHIN_SECONDS
        except AssertionError:
            assert (await call.final()).status == 403
            return False

    rang = await asyncio.gather(*(rings(call) for call in calls))
    return [call for call, rung in zip(calls, rang, strict=True) if not rung]


async def test_whatever_a_caller_sends_the_service_goes_on(service: Service, provider: Provider, phone: Phone) -> None:
    """Odd and hostile callers ring, each is on record, and the service stays healthy."""
    rang = {}
    for name, (sender, headers) in CALLERS.items():
        call = provider.call("+3225551234", sender, headers)
        assert await call.ringing() < RINGS_WITHIN_SECONDS, name
        rang[phone.invite_of(call).get("X-Call")] = name
    on_record = {entry["call"]: entry["action"] for entry in service.calls()}
    assert on_record == dict.fromkeys(rang, "ring")
    assert len(rang) == len(CALLERS)
    assert service.health() == 200
    service.run("verify")


SMUGGLED = f"%0Aagi_callerid%3A%20{UNWANTED_NUMBER}"


@pytest.mark.parametrize(
    ("sender", "headers", "presented"),
    [
        (f"<sip:0475{SMUGGLED}@provider.invalid>", {}, "unusable"),
        (WANTED, {"Diversion": f"<sip:02{SMUGGLED}@provider.invalid>"}, "e164"),
    ],
)
async def test_a_caller_cant_pose_as_another(
    service: Service, provider: Provider, phone: Phone, sender: str, headers: Mapping[str, str], presented: str
) -> None:
    """A number on the block list, smuggled in behind a line break, is neither believed nor recorded as the caller's."""
    call = provider.call(sender=sender, headers=headers)
    await call.ringing()
    entry = service.call(phone.invite_of(call).get("X-Call"))
    assert entry["presented"] == presented
    assert entry["number"] != UNWANTED_NUMBER


@pytest.fixture
def mounts(asterisk: Asterisk) -> Iterator[MountTable]:  # noqa: ARG001 (says whether we are root)
    """A mount table that the service under test alone lives in."""
    with mount_table() as mounts:
        yield mounts


async def test_a_read_only_data_directory_doesnt_keep_the_phone_from_ringing(
    asterisk: Asterisk, mounts: MountTable, provider: Provider, tmp_path: Path
) -> None:
    """A block that can't be recorded isn't carried out, whether the service then serves or says that it can't."""
    service = Service(tmp_path, mounts.prefix)
    asterisk.ask_at(ADDRESS)
    assert service.start(), service.log()
    service.run("block", "add", UNWANTED_NUMBER)
    service.end()
    mounts.make_read_only(service.data)
    serves = service.start()
    try:
        assert await provider.call(sender=UNWANTED).ringing() < RINGS_WITHIN_SECONDS
        assert not serves or service.health() == 503
        assert str(service.data) in service.log()
    finally:
        service.end()


async def test_a_full_disk_doesnt_keep_the_phone_from_ringing(
    asterisk: Asterisk, mounts: MountTable, provider: Provider, tmp_path: Path
) -> None:
    """A call is refused for as long as that can be recorded; then it rings, and /healthz says that all isn't well."""
    service = Service(tmp_path, mounts.prefix)
    mounts.make_small(service.data, "1m")
    asterisk.ask_at(ADDRESS)
    assert service.start(), service.log()
    try:
        service.run("block", "add", UNWANTED_NUMBER)
        assert (await provider.call(sender=UNWANTED).final()).status == 403, "it never refused, so this proves nothing"
        mounts.fill(service.data)
        calls = [provider.call(sender=UNWANTED) for _ in range(40)]
        refused = await _refused(calls)
        assert len(refused) < len(calls)
        assert service.health() == 503
        happened = [entry["happened"] for entry in service.calls()]
        assert happened.count("refused") == 1 + len(refused)
    finally:
        service.end()
