"""FastAGI over a real socket, with peers that misbehave or leave, and a service that stops: the phone rings."""

import asyncio
import contextlib
import os
import resource
import socket
import time
from collections.abc import Awaitable, Callable, Iterator

import pytest
from fakes.agi_client import AgiClient, call, environment
from fakes.hooks import fastagi
from fakes.screener import REJECT, FakeScreener
from structlog.testing import capture_logs

from blocker.hooks.fastagi import End

UNWANTED = "+32475551234"


def screener_with(budget_seconds: float = 5.0) -> FakeScreener:
    """One which turns one number away."""
    return FakeScreener({UNWANTED: REJECT}, budget_seconds=budget_seconds)


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(environment("0123\nagi_calleridname: Evil"), id="a line added by the caller"),
        pytest.param(environment("0123\n\n200 result=1"), id="a reply forged by the caller"),
        pytest.param(environment("+32\x00475551234"), id="NUL"),
        pytest.param(environment() + environment(), id="doubled"),
        pytest.param(environment().replace(b"agi_callerid: ", b"agi_uniqueid: "), id="a key twice"),
        pytest.param(b"agi_network: yes\n\n", id="no caller ID"),
        pytest.param(environment(callingpres="restricted"), id="a presentation in words"),
        pytest.param(environment(callingpres="\xb2"), id="a presentation in superscript"),
        pytest.param(b"agi_k: " + b"x" * 100_000, id="a line without an end"),
        pytest.param(b"".join(b"agi_k%d: x\n" % n for n in range(100_000)), id="an environment without an end"),
        pytest.param(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n", id="a browser"),
        pytest.param(b"\xff" * 65_536, id="noise beyond a line"),
    ],
)
async def test_a_hostile_environment_gets_no_answer(data: bytes) -> None:
    """It is closed without a word, nothing is judged, one line is logged; and others go on being answered."""
    screener = screener_with()
    with capture_logs() as logs:
        async with fastagi(screener) as server:
            client = await AgiClient.connect(server.port)
            client.writer.write(data)  # not drained: the service may close in the middle of it
            assert await client.carry_out() == {}
            await client.close()

            assert (await call(server.port))["BLOCKER_ACTION"] == "ring"
            assert server.counts == {End.BREACH: 1, End.ANSWERED: 1}

    assert len(screener.judged) == 1
    assert [(line["log_level"], line["how"]) for line in logs] == [("warning", "protocol-error")]


@pytest.mark.parametrize(
    "number",
    [
        "1" * 200,
        "\xff\xfe\x80",
        '"; DROP TABLE',
        "${EPOCH}",
        "$[1]",
        "a,b|c",
        "+3225551234\r",
        "\\",
        "=HYPERLINK()",
        "",
    ],
)
async def test_a_caller_id_of_any_kind_is_a_call(number: str) -> None:
    """Whatever stands in one line is judged as it came; making sense of it isn't the hook's business."""
    screener = screener_with()
    async with fastagi(screener) as server:
        assert (await call(server.port, number, calleridname=number))["BLOCKER_ACTION"] == "ring"

    assert screener.judged[0].sighting.number == number
    assert screener.judged[0].sighting.name == number


async def test_an_environment_that_comes_byte_by_byte_is_read() -> None:
    """A slow peer is no hostile peer, as long as it keeps within the budget."""
    screener = screener_with()
    async with fastagi(screener) as server:
        client = await AgiClient.connect(server.port)
        for byte in environment(UNWANTED):
            await client.send(bytes([byte]))
        assert (await client.carry_out())["BLOCKER_ACTION"] == "reject"
        await client.close()


