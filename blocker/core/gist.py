"""The gist of an entry: the few fields that a report needs of a call or an outcome, on one short line of text.

A report reads hundreds of thousands of entries, and most of what they hold (sums, headers, references) it never shows;
so the database gives it these lines. What calls have in common but for time, id and number is made sense of once. Here
it is decided which lines are plain enough for that; of any other the whole entry is read, by `observed.py`, which also
decides what a call counts as. Both ways give the same `SeenCall`.
"""

import functools
import json
import re
from typing import Any, NamedTuple

from blocker.core.contents import Content
from blocker.core.entry import VERSION, EntryKind
from blocker.core.observed import (
    NOT_PRESENTED,
    Happened,
    SeenCall,
    Standing,
    Statement,
    happened_of,
    local_time,
    match_text,
    seen_call,
    shown_caller,
    standing_of,
)
from blocker.core.plain_text import one_line

FIELDS = (
    "at", "call", "presented.number", "answer.after_ms", "after_ms",
    "kind", "v", "action", "acknowledged", "result", "answer.acknowledged", "called", "line", "observe_only", "offset",
    "presented.kind", "presented.name", "verdict", "zone",
)  # fmt: skip
"""What a line holds after the entry's number and a space, as a JSON array; null for what the entry lacks."""

_LINE = re.compile(
    r'([0-9]+) \["([0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-5][0-9]\.[0-9]{3}Z)",(?:null|"([0-9a-f]{1,64})"),'
    r'(?:null|"(\+[0-9]{1,15})"),(?:null|([0-9]{1,9})),(?:null|([0-9]{1,9})),(.*)\]'
)
_OFFSET = re.compile(r"[+-][0-9]{2}:[0-9]{2}")


class _Alike(NamedTuple):
    """What entries have in common whose lines end alike."""

    call: "_AlikeCall | None" = None
    outcome: Content | None = None


class _AlikeCall(NamedTuple):
    action: str
    offset: str
    has_number: bool
    answered: bool
    verdict: Content
    standings: dict[tuple[Happened, str], Standing]
    before: tuple[str, str, str, str]
    """Zone, line, called and presented, as `SeenCall` has them."""
    after: tuple[str, str, str, str, str]
    """Name, decision, reason, match, action."""
    observe_only: bool
    flagged: bool


class Gist(NamedTuple):
    """A call, read from its line."""

    n: int
    call: str
    at: str
    local: str
    number: str
    after_ms: int | None
    alike: _AlikeCall

    def get(self, key: str, default: Any = None, /) -> Any:  # noqa: ANN401  (as `dict.get`)
        """`call` or `action` of the entry; other fields are not to be had so."""
        return {"call": self.call, "action": self.alike.action}.get(key, default)

    def seen(self, outcome: Content | None, statement: Statement) -> SeenCall:
        """The call, with what is known of its fate and what was said of it, as `observed.seen_call` gives it."""
        alike = self.alike
        happened, after_ms = happened_of(alike.action, outcome), self.after_ms
        if alike.action != "ring":
            after_ms = outcome["after_ms"] if outcome and outcome["acknowledged"] else None
        standing = alike.standings.get((happened, statement.mark))
        if standing is None:
            standing = standing_of(alike.verdict, happened, statement.mark)
            alike.standings[happened, statement.mark] = standing
        return SeenCall(
            self.n,
            self.call,
            self.at,
            self.local,
            *alike.before,
            self.number,
            *alike.after,
            happened,
            after_ms,
            alike.observe_only,
            alike.flagged,
            statement,
            standing,
        )


class Whole(NamedTuple):
    """A call whose entry was read whole."""

    n: int
    content: Content

    def get(self, key: str, default: Any = None, /) -> Any:  # noqa: ANN401  (as `dict.get`)
        """A field of the entry."""
        return self.content.get(key, default)

    def seen(self, outcome: Content | None, statement: Statement) -> SeenCall:
        """The call, with what is known of its fate and what was said of it; raises as `seen_call`."""
        return seen_call(self.n, self.content, outcome, statement)


