"""`blocker check`: what would be decided about a call, row by row, and what the law would say of it."""

import argparse
import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

from blocker import looking
from blocker.asking import Recalled, WithAsked
from blocker.asking_config import Asking
from blocker.commands import OK, say, table
from blocker.config import Config
from blocker.core.asked import LookedUp, opinion
from blocker.core.case import Found, Knowledge
from blocker.core.community_judgement import AGAINST, NOTED, Crowd, Weighed
from blocker.core.decide import Row
from blocker.core.law import Finding, LawFlag
from blocker.core.law_shown import shown_flag
from blocker.core.number import E164, Caller, Unusable, number_type
from blocker.core.policy_week import Layer
from blocker.core.verdict import Decision, Match
from blocker.explaining import Explanation, Story, explain, law_flags, place, written
from blocker.policy_config import KEYS

_OUTCOMES = {"attempt": False, "answered": True}


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Describe the command."""
    parser = commands.add_parser(
        "check",
        help="say what would happen to a caller, and why",
        description="Say what would be decided about a caller, what each row of the order of precedence saw, and what "
        "such a call would point to in the law of its day. Lists, settings and rules are those of today; what holds "
        "only from some day, or until one, is judged by the time asked about. Nothing is recorded, and calls of a "
        "moment ago are not taken into account.",
    )
    parser.add_argument("number", nargs="*", help="as a trunk would send it, or “anonymous”; nothing for no number")
    parser.add_argument("--at", default="", metavar="TIME", help="2026-08-12T19:30, by the clock at the line; or a day")
    line = parser.add_mutually_exclusive_group()
    line.add_argument("--line", default="", help="which line is called, by its name in the configuration")
    line.add_argument("--called", default="", metavar="NUMBER", help="which line is called, by its number")
    parser.add_argument("--trunk", default="", help="which trunk it comes by, by its name in the configuration")
    parser.add_argument("--name", default="", help="the caller name shown with the call")
    parser.add_argument("--json", action="store_true", help="for programs")
    _add_story(parser.add_argument_group("for the law: what is known of the call and the household"))
    parser.set_defaults(run=run)


def _add_story(group: argparse._ArgumentGroup) -> None:
    group.add_argument("--company", default="", help="for whom the caller said to call")
    group.add_argument("--marketing", action="store_true", help="it was a marketing call")
    group.add_argument("--outcome", choices=list(_OUTCOMES), help="answered, or an attempt that nobody answered")
    group.add_argument("--sector", default="", help="what was sold, such as telecom or energy (default: the company's)")
    days = {
        "customer-until": "the last day of the contract with the company",
        "objected-on": "the day of an objection to the company",
        "refused-on": "the day on which its caller was told no, in a call",
        "registered-on": "the day on which the line was put on the country's do-not-call register",
    }
    for name, what in days.items():
        group.add_argument(f"--{name}", metavar="DATE", type=_day, help=what)
    group.add_argument("--never-customer", action="store_true", help="never a customer of the company")
    group.add_argument("--never-consented", action="store_true", help="never consented to anybody's calls")


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"“{text}” is no day; write it as 2026-11-22") from None


async def run(config: Config, arguments: argparse.Namespace) -> int:
    """Decide and explain."""
    raw = " ".join(arguments.number)
    looked = await looking.look(config)
    where = place(
        looking.setting_of(config),
        datetime.now(UTC),
        line=arguments.line,
        called=arguments.called,
        trunk=arguments.trunk,
        at=arguments.at,
    )
    week = config.policies.week(where.line.name)
    said, held = await looking.answers(config)
    knowledge = _with_answers(looked.knowledge, config.asking, held, where.local)
    explanation = explain(raw, where, knowledge, week, listings=looked.listings, name=arguments.name)
    file = await looking.household_file(config, looked.knowledge.companies, where.local.date())
    flags = law_flags(explanation, _story(arguments), looked.rules.laws, looked.knowledge, file)
    caller = explanation.call.caller
    opinions = [opinion(one) for one in said if isinstance(caller, E164) and one.is_about(caller.number)]
    if arguments.json:
        now = {} if arguments.at else {"at": None}  # it is no answer's business
        say(json.dumps(_as_json(explanation, flags) | {"opinions": opinions} | now, ensure_ascii=False, indent=2))
        return OK
    _show(raw, explanation)
    for words in opinions:
        say(f"Others say, unchecked: {words}.")
    _show_law(explanation, flags, told=bool(arguments.marketing))
    return OK


def _with_answers(knowledge: Knowledge, asking: Asking, held: Sequence[LookedUp], at: datetime) -> Knowledge:
    """What is decided by, and the answers that a running service has, which count as their list's word does."""
    if not asking.on:
        return knowledge
    source = knowledge.terms.sources.get(asking.source)
    recalled = Recalled(held, asking.source, source.licence if source else "", at)
    return replace(knowledge, community=WithAsked(knowledge.community, recalled))