@pytest.mark.parametrize("data", [b"", b"agi_network: yes\n", environment()[:-1]])
async def test_an_environment_that_never_ends_is_closed_at_the_deadline(data: bytes) -> None:
    """The budget counts from the connection; Asterisk itself would wait for ever."""
    screener = screener_with(0.2)
    with capture_logs() as logs:
        async with fastagi(screener) as server:
            client = await AgiClient.connect(server.port)
            await client.send(data)
            assert await client.carry_out() == {}
            await client.close()
            assert server.counts == {End.LATE: 1}

    assert screener.judged == []
    assert [line["how"] for line in logs] == ["late"]


@pytest.mark.parametrize("number", ["+3225551234", UNWANTED])
async def test_a_peer_that_never_replies_is_closed_at_the_deadline(number: str) -> None:
    """The call is settled as never confirmed, since nobody knows what became of it."""
    screener = screener_with(0.2)
    async with fastagi(screener) as server:
        client = await AgiClient.connect(server.port)
        await client.send(environment(number))
        assert await client.command() is not None
        assert await client.command() is None
        await client.close()
        await screener.until(lambda told: bool(told.settled))

    assert [acknowledged_at for _, acknowledged_at in screener.settled] == [None]


async def test_a_record_that_takes_too_long_gets_no_answer() -> None:
    """By then the dialplan is about to let the call ring; the screening that is settled is the one that came back."""
    screener = screener_with(0.2)
    screener.gate = asyncio.Event()
    async with fastagi(screener) as server:
        assert await call(server.port, UNWANTED) == {}
        await screener.until(lambda told: bool(told.settled))

    ((screening, acknowledged_at),) = screener.settled
    assert acknowledged_at is None
    assert not screening.treatment.turns_away


@pytest.mark.parametrize("number", ["+3225551234", UNWANTED])
async def test_the_time_a_call_waited_in_the_kernel_counts(number: str) -> None:
    """A service that was stopped and goes on finds calls which nobody waits for any more: none is answered late."""
    screener = screener_with(0.2)
    async with fastagi(screener) as server:
        client = await AgiClient.connect(server.port)  # two more wait, their environments with them
        others = [await AgiClient.connect(server.port) for _ in range(2)]
        for each in (client, *others):
            each.writer.write(environment(number))
        time.sleep(0.4)  # noqa: ASYNC251 (the whole process stands still, as after SIGSTOP)
        assert [await each.carry_out() for each in (client, *others)] == [{}] * 3
        for each in (client, *others):
            await each.close()

    assert all(acknowledged_at is None for _, acknowledged_at in screener.settled)


async def test_a_connection_that_was_accepted_late_has_its_time_from_the_kernel() -> None:
    """`accepted_at` is when the peer asked, to a few hundredths of a second, not when this process found out."""
    screener = screener_with()
    loop = asyncio.get_running_loop()
    async with fastagi(screener) as server:
        with socket.create_connection(("127.0.0.1", server.port)) as sock:
            asked_at = loop.time()
            sock.sendall(environment())
            time.sleep(0.5)  # noqa: ASYNC251 (as above)
            await screener.until(lambda told: bool(told.judged))

    assert abs(screener.judged[0].accepted_at - asked_at) < 0.25


@pytest.mark.parametrize(
    "reply",
    [
        b"510 Invalid or unknown command\n",
        b"511 Command Not Permitted on a dead channel or intercept routine\n",
        b"520-Invalid command syntax.  Proper usage follows:\nUsage\n520 End of proper usage.\n",
        b"200 result=0\n",
        b"200 result=-1\n",
        b"HANGUP\n200 result=1\n",
        b"garbage\n",
        b"\xff\n",
        b"x" * 5000,
    ],
)
@pytest.mark.parametrize("variable", ["BLOCKER_REASON", "BLOCKER_CALL", "BLOCKER_ACTION"])
async def test_anything_but_a_plain_confirmation_is_none(variable: str, reply: bytes) -> None:
    """Whichever variable it comes for, the call is settled once, as never confirmed, with one line."""
    screener = screener_with()
    with capture_logs() as logs:
        async with fastagi(screener) as server:
            client = await AgiClient.connect(server.port)
            await client.send(environment(UNWANTED))
            assert list(await client.carry_out({variable: reply}))[-1] == variable
            await client.close()

    assert [acknowledged_at for _, acknowledged_at in screener.settled] == [None]
    assert [(line["log_level"], line["call"]) for line in logs] == [("warning", "call1")]


