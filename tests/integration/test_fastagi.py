"""FastAGI over a real socket, with a peer that behaves: what it is told, what is recorded of it, and in which order."""

import asyncio

import pytest
from fakes.agi_client import AgiClient, call, environment
from fakes.hooks import FakeDialled, fastagi
from fakes.screener import REJECT, FakeScreener
from structlog.testing import capture_logs

from blocker.core.treatment import RING, HangUp, Treatment
from blocker.errors import ConfigError
from blocker.hooks.fastagi import End, FastAgiServer

WANTED = "+3225551234"
UNWANTED = "+32475551234"


def screener_with(treatment: Treatment = REJECT) -> FakeScreener:
    """One which turns one number away."""
    return FakeScreener({UNWANTED: treatment})


@pytest.mark.parametrize(
    ("treatment", "action"),
    [
        (RING, "ring"),
        (REJECT, "reject"),
        (Treatment("busy", (HangUp(17),)), "busy"),
        (Treatment("unallocated", (HangUp(1),)), "unallocated"),
    ],
)
async def test_a_treatment_is_said_in_three_variables(treatment: Treatment, action: str) -> None:
    """The reason, the call's id and, last, the action on which alone the dialplan acts."""
    screener = screener_with(treatment)
    async with fastagi(screener) as server:
        variables = await call(server.port, UNWANTED)

    (screening,) = screener.judged
    assert list(variables.items()) == [
        ("BLOCKER_REASON", screening.verdict.reason),
        ("BLOCKER_CALL", screening.call_id),
        ("BLOCKER_ACTION", action),
    ]


async def test_a_call_out_of_the_house_is_noted_and_the_connection_closed() -> None:
    """Without a word, and without a look at it as if it came in."""
    screener, dialled = FakeScreener(), FakeDialled()
    async with fastagi(screener, dialled) as server:
        assert await call(server.port, WANTED, network_script="dialled", arg_1="112") == {}
        assert server.counts == {End.NOTED: 1}

    assert dialled.noted == [("112", "PJSIP/mytrunk-00000001")]
    assert screener.judged == []


@pytest.mark.parametrize(
    "said",
    [
        environment(network_script="dialled", arg_1="112\nagi_arg_1: 113"),
        environment(network_script="dialled", arg_1="112") + b"agi_arg_1: 113\n",
        environment(network_script="dialled", arg_1="112")[:-2],
    ],
)
async def test_a_forged_or_broken_call_out_of_the_house_is_not_believed(said: bytes) -> None:
    """A line given twice, lines out of turn, an end that never comes: nothing is noted, and it closes."""
    dialled = FakeDialled()
    async with fastagi(FakeScreener(budget_seconds=0.3), dialled) as server:
        client = await AgiClient.connect(server.port)
        await client.send(said)
        assert await client.command() is None
        await client.close()

    assert dialled.noted == []


async def test_a_call_becomes_a_sighting() -> None:
    """Number, name, presentation, channel and what finds the call in other records; raw bytes as latin-1."""
    screener = FakeScreener()
    async with fastagi(screener) as server:
        await call(server.port, "anonymous", calleridname="Zo\xeb", callingpres="32", arg_1="", arg_2="17.3")
        await call(server.port, "+3225551234", arg_1="+3225550011", arg_3="%0A", dnid="4711")
        await call(server.port, "+3225551234", dnid="unknown")

    first, second, third = (screening.sighting for screening in screener.judged)
    assert (first.hook, first.number, first.name, first.presentation) == ("fastagi", "anonymous", "Zo\xeb", 32)
    assert (first.called, first.channel) == ("+3225550000", "PJSIP/mytrunk-00000001")
    assert first.references["uniqueid"] == "1795000000.1"
    assert first.references["linkedid"] == "17.3"
    assert first.references["peer"].startswith("127.0.0.1:")
    assert second.called == "+3225550011"
    assert second.references["number_sent"] == "%0A"
    assert third.called == ""


async def test_a_peer_may_leave_out_what_it_does_not_know() -> None:
    """Only the caller ID is asked for; a presentation that wasn't given isn't guessed."""
    screener = FakeScreener()
    async with fastagi(screener) as server:
        client = await AgiClient.connect(server.port)
        await client.send(b"agi_callerid: +3225551234\n\n")
        variables = await client.carry_out()
        await client.close()

    assert variables["BLOCKER_ACTION"] == "ring"
    assert screener.judged[0].sighting.presentation is None


async def test_an_answer_that_was_confirmed_is_settled_with_its_time() -> None:
    """Once, after the confirmation of the last variable, and before the deadline."""
    screener = screener_with()
    async with fastagi(screener) as server:
        await call(server.port, UNWANTED)
        await call(server.port, WANTED)
        await screener.until(lambda told: len(told.settled) == 2)
        assert server.counts == {End.ANSWERED: 2}

    for screening, acknowledged_at in screener.settled:
        assert acknowledged_at is not None
        assert screening.accepted_at <= acknowledged_at <= screening.deadline