def _story(arguments: argparse.Namespace) -> Story:
    return Story(
        company=arguments.company,
        marketing=True if arguments.marketing else None,
        answered=_OUTCOMES.get(arguments.outcome),
        sector=arguments.sector,
        customer_until=arguments.customer_until,
        objected_on=arguments.objected_on,
        refused_on=arguments.refused_on,
        registered_on=arguments.registered_on,
        never_customer=arguments.never_customer,
        never_consented=arguments.never_consented,
    )


def _show(raw: str, explanation: Explanation) -> None:
    where, verdict, rings = explanation.place, explanation.verdict, explanation.rings
    say(f"{raw or '(no number)'}: {_described(explanation.call.caller)}")
    trunk = f" by trunk {where.trunk}" if where.trunk else ""
    say(f"On line {where.line.name} ({where.line.region}){trunk}, {_clock(where.local)} {where.line.time_zone}.")
    flagged = ", and is flagged in the report" if verdict.flagged else ""
    what = "would ring" if rings else f"would be turned away ({explanation.policy.action})"
    observing = " (observe_only: it would be turned away otherwise)" if rings and verdict.blocks else ""
    say(f"Such a call {what}{flagged}{observing}: {verdict.reason}.")
    say()
    decided = next(index for index, (_, found) in enumerate(explanation.rows) if found and found.decision)
    shown = [
        _as_row(row, found, explanation, decides=index == decided)
        for index, (row, found) in enumerate(explanation.rows)
    ]
    say(table(shown, ("", "row", "what it saw", "setting")))
    notes = [*_lists(explanation), *_listings(explanation), *_names(explanation), *_hours(explanation)]
    if notes:
        say()
    for note in notes:
        say(note)


def _described(caller: Caller) -> str:
    match caller:
        case E164():
            valid = "valid" if caller.valid else "possible only: its numbering plan has no such number"
            return f"{caller.number} ({', '.join(filter(None, [number_type(caller), caller.region, valid]))})"
        case Unusable(_, why):
            return f"no telephone number ({why})"
        case _:
            return f"{type(caller).__name__.lower()} ({caller.why})"


def _as_row(row: Row, found: Found | None, explanation: Explanation, *, decides: bool) -> tuple[str, str, str, str]:
    setting, origin = explanation.setting(row.reason)
    by = f"{setting} ({origin or 'default'})" if setting else ""
    if found is None:
        return ("", row.reason, "nothing", by)
    saw = "; ".join(map(_seen, found.matches)) or "any call"
    said = {Decision.RING: "ring", Decision.BLOCK: "block", None: "noted only"}[found.decision]
    return ("=>" if decides else "", row.reason, f"{said}: {saw}", by)


def _seen(match: Match) -> str:
    """A match in a cell of the table; what lists say is told below it, one line each."""
    note = "" if match.kind == AGAINST else "doesn't count" if match.kind == NOTED else match.note
    return f"{match.what} ({match.where})" + (f": {note}" if note else "")


def _lists(explanation: Explanation) -> list[str]:
    """What each community list says, whatever decided before them."""
    matches = explanation.community.matches
    said = [f"  {match.what} ({match.where}): {match.note}" for match in matches]
    return ["What the community lists say:", *said] if said else []


def _clock(instant: datetime) -> str:
    return instant.strftime("%A %Y-%m-%d %H:%M") + f" ({instant.isoformat()[-6:]})"


def _listings(explanation: Explanation) -> list[str]:
    zone = explanation.place.local.tzinfo
    notes = []
    for how, listing in explanation.beside:
        when = listing.added_at if how == "begins later" else listing.until
        day = f" ({when.astimezone(zone):%Y-%m-%d %H:%M})" if when else ""
        comment = f": {listing.comment}" if listing.comment else ""
        notes.append(f"{listing.text} on the {listing.list} list {how}{day}{comment}")
    return notes


