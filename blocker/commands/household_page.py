"""How the commands show what the household says about itself, in lines for a person.

Decides the words only.
"""

from collections.abc import Iterator, Mapping
from datetime import tzinfo
from types import MappingProxyType
from typing import Any

from blocker.core.entry import EntryKind, parse_time
from blocker.core.household_facts import Asks, CaseState, Says
from blocker.core.household_file import EVERYBODY
from blocker.core.languages import ENGLISH, Texts
from blocker.core.registers import named

_MISTAKEN = {
    EntryKind.CONTRACT: "being a customer",
    EntryKind.OBJECTION: "objecting",
    EntryKind.REQUEST: "asking",
    EntryKind.CONSENT: "consent",
    EntryKind.LINE_HOLDER: "who holds this line",
    EntryKind.REGISTRATION: "this register and line",
    EntryKind.AGREED_TIME: "calls that you asked for",
}


def sentence(fact: dict[str, Any], zone: tzinfo) -> str:
    """What an entry about the household says, to follow “recorded that”."""
    kind, says = EntryKind(fact["kind"]), fact.get("says")
    if says == Says.TAKEN_BACK:
        return f"what was said about {_MISTAKEN[kind]} was a mistake"
    match kind:
        case EntryKind.OBJECTION:
            return objected(fact)
        case EntryKind.REQUEST:
            return requested(fact)
        case EntryKind.CONSENT:
            whom = " to anybody" if fact["company"] == EVERYBODY else ""
            return consented(fact) if says == Says.YES else f"you never consented{whom}"
        case EntryKind.CONTRACT:
            return "you never were a customer" if says == Says.NEVER else was_customer(fact)
        case EntryKind.LINE_HOLDER:
            return held(fact)
        case EntryKind.REGISTRATION:
            return registered(fact)
        case EntryKind.AGREED_TIME:
            return agreed(fact, zone)
        case _:
            return in_court(fact)


def objected(objection: dict[str, Any]) -> str:
    """One objection; entries of the first writers, and what only a day is known of, say less."""
    return f"you objected on {objection['on']}{_sent(objection)}"


def requested(request: dict[str, Any]) -> str:
    """Something that was asked in writing."""
    return f"you asked for {_ASKED[Asks(request['asks'])]} on {request['on']}{_sent(request)}"


_ASKED = {
    Asks.ACCESS: "your data and their source",
    Asks.ANSWER: "the answer that was due",
    Asks.IDENTITY: "the identity of callers without a number",
}


def _sent(letter: dict[str, Any]) -> str:
    how = f", {letter['how'].replace('-', ' ')}" if letter["how"] else ""
    to = f", to {letter['to']}" if letter.get("to") else ""
    delivered = f", delivered {letter['delivered']}" if letter.get("delivered") else ""
    answered = f", answered {letter['answered']}" if letter.get("answered") else ""
    return f"{how}{to}{delivered}{answered}"


def was_customer(contract: dict[str, Any]) -> str:
    """One contract."""
    since, until = contract["since"], contract["until"]
    if until is None:
        return "you are a customer" + (f" since {since}" if since else "")
    return "you were a customer" + (f" from {since}" if since else "") + f" until {until}"


def consented(consent: dict[str, Any]) -> str:
    """One consent."""
    return f"you consented on {consent['on']}" + (f", until {consent['until']}" if consent.get("until") else "")


def held(holder: dict[str, Any]) -> str:
    """Who holds a line."""
    number = f" ({holder['number']})" if holder["number"] else ""
    return f"{holder['holder']} holds the line “{holder['line']}”{number}{_span(holder['since'], holder['until'])}"


def registered(registration: dict[str, Any], registers: Mapping[str, Texts] = MappingProxyType({})) -> str:
    """One registration; with the register's name and key where the name is known."""
    line = f"the line “{registration['line']}”" if registration["line"] else "every line"
    key = registration["register"]
    name = named(registers, key, ENGLISH)
    register = key if name == key else f"{name} ({key})"
    return f"{line} stands on {register}{_span(registration['on'], registration['until'])}"


def agreed(item: dict[str, Any], zone: tzinfo) -> str:
    """A call that was asked for."""
    since, until = (parse_time(item[key]).astimezone(zone) for key in ("from", "until"))
    return f"you asked for a call from {since:%Y-%m-%d %H:%M} until {until:%Y-%m-%d %H:%M}"


def in_court(case: dict[str, Any]) -> str:
    """A case."""
    where = f" ({case['where']})" if case["where"] else ""
    return f"a case about it is {case.get('state', CaseState.OPEN)} since {case['on']}{where}"


def page(known: dict[str, Any], zone: tzinfo) -> Iterator[str]:
    """The whole file, as `household show` has it."""
    of_companies = (
        ("Contracts", "contracts", was_customer),
        ("Objections", "objections", objected),
        ("Requests", "requests", requested),
        ("Consents", "consents", consented),
        ("Agreed times", "agreed_times", lambda item: agreed(item, zone)),
        ("Open cases", "cases", in_court),
    )
    sections = [
        ("Lines", [proven(held(item), item) for item in known["lines"]]),
        (
            "Do-not-call registers",
            [proven(registered(item, known["registers"]) + _counts(item), item) for item in known["registrations"]],
        ),
        *(
            (title, [proven(f"{item['company'] or 'your provider'}: {say(item)}", item) for item in known[key]])
            for title, key, say in of_companies
        ),
        ("Never a customer of", known["never_customer_of"]),
        ("Never consented to", ["anybody" if item == EVERYBODY else item for item in known["never_consented_to"]]),
        ("Files", [_file(item) for item in known["files"]]),
    ]
    told = [(title, lines) for title, lines in sections if lines]
    if not told:
        yield "Nothing is recorded about the household yet (blocker household --help says what can be)."
    for title, lines in told:
        yield title
        yield from (f"  {line}" for line in lines)


def _counts(registration: dict[str, Any]) -> str:
    if registration["counts_from"] is None:
        return "; no law asks about it from then on"
    return f"; calls count from {registration['counts_from']}"


def proven(text: str, item: dict[str, Any]) -> str:
    """An item with the files that show it and the number of its entry."""
    files = ", ".join(proof["name"] or proof["sha256"][:12] for proof in item.get("proofs", ()))
    return f"{text}" + (f" [{files}]" if files else "") + f" (entry {item['entry']})"


def _file(item: dict[str, Any]) -> str:
    how = f", {item['how']}" if item["how"] else ""
    gone = "" if item["there"] else ", GONE"
    return f"{item['sha256'][:12]}  {item['name']} ({item['what']}{how}, {item['size']} bytes{gone})"


def _span(since: str | None, until: str | None) -> str:
    return (f" since {since}" if since else "") + (f" until {until}" if until else "")