async def hang_up(client: AgiClient) -> None:
    """What Asterisk sends when the caller gives up."""
    await client.send(b"HANGUP\n")


async def half_close(client: AgiClient) -> None:
    """The peer has nothing more to say, and still listens."""
    client.writer.write_eof()


async def close(client: AgiClient) -> None:
    """An orderly end."""
    await client.close()


async def reset(client: AgiClient) -> None:
    """A peer that was killed."""
    client.reset()


LEAVING = pytest.mark.parametrize(
    ("leave", "how"), [(hang_up, End.HUNG_UP), (half_close, End.LOST), (close, End.LOST), (reset, End.LOST)]
)


@LEAVING
async def test_a_caller_who_leaves_before_the_answer(leave: Callable[[AgiClient], Awaitable[None]], how: End) -> None:
    """While the record is being made: it is finished first, then the call is settled once, unconfirmed."""
    screener = screener_with()
    screener.gate = asyncio.Event()
    with capture_logs() as logs:
        async with fastagi(screener) as server:
            client = await AgiClient.connect(server.port)
            await client.send(environment(UNWANTED))
            await screener.until(lambda told: bool(told.secured))
            await leave(client)
            if leave is not close:
                assert await client.carry_out() == {}
            assert screener.settled == []
            screener.gate.set()
            await screener.until(lambda told: bool(told.settled))
            await client.close()
            assert server.counts == {how: 1}

    ((screening, acknowledged_at),) = screener.settled
    assert (screening.treatment, acknowledged_at) == (REJECT, None)
    assert [line["how"] for line in logs] == [how]


@LEAVING
async def test_a_caller_who_leaves_during_the_answer(leave: Callable[[AgiClient], Awaitable[None]], how: End) -> None:
    """After the first variable: what was said so far turns nobody away, and the call is settled once, unconfirmed."""
    screener = screener_with()
    with capture_logs() as logs:
        async with fastagi(screener) as server:
            client = await AgiClient.connect(server.port)
            await client.send(environment(UNWANTED))
            assert await client.command() is not None
            await leave(client)
            await screener.until(lambda told: bool(told.settled))
            await client.close()
            assert server.counts == {how: 1}

    assert [acknowledged_at for _, acknowledged_at in screener.settled] == [None]
    assert [line["how"] for line in logs] == [how]


async def test_a_call_that_is_over_before_it_is_read_is_judged_all_the_same() -> None:
    """Every call is recorded, one that hung up in its first millisecond too; but nothing is said to nobody."""
    screener = screener_with()
    async with fastagi(screener) as server:
        client = await AgiClient.connect(server.port)
        await client.send(environment() + b"HANGUP\n")
        assert await client.carry_out() == {}
        await client.close()

    assert [acknowledged_at for _, acknowledged_at in screener.settled] == [None]


async def test_a_look_at_the_port_is_no_trouble() -> None:
    """Who connects and leaves without a word wanted to know whether we are there; no line in the log."""
    with capture_logs() as logs:
        async with fastagi(FakeScreener()) as server:
            await (await AgiClient.connect(server.port)).close()
            assert (await call(server.port))["BLOCKER_ACTION"] == "ring"
            assert server.counts == {End.SILENT: 1, End.ANSWERED: 1}

    assert logs == []


def use_up_descriptors() -> Iterator[int]:
    """Open one after the other until the process has none left."""
    with contextlib.suppress(OSError):
        while True:
            yield os.open(os.devnull, os.O_RDONLY)