def _names(explanation: Explanation) -> list[str]:
    shown = explanation.call.sighting.name
    return [f"“{shown}” looks like {one.name} ({one.where}); anybody can show such a name" for one in explanation.names]


def _hours(explanation: Explanation) -> list[str]:
    """The tables beside `[policy]` that hold at that time, and what of them a later one overrules."""
    return [
        f"{layer.name} holds: {_changes(layer, explanation.layers[index + 1 :])}"
        for index, layer in enumerate(explanation.layers)
        if layer.name != "[policy]"
    ]


def _changes(layer: Layer, later: list[Layer]) -> str:
    said = []
    for field, value in layer.changes.items():
        winner = next((other for other in reversed(later) if field in other.changes), None)
        beaten = f", overruled by {winner.origins[field]}" if winner else ""
        said.append(f"{KEYS[field]} = {written(field, value)} ({layer.origins[field]}{beaten})")
    return "; ".join(said)


def _show_law(explanation: Explanation, flags: tuple[LawFlag, ...], *, told: bool) -> None:
    region, day = explanation.place.line.region, explanation.place.local.date()
    say()
    if not flags:
        what = "it points to nothing" if told else "the call alone points to nothing; --marketing asks for more"
        say(f"Law of {region} on {day}: {what}.")
        return
    say(f"Law of {region} on {day}:")
    for flag in sorted(flags, key=lambda flag: list(Finding).index(flag.finding)):
        say(f"  {flag.sentence}")
        say(f"    {flag.provision.title} ({flag.provision.id}, {flag.provision.version}, {flag.provision.where})")
        if flag.facts:
            say(f"    {'; '.join(map(str, flag.facts))}")


def _as_json(explanation: Explanation, flags: tuple[LawFlag, ...]) -> dict[str, Any]:
    caller, where, verdict = explanation.call.caller, explanation.place, explanation.verdict
    known = caller if isinstance(caller, E164) else None
    return {
        "number": known.number if known else None,
        "caller": type(caller).__name__.lower(),
        "type": number_type(known) if known else None,
        "region": known.region if known else None,
        "valid": known.valid if known else None,
        "why": "" if isinstance(caller, E164) else caller.why,
        "line": where.line.name,
        "trunk": where.trunk,
        "at": where.local.isoformat(timespec="milliseconds"),
        "decision": str(verdict.decision),
        "reason": str(verdict.reason),
        "flagged": verdict.flagged,
        "rings": explanation.rings,
        "action": "ring" if explanation.rings else explanation.policy.action,
        "matches": [_match(match) for match in verdict.matches],
        "rows": [_row_as_json(row, found, explanation) for row, found in explanation.rows],
        "community": [_weighed(one) for one in explanation.community.weighed],
        "crowd": _crowd(explanation.community.crowd),
        "beside": [{"list": str(item.list), "number": item.text, "how": how} for how, item in explanation.beside],
        "layers": [{"name": layer.name, "where": dict(layer.origins)} for layer in explanation.layers],
        "names": [company.slug for company in explanation.names],
        "law": [shown_flag(flag) for flag in flags],
    }


def _row_as_json(row: Row, found: Found | None, explanation: Explanation) -> dict[str, Any]:
    setting, origin = explanation.setting(row.reason)
    return {
        "reason": str(row.reason),
        "because": row.because,
        "decision": str(found.decision) if found and found.decision else None,
        "matched": found is not None,
        "matches": [_match(match) for match in found.matches] if found else [],
        "setting": setting or None,
        "setting_where": origin or None,
    }


def _match(match: Match) -> dict[str, str]:
    return {"kind": match.kind, "what": match.what, "where": match.where, "note": match.note}


def _weighed(one: Weighed) -> dict[str, Any]:
    rated = one.hit.rated
    return {
        "list": one.hit.source,
        "number": rated.target.text,
        "rating": str(rated.rating),
        "votes": rated.votes,
        "votes_counted": one.counted,
        "votes_needed": one.needed,
        "last_activity": rated.last_activity.isoformat() if rated.last_activity else None,
        "listed_since": rated.listed_since.isoformat() if rated.listed_since else None,
        "had_on": one.hit.had_on.isoformat(),
        "licence": one.hit.licence or None,
        "weight": str(one.weight),
    }


def _crowd(crowd: Crowd | None) -> dict[str, Any] | None:
    if crowd is None:
        return None
    lists = list(crowd.sources)
    return {"beginning": crowd.beginning, "digits": crowd.digits, "neighbours": crowd.neighbours, "lists": lists}
