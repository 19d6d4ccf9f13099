"""Everything about one company as a page: what the rules know, what the household says, all calls, and what is missing.

Decides the order and the words. A company is never said to have called: the calls are those of which a person stated
that the caller said: for this company. What each part says is decided where it is reckoned (`dossiers.py`).
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from blocker.core.campaign import Campaign
from blocker.core.company_calls import CompanyCall
from blocker.core.counts import Span as Years
from blocker.core.document import (
    Block,
    Bullets,
    Document,
    Facts,
    Heading,
    KeyFigure,
    KeyFigures,
    Paragraph,
    Span,
    Style,
    Text,
    Tone,
    paragraph,
    plain,
)
from blocker.core.entry import Head
from blocker.core.ledger_before import Before
from blocker.core.observed import Happened
from blocker.core.report import Listed
from blocker.core.scoreboard import Score
from blocker.core.weekly import Beside
from blocker.dossiers import Whole
from blocker.language import Words
from blocker.pages.campaign_words import campaign_blocks
from blocker.pages.dossier_household import household
from blocker.pages.report_calls import calls_table, law_named, rules_named
from blocker.pages.report_rest import limits
from blocker.pages.report_words import SHORT_ID, doubts, moment, then_type
from blocker.pages.score_words import score_blocks, value
from blocker.renderers.plots import Mark, Series, Told, bars

MOST_LISTED = 500
"""Calls on the page; `calls.csv` has all."""

FEWEST_MONTHS, MOST_MONTHS = 11, 60
"""Drawn: the latest ones, and some before the first call, since one bar makes no picture."""


@dataclass(frozen=True, slots=True)
class Dossier:
    """What the page is made of."""

    whole: Whole
    score: Score | None
    """None where no call for it was marked as marketing."""
    campaigns: tuple[Campaign, ...]
    """Those that calls for the company are part of."""
    head: Head
    """Of the ledger."""
    fault: str = ""
    """What doesn't hold in it."""
    dated: str = field(default="1970-01-01T00:00:00.000Z")
    """UTC: of the last entry."""
    simulated: bool = False
    """Whether a demonstration made up any of the calls."""
    unwatched: frozenset[date] = frozenset()
    """The first days of the months that are drawn and of which nobody watched any part."""
    before: Before | None = None
    """The ledger before this one, where what it held isn't here, or some of these calls came from there."""


def dossier_page(dossier: Dossier, words: Words) -> Document:
    """The whole page, in the language of `words`."""
    known = dossier.whole.known
    name = known["name"]
    return Document(
        title=words("{company}: what is on record", company=name),
        subtitle=_span(known["named_in"], words),
        language=str(words.language),
        blocks=(
            *_front(dossier, words),
            *_months(dossier, words),  # a drawing can't be cut: below the tables it would leave the sheet half empty
            *_rules(known, words),
            *household(known, words),
            *_contradictions(dossier, words),
            *_calls(dossier, words),
            *campaign_blocks(dossier.campaigns, words),
            *score_blocks([dossier.score] if dossier.score else [], words),
            *_missing(dossier, words),
            *limits(words),
            *_check(dossier, words),
        ),
        footer=words(
            "{company}; ledger of {entries} entries, {sum}",
            company=name,
            entries=words.figure(dossier.head.n),
            sum=dossier.head.sha256[:16],
        ),
        dated=dossier.dated,
    )


def _span(named: dict[str, Any], words: Words) -> str:
    if not named["calls"]:
        return words("No call on record names it.")
    return words("{first} to {last}", first=moment(named["first"], words), last=moment(named["last"], words))


def _front(dossier: Dossier, words: Words) -> Iterator[Block]:
    known, named = dossier.whole.known, dossier.whole.known["named_in"]
    yield from doubts(words, fault=dossier.fault, simulated=dossier.simulated, before=dossier.before)
    count = words.many(
        "Of {count} call a person says that the caller said: for {company}.",
        "Of {count} calls a person says that the caller said: for {company}.",
        named["calls"],
        company=known["name"],
    )
    yield paragraph(count, Tone.LEAD)
    figures = [KeyFigure(words.figure(named["marketing"]), words("marked as marketing"))]
    if since := named["since_objection"]:
        day = words.day(_day(since["on"]), "medium")
        figures.append(KeyFigure(words.figure(since["calls"]), words("after the objection of {day}", day=day)))
    happened = named["happened"]
    figures.append(KeyFigure(words.figure(happened["refused"]), words("turned away")))
    if dossier.score and dossier.score.value is not None:
        figures.append(KeyFigure(value(dossier.score, words), words("points of 10 for good behaviour")))
    yield KeyFigures(tuple(figures))


