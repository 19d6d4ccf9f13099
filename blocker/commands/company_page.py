"""How the commands about companies show what is known, in lines for a person.

Decides the words. What a machine saw, what a person said and what the rules know are told apart: a statement's “the
caller said: for X” is never “X called”.
"""

from collections.abc import Iterator
from typing import Any

from blocker.core.company_setting import Calls
from blocker.core.entry import EntryKind
from blocker.core.household_facts import Says
from blocker.core.plain_text import one_line

CALLS = {
    Calls.DEFAULT: "its published marketing numbers are blocked, all else is as for anybody",
    Calls.MARKETING_BLOCKED: "its published marketing numbers are blocked, its published service numbers ring",
    Calls.ALL_BLOCKED: "all its calls are blocked",
    Calls.ALL_ALLOWED: "all its calls ring",
}
"""What each setting does."""

_MISTAKEN = {EntryKind.CONTRACT: "being a customer", EntryKind.OBJECTION: "objecting", EntryKind.CONSENT: "consent"}


def sentence(fact: dict[str, Any]) -> str:
    """What an entry about the household says, to follow “recorded that”."""
    kind, says = fact["kind"], fact["says"]
    if says == Says.TAKEN_BACK:
        return f"what was said about {_MISTAKEN[EntryKind(kind)]} was a mistake"
    if kind == EntryKind.OBJECTION:
        return objected(fact)
    if kind == EntryKind.CONSENT:
        return f"you consented on {fact['on']}" if says == Says.YES else "you never consented"
    return "you never were a customer" if says == Says.NEVER else was_customer(fact)


def objected(objection: dict[str, Any]) -> str:
    """One objection."""
    how = f", {objection['how'].replace('-', ' ')}" if objection["how"] else ""
    return f"you objected on {objection['on']}{how}"


def was_customer(contract: dict[str, Any]) -> str:
    """One contract."""
    since, until = contract["since"], contract["until"]
    if until is None:
        return "you are a customer" + (f" since {since}" if since else "")
    return "you were a customer" + (f" from {since}" if since else "") + f" until {until}"


def page(known: dict[str, Any]) -> Iterator[str]:
    """Everything that `company-show` answers."""
    yield f"{known['name']} ({known['slug']}): {known['role']}, {known['sector']}, {known['country']}"
    yield from _facts(known)
    for title, lines in (
        ("Names", [_name(name) for name in known["names"]]),
        ("Where an objection may be sent", list(_addresses(known))),
        ("Published numbers", [_number(number) for number in known["numbers"]]),
        ("Caller names that look like it (anybody can write one)", known["caller_names"]),
        ("Its history", [f"{event['on']}: {event['text']} [{event['source']}]" for event in known["history"]]),
        ("Check this first", known["check_first"]),
        ("Known false positives", known["false_positives"]),
        ("What you say", list(_said(known))),
        ("Recorded calls", list(_calls(known))),
    ):
        if lines:
            yield f"\n{title}"
            yield from (f"  {line}" for line in lines)


def _facts(known: dict[str, Any]) -> Iterator[str]:
    if known["legal_name"]:
        yield f"  legal name: {known['legal_name']}"
    if register := known["register"]:
        yield f"  register: {register['scheme']} {register['number']} {_source(register)}"
    if group := known["group"]:
        yield f"  group: {group['name']} ({group['slug']})"
    if ended := known["ended"]:
        into = f" {ended['into']}" if ended["into"] else ""
        yield f"  ended: {ended['how']}{into} on {ended['on']} {_source(ended)}{_note(ended)}"
    yield f"  facts checked on {known['checked']}, {known['sure']} ({known['where']})"


def _name(name: dict[str, Any]) -> str:
    when = f", {name['when']}" if name["when"] else ""
    sure = "" if name["sure"] == "verified" else f", {name['sure']}"
    return f"{name['name']} ({name['kind']}{when}, {' '.join(name['countries'])}{sure})"


def _addresses(known: dict[str, Any]) -> Iterator[str]:
    for address in known["addresses"]:
        yield f"{address['by']}: {', '.join(address['lines'])} {_source(address)}{_note(address)}"


def _number(number: dict[str, Any]) -> str:
    return f"{number['number']}: {number['purpose']} {_source(number)}{_note(number)}"


def _source(fact: dict[str, Any]) -> str:
    return f"[{fact['quality']}: {fact['source']}]" if fact["quality"] else f"[{fact['source']}]"


def _note(fact: dict[str, Any]) -> str:
    return f" {fact['note']}" if fact["note"] else ""


def _said(known: dict[str, Any]) -> Iterator[str]:
    setting, said = known["setting"], known["household"]
    where = f" ({setting['where']})" if setting["where"] else ""
    yield f"calls: {setting['calls']}, so that {CALLS[Calls(setting['calls'])]}{where}"
    if said["never_customer"]:
        yield "you never were a customer"
    yield from map(was_customer, said["contracts"])
    yield from map(objected, said["objections"])
    if said["never_consented"]:
        yield "you never consented"
    yield from (f"you consented on {day}" for day in said["consents"])


def _calls(known: dict[str, Any]) -> Iterator[str]:
    named = known["named_in"]
    if not named["calls"]:
        yield f"no statement says that a caller called for {known['name']}"
        return
    calls = "1 call" if named["calls"] == 1 else f"{named['calls']} calls"
    said = ", ".join(f"“{one_line(name)}”" for name in named["said"])
    yield f"{calls} of which somebody in the house stated: the caller said: for {said}"
    yield f"marked as marketing: {named['marketing']}, as wanted: {named['wanted']}"
    if named["first"]:
        yield f"first {named['first']}, last {named['last']}"
