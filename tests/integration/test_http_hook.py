"""The HTTP hook over a real socket: questions, answers, acknowledgements, and what is no question."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import pytest
from fakes.hooks import FakeDialled, FakeEndings
from fakes.screener import REJECT, FakeScreener

from blocker.core.treatment import RING
from blocker.hooks.http import ENDED, MAX_REFERENCES, MAX_TEXT, MAX_WAITING, HttpHook
from blocker.web.metrics import Metrics
from blocker.web.server import WebServer

UNWANTED = "+32475551234"
QUESTION = {"number": UNWANTED}
MANY = {str(n): "" for n in range(MAX_REFERENCES + 1)}


@asynccontextmanager
async def asked(
    screener: FakeScreener, dialled: FakeDialled | None = None, endings: FakeEndings | None = None
) -> AsyncIterator[aiohttp.ClientSession]:
    """A client of a server with nothing but the hook."""
    hook = HttpHook(
        screener, dialled or FakeDialled(), endings or FakeEndings(), budget_seconds=screener.budget_seconds
    )
    server = WebServer(list, Metrics(tuple), routes=hook.routes(), port=0, form_paths=(ENDED,))
    await server.start()
    try:
        async with aiohttp.ClientSession(f"http://127.0.0.1:{server.port}") as client:
            yield client
    finally:
        await server.close()
        hook.close()


async def post(client: aiohttp.ClientSession, path: str, **what: Any) -> tuple[int, dict[str, Any]]:
    """Status and answer."""
    async with client.post(path, **what) as response:
        answer = await response.json()
        assert isinstance(answer, dict)
        return response.status, answer


def screener_with(budget_seconds: float = 5.0) -> FakeScreener:
    """One which turns one number away."""
    return FakeScreener({UNWANTED: REJECT}, budget_seconds=budget_seconds)


async def test_a_call_out_of_the_house_is_noted() -> None:
    """With the channel where one is given."""
    dialled = FakeDialled()
    async with asked(FakeScreener(), dialled) as client:
        assert await post(client, "/v1/dialled", json={"number": "112"}) == (200, {"noted": True})
        await post(client, "/v1/dialled", json={"number": "02 555 12 34", "channel": "phone"})

    assert dialled.noted == [("112", ""), ("02 555 12 34", "phone")]


@pytest.mark.parametrize(
    "body", [b"", b"112", b"{}", b'{"number": ""}', b'{"number": 112}', b'{"numbr": "112"}', b"[]"]
)
async def test_what_was_not_dialled_is_refused(body: bytes) -> None:
    """With 400 and how to mend it; nothing is noted."""
    dialled = FakeDialled()
    async with asked(FakeScreener(), dialled) as client:
        status, answer = await post(client, "/v1/dialled", data=body, headers={"Content-Type": "application/json"})

    assert (status, dialled.noted) == (400, [])
    assert answer["mend"]


async def test_a_call_is_answered_with_its_steps() -> None:
    """What to do is said in steps, and why beside them."""
    screener = screener_with()
    async with asked(screener) as client:
        refused = await post(client, "/v1/screen", json=QUESTION)
        ringing = await post(client, "/v1/screen", json={"number": "+3225551234"})

    assert refused == (200, {
        "call": "call1", "action": "reject", "decision": "block", "reason": "block-list", "steps": [{"hang_up": 21}],
    })  # fmt: skip
    assert ringing == (200, {
        "call": "call2", "action": "ring", "decision": "ring", "reason": "nothing-known", "steps": [{"let_ring": True}],
    })  # fmt: skip


@pytest.mark.parametrize(
    ("given", "presentation"),
    [("allowed", 0), ("restricted", 32), ("unavailable", 67), (0, 0), (35, 35), (255, 255), (None, None)],
)
async def test_a_question_becomes_a_sighting(given: object, presentation: int | None) -> None:
    """Every key of it, and a presentation in words or as Asterisk's number."""
    screener = screener_with()
    question = {
        "number": "0475/55.12.34", "name": "Zoë", "presentation": given, "called": "+3225550000",
        "channel": "PJSIP/mytrunk-00000001", "references": {"uniqueid": "17.3"},
    }  # fmt: skip
    async with asked(screener) as client:
        assert (await post(client, "/v1/screen", json=question))[0] == 200

    sighting = screener.judged[0].sighting
    assert (sighting.hook, sighting.number, sighting.name) == ("http", "0475/55.12.34", "Zoë")
    assert (sighting.presentation, sighting.called) == (presentation, "+3225550000")
    assert (sighting.channel, sighting.references) == ("PJSIP/mytrunk-00000001", {"uniqueid": "17.3"})


@pytest.mark.parametrize(
    ("body", "where"),
    [
        (b"", "body"),
        (b"{", "body"),
        (b"\xff", "body"),
        (b"[]", "body"),
        (b'"+3225551234"', "body"),
        (b"[" * 10_000, "body"),
        (b'{"number": ' + b"1" * 9000 + b"}", "body"),
        (b'{"number": "1", "number": "2"}', "body"),
        (b'{"number": "1", "nmae": "x"}', "body"),
        (b'{"number": "1", "": ""}', "body"),
        (b"{}", "number"),
        (b'{"number": null}', "number"),
        (b'{"number": 3225551234}', "number"),
        (b'{"number": ["1"]}', "number"),
        (b'{"number": "\\ud800"}', "number"),
        (json.dumps({"number": "1" * (MAX_TEXT + 1)}).encode(), "number"),
        (b'{"number": "1", "name": true}', "name"),
        (b'{"number": "1", "called": {}}', "called"),
        (b'{"number": "1", "channel": 0}', "channel"),
        (b'{"number": "1", "presentation": "hidden"}', "presentation"),
        (b'{"number": "1", "presentation": true}', "presentation"),
        (b'{"number": "1", "presentation": 256}', "presentation"),
        (b'{"number": "1", "presentation": -1}', "presentation"),
        (b'{"number": "1", "presentation": NaN}', "presentation"),
        (b'{"number": "1", "references": []}', "references"),
        (b'{"number": "1", "references": {"a": 1}}', "references"),
        (b'{"number": "1", "references": {"\\ud800": ""}}', "references"),
        ('{"number": "1", "references": {"é": ""}}'.encode(), "references"),
        (json.dumps({"number": "1", "references": MANY}).encode(), "references"),
    ],
)  # fmt: skip
async def test_what_is_no_question_gets_told_why(body: bytes, where: str) -> None:
    """What is wrong, where, and how to mend it; nothing is judged."""
    screener = screener_with()
    async with asked(screener) as client:
        status, answer = await post(client, "/v1/screen", data=body, headers={"Content-Type": "application/json"})

    assert (status, answer["where"], screener.judged) == (400, where, [])
    assert answer["what"]
    assert answer["mend"]


