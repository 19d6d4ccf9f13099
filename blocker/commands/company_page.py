"""How the commands about companies show what is known, in lines for a person.

Decides the words. What a machine saw, what a person said and what the rules know are told apart: a statement's “the
caller said: for X” is never “X called”.
"""

from collections.abc import Iterator
from typing import Any

from blocker.commands.company_calls_page import MOST_CALLS, calls, each_call, law
from blocker.commands.household_page import consented, in_court, objected, proven, was_customer
from blocker.core.company_setting import Calls

CALLS = {
    Calls.DEFAULT: "its published marketing numbers are blocked, all else is as for anybody",
    Calls.MARKETING_BLOCKED: "its published marketing numbers are blocked, its published service numbers ring",
    Calls.ALL_BLOCKED: "all its calls are blocked",
    Calls.ALL_ALLOWED: "all its calls ring",
}
"""What each setting does."""


def page(known: dict[str, Any]) -> Iterator[str]:
    """Everything that `Dossiers.show` gives."""
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
        ("What doesn't agree", [f"{item['call'][:8]}: {item['what']}" for item in known["contradictions"]]),
        ("Recorded calls", list(calls(known))),
        ("What the law of their day says of them", list(law(known))),
        (f"The calls, the last {MOST_CALLS} at most (--json has all, with the facts)", list(each_call(known))),
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
    yield from (proven(was_customer(item), item) for item in said["contracts"])
    yield from (proven(objected(item), item) for item in said["objections"])
    if said["never_consented"]:
        yield "you never consented"
    yield from (proven(consented(item), item) for item in said["consents"])
    yield from (proven(in_court(item), item) for item in said["cases"])
