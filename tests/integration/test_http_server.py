"""The HTTP server over a real socket: health, metrics, and who isn't served."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from prometheus_client.parser import text_string_to_metric_families

from blocker.errors import ConfigError
from blocker.web.metrics import Metrics, Series
from blocker.web.server import WebServer


@asynccontextmanager
async def serving(
    problems: list[str] | None = None, **settings: Any
) -> AsyncIterator[tuple[WebServer, aiohttp.ClientSession]]:
    """A server and a client of it."""
    metrics = settings.pop("metrics", Metrics(tuple))
    server = WebServer(lambda: problems or [], metrics, port=0, **settings)
    await server.start()
    try:
        async with aiohttp.ClientSession(f"http://127.0.0.1:{server.port}") as client:
            yield server, client
    finally:
        await server.close()


async def test_health_is_well_or_says_what_is_not() -> None:
    """A monitor looks at the status, a person at the sentences; both follow at once."""
    problems: list[str] = []
    async with serving(problems) as (_, client):
        async with client.get("/healthz") as response:
            assert (response.status, await response.json()) == (200, {"status": "ok", "problems": []})
        problems.append("the disk is full")
        async with client.get("/healthz") as response:
            assert response.status == 503
            assert (await response.json())["problems"] == ["the disk is full"]


async def test_metrics_are_read_when_they_are_asked_for() -> None:
    """In a form that Prometheus's own parser reads, labels with quotes included."""
    calls = {("ring", "nothing-known"): 2, ("reject", 'a "quoted"\nreason'): 1}
    series = [
        Series("blocker_calls", "Calls by action and reason.", ("action", "reason"), calls),
        Series("blocker_open", "Connections now.", (), {(): 3}, counts_up=False),
    ]
    async with serving(metrics=Metrics(lambda: series)) as (_, client):
        calls["ring", "nothing-known"] += 1
        async with client.get("/metrics") as response:
            assert response.headers["Content-Type"].startswith("text/plain")
            families = {family.name: family for family in text_string_to_metric_families(await response.text())}

    assert families["blocker_calls"].type == "counter"
    assert {tuple(sample.labels.values()): sample.value for sample in families["blocker_calls"].samples} == calls
    assert [(sample.name, sample.value) for sample in families["blocker_open"].samples] == [("blocker_open", 3)]
    assert families["process_resident_memory_bytes"].samples[0].value > 0


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("127.0.0.1", 200),
        ("127.0.0.1:8073", 200),
        ("127.8.9.10", 200),
        ("localhost:8073", 200),
        ("LocalHost", 200),
        ("[::1]:8073", 200),
        ("blocker.home.example:8073", 200),
        ("evil.example", 421),
        ("evil.example:8073", 421),
        ("127.0.0.1.evil.example", 421),
        ("localhost.evil.example", 421),
        ("user@evil.example", 421),
        ("192.0.2.1", 421),
        ("[::1", 421),
        ("2130706433", 421),
        ("", 421),
    ],
)
async def test_only_who_asks_for_this_machine_is_served(host: str, status: int) -> None:
    """A page whose name was pointed at loopback (DNS rebinding) still sends its own name."""
    async with (
        serving(allowed_hosts=["Blocker.home.example"]) as (_, client),
        client.get("/healthz", headers={"Host": host}) as response,
    ):
        assert response.status == status


@pytest.mark.parametrize(
    ("content_type", "status"),
    [
        ("application/json", 200),
        ("application/json; charset=utf-8", 200),
        ("text/plain", 415),
        ("application/x-www-form-urlencoded", 415),
        ("multipart/form-data; boundary=x", 415),
        ("application/jsonp", 415),
        ("", 415),
    ],
)
async def test_a_form_of_another_site_is_refused(content_type: str, status: int) -> None:
    """A browser sends these content types to any site without asking; JSON it would ask for first, and be refused."""

    async def reached(_: web.Request) -> web.Response:
        return web.json_response({})

    async with serving(routes=[web.post("/v1/x", reached)]) as (_, client):
        headers = {"Content-Type": content_type}
        async with client.post("/v1/x", data=b"{}", headers=headers) as response:
            assert response.status == status
        async with client.options("/v1/x", headers={"Origin": "https://evil.example", **headers}) as response:
            assert response.status != 200
            assert "Access-Control-Allow-Origin" not in response.headers


@pytest.mark.parametrize(
    ("method", "path", "status"), [("GET", "/", 404), ("GET", "/v1/x", 405), ("DELETE", "/healthz", 415)]
)
async def test_every_error_says_what_to_do(method: str, path: str, status: int) -> None:
    """The framework's own errors too are JSON with what, where and how to mend it."""

    async def reached(_: web.Request) -> web.Response:
        return web.json_response({})

    async with serving(routes=[web.post("/v1/x", reached)]) as (_, client), client.request(method, path) as response:
        answer = await response.json()
        assert (response.status, answer["where"]) == (status, path)
        assert answer["what"]
        assert answer["mend"]


async def test_peers_that_were_not_named_are_refused() -> None:
    """Where others are named, loopback isn't among them by itself."""
    async with serving(allowed_peers=["192.0.2.1"]) as (_, client), client.get("/healthz") as response:
        assert response.status == 403


def test_an_address_others_can_reach_needs_peers() -> None:
    """As with FastAGI."""
    with pytest.raises(ConfigError, match=r"\[http\].*other machines"):
        WebServer(list, Metrics(tuple), host="0.0.0.0")  # noqa: S104 (that it is refused is the point)


async def test_a_request_under_way_is_answered_before_the_end() -> None:
    """A server that stops takes no new connection and finishes what it has."""
    begun, go_on = asyncio.Event(), asyncio.Event()

    async def slow(_: web.Request) -> web.Response:
        begun.set()
        await go_on.wait()
        return web.json_response({"answered": True})

    async with serving(routes=[web.get("/slow", slow)]) as (server, client):
        asking = asyncio.create_task(client.get("/slow"))
        await begun.wait()
        stopping = asyncio.create_task(server.close())
        await asyncio.sleep(0)
        with pytest.raises(ConnectionRefusedError):
            await asyncio.open_connection("127.0.0.1", server.port)
        go_on.set()
        async with await asking as response:
            assert await response.json() == {"answered": True}
        await stopping