async def test_a_key_that_is_nearly_right_is_named() -> None:
    """The error names the key that was meant."""
    async with asked(screener_with()) as client:
        _, answer = await post(client, "/v1/screen", json={"number": "", "nmae": ""})

    assert answer["mend"] == "did you mean name?"


async def test_a_body_has_a_limit() -> None:
    """Too long a one is refused before it is read whole."""
    async with asked(screener_with()) as client:
        status, answer = await post(client, "/v1/screen", json={"number": "1" * 20_000})

    assert (status, answer["where"]) == (413, "/v1/screen")


async def test_an_acknowledged_call_is_settled_with_its_time() -> None:
    """Once: a second acknowledgement finds nothing, and neither does one for a call that never was."""
    screener = screener_with()
    async with asked(screener) as client:
        await post(client, "/v1/screen", json=QUESTION)
        first = await post(client, "/v1/screen/call1/acknowledged", json={})
        again = await post(client, "/v1/screen/call1/acknowledged", json={})
        other = await post(client, "/v1/screen/call2/acknowledged", json={})

    assert first == (200, {"call": "call1", "acknowledged": True})
    assert (again[0], other[0]) == (404, 404)
    ((screening, acknowledged_at),) = screener.settled
    assert acknowledged_at is not None
    assert screening.accepted_at <= acknowledged_at <= screening.deadline


async def test_a_call_that_nobody_acknowledges_is_settled_at_its_deadline() -> None:
    """As never confirmed; an acknowledgement that comes later finds nothing."""
    screener = screener_with(0.2)
    async with asked(screener) as client:
        await post(client, "/v1/screen", json=QUESTION)
        await screener.until(lambda told: bool(told.settled))
        late = await post(client, "/v1/screen/call1/acknowledged", json={})

    assert late[0] == 404
    assert [acknowledged_at for _, acknowledged_at in screener.settled] == [None]


async def test_an_acknowledged_call_is_done_with(caplog: pytest.LogCaptureFixture) -> None:
    """Its deadline, which comes before that of the next call, finds nothing left to settle, nor to stumble over."""
    screener = screener_with(0.2)
    async with asked(screener) as client:
        await post(client, "/v1/screen", json=QUESTION)
        await post(client, "/v1/screen/call1/acknowledged", json={})
        await post(client, "/v1/screen", json=QUESTION)
        await screener.until(lambda told: len(told.settled) == 2)

    assert [screening.call_id for screening, _ in screener.settled] == ["call1", "call2"]
    assert caplog.records == []


async def test_a_service_that_stops_settles_what_waits() -> None:
    """No acknowledgement can come any more."""
    screener = screener_with()
    async with asked(screener) as client:
        await post(client, "/v1/screen", json=QUESTION)

    assert [acknowledged_at for _, acknowledged_at in screener.settled] == [None]


async def test_a_call_that_could_not_be_secured_rings() -> None:
    """The answer is made of what came back."""
    screener = screener_with()
    screener.durable = lambda: False
    async with asked(screener) as client:
        _, answer = await post(client, "/v1/screen", json=QUESTION)

    assert (answer["action"], answer["reason"], answer["steps"]) == ("ring", "unscreened", [{"let_ring": True}])


async def test_a_record_that_takes_too_long_gets_an_error() -> None:
    """Which means: let it ring. The call is settled as never confirmed."""
    screener = screener_with(0.2)
    screener.gate = asyncio.Event()
    async with asked(screener) as client:
        status, answer = await post(client, "/v1/screen", json=QUESTION)

    assert (status, answer["mend"]) == (503, "let it ring")
    assert [(screening.treatment, at) for screening, at in screener.settled] == [(RING, None)]


async def test_a_question_that_never_ends_gets_an_error() -> None:
    """The budget counts from its first byte."""
    screener = screener_with(0.2)

    async def endless() -> AsyncIterator[bytes]:
        yield b'{"number": '
        await asyncio.Event().wait()

    async with asked(screener) as client:
        headers = {"Content-Type": "application/json"}
        async with client.post("/v1/screen", data=endless(), headers=headers) as response:
            assert response.status == 408

    assert screener.judged == []


async def test_calls_that_await_their_acknowledgement_are_counted() -> None:
    """A flood of questions can't hold more than so many; the next one rings, and so it says."""
    screener = screener_with()
    async with asked(screener) as client:
        for _ in range(MAX_WAITING):
            assert (await post(client, "/v1/screen", json=QUESTION))[0] == 200
        assert (await post(client, "/v1/screen", json=QUESTION))[0] == 503
        assert (await post(client, "/v1/screen/call1/acknowledged", json={}))[0] == 200
        assert (await post(client, "/v1/screen", json=QUESTION))[0] == 200
