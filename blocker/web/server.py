"""The HTTP server on 127.0.0.1:8073: `/healthz`, `/metrics`, and the routes that `app.py` hands in.

Decides who is served: a peer that may ask, a `Host` that is this machine's own name, and no other site's page in the
household's browser. Such a page can reach loopback too: by a form (its content type gives it away, a browser asks
before it sends JSON to another site) or by giving its own name this machine's address (its `Host` gives it away).
"""

import ipaddress
from collections.abc import Awaitable, Callable, Collection, Iterable, Sequence
from urllib.parse import urlsplit

import structlog
from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST

from blocker.hooks.arrival import Peers
from blocker.web.metrics import Metrics

MAX_BODY_BYTES = 16 * 1024
"""Bytes of a request's body; a question about a call has a few hundred."""

CLOSE_SECONDS = 2.0
"""How long requests under way may take once the server stops; a question about a call has 1.2 s anyway."""

_MENDS = {
    404: "there is /healthz, /metrics and POST /v1/screen",
    405: "GET /healthz and /metrics, POST everything else",
    413: f"send {MAX_BODY_BYTES} bytes at most",
}

_FORM = "application/x-www-form-urlencoded"

_OF_BROWSERS = ("Origin", "Referer", "Sec-Fetch-Site", "Cookie")
"""Headers of which a browser sends the first with every POST, and the third since 2023 at the latest; no page can take
them away. Source: Fetch standard; W3C Fetch Metadata."""

_SAFE_METHODS = frozenset({"GET", "HEAD"})

_Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class WebServer:
    """One aiohttp application with its listening socket."""

    def __init__(
        self,
        health: Callable[[], Sequence[str]],
        metrics: Metrics,
        *,
        routes: Iterable[web.RouteDef] = (),
        host: str = "127.0.0.1",
        port: int = 8073,
        allowed_peers: Sequence[str] = (),
        allowed_hosts: Sequence[str] = (),
        form_paths: Collection[str] = (),
    ) -> None:
        """Nothing is opened yet.

        Args:
            health: what is wrong at present, as sentences for a person; nothing means that all is well.
            metrics: what `/metrics` shows.
            routes: further routes, a hook's for example.
            host: a literal address to listen on.
            port: 0 takes a free one, to be read from `port`.
            allowed_peers: addresses or networks that may ask; see `Peers`.
            allowed_hosts: names under which this machine is asked, besides its loopback's and `host`.
            form_paths: where a form does as well as JSON, for phone systems that can send nothing else.

        Raises:
            ConfigError: `host` is reachable from elsewhere and no peer is named, or an address isn't one.
        """
        self._health, self._metrics = health, metrics
        self._host, self._port = host, port
        self._peers = Peers("http", host, allowed_peers)
        self._form_paths = frozenset(form_paths)
        self._names = {"localhost", host.lower(), *(name.lower() for name in allowed_hosts)}
        app = web.Application(middlewares=[self._guard], client_max_size=MAX_BODY_BYTES)
        app.add_routes([web.get("/healthz", self._healthz), web.get("/metrics", self._metrics_page), *routes])
        self._app = app
        self._runner: web.AppRunner | None = None
        self._log = structlog.get_logger("web")

    @property
    def port(self) -> int:
        """The port that is listened on, once started; before, the one asked for."""
        return self._port

    async def start(self) -> None:
        """Listen.

        Raises:
            OSError: the address can't be had, most likely because something listens on it already.
        """
        self._runner = web.AppRunner(self._app, access_log=None, shutdown_timeout=CLOSE_SECONDS)
        await self._runner.setup()
        await web.TCPSite(self._runner, self._host, self._port).start()
        self._port = self._runner.addresses[0][1]

    async def close(self) -> None:
        """Stop listening, let requests under way have their answers for `CLOSE_SECONDS` at most, then close."""
        if self._runner is not None:
            await self._runner.cleanup()

    async def _healthz(self, _: web.Request) -> web.Response:
        problems = list(self._health())
        if problems:
            return web.json_response({"status": "failing", "problems": problems}, status=503)
        return web.json_response({"status": "ok", "problems": []})

    async def _metrics_page(self, _: web.Request) -> web.Response:
        return web.Response(body=self._metrics.text(), headers={"Content-Type": CONTENT_TYPE_LATEST})

    @web.middleware
    async def _guard(self, request: web.Request, handler: _Handler) -> web.StreamResponse:
        """Before each handler: who asks, under which name, and how. Errors of the framework become JSON as well."""
        if (refused := self._refused(request)) is not None:
            status, what, mend = refused
            self._log.warning("a request was refused", what=what, path=request.path[:80], peer=request.remote)
            return web.json_response({"what": what, "where": request.path, "mend": mend}, status=status)
        try:
            return await handler(request)
        except web.HTTPException as error:
            answer = {"what": error.reason, "where": request.path, "mend": _MENDS.get(error.status, "")}
            return web.json_response(answer, status=error.status)

    def _refused(self, request: web.Request) -> tuple[int, str, str] | None:
        """Status, what is wrong and how to mend it; None where nothing is."""
        if not self._peers.admit(request.remote or ""):
            return 403, "this machine isn't in allowed_peers", "name its address in [http] allowed_peers"
        if not self._is_own_name(request.headers.get("Host", "")):
            return 421, "asked under a name that isn't this machine's", "ask 127.0.0.1, or name it in allowed_hosts"
        if request.method not in _SAFE_METHODS and not self._is_well_typed(request):
            return 415, "not sent as JSON", "send Content-Type: application/json"
        return None

    def _is_well_typed(self, request: web.Request) -> bool:
        if request.content_type == "application/json":
            return True
        a_page = any(name in request.headers for name in _OF_BROWSERS)
        return request.path in self._form_paths and request.content_type == _FORM and not a_page

    def _is_own_name(self, host_header: str) -> bool:
        try:
            name = urlsplit(f"//{host_header}").hostname or ""
        except ValueError:
            return False
        if name in self._names:
            return True
        try:
            return ipaddress.ip_address(name).is_loopback
        except ValueError:
            return False
