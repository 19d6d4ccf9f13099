"""How `company show` tells of the recorded calls, in lines for a person.

Decides the words. What a caller said stays what the caller said; a call points to a rule of law, and nobody is accused.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from blocker.core.imported import Device
from blocker.core.languages import ENGLISH, Texts
from blocker.core.law import Finding
from blocker.core.observed import Happened
from blocker.core.plain_text import one_line
from blocker.core.registers import named as register_named

MOST_CALLS = 10
"""Calls that are shown one by one; the weekly report and `--json` have all."""

_WIDTH = 40
"""Characters of the longest bar."""

_HAPPENED = {
    "refused": "refused",
    "rang": "rang",
    "rang_or_unknown": "rang or unknown",
    "recorded_elsewhere": "not seen by this machine",
}
_FATE = {
    Happened.REFUSED: "refused",
    Happened.LET_THROUGH: "rang",
    Happened.UNKNOWN: "rang or unknown",
    Happened.ELSEWHERE: "recorded elsewhere",
}


def calls(known: dict[str, Any]) -> Iterator[str]:
    """How many, since when, after what."""
    named = known["named_in"]
    if not named["calls"]:
        yield f"no statement says that a caller called for {known['name']}"
        return
    said = ", ".join(f"“{one_line(name)}”" for name in named["said"])
    for_whom = f"the caller said: for {said}" if said else "the caller said to be of it"
    yield f"{_calls(named['calls'])} of which somebody in the house stated: {for_whom}"
    yield f"marked as marketing: {named['marketing']}, as wanted: {named['wanted']}"
    yield ", ".join(f"{_HAPPENED[word]}: {number}" for word, number in named["happened"].items() if number)
    yield f"first {_moment(named['first'])}, last {_moment(named['last'])}"
    if (most := named["most_in_a_day"]) and most["calls"] > 1:
        yield f"most in a day: {most['calls']}, on {most['day']}"
    if (quiet := named["longest_quiet"]) and quiet["days"] > 1:
        yield f"longest without one: {quiet['days']} days, from {quiet['since']}"
    yield from _after(named, known["registers"])
    yield from _holders(named["holders"])
    yield "per month:"
    largest = max(month["calls"] for month in named["per_month"])
    for month in named["per_month"]:
        bar = "#" * max(1, month["calls"] * _WIDTH // max(largest, _WIDTH))
        yield f"  {month['month']} {month['calls']:4} {bar}"


def _after(named: dict[str, Any], registers: Mapping[str, Texts]) -> Iterator[str]:
    for item in named["objections"]:
        yield f"marketing after the objection of {item['on']}: {item['calls_after']}"
    if stop := named["said_stop"]:
        told = f"told to stop in {_calls(stop['calls'])}, first {_moment(stop['first'])}"
        yield f"{told}; marketing after that: {stop['calls_after']}"
    for item in named["registrations"]:
        line = f"the line “{item['line']}”" if item["line"] else "every line"
        counts = f", counted from {item['counts_from']}" if item["counts_from"] else ""
        register = register_named(registers, item["register"], ENGLISH)
        what = f"{register} ({line}, on it since {item['on']}{counts})"
        yield f"marketing although on {what}: {item['calls_after']}"
    if contract := named["since_contract"]:
        yield f"marketing after the contract ended on {contract['ended']}: {contract['calls']}"


def _holders(holders: list[dict[str, Any]]) -> Iterator[str]:
    for item in holders:
        held = f", held by {item['holder']}" if item["holder"] else ""
        line = f"“{item['line']}”" if item["line"] else "(not said)"
        yield f"to the line {line}{held}: {item['calls']}"
    if len({item["holder"] for item in holders} - {None}) > 1:
        yield "the lines have different holders: each must complain of the calls to their own"


def law(known: dict[str, Any]) -> Iterator[str]:
    """Which rules, how often."""
    for item in known["law"]:
        yield f"{_calls(item['calls'])}: {item['sentence']}"
        yield f"  {item['title']} ({item['provision']}, {item['version']}, {item['where']})"
        if item["finding"] == Finding.POINTS_TO and item["facts"]:
            yield f"  the last, {_moment(item['last'])}: {_facts(item)}"


def each_call(known: dict[str, Any]) -> Iterator[str]:
    """The last calls, newest last, with what each points to and the facts that this rests on."""
    for call in known["calls"][-MOST_CALLS:]:
        when = _moment(call["at"])
        number = call["number"] or f"({call['presented']})"
        fate = "told from memory" if call["seen_by"] == Device.HAND else _FATE[Happened(call["happened"])]
        line = f", {call['line']}" if call["line"] else ""
        yield f"{call['call'][:8]}  {when}{line}, presented number {number}, {fate}, {call['mark'] or 'not marked'}"
        for flag in call["law"]:
            if flag["finding"] == Finding.POINTS_TO:
                yield f"  {flag['sentence']}: {_facts(flag)}" if flag["facts"] else f"  {flag['sentence']}"


def _moment(local: str) -> str:
    return f"{datetime.fromisoformat(local):%a %Y-%m-%d %H:%M:%S}"


def _facts(flag: dict[str, Any]) -> str:
    return "; ".join(f"{fact['what']}: {fact['value']}" for fact in flag["facts"])


def _calls(number: int) -> str:
    return "1 call" if number == 1 else f"{number} calls"