async def test_one_connection_too_many_rings() -> None:
    """It is closed at once; the flood is told once, and so is its end."""
    screener = screener_with()
    with capture_logs() as logs:
        async with fastagi(screener, max_connections=2) as server:
            held = [await AgiClient.connect(server.port) for _ in range(2)]
            assert [await call(server.port) for _ in range(5)] == [{}] * 5
            for client in held:
                await client.send(environment())
                await client.carry_out()
                await client.close()
            assert (await call(server.port))["BLOCKER_ACTION"] == "ring"
            assert server.counts == {End.REFUSED: 5, End.ANSWERED: 3}

    assert [line["log_level"] for line in logs] == ["error", "info"]


async def test_a_process_without_descriptors_accepts_again_once_it_has_some() -> None:
    """It says so and waits a second, rather than to try without end; the call that waited is answered."""
    screener = screener_with()
    limits = resource.getrlimit(resource.RLIMIT_NOFILE)
    with capture_logs() as logs, socket.socket() as sock:
        sock.settimeout(0)
        async with fastagi(screener) as server:
            loop = asyncio.get_running_loop()
            resource.setrlimit(resource.RLIMIT_NOFILE, (sock.fileno() + 1, limits[1]))  # all below it are in use
            try:
                taken = list(use_up_descriptors())
                await loop.sock_connect(sock, ("127.0.0.1", server.port))
                await loop.sock_sendall(sock, environment())
                while not logs:  # noqa: ASYNC110 (a log has no event to wait for)
                    await asyncio.sleep(0)
                for _ in range(100):  # turns of the loop, in which it could try again
                    await asyncio.sleep(0)
            finally:
                resource.setrlimit(resource.RLIMIT_NOFILE, limits)
            for descriptor in taken:
                os.close(descriptor)
            assert (await loop.sock_recv(sock, 100)).startswith(b"SET VARIABLE BLOCKER_REASON")
            sock.close()

    assert [line["log_level"] for line in logs] == ["error", "warning"]
    assert "accepted" in logs[0]["event"]


async def test_a_service_that_stops_answers_the_calls_in_hand() -> None:
    """New ones are refused at once, which Asterisk takes as a dead service; those in hand have their answer."""
    screener = screener_with()
    screener.gate = asyncio.Event()
    async with fastagi(screener) as server:
        client = await AgiClient.connect(server.port)
        await client.send(environment(UNWANTED))
        await screener.until(lambda told: bool(told.secured))
        stopping = asyncio.create_task(server.close(timeout_seconds=5))
        await asyncio.sleep(0)
        with pytest.raises(ConnectionRefusedError):
            await AgiClient.connect(server.port)

        screener.gate.set()
        assert (await client.carry_out())["BLOCKER_ACTION"] == "reject"
        await stopping
        assert [acknowledged_at is not None for _, acknowledged_at in screener.settled] == [True]
        await client.close()


async def test_a_service_that_stops_waits_for_nobody_for_ever() -> None:
    """After the time it has, connections are closed; whatever was judged is settled before `close` returns."""
    screener = screener_with()
    async with fastagi(screener) as server:
        silent, judged = await AgiClient.connect(server.port), await AgiClient.connect(server.port)
        await judged.send(environment(UNWANTED))
        assert await judged.command() is not None
        await server.close(timeout_seconds=0.1)

        assert [acknowledged_at for _, acknowledged_at in screener.settled] == [None]
        assert [await client.command() for client in (silent, judged)] == [None, None]
        for client in (silent, judged):
            await client.close()


async def test_a_service_that_stops_lets_a_record_be_finished() -> None:
    """Even when its time is over: a record that was begun is settled, not forgotten."""
    screener = screener_with(0.4)
    screener.gate = asyncio.Event()
    async with fastagi(screener) as server:
        client = await AgiClient.connect(server.port)
        await client.send(environment(UNWANTED))
        await screener.until(lambda told: bool(told.secured))
        await server.close(timeout_seconds=0.05)

        assert [acknowledged_at for _, acknowledged_at in screener.settled] == [None]
        await client.close()