def _rules(known: dict[str, Any], words: Words) -> Iterator[Block]:
    """What the rule files know, each fact with its source."""
    yield Heading(1, words("Who it is"), "company")
    rows: list[tuple[str, Text]] = [(words("Name"), plain(known["name"]))]
    if known["legal_name"]:
        rows.append((words("Name in law"), plain(known["legal_name"])))
    if register := known["register"]:
        rows.append((words("Register number"), _sourced(f"{register['scheme']} {register['number']}", register, words)))
    if group := known["group"]:
        rows.append((words("Part of"), plain(group["name"])))
    if ended := known["ended"]:
        day = words.day(date.fromisoformat(ended["on"]))
        rows.append(
            (words("Ended"), _sourced(words("{day}, into {company}", day=day, company=ended["into"]), ended, words))
        )
    names = [f"{name['name']}{_when(name['when'], words)}" for name in known["names"]]
    if names:
        rows.append((words("Also known as"), plain(f"{words.semicolon} ".join(names))))
    rows += [
        (_address(each["by"], words), _sourced(", ".join(each["lines"]), each, words)) for each in known["addresses"]
    ]
    rows += [(words("Published number"), _sourced(each["number"], each, words)) for each in known["numbers"]]
    yield Facts(tuple(rows))
    if checks := len(known["check_first"]):
        text = words.many(
            "{count} of these facts is to be looked up before anybody relies on it. Which one:",
            "{count} of these facts are to be looked up before anybody relies on them. Which ones:",
            checks,
        )
        yield Paragraph(then_type(text, f"blocker company show {known['slug']}"), Tone.NOTE)


def _address(by: str, words: Words) -> str:
    """What an address is for: all but the one for letters are those that the company names for data protection."""
    return words("Address") if by == "post" else words("Address for data protection")


def _sourced(text: str, fact: dict[str, Any], words: Words) -> Text:
    """A fact with its source, whose title stays as it is where its file has no other for the reader's language."""
    source = words.typeset(fact["titles"].get(str(words.language), fact["title"]))
    if fact["seen"]:
        day = words.day(date.fromisoformat(fact["seen"]), "medium")
        source = words("{title}, read {seen}", title=source, seen=day)
    return Span(text + " "), Span(f"[{source}]", Style.QUIET)


def _when(span: str, words: Words) -> str:
    """When a name was in use, as `read_span` of the rule files has it: `since 1992`, `until 2014-09`, or both."""
    if not span:
        return ""
    first, _, last = span.partition(" to ")
    if last:
        return ", " + words("from {since} until {until}", since=first, until=last)
    word, _, day = span.partition(" ")
    return ", " + (words("since {day}", day=day) if word == "since" else words("until {day}", day=day))


def _months(dossier: Dossier, words: Words) -> Iterator[Block]:
    """The calls of each month, with the days of objections."""
    calls = dossier.whole.calls
    yield Heading(1, words("Month by month"), "months")
    if not calls:
        yield paragraph(words("No call on record names it."))
        return
    months = drawn_months(calls)
    fates: dict[str, Counter[date]] = {"kept": Counter(), "came": Counter(), "elsewhere": Counter()}
    for call in calls:
        fate = {Happened.REFUSED: "kept", Happened.ELSEWHERE: "elsewhere"}.get(call.seen.happened, "came")
        fates[fate][call.at.date().replace(day=1)] += 1
    labels = {
        "kept": words("turned away"),
        "came": words("came through"),
        "elsewhere": words("recorded elsewhere"),
    }
    series = [Series(labels[key], tuple(its[month] for month in months)) for key, its in fates.items() if its]
    marks = []
    for item in dossier.whole.known["named_in"]["objections"]:
        day = _day(item["on"])
        if day.replace(day=1) in months:
            text = words("{day}: objection to {company}", day=words.day(day), company=dossier.whole.known["name"])
            marks.append(Mark(months.index(day.replace(day=1)) + (day.day - 1) / 31, text))
    told = Told(
        words("Calls of each month of which the caller said: for this company"),
        words("No call is drawn."),
        unknown=words("nobody was watching"),
    )
    unknown = [place for place, month in enumerate(months) if month in dossier.unwatched]
    months_named = [words.month(month) for month in months]
    yield bars(told, months_named, series, marks=marks, unknown=unknown, figure=words.figure)


def drawn_months(calls: Sequence[CompanyCall]) -> list[date]:
    """The first days of the months that are drawn for calls in the order of time, of which there is one at least."""
    first, last = calls[0].at.date(), calls[-1].at.date()
    return _between(min(first, last - timedelta(days=30 * FEWEST_MONTHS)), last)[-MOST_MONTHS:]


