"""Calls out of the house: they reach the provider whatever state the service is in, and who was called may ring back.

Everything stays on loopback: the provider that a call for 112 reaches is a socket of the test.
"""

import asyncio
import signal
from collections.abc import AsyncIterator

import pytest
from pbx.asterisk import Asterisk
from pbx.service import UNWANTED_NUMBER, Service
from pbx.sip import OUTSIDE, PHONE, Phone, Provider
from pbx.standins import Behaviour, closes_at_once, garbage, hung, partial_line, resets, standing_in

pytestmark = pytest.mark.pbx

OUT_WITHIN_SECONDS = 2.0
CANVASSING = "+33162123456"


@pytest.fixture
async def outside(asterisk: Asterisk) -> AsyncIterator[Phone]:  # noqa: ARG001 (needs its network)
    """Whom the house calls: rings for every call that goes out, and is there until each of them has ended."""
    outside = await Phone.open(OUTSIDE)
    yield outside
    await outside.all_over()
    outside.close()


@pytest.fixture
async def house(provider: Provider, outside: Phone) -> AsyncIterator[Provider]:  # noqa: ARG001 (both outlive the calls)
    """What places calls from the phone of the house.

    Where nobody was outside, Asterisk would send a call again and again for half a minute, into the tests that follow.
    """
    house = await Provider.open(PHONE[0])
    yield house
    await house.end_all()
    house.close()


def sender(number: str) -> str:
    return f"<sip:{number}@provider.invalid>"


def dialled(outside: Phone) -> list[str]:
    """The numbers that reached the provider."""
    return [call.invite.start.split()[1].partition("@")[0].removeprefix("sip:") for call in outside.calls.values()]


@pytest.mark.parametrize("way", ["", "*8"], ids=["plain", "freepbx"])
async def test_a_number_that_was_dialled_may_ring_back(
    service: Service, provider: Provider, house: Provider, outside: Phone, way: str
) -> None:
    """Refused before, since its range is set aside for canvassing; rings once the household has rung it."""
    assert (await provider.call(sender=sender(CANVASSING)).final()).status == 403
    await house.call(f"{way}0033162123456").ringing()
    assert "0033162123456" in dialled(outside)
    await provider.call(sender=sender(CANVASSING)).ringing()
    assert [call["reason"] for call in service.calls()] == ["canvassing-range", "dialled"]
    assert (await provider.call(sender=sender(UNWANTED_NUMBER)).final()).status == 403
    service.run("verify")


async def test_after_a_call_to_112_nothing_is_blocked(
    service: Service, provider: Provider, house: Provider, outside: Phone, phone: Phone
) -> None:
    """The call goes out; then a blocked number rings, after a kill and a restart of the service too."""
    assert (await provider.call(sender=sender(UNWANTED_NUMBER)).final()).status == 403
    await house.call("112").ringing()
    assert "112" in dialled(outside)
    call = provider.call(sender=sender(UNWANTED_NUMBER))
    await call.ringing()
    assert phone.invite_of(call).get("X-Reason") == "emergency-call-back"
    await call.cancel()
    assert "no blocking until" in service.run("check", UNWANTED_NUMBER)
    service.end(signal.SIGKILL)
    assert service.start(), service.log()
    await provider.call(sender=sender(UNWANTED_NUMBER)).ringing()
    assert service.health() == 200


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGSTOP])
@pytest.mark.parametrize("called", ["112", "025551234"])
async def test_a_dead_or_frozen_service_doesnt_hold_up_a_call(
    service: Service, house: Provider, outside: Phone, number: signal.Signals, called: str
) -> None:
    """The call is at the provider in under two seconds."""
    service.send(number)
    assert await house.call(called).ringing() < OUT_WITHIN_SECONDS
    assert called in dialled(outside)


async def test_a_frozen_service_that_runs_again_still_learns_of_a_call_for_help(
    service: Service, provider: Provider, house: Provider, outside: Phone
) -> None:
    """The kernel kept what was said: nothing is blocked from then on."""
    service.send(signal.SIGSTOP)
    await house.call("112").ringing()
    assert "112" in dialled(outside)
    service.send(signal.SIGCONT)
    await provider.call(sender=sender(UNWANTED_NUMBER)).ringing()


@pytest.mark.parametrize("behaviour", [closes_at_once, garbage, hung, partial_line, resets])
async def test_a_misbehaving_service_doesnt_hold_up_a_call(
    asterisk: Asterisk, house: Provider, outside: Phone, behaviour: Behaviour
) -> None:
    """Whatever it says or doesn't, the call is at the provider in under two seconds."""
    async with standing_in(behaviour) as service:
        asterisk.ask_at(service.address)
        assert await house.call("112").ringing() < OUT_WITHIN_SECONDS
        assert service.environment()["agi_network_script"] == "dialled"
        assert service.environment()["agi_arg_1"] == "112"
    assert "112" in dialled(outside)


async def test_many_calls_at_once_dont_wait_for_each_other(asterisk: Asterisk, house: Provider, outside: Phone) -> None:
    """Ten calls while the service hangs: each goes out in under two seconds."""
    async with standing_in(hung) as service:
        asterisk.ask_at(service.address)
        calls = [house.call(f"02555123{n}") for n in range(10)]
        rang = await asyncio.gather(*(call.ringing() for call in calls))
    assert max(rang) < OUT_WITHIN_SECONDS
    assert len(outside.calls) == 10


@pytest.mark.parametrize(
    ("called", "caller", "status"),
    [
        ("b112", "<sip:phone@house.invalid>", 180),
        ("112%2C5", "<sip:phone@house.invalid>", 404),
        ("025551234", "<sip:0475%0Aagi_arg_1%3A%20112@house.invalid>", 180),
    ],
)
async def test_what_is_no_number_and_forged_lines_pause_nothing(
    service: Service, provider: Provider, house: Provider, outside: Phone, called: str, caller: str, status: int
) -> None:
    """The call goes out or is none to the dialplan, and a blocked number is still refused: 112 wasn't dialled."""
    call = house.call(called, caller)
    if status == 180:
        await call.ringing()
    else:
        assert (await call.final()).status == status
    assert dialled(outside) == ([called] if status == 180 else [])
    assert (await provider.call(sender=sender(UNWANTED_NUMBER)).final()).status == 403
    assert "no blocking" not in service.run("check", UNWANTED_NUMBER)


async def test_an_absolute_timeout_of_ones_own_goes_on_counting(
    asterisk: Asterisk, house: Provider, outside: Phone
) -> None:
    """A second that was left when a hanging service was told is over soon after."""
    async with standing_in(hung) as service:
        asterisk.ask_at(service.address)
        call = house.call("one-second-left")
        assert (await call.final(OUT_WITHIN_SECONDS + 1)).status >= 400
    assert len(outside.calls) <= 1