async def test_a_call_is_turned_away_only_once_it_is_secured() -> None:
    """Not a byte goes out while the record isn't durable; a call that rings is answered meanwhile."""
    screener = screener_with()
    screener.gate = asyncio.Event()
    async with fastagi(screener) as server:
        unwanted = await AgiClient.connect(server.port)
        await unwanted.send(environment(UNWANTED))
        await screener.until(lambda told: bool(told.secured))
        answer = asyncio.create_task(unwanted.carry_out())
        assert (await call(server.port, WANTED))["BLOCKER_ACTION"] == "ring"
        assert not answer.done()

        screener.gate.set()
        assert (await answer)["BLOCKER_ACTION"] == "reject"
        await unwanted.close()


async def test_a_call_that_could_not_be_secured_rings() -> None:
    """The hook goes on with what came back, in its answer and in its settlement."""
    screener = screener_with()
    screener.durable = lambda: False
    async with fastagi(screener) as server:
        variables = await call(server.port, UNWANTED)
        await screener.until(lambda told: bool(told.settled))

    assert variables == {"BLOCKER_REASON": "unscreened", "BLOCKER_CALL": "call1", "BLOCKER_ACTION": "ring"}
    assert screener.settled[0][0].treatment == RING


@pytest.mark.parametrize("treatment", [Treatment("shout", (HangUp(99),)), Treatment("twice", (HangUp(21), HangUp(17)))])
async def test_an_action_the_dialplan_does_not_know_rings(treatment: Treatment) -> None:
    """It is said as `ring`, told to whoever runs the service, and never counted as carried out."""
    screener = screener_with(treatment)
    with capture_logs() as logs:
        async with fastagi(screener) as server:
            variables = await call(server.port, UNWANTED)
            await screener.until(lambda told: bool(told.settled))

    assert variables["BLOCKER_ACTION"] == "ring"
    assert screener.settled[0][1] is None
    assert [(line["log_level"], line["action"]) for line in logs] == [("error", treatment.action)]


async def test_it_listens_on_the_address_that_it_is_told() -> None:
    """Which may be of IPv6; and a second service finds it taken."""
    async with fastagi(FakeScreener(), host="::1") as server:
        client = await AgiClient.connect(server.port, "::1")
        await client.send(environment())
        assert (await client.carry_out())["BLOCKER_ACTION"] == "ring"
        await client.close()
        with pytest.raises(OSError, match="in use"):
            await FastAgiServer(FakeScreener(), FakeDialled(), host="::1", port=server.port).start()


async def test_many_calls_at_once_each_get_their_own_answer() -> None:
    """Fifty together, every other one unwanted."""
    screener = screener_with()
    async with fastagi(screener) as server:
        numbers = [UNWANTED, WANTED] * 25
        answers = await asyncio.gather(*(call(server.port, number) for number in numbers))
        await screener.until(lambda told: len(told.settled) == 50)

    assert [answer["BLOCKER_ACTION"] for answer in answers] == ["reject", "ring"] * 25
    assert len({answer["BLOCKER_CALL"] for answer in answers}) == 50
    assert all(acknowledged_at is not None for _, acknowledged_at in screener.settled)


async def test_an_ordinary_call_writes_no_line() -> None:
    """The call path has its one line per call; the hook speaks of trouble only."""
    with capture_logs() as logs:
        async with fastagi(FakeScreener()) as server:
            await call(server.port, WANTED)

    assert logs == []


@pytest.mark.parametrize(
    ("host", "allowed", "fault"),
    [
        ("0.0.0.0", (), "other machines"),  # noqa: S104 (that it is refused is the point)
        ("192.0.2.1", (), "other machines"),
        ("::", (), "other machines"),
        ("localhost", (), "no address"),
        ("127.0.0.1", ("pbx.example",), "no address"),
    ],
)
def test_who_may_ask_has_to_be_said_where_others_could(host: str, allowed: tuple[str, ...], fault: str) -> None:
    """An address that can be reached from outside needs the peers by name, in numbers."""
    with pytest.raises(ConfigError, match=fault):
        FastAgiServer(FakeScreener(), FakeDialled(), host=host, allowed_peers=allowed)


@pytest.mark.parametrize(("host", "allowed"), [("127.0.0.1", ()), ("::1", ()), ("0.0.0.0", ("192.0.2.0/24",))])  # noqa: S104
def test_loopback_or_named_peers_are_enough(host: str, allowed: tuple[str, ...]) -> None:
    """Each of these may listen."""
    assert FastAgiServer(FakeScreener(), FakeDialled(), host=host, allowed_peers=allowed).port == 4573


async def test_a_peer_that_was_not_named_is_sent_away() -> None:
    """Before it said anything; this once, with a line in the log and a count."""
    screener = FakeScreener()
    with capture_logs() as logs:
        async with fastagi(screener, allowed_peers=["192.0.2.10"]) as server:
            assert await call(server.port) == {}
            assert server.counts == {End.REFUSED: 1}

    assert screener.judged == []
    assert [line["log_level"] for line in logs] == ["warning"]


async def test_a_peer_that_was_named_is_let_in() -> None:
    """By its address or by its network."""
    async with fastagi(FakeScreener(), allowed_peers=["192.0.2.10", "127.0.0.0/8"]) as server:
        assert (await call(server.port))["BLOCKER_ACTION"] == "ring"
