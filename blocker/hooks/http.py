"""The second hook: any phone system that can send JSON asks `POST /v1/screen` about each call.

Decides what a well-formed question is and how a treatment is said in JSON. Has no server of its own: `web/server.py`
mounts `routes()`. The dialogue is two requests, since an HTTP answer that was sent has not yet been received:

    POST /v1/screen                       {"number": "+32…", …}  →  {"call": "…", "action": "reject", "steps": […], …}
    POST /v1/screen/{call}/acknowledged   once the steps are begun, before the deadline

    POST /v1/dialled                      {"number": "112"}      →  {"noted": true}; a call out of the house
    POST /v1/ended                        {"call": "…", …}       →  {"noted": true}; how a call ended

Without the acknowledgement the record says that the call rang or that nothing is known. An error answer of any kind
means: let the call ring.
"""

import asyncio
import difflib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Generic
from urllib.parse import parse_qsl

import structlog
from aiohttp import web

from blocker.core.call import HEADERS, Redirecting, Sighting
from blocker.core.ended import DISPOSITIONS, HANGING_UP, CallEnd, count
from blocker.core.treatment import HangUp, LetRing, Step
from blocker.hooks import Dialled, Endings, S, Screener
from blocker.hooks.arrival import waited_seconds

MAX_WAITING = 256
"""Calls whose acknowledgement is still awaited. Each waits for the budget at most; a household has a handful."""

MAX_TEXT = 1024
"""Characters of one text. A hostile caller ID of hundreds of digits is still a call to be judged and recorded."""

MAX_REFERENCES = 16
"""References of one call; Asterisk's have four."""

_QUESTION = ("number", "name", "presentation", "called", "channel", "references", "headers", "redirecting")

PRESENTATIONS = {"allowed": 0, "restricted": 32, "unavailable": 67}
"""Words for Asterisk's CALLERPRES numbers; a phone system that has the number itself gives that."""

ENDED = "/v1/ended"
"""Asterisk's CURL() sends no JSON, but a form; the server takes one at this path from whoever is no browser."""

_INTEGER = re.compile(r"-?[0-9]{1,18}", re.ASCII)
_SURROGATE = re.compile(r"[\ud800-\udfff]")  # half a character: no text, and nothing that could be recorded


@dataclass(frozen=True, slots=True)
class _BadRequestError(Exception):
    """The body isn't a question; turned into an answer that says how to mend it."""

    what: str
    where: str
    mend: str


class HttpHook(Generic[S]):
    """The two requests, and the screenings in between."""

    def __init__(
        self, screener: Screener[S], dialled: Dialled, endings: Endings, *, budget_seconds: float = 1.2
    ) -> None:
        self._screener = screener
        self._dialled = dialled
        self._endings = endings
        self._budget = budget_seconds
        self._waiting: dict[str, tuple[S, asyncio.TimerHandle]] = {}
        self._log = structlog.get_logger("http")

    def routes(self) -> list[web.RouteDef]:
        """What the server is to mount."""
        return [
            web.post("/v1/screen", self.screen),
            web.post("/v1/screen/{call}/acknowledged", self.acknowledge),
            web.post("/v1/dialled", self.dialled),
            web.post(ENDED, self.ended),
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
        if screening.must_wait:
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

    async def ended(self, request: web.Request) -> web.Response:
        """A call that was screened has ended; the answer doesn't wait for the record."""
        try:
            async with asyncio.timeout(self._budget):
                body = await request.read()
            end = _end(body, is_form=request.content_type != "application/json")
        except TimeoutError:
            return _refusal(408, "it took too long", "body", "send it at once")
        except _BadRequestError as bad:
            self._log.warning("an end that is none", what=bad.what, where=bad.where, peer=request.remote)
            return _refusal(400, bad.what, bad.where, bad.mend)
        if not self._endings.note(end):
            return _refusal(404, "no such call is under way", "call", "tell it once, after the call was screened")
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
    _known(question, _QUESTION, "body")
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
        headers=_headers(question.get("headers", {})),
        redirecting=_redirecting(question.get("redirecting")),
    )


def _headers(value: object) -> dict[str, str]:
    if not isinstance(value, dict):
        raise _BadRequestError("not an object", "headers", 'as {"from": "<sip:…>"}')
    _known(value, HEADERS, "headers")
    return {name: _text(value[name], "headers") for name in HEADERS if name in value}


def _redirecting(value: object) -> Redirecting | None:
    if value is None:
        return None
    if not isinstance(value, dict):
        raise _BadRequestError("not an object", "redirecting", 'as {"number": "+3225551234", "reason": "cfu"}')
    _known(value, Redirecting._fields, "redirecting")
    number, name, reason = (_text(value.get(key, ""), "redirecting") for key in Redirecting._fields)
    return Redirecting(number, name, reason) if number else None


def _end(body: bytes, *, is_form: bool) -> CallEnd:
    """Raises `_BadRequestError` on anything but what tells an end: a JSON object, or the same as a form."""
    told = _form(body) if is_form else _object(body)
    _known(told, CallEnd._fields, "body")
    call, uniqueid = (_text(told.get(key, ""), key) for key in ("call", "uniqueid"))
    if not call:
        raise _BadRequestError("there is no call", "call", "give the id that the answer about it had")
    counts = {key: _count(told, key) for key in ("seconds_talked", "seconds_in_all", "cause", "audio_packets")}
    talked, in_all = counts["seconds_talked"], counts["seconds_in_all"]
    if talked is not None and in_all is not None and talked > in_all:
        if not is_form:
            raise _BadRequestError("longer than the whole call", "seconds_talked", f"at most {in_all}, or null")
        counts |= {"seconds_talked": None, "seconds_in_all": None}  # a clock was set; a dialplan can't tell better
    return CallEnd(
        call=call,
        uniqueid=uniqueid,
        disposition=_word(told, "disposition", DISPOSITIONS),
        hung_up_by=_word(told, "hung_up_by", HANGING_UP),
        **counts,
    )


def _form(body: bytes) -> dict[str, Any]:
    """A form's fields; empty ones are as if they weren't there."""
    try:
        pairs = parse_qsl(body.decode("ascii"), max_num_fields=len(CallEnd._fields))
    except ValueError as error:
        raise _BadRequestError(f"no form: {error}", "body", "send call=…&disposition=…") from error
    form: dict[str, Any] = dict(pairs)
    if len(form) < len(pairs):
        raise _BadRequestError("a field is given twice", "body", "give each once")
    for key, text in form.items():
        if key not in ("call", "uniqueid") and _INTEGER.fullmatch(text):
            form[key] = int(text)
    return form


def _word(told: Mapping[str, Any], key: str, words: tuple[str, ...]) -> str | None:
    if (value := told.get(key)) is None or value in words:
        return value
    raise _BadRequestError("not a word that is known", key, f"one of {', '.join(words)}, or null")


def _count(told: Mapping[str, Any], key: str) -> int | None:
    value = told.get(key)
    if value is None:
        return None
    if isinstance(value, int) and not isinstance(value, bool):
        return count(value)
    raise _BadRequestError("not a whole number", key, "write it in digits, or null")


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
