"""The second hook: any phone system that can send JSON asks `POST /v1/screen` about each call.

Decides what a well-formed question is and how a treatment is said in JSON. Has no server of its own: `web/server.py`
mounts `routes()`. The dialogue is two requests, since an HTTP answer that was sent has not yet been received:

    POST /v1/screen                       {"number": "+32…", …}  →  {"call": "…", "action": "reject", "steps": […], …}
    POST /v1/screen/{call}/acknowledged   once the steps are begun, before the deadline

    POST /v1/dialled                      {"number": "112"}      →  {"noted": true}; a call out of the house

Without the second the record says that the call rang or that nothing is known. An error answer of any kind means: let
the call ring.
"""

import asyncio
import difflib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Generic

import structlog
from aiohttp import web

from blocker.core.call import Sighting
from blocker.core.treatment import HangUp, LetRing, Step
from blocker.hooks import Dialled, S, Screener
from blocker.hooks.arrival import waited_seconds

MAX_WAITING = 256
"""Calls whose acknowledgement is still awaited. Each waits for the budget at most; a household has a handful."""

MAX_TEXT = 1024
"""Characters of one text. A hostile caller ID of hundreds of digits is still a call to be judged and recorded."""

MAX_REFERENCES = 16
"""References of one call; Asterisk's have four."""

PRESENTATIONS = {"allowed": 0, "restricted": 32, "unavailable": 67}
"""Words for Asterisk's CALLERPRES numbers; a phone system that has the number itself gives that."""

_SURROGATE = re.compile(r"[\ud800-\udfff]")  # half a character: no text, and nothing that could be recorded


@dataclass(frozen=True, slots=True)
class _BadRequestError(Exception):
    """The body isn't a question; turned into an answer that says how to mend it."""

    what: str
    where: str
    mend: str


class HttpHook(Generic[S]):
    """The two requests, and the screenings in between."""

    def __init__(self, screener: Screener[S], dialled: Dialled, *, budget_seconds: float = 1.2) -> None:
        self._screener = screener
        self._dialled = dialled
        self._budget = budget_seconds
        self._waiting: dict[str, tuple[S, asyncio.TimerHandle]] = {}
        self._log = structlog.get_logger("http")

    def routes(self) -> list[web.RouteDef]:
        """What the server is to mount."""
        return [
            web.post("/v1/screen", self.screen),
            web.post("/v1/screen/{call}/acknowledged", self.acknowledge),
            web.post("/v1/dialled", self.dialled),
        ]

    async def screen(self, request: web.Request) -> web.Response:
        """One call: read, judge, secure where it is turned away, answer."""
        loop = asyncio.get_running_loop()
        sock = request.get_extra_info("socket")
        accepted_at = loop.time() - (waited_seconds(sock) if sock else 0)
        if len(self._waiting) >= MAX_WAITING:
            self._log.error("too many calls await their acknowledgement; one rings unscreened", limit=MAX_WAITING)
            return _refusal(503, "too many calls at once", "/v1/screen", "let it ring; acknowledge the calls before it")
        try:
            async with asyncio.timeout_at(accepted_at + self._budget):
                sighting = _sighting(await request.read())
        except TimeoutError:
            self._log.warning("a question was never complete", peer=request.remote)
            return _refusal(408, "the question took too long", "body", "send it at once; let this call ring")
        except _BadRequestError as bad:
            self._log.warning("a question that is none", what=bad.what, where=bad.where, peer=request.remote)
            return _refusal(400, bad.what, bad.where, bad.mend)
        screening = self._screener.judge(sighting, accepted_at)
        if screening.treatment.turns_away:
            screening = await self._screener.secure(screening)
        if loop.time() > screening.deadline:
            self._screener.settle(screening, None)
            return _refusal(503, "too late for an answer", "/v1/screen", "let it ring")
        timer = loop.call_at(screening.deadline, self._give_up, screening.call_id)
        self._waiting[screening.call_id] = (screening, timer)
        return web.json_response(
            {
                "call": screening.call_id,
                "action": screening.treatment.action,
                "decision": screening.verdict.decision,
                "reason": screening.verdict.reason,
                "steps": [_step(step) for step in screening.treatment.steps],
            }
        )

    async def acknowledge(self, request: web.Request) -> web.Response:
        """The phone system carries out the steps."""
        call = request.match_info["call"]
        waiting = self._waiting.pop(call, None)
        if waiting is None:
            return _refusal(404, "no call of this name awaits it", "call", "acknowledge once, before the deadline")
        screening, timer = waiting
        timer.cancel()
        now = asyncio.get_running_loop().time()
        self._screener.settle(screening, now)
        return web.json_response({"call": call, "acknowledged": now <= screening.deadline})

    async def dialled(self, request: web.Request) -> web.Response:
        """The household dials a number; the answer doesn't wait for anything that follows from it."""
        try:
            async with asyncio.timeout(self._budget):
                number, channel = _dialled(await request.read())
        except TimeoutError:
            return _refusal(408, "it took too long", "body", "send it at once, and dial in any case")
        except _BadRequestError as bad:
            self._log.warning("a dialled number that is none", what=bad.what, where=bad.where, peer=request.remote)
            return _refusal(400, bad.what, bad.where, bad.mend)
        self._dialled.note(number, channel)
        return web.json_response({"noted": True})

    def close(self) -> None:
        """No acknowledgement can come any more: settle what still waits for one."""
        for call in tuple(self._waiting):
            self._give_up(call)

    def _give_up(self, call: str) -> None:
        screening, timer = self._waiting.pop(call)
        timer.cancel()
        self._screener.settle(screening, None)


