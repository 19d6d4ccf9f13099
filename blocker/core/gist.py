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
from blocker.core.gist_call import AlikeCall, Gist, Line, Whole
from blocker.core.observed import NOT_PRESENTED, local_time, match_text, shown_caller
from blocker.core.plain_text import one_line

FIELDS = (
    "at", "call", "presented.number", "answer.after_ms", "after_ms",
    "kind", "v", "action", "acknowledged", "result", "answer.acknowledged", "called", "line", "observe_only", "offset",
    "presented.kind", "presented.name", "verdict", "zone",
)  # fmt: skip
"""What a line holds after the entry's number and a space, as a JSON array; null for what the entry lacks."""

_LINE = re.compile(
    r'^([0-9]+) \["([0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-5][0-9]\.[0-9]{3}Z)",(?:null|"([0-9a-f]{1,64})"),'
    r'(?:null|"(\+[0-9]{1,15})"),(?:null|([0-9]{1,9})),(?:null|([0-9]{1,9})),(.*)\]$',
    re.MULTILINE,
)
_OFFSET = re.compile(r"[+-][0-9]{2}:[0-9]{2}")


class _Alike(NamedTuple):
    """What entries have in common whose lines end alike."""

    call: AlikeCall | None = None
    outcome: Content | None = None


def read_whole(n: int, content: Content) -> Line:
    """The same of an entry that was read whole."""
    call = Whole(n, content) if content["kind"] == EntryKind.CALL_SCREENED else None
    return Line(n, content["at"], call, content if content["kind"] == EntryKind.OUTCOME else None)


PlainLine = tuple[str, str, str, str, str, str, str, AlikeCall | None, Content | None]
"""`n`, `at`, `call`, `local`, `number`, and the milliseconds of an answer and of an outcome; and what it has in common
with others of its kind, if it is of a call, or of an outcome."""


def plain_lines(text: str) -> list[PlainLine] | None:
    """The lines of a text; None where an entry among them must be read whole."""
    found = _LINE.findall(text)
    if len(found) != text.count("\n") + 1:
        return None
    lines: list[PlainLine] = []
    add, minutes = lines.append, dict[tuple[str, str], str]()
    for n, at, call, number, answered, after, rest in found:
        alike = _alike(rest)
        if alike is None:
            return None
        common, outcome = alike
        if common is None:
            if outcome is not None and not call:
                return None
            add((n, at, call, "", "", "", after, None, outcome))
            continue
        key = at[:16], common.offset
        minute = minutes.get(key)
        if minute is None:
            minute = minutes[key] = _minute(*key)
        if (number == "") is common.has_number or (answered == "") is common.answered or not (call and minute):
            return None
        add((n, at, call, f"{minute}{at[16:23]}{common.offset}", number, answered, "", common, None))
    return lines


def read_lines(text: str) -> tuple[list[Line], list[int]]:
    """What the lines of a text say, and the numbers of the entries that must be read whole instead."""
    lines = [(line, read_line(line)) for line in text.split("\n")]
    odd = [int(line[: line.index(" ")]) for line, read in lines if read is None]
    return [read for _, read in lines if read is not None], odd


def read_line(line: str) -> Line | None:
    """What a line says; None where the whole entry must be read instead."""
    found = plain_lines(line)
    if found is None or len(found) != 1:
        return None
    ((n, at, call, local, number, answered, after, common, outcome),) = found
    if outcome is not None:
        return Line(int(n), at, None, outcome_of(outcome, call, after))
    return Line(int(n), at, Gist(int(n), call, at, local, number, answered, common) if common else None, None)


def outcome_of(alike: Content, call: str, after: str) -> Content:
    """What is wanted of an `outcome` entry, of the parts of its line."""
    return {**alike, "call": call, "after_ms": int(after) if after else None}


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
        call=AlikeCall(
            action,
            given["offset"],
            presented == "e164",
            action == "ring" and answer,
            verdict,
            (given["zone"], one_line(given["line"]), one_line(given["called"]), presented),
            (name, verdict["decision"], verdict["reason"], match, action),
            given["observe_only"],
            verdict["flagged"],
            {},
        ),
    )