def _between(first: date, last: date) -> list[date]:
    """The first days of the months from one to another."""
    months = range(first.year * 12 + first.month - 1, last.year * 12 + last.month)
    return [date(month // 12, month % 12 + 1, 1) for month in months]


def _contradictions(dossier: Dossier, words: Words) -> Iterator[Block]:
    """What was said of calls and what the household's file says of their days, where both can't be so."""
    found = dossier.whole.known["contradictions"]
    if not found:
        return
    when = {call.seen.call: call.seen.local for call in dossier.whole.calls}
    said = {
        "never": words("said of this call: never a customer"),
        "now": words("said of this call: a customer"),
        "formerly": words("said of this call: no longer a customer"),
    }
    yield Heading(1, words("What doesn't agree"), "contradictions")
    yield paragraph(
        words(
            "Both stay recorded as they were said; which is right, a person of the household says. Until then, a "
            "complaint had better rest on neither."
        )
    )
    items: list[Text] = []
    for one in found[:MOST_LISTED]:
        if one["file"] == "ended":
            day = words.day(date.fromisoformat(one["ended"]))
            file = words("the household's file: a contract that ended on {day}", day=day)
        elif one["file"] == "running":
            file = words("the household's file: a contract that ran on that day")
        else:
            file = words("the household's file: no customer by then")
        call = Span(one["call"][:SHORT_ID], Style.CODE)
        told = f"{words.colon} {said[one['said']]}{words.semicolon} {file}"
        items.append((Span(moment(when[one["call"]], words) + " ("), call, Span(f"){told}")))
    yield Bullets(tuple(items))


def _calls(dossier: Dossier, words: Words) -> Iterator[Block]:
    calls, flags = dossier.whole.calls, dossier.whole.flags
    if not calls:
        return
    listed = Listed(len(calls), tuple(call.seen for call in calls[:MOST_LISTED]))
    beside = Beside(Years(()), flags=flags)
    rules = rules_named(listed.items, beside)
    yield Heading(1, words("Every call"), "calls")
    caption = words("Calls of which the caller said: for this company")
    yield calls_table(caption, listed, words, rules=rules, beside=beside)
    yield from law_named(rules, beside, words)


def _missing(dossier: Dossier, words: Words) -> Iterator[Block]:
    """What would make it stronger; nothing is made up in its place."""
    known, calls = dossier.whole.known, dossier.whole.calls
    named = known["named_in"]
    items: list[Text] = []
    if not named["objections"]:
        text = words("No objection to this company is on record. This writes a letter:")
        items.append(then_type(text, f"blocker letter both {known['slug']} --out letters"))
    if unproven := sum(not item["proofs"] for item in named["objections"] if item["how"] != "in-the-call"):
        text = words.many(
            "{count} objection has no proof beside it.", "{count} objections have no proof beside them.", unproven
        )
        items.append(plain(text))
    if lines := [item["line"] for item in named["holders"] if not item["holder"]]:
        text = words(
            "It isn't said who holds the line: {lines}. A complaint must be the holder's.", lines=", ".join(lines)
        )
        items.append(then_type(text, f"blocker household line {lines[0]} --holder …"))
    if unknown := [call.seen.call for call in calls if call.said.identity_at_start is None]:
        text = words.many(
            "Of {count} call it isn't said whether the caller told at once who they were.",
            "Of {count} calls it isn't said whether the caller told at once who they were.",
            len(unknown),
        )
        items.append(then_type(text, f"blocker statement {unknown[-1][:SHORT_ID]}"))
    if known["household"]["contracts"] == [] and not known["household"]["never_customer"]:
        text = words("It isn't said whether the household was ever a customer.")
        items.append(then_type(text, f"blocker household contract {known['slug']} --until …"))
    yield Heading(1, words("What is missing"), "missing")
    yield Bullets(tuple(items)) if items else paragraph(words("Nothing that this program knows of."))


def _check(dossier: Dossier, words: Words) -> Iterator[Block]:
    yield Heading(1, words("How to check this"), "check")
    slug = dossier.whole.known["slug"]
    yield Facts(
        (
            (words("Entries in the ledger"), plain(words.figure(dossier.head.n))),
            (words("Sum of the last one's link (SHA-256)"), (Span(dossier.head.sha256, Style.CODE),)),
        )
    )
    checks = [then_type(words("The whole ledger, every link and every content:"), "blocker verify")]
    if dossier.whole.calls:  # of no calls there is no pack
        pack = f"blocker pack --company {slug} --out pack-{slug}"
        checks.append(then_type(words("What others can check without this program, by public tools alone:"), pack))
    yield Bullets(tuple(checks))


def _day(text: str) -> date:
    """The day of a day or of an instant."""
    return datetime.fromisoformat(text).date()
