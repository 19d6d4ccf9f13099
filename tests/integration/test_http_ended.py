"""The end of a call over HTTP: as JSON, as the form that Asterisk sends, and as what nobody should send."""

from typing import Any

import aiohttp
import pytest
from fakes.hooks import FakeDialled, FakeEndings
from fakes.screener import FakeScreener

from blocker.core.ended import CallEnd
from blocker.hooks.http import ENDED, HttpHook
from blocker.web.metrics import Metrics
from blocker.web.server import WebServer

CALL = "0123456789abcdef"
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
WHOLE = CallEnd(CALL, "NO ANSWER", 0, 7, "caller", 16, 12, "1795000000.1")


async def told(endings: FakeEndings, headers: dict[str, str] | None = None, **what: Any) -> int:
    """The status of one report."""
    hook = HttpHook(FakeScreener(), FakeDialled(), endings)
    server = WebServer(list, Metrics(tuple), routes=hook.routes(), port=0, form_paths=(ENDED,))
    await server.start()
    try:
        async with (
            aiohttp.ClientSession(f"http://127.0.0.1:{server.port}", headers=headers) as client,
            client.post(ENDED, **what) as response,
        ):
            assert response.content_type == "application/json"
            return response.status
    finally:
        await server.close()


@pytest.mark.parametrize(
    ("what", "end"),
    [
        ({"json": WHOLE._asdict()}, WHOLE),
        ({"json": {"call": CALL}}, CallEnd(CALL)),
        ({"json": {"call": CALL, "disposition": None, "seconds_talked": -3590}}, CallEnd(CALL)),
        (
            {
                "data": f"call={CALL}&cause=16&uniqueid=1795000000.1&hung_up_by=caller&disposition=NO ANSWER"
                "&seconds_talked=0&seconds_in_all=7&audio_packets=12",
                "headers": FORM,
            },
            WHOLE,
        ),
        (
            {"data": f"call={CALL}&cause=&uniqueid=&hung_up_by=&disposition=&seconds_talked=-3590", "headers": FORM},
            CallEnd(CALL),
        ),
        ({"data": f"call={CALL}&seconds_talked=30&seconds_in_all=7", "headers": FORM}, CallEnd(CALL)),
    ],
)
async def test_an_end_is_told_as_json_or_as_asterisks_form(what: dict[str, Any], end: CallEnd) -> None:
    """Both say the same; what is left out, empty or impossible is unknown."""
    endings = FakeEndings(CALL)
    assert await told(endings, **what) == 200
    assert endings.noted == [end]


async def test_an_unknown_call_is_refused() -> None:
    """One that was never screened, or whose end was told before: 404, and nothing is noted."""
    endings = FakeEndings(CALL)
    assert await told(endings, json={"call": "f" * 16}) == 404
    assert await told(endings, json={"call": CALL}) == 200
    assert await told(endings, json={"call": CALL}) == 404
    assert len(endings.noted) == 1


@pytest.mark.parametrize(
    "what",
    [
        {"json": {}},
        {"json": [CALL]},
        {"json": {"call": 7}},
        {"json": {"call": CALL, "disposition": "answered"}},
        {"json": {"call": CALL, "hung_up_by": "me"}},
        {"json": {"call": CALL, "seconds_talked": "7"}},
        {"json": {"call": CALL, "seconds_talked": 30, "seconds_in_all": 7}},
        {"json": {"call": CALL, "seconds_talked": True}},
        {"json": {"call": CALL, "seconds_talked": 1.5}},
        {"json": {"call": CALL, "number": "+3225551234"}},
        {"data": b"call=" + CALL.encode() + b"&call=" + CALL.encode(), "headers": FORM},
        {"data": b"call=" + CALL.encode() + b"&seconds_talked=many", "headers": FORM},
        {"data": b"call=\xff", "headers": FORM},
        {"data": b"&".join(b"a%d=1" % n for n in range(100)), "headers": FORM},
        {"data": b"", "headers": FORM},
    ],
)
async def test_what_tells_no_end_is_refused(what: dict[str, Any]) -> None:
    """400 with what is wrong, and nothing is noted."""
    endings = FakeEndings(CALL)
    assert await told(endings, **what) == 400
    assert endings.noted == []


@pytest.mark.parametrize("header", ["Origin", "Referer", "Sec-Fetch-Site", "Cookie"])
async def test_a_page_in_a_browser_cant_tell_an_end(header: str) -> None:
    """A form is taken from no browser, whatever page it shows."""
    endings = FakeEndings(CALL)
    assert await told(endings, {**FORM, header: "x"}, data=f"call={CALL}") == 415
    assert endings.noted == []


async def test_a_form_is_taken_for_nothing_else() -> None:
    """Questions about calls and calls out of the house are JSON."""
    hook = HttpHook(FakeScreener(), FakeDialled(), FakeEndings())
    server = WebServer(list, Metrics(tuple), routes=hook.routes(), port=0, form_paths=(ENDED,))
    await server.start()
    try:
        async with aiohttp.ClientSession(f"http://127.0.0.1:{server.port}", headers=FORM) as client:
            for path in ("/v1/screen", "/v1/dialled"):
                async with client.post(path, data="number=112") as response:
                    assert response.status == 415
    finally:
        await server.close()