def _step(step: Step) -> dict[str, Any]:
    match step:
        case LetRing():
            return {"let_ring": True}
        case HangUp(cause=cause):
            return {"hang_up": cause}


def _refusal(status: int, what: str, where: str, mend: str) -> web.Response:
    return web.json_response({"what": what, "where": where, "mend": mend}, status=status)


def _sighting(body: bytes) -> Sighting:
    """Raises `_BadRequestError` on anything but the object that is asked for."""
    question = _object(body)
    _known(question, ("number", "name", "presentation", "called", "channel", "references"), "body")
    if "number" not in question:
        raise _BadRequestError("there is no number", "number", 'give it, or "" where none was presented')
    references = question.get("references", {})
    if not isinstance(references, dict) or len(references) > MAX_REFERENCES:
        raise _BadRequestError(f"not an object of {MAX_REFERENCES} at most", "references", 'as {"uniqueid": "17.3"}')
    if not all(key.isascii() for key in references):
        raise _BadRequestError("a name that isn't ASCII", "references", "name references with plain letters")
    return Sighting(
        hook="http",
        number=_text(question["number"], "number"),
        name=_text(question.get("name", ""), "name"),
        presentation=_presentation(question.get("presentation")),
        called=_text(question.get("called", ""), "called"),
        channel=_text(question.get("channel", ""), "channel"),
        references={_text(key, "references"): _text(value, "references") for key, value in references.items()},
    )


def _dialled(body: bytes) -> tuple[str, str]:
    """Number and channel. Raises `_BadRequestError` where no number was dialled."""
    question = _object(body)
    _known(question, ("number", "channel"), "body")
    number, channel = (_text(question.get(key, ""), key) for key in ("number", "channel"))
    if not number:
        raise _BadRequestError("there is no number", "number", "give it as it was dialled")
    return number, channel


def _object(body: bytes) -> dict[str, Any]:
    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        if len(keys := dict(pairs)) < len(pairs):  # which of two values was meant can't be known
            raise ValueError("a key is given twice")
        return keys

    try:
        question = json.loads(body, object_pairs_hook=once)
    except (ValueError, RecursionError) as error:
        raise _BadRequestError(f"not JSON: {error}", "body", 'send an object, as {"number": "+3225551234"}') from error
    if not isinstance(question, dict):
        raise _BadRequestError("not a JSON object", "body", 'send one, as {"number": "+3225551234"}')
    return question


def _known(question: Mapping[str, Any], keys: tuple[str, ...], where: str) -> None:
    for key in question:
        if key not in keys:
            near = difflib.get_close_matches(key[:MAX_TEXT], keys, n=1)
            mend = f"did you mean {near[0]}?" if near else f"known are {', '.join(keys)}"
            raise _BadRequestError(f"unknown key {key[:40]!r}", where, mend)


def _text(value: object, where: str) -> str:
    if isinstance(value, str) and len(value) <= MAX_TEXT and not _SURROGATE.search(value):
        return value
    raise _BadRequestError(f"not a text of {MAX_TEXT} characters at most", where, "write it in quotes")


def _presentation(value: object) -> int | None:
    if value is None:
        return None
    if isinstance(value, str) and value in PRESENTATIONS:
        return PRESENTATIONS[value]
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= 255:  # noqa: PLR2004 (a byte)
        return value
    raise _BadRequestError("not a presentation", "presentation", f"one of {', '.join(PRESENTATIONS)}, or 0 to 255")
