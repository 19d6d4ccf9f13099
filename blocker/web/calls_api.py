"""`/v1/calls/…`: a call and what was said about it, for the household's pages and for programs of its own.

Decides who is answered (whoever names the household's word, `token.py`) and how errors are told. What is recorded, the
use case behind it decides; the server's own guards (`server.py`) come first. The contract is `docs/spec/http-api.md`.
"""

import json
from collections.abc import Awaitable, Callable
from typing import Any, Protocol

import structlog
from aiohttp import web

from blocker.core.plain_text import one_line
from blocker.errors import BlockerError, FieldsError, UnknownCallError, UsageError
from blocker.web.token import WebToken

MAX_STATEMENT_BYTES = 128 * 1024
"""All texts of a statement at their longest, each character written as two escapes of JSON."""

_MAX_BY = 200


class Statements(Protocol):
    """What is known of calls, and what may be said about them."""

    async def about(self, call: str) -> Any:  # noqa: ANN401  (JSON values)
        """A call and what was said about it."""
        ...

    async def say(self, call: str, said: dict[str, Any], by: str = "") -> Any:  # noqa: ANN401
        """Say something about a call."""
        ...


class CallsApi:
    """The requests about calls."""

    def __init__(self, statements: Callable[[], Statements | None], token: WebToken | None) -> None:
        """Without statements (the household's data can't be used) or a token, nothing is answered but that."""
        self._statements, self._token = statements, token
        self._log = structlog.get_logger("http")

    def routes(self) -> list[web.RouteDef]:
        """What the server is to mount."""
        return [web.get("/v1/calls/{call}", self.show), web.post("/v1/calls/{call}/statement", self.say)]

    async def show(self, request: web.Request) -> web.Response:
        """A call as it was recorded, and what was said about it."""
        return await self._answer(request, lambda known: known.about(request.match_info["call"]))

    async def say(self, request: web.Request) -> web.Response:
        """Say something about a call."""

        async def record(known: Statements) -> Any:  # noqa: ANN401
            said = _object(await request.clone(client_max_size=MAX_STATEMENT_BYTES).read())
            by = said.pop("by", "")
            if not isinstance(by, str) or len(by) > _MAX_BY or one_line(by) != by:
                raise FieldsError({"by": f"must be one line of {_MAX_BY} characters at most: who says this"})
            return await known.say(request.match_info["call"], said, by.strip())

        return await self._answer(request, record)

    async def _answer(self, request: web.Request, do: Callable[[Statements], Awaitable[Any]]) -> web.Response:
        known = self._statements()
        if known is None or self._token is None:
            return _refusal(503, "the household's data can't be used", request.path, "see /healthz")
        if not self._token.admits(request.headers.get("Authorization", "")):
            self._log.warning("a question about a call without the word", path=request.path[:80], peer=request.remote)
            refused = _refusal(401, "the word is missing or wrong", "Authorization", "send Bearer WORD, from web-token")
            refused.headers["WWW-Authenticate"] = "Bearer"
            return refused
        try:
            return web.json_response(await do(known))
        except UnknownCallError as error:
            return _refusal(404, str(error), "call", "give an id as `blocker calls` shows it")
        except FieldsError as error:
            mend = "each is told in fields"
            return _refusal(400, f"what can't be used: {', '.join(error.faults)}", "body", mend, fields=error.faults)
        except UsageError as error:
            return _refusal(400, str(error), "body", "docs/spec/http-api.md has the fields")
        except BlockerError as error:
            self._log.error("a request about a call failed", why=str(error))
            return _refusal(503, str(error), request.path, "see /healthz")


def _object(body: bytes) -> dict[str, Any]:
    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        if len(found := dict(pairs)) < len(pairs):
            raise ValueError("a field is given twice, and which was meant can't be told")
        return found

    try:
        said = json.loads(body, object_pairs_hook=once)
    except (ValueError, RecursionError) as error:
        raise UsageError(f"not JSON: {error}") from error
    if not isinstance(said, dict):
        raise UsageError('not a JSON object of fields, such as {"mark": "marketing"}')
    return said


def _refusal(status: int, what: str, where: str, mend: str, **more: Any) -> web.Response:  # noqa: ANN401  (JSON values)
    return web.json_response({"what": what, "where": where, "mend": mend, **more}, status=status)