class Line(NamedTuple):
    """What is wanted of an entry."""

    n: int
    at: str
    call: "Gist | Whole | None"
    """Of a `call-screened` entry."""
    outcome: Content | None
    """Of an `outcome` entry."""


def read_whole(n: int, content: Content) -> Line:
    """The same of an entry that was read whole."""
    call = Whole(n, content) if content["kind"] == EntryKind.CALL_SCREENED else None
    return Line(n, content["at"], call, content if content["kind"] == EntryKind.OUTCOME else None)


def read_line(line: str) -> Line | None:
    """What a line says; None where the whole entry must be read instead."""
    found = _LINE.fullmatch(line)
    alike = _alike(found[7]) if found else None
    if found is None or alike is None:
        return None
    n, at, call, number, answered, after, _ = found.groups()
    if alike.outcome is not None:
        if call is None:
            return None
        return Line(
            int(n), at, None, {**alike.outcome, "call": call, "after_ms": None if after is None else int(after)}
        )
    common = alike.call
    if common is None:
        return Line(int(n), at, None, None)
    minute = _minute(at[:16], common.offset)
    if call is None or not minute or (number is None) is common.has_number or (answered is None) is common.answered:
        return None
    gist = Gist(
        int(n),
        call,
        at,
        f"{minute}{at[16:23]}{common.offset}",
        number if common.has_number else "",
        int(answered) if common.answered else None,
        common,
    )
    return Line(gist.n, at, gist, None)


@functools.lru_cache(maxsize=128)  # calls come in the order of time
def _minute(utc: str, offset: str) -> str:
    """A minute, such as `2026-11-17T08:12`, at an offset; empty where there is no such minute."""
    try:
        return local_time(f"{utc}:00.000Z", offset)[:16]
    except (ValueError, OverflowError):
        return ""


@functools.lru_cache(maxsize=1024)
def _alike(rest: str) -> _Alike | None:
    try:
        given = dict(zip(FIELDS[5:], json.loads(f"[{rest}]"), strict=True))
        if type(given["v"]) is not int or given["v"] != VERSION or not isinstance(given["kind"], str):
            return None
        if given["kind"] == EntryKind.OUTCOME:
            return _outcome(given)
        return _call(given) if given["kind"] == EntryKind.CALL_SCREENED else _Alike()
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return None


def _outcome(given: dict[str, Any]) -> _Alike | None:
    if not isinstance(given["result"], str) or not isinstance(given["acknowledged"], bool):
        return None
    return _Alike(outcome={key: given[key] for key in ("kind", "result", "acknowledged")})


def _call(given: dict[str, Any]) -> _Alike | None:
    action, verdict, presented = given["action"], given["verdict"], given["presented.kind"]
    answer = given["answer.acknowledged"]
    texts = [given[key] for key in ("action", "called", "line", "offset", "presented.kind", "presented.name", "zone")]
    texts += [verdict["decision"], verdict["reason"], *(match["kind"] for match in verdict["matches"])]
    flags = [given["observe_only"], verdict["flagged"]]
    if not (all(isinstance(text, str) for text in texts) and all(isinstance(flag, bool) for flag in flags)):
        return None
    if presented not in {"e164", *NOT_PRESENTED} or not _OFFSET.fullmatch(given["offset"]):
        return None
    if action == "ring" and not isinstance(answer, bool):
        return None  # whether the phone system took the answer isn't known
    _, name = shown_caller({"kind": presented, "number": "+", "raw": "", "name": given["presented.name"]})
    match = match_text(verdict["matches"])
    return _Alike(
        call=_AlikeCall(
            action,
            given["offset"],
            presented == "e164",
            action == "ring" and answer,
            verdict,
            {},
            (given["zone"], one_line(given["line"]), one_line(given["called"]), presented),
            (name, verdict["decision"], verdict["reason"], match, action),
            given["observe_only"],
            verdict["flagged"],
        ),
    )
