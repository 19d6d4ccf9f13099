"""Fail open, held with a real Asterisk: however the service misbehaves, the phone rings in under three seconds.

After each test no channel may be left (`conftest.py` looks), because a channel that stays is a line that is taken.
"""

import asyncio
import socket
from collections.abc import Iterator
from contextlib import ExitStack, closing

import pytest
from pbx.asterisk import Asterisk
from pbx.sip import Phone, Provider
from pbx.standins import (
    Behaviour,
    closes_at_once,
    garbage,
    hung,
    partial_line,
    rejects_and_stays_on,
    resets,
    slow,
    standing_in,
    stays_on,
    too_late,
)

pytestmark = pytest.mark.pbx

RINGS_WITHIN_SECONDS = 3.0
MISBEHAVIOURS: tuple[Behaviour, ...] = (
    closes_at_once,
    garbage,
    hung,
    partial_line,
    rejects_and_stays_on,
    resets,
    slow,
    stays_on,
    too_late,
)


@pytest.fixture
def full_queue() -> Iterator[str]:
    """The address of a port that listens and whose queue is full, as with a service that is stopped under load."""
    with ExitStack() as stack:
        listener = stack.enter_context(closing(socket.create_server(("127.0.0.1", 0), backlog=0)))
        for _ in range(4):
            waiting = stack.enter_context(closing(socket.socket()))
            waiting.settimeout(0)
            waiting.connect_ex(listener.getsockname())
        yield "{}:{}".format(*listener.getsockname())


@pytest.mark.parametrize("behaviour", MISBEHAVIOURS)
async def test_a_misbehaving_service_doesnt_keep_the_phone_from_ringing(
    asterisk: Asterisk, provider: Provider, phone: Phone, behaviour: Behaviour
) -> None:
    """It rings, with nothing on the channel that could be taken for a refusal, and can be picked up."""
    phone.answers = True
    async with standing_in(behaviour) as service:
        asterisk.ask_at(service.address)
        call = provider.call()
        assert await call.ringing() < RINGS_WITHIN_SECONDS
        assert (await call.final()).status == 200
        assert service.asked, "the service was never asked, so this proves nothing"
    assert phone.invite_of(call).get("X-Action") not in {"reject", "busy", "unallocated"}


async def test_a_dead_service_costs_no_time(asterisk: Asterisk, provider: Provider, phone: Phone) -> None:
    """Nobody listens: the phone rings without waiting for the two seconds, and the log says why it wasn't screened."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        address = "{}:{}".format(*listener.getsockname())
    asterisk.ask_at(address)
    call = provider.call()
    assert await call.ringing() < 2
    assert phone.invite_of(call).get("X-Action") == ""
    assert f"no answer from {address}" in asterisk.log()


async def test_a_full_listen_queue_is_bounded_too(asterisk: Asterisk, provider: Provider, full_queue: str) -> None:
    """A connection that is never made is given up in time."""
    asterisk.ask_at(full_queue)
    assert await provider.call().ringing() < RINGS_WITHIN_SECONDS


async def test_a_hundred_calls_at_once_all_ring(asterisk: Asterisk, provider: Provider, phone: Phone) -> None:
    """While the service hangs, none of a hundred calls waits for another."""
    async with standing_in(hung) as service:
        asterisk.ask_at(service.address)
        calls = [provider.call() for _ in range(100)]
        rang = await asyncio.gather(*(call.ringing(RINGS_WITHIN_SECONDS) for call in calls))
        assert len(service.asked) == 100
    assert max(rang) < RINGS_WITHIN_SECONDS
    assert len(phone.calls) == 100


async def test_a_caller_who_gives_up_leaves_nothing_behind(
    asterisk: Asterisk, provider: Provider, phone: Phone
) -> None:
    """While the service hangs the caller hangs up: the call ends at once, and the phone doesn't ring afterwards."""
    async with standing_in(hung) as service:
        asterisk.ask_at(service.address)
        call = provider.call()
        await service.was_asked.wait()
        await call.cancel()
        asterisk.wait_until_quiet(within=1.8)  # the dialplan itself would let go after two
        await service.was_left.wait()
    assert not phone.calls
