"""`report.md`: the report for a person, who may be in a hurry.

Decides the words. First what was kept away, what came through and for whom it was said to be; then the tables; then
what all this shows and doesn't, and how to check it. A company is never said to have called: “the caller said: for X”.
A number is a presented number, and where there is none, “no number was presented” is all that is known. There
are no jokes: they could be taken for evidence, or evidence for one. Times are to the second; `report.json` and
`calls.csv` have milliseconds.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from typing import TypeVar
from zoneinfo import ZoneInfo

from blocker.core.asked import Asked
from blocker.core.entry import parse_time
from blocker.core.observed import Happened, ListChange, SeenCall
from blocker.core.report import CompanyRow, ErasedCalls, Listed, NumberRow, Report
from blocker.core.stale import StaleList
from blocker.core.timekeeping import ClockSet
from blocker.core.watching import Gap
from blocker.renderers.markdown_outside import opinions, stale_lists
from blocker.renderers.markdown_text import cell, duration, moment, plural, table

T = TypeVar("T")

_MONTHS = (  # not from `calendar`, whose names depend on the machine's locale
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip

_LIMITS = """\
- It shows that calls came to these lines at these times, what number they presented, and what was done.
- A presented number can be made up. Where none was presented, this doesn't say who left it out: networks do so too.
- Whom a caller said they called for is what a member of the household stated. The program heard nobody.
- “Refused” stands only where the phone system acknowledged it in time. “Let through” doesn't say who picked up.
- The times are those of this machine's clock. The telephone company's own records can confirm each call.
- The ledger shows changes made after somebody else has seen the sum below. It can't show that it was true before.
"""

LONGEST_FAULT = 400
"""Characters of what doesn't hold in a ledger."""

_HAPPENED = {
    Happened.REFUSED: "refused",
    Happened.UNKNOWN: "rang or unknown",
    Happened.LET_THROUGH: "let through",
    Happened.ELSEWHERE: "recorded by another device",
}


def render(report: Report, *, stale: Sequence[StaleList] = (), asked: Sequence[Asked] = ()) -> bytes:
    """The report as Markdown: UTF-8, line feeds; `stale` and `asked` are what came from outside in its week."""
    sections: tuple[Callable[[Report], Iterator[str]], ...] = (
        _heading,
        _in_short,
        _companies,
        _numbers,
        _unwanted,
        _suspected,
        _odd,
        _false_positives,
        _elsewhere,
        lambda _: opinions(asked),
        _gaps,
        lambda _: stale_lists(stale),
        _clock,
        _changes,
        _figures,
        _limits,
        _check,
    )
    return "\n".join(text for section in sections for text in section(report)).encode("utf-8", "replace")


def _heading(report: Report) -> Iterator[str]:
    if report.fault:
        yield f"**The ledger doesn't verify ({cell(report.fault, LONGEST_FAULT)}). This is no evidence.**\n"
    yield f"# The telephone in week {report.week}\n"
    first, last = _day(report.week.monday), _day(report.week.sunday)
    yield f"Monday {first} to Sunday {last}, by the clocks of {report.time_zone}.\n"
    if report.made_on:
        yield f"> **This week isn't over:** made on {moment(report.made_on)}. What comes later isn't in here.\n"
    if report.simulated_clock:
        yield "> **A simulated clock.** These times were made up, for a demonstration. This is no evidence.\n"
    if report.before:
        yield f"> **An earlier ledger is damaged:** {cell(report.before.sentence, LONGEST_FAULT)}.\n"
    if report.erased:
        yield _erased(report.erased)


def _erased(erased: ErasedCalls) -> str:
    since, until = erased.first[:10], erased.last[:10]
    when = f"on {since}" if since == until else f"between {since} and {until}"
    verb = "was" if erased.total == 1 else "were"
    calls = ", ".join(f"{count} {standing}" for standing, count in erased.calls)
    return (
        f"> **Not all is known any more:** {plural(erased.total, 'call')} of this week {verb} erased {when} ({calls}), "
        "by age or on request, and no figure below counts them.\n"
    )


def _in_short(report: Report) -> Iterator[str]:
    totals = report.totals
    if not totals.calls:
        yield f"No call was recorded.{_unwatched(report)}\n"
        yield from _other_devices(report)
        return
    yield f"- **Kept away:** {_kept_away(report)}"
    yield f"- **Came through:** {_came_through(report)}"
    yield f"- **Said to be for:** {_said_for(report)}"
    if report.odd.total:
        looked = plural(report.odd.total, "call")
        yield f"- **Worth a look:** {looked} let through that looked odd (no number, a premium number …), not marked."
    if totals.false_positives:
        yield f"- **Please look:** {plural(totals.false_positives, 'blocked call')} had been wanted (see below)."
    if totals.rang_or_unknown:
        unsure = plural(totals.rang_or_unknown, "call")
        yield f"- **Rang or unknown:** {unsure} to be turned away, not acknowledged by the phone system in time."
    if totals.refused_by_policy:
        refused = plural(totals.refused_by_policy, "call")
        yield f"- **By your house rules** (no number, premium numbers …): {refused} refused."
    ordinary = totals.wanted + totals.unmarked - report.odd.total
    yield f"- **Beside these:** {plural(ordinary, 'call')} marked as wanted, or not marked by anybody.\n"
    if totals.observe_only:
        yield (
            f"> **Only watching.** {plural(totals.observe_only, 'call')} came while everything was let ring on purpose "
            f"(`observe_only`); {totals.observed_blocks} of them would have been turned away.\n"
        )
    yield from _other_devices(report)
    if totals.unscreened:
        yield (
            f"> **Not looked at.** {plural(totals.unscreened, 'call')} rang because the program could not tell in time "
            "what they were, or could not record it. `blocker doctor` looks for the cause.\n"
        )


def _other_devices(report: Report) -> Iterator[str]:
    if report.totals.elsewhere:
        calls, marketing = plural(report.totals.elsewhere, "call"), report.totals.elsewhere_unwanted
        yield (
            f"> **Recorded by another device:** {calls}, {marketing} of them marked as marketing. The program saw none "
            "of these, and they are in none of the other figures.\n"
        )


def _kept_away(report: Report) -> str:
    kept = report.totals.unwanted_refused
    if kept:
        return f"{plural(kept, 'unwanted call')} refused."
    return "nothing."


def _unwatched(report: Report) -> str:
    if report.unwatched_seconds:
        return f" Nobody was watching for {duration(report.unwatched_seconds)}."
    return " Nobody was watching for a time that isn't known." if report.gaps.total else ""


def _came_through(report: Report) -> str:
    totals = report.totals
    came = totals.unwanted - totals.unwanted_refused
    marked = f"{plural(came, 'call')} marked as marketing" if came else "none that anybody marked as marketing"
    if not totals.suspected:
        return f"{marked}."
    return f"{marked}; {totals.suspected} more suspected (on a list or in a range, not marked by anybody)."


def _said_for(report: Report) -> str:
    named = [f"{cell(row.said[0])} ({row.unwanted})" for row in report.companies if row.unwanted]
    shown, unnamed = named[:5], report.totals.unwanted - sum(row.unwanted for row in report.companies)
    if len(named) > len(shown):
        shown.append(f"{len(named) - len(shown)} more")
    if unnamed:
        shown.append(f"not said ({unnamed})")
    return ", ".join(shown) + "." if shown else "nothing to tell."


def _companies(report: Report) -> Iterator[str]:
    if not report.totals.unwanted and not report.companies:
        return
    yield "## For whom the callers said they called\n"
    if report.companies:
        more = "Elsewhere:|" if report.totals.elsewhere else ""
        headings = f"The caller said: for|Calls:|Unwanted:|Refused:|Wanted:|{more}Presented numbers|First|Last"
        yield table(headings, (_company(row, elsewhere=bool(more)) for row in report.companies))
    unnamed = report.totals.unwanted - sum(row.unwanted for row in report.companies)
    if unnamed:
        yield (
            f"A call is counted here only if somebody stated the name. {plural(unnamed, 'unwanted call')} "
            "had no such statement; `blocker mark CALL marketing --for COMPANY` adds one.\n"
        )


def _company(row: CompanyRow, *, elsewhere: bool) -> tuple[str, ...]:
    said = cell(" / ".join(row.said)) + (f" ({row.company})" if row.company else "")
    numbers = [cell(number) for number in row.numbers[:5]]
    if len(row.numbers) > len(numbers):
        numbers.append(f"{len(row.numbers) - len(numbers)} more")
    if row.without_number:
        numbers.append(f"no number was presented ({row.without_number})")
    counts = [str(count) for count in (row.calls, row.unwanted, row.refused, row.wanted)]
    counts += [str(row.elsewhere)] if elsewhere else []
    return (said, *counts, ", ".join(numbers), moment(row.first), moment(row.last))


def _numbers(report: Report) -> Iterator[str]:
    if report.numbers.total:
        yield "## Presented numbers\n"
        yield "A presented number may be made up. Ringing it back may cost money, or disturb somebody innocent.\n"
        headings = "Presented number|Calls:|Unwanted:|Refused:|Suspected:|Blocked, yet wanted:|First|Last"
        yield from _table(report.numbers, headings, _number)


def _number(row: NumberRow) -> tuple[str, ...]:
    counts = (row.calls, row.unwanted, row.refused, row.suspected, row.false_positives)
    return (cell(row.number), *map(str, counts), moment(row.first), moment(row.last))


def _unwanted(report: Report) -> Iterator[str]:
    if report.unwanted.total:
        yield "## Every unwanted call\n"
        yield from _calls(report.unwanted)


def _suspected(report: Report) -> Iterator[str]:
    if report.suspected.total:
        yield "## Suspected\n"
        yield (
            "A list or a range says marketing, but these weren't refused, and nobody marked them. "
            "`blocker mark CALL marketing` or `blocker mark CALL wanted` settles it.\n"
        )
        yield from _calls(report.suspected)


def _odd(report: Report) -> Iterator[str]:
    if report.odd.total:
        yield "## Worth a look\n"
        yield "These looked odd and were let through. If one was marketing: `blocker mark CALL marketing`.\n"
        yield from _calls(report.odd)


def _false_positives(report: Report) -> Iterator[str]:
    if report.false_positives.total:
        yield "## Blocked, yet wanted\n"
        yield "Somebody marked these as wanted. `blocker allow add NUMBER` lets a number through from now on.\n"
        yield from _calls(report.false_positives)


def _elsewhere(report: Report) -> Iterator[str]:
    if report.elsewhere.total:
        yield "## Recorded by another device\n"
        yield (
            "The records of these came from a mobile telephone, a router, a telephone system, or from memory. The "
            "program neither saw these calls nor did anything about them; times are by that device's clock.\n"
        )
        yield from _calls(report.elsewhere)


def _calls(calls: Listed[SeenCall]) -> Iterator[str]:
    what_came = "Local time, UTC offset|Presented number|Caller name|Line"
    return _table(calls, f"{what_came}|The caller said: for|What happened|What matched|Call|Entry:", _call)


def _call(call: SeenCall) -> tuple[str, ...]:
    presented = cell(call.number) or "no number was presented"
    if call.presented == "unusable" and call.number:
        presented = f"“{presented}”, no telephone number"
    happened = _HAPPENED[call.happened] + (f" ({cell(call.seen_by)})" if call.seen_by else "")
    happened = "told from memory" if call.remembered else happened
    happened += f", marked as {call.statement.mark}" if call.statement.mark else ""
    what_came = (moment(call.local), presented, cell(call.name), cell(call.line))
    return (*what_came, _said(call), happened, cell(call.match), call.call, str(call.n))


def _said(call: SeenCall) -> str:
    """For whom the caller said to call and, where that was said, who the caller said to be."""
    company, centre = cell(call.statement.said_company), cell(call.statement.said_call_centre)
    return f"{company or 'not said'}; to be, or to work for: {centre}" if centre else company


def _gaps(report: Report) -> Iterator[str]:
    yield "## When nobody was watching\n"
    if report.gaps.total:
        in_all = (
            f"In all {duration(report.unwatched_seconds)}" if report.unwatched_seconds else "It isn't known how long"
        )
        yield f"{in_all}. Calls that came then may be missing from this report.\n"
        yield from _table(report.gaps, "From|Until|How long|Why|Calls known to be lost:", _gap)
    elif not report.silent_after:
        yield "The ledger tells of no such time this week.\n"
    if report.silent_after:
        until = "this was made" if report.made_on else "the week was over"
        yield (
            f"The ledger has no entry after {moment(report.silent_after)}. The program was running then; whether it "
            f"watched until {until} will show in the next entry.\n"
        )


def _gap(gap: Gap) -> tuple[str, ...]:
    lost = "unknown" if gap.calls_lost is None else str(gap.calls_lost)
    return (moment(gap.since), moment(gap.until), duration(gap.seconds), cell(gap.why), lost)


def _clock(report: Report) -> Iterator[str]:
    if report.clock_set.total:
        yield "## When the clock was set\n"
        yield "Between times before such a moment and after it lies as much more, or less, than passed.\n"
        yield table("It would have shown|It showed|Set", map(_clock_row, report.clock_set.items))
        if report.clock_set.left_out:
            yield f"These are the first {len(report.clock_set.items)} of {report.clock_set.total} times.\n"


def _clock_row(step: ClockSet) -> tuple[str, ...]:
    seconds = f"{abs(step.by_ms) / 1000:.3f} s"
    return (moment(step.before), moment(step.after), f"{seconds} {'back' if step.by_ms < 0 else 'forward'}")


def _changes(report: Report) -> Iterator[str]:
    if report.changes.total:
        yield "## What changed on your lists\n"
        zone = ZoneInfo(report.time_zone)
        rows = (_change(change, times, zone) for change, times in _once_a_day(report.changes.items))
        yield table("When|List|Change|Number|Until|Entry:", rows)
        if report.changes.left_out:
            yield f"These are the first {len(report.changes.items)} of {report.changes.total} changes.\n"


def _once_a_day(changes: Iterable[ListChange]) -> list[tuple[ListChange, int]]:
    """The changes, where the same was done several times on one day only the last of it, and how often it was done."""
    shown: dict[int, tuple[ListChange, int]] = {}
    before: dict[tuple[str, str], int] = {}
    for change in changes:
        about, times = (change.list, change.number), 1
        if about in before:
            last, so_often = shown[before[about]]
            if (last.change, last.local[:10]) == (change.change, change.local[:10]):
                del shown[last.n]
                times += so_often
        shown[change.n], before[about] = (change, times), change.n
    return list(shown.values())


def _change(change: ListChange, times: int, zone: ZoneInfo) -> tuple[str, ...]:
    what = "added" if change.change == "add" else "removed"
    often = f" ({times} times that day; this is the last)" if times > 1 else ""
    until = moment(parse_time(change.until).astimezone(zone).isoformat(timespec="milliseconds")) if change.until else ""
    return (moment(change.local), f"{change.list} list", f"{what}{often}", cell(change.number), until, str(change.n))


def _table(listed: Listed[T], headings: str, row: Callable[[T], tuple[str, ...]]) -> Iterator[str]:
    yield table(headings, map(row, listed.items))
    if listed.left_out:
        yield f"{len(listed.items)} of {listed.total} are listed here. `calls.csv` has every call.\n"


def _figures(report: Report) -> Iterator[str]:
    totals = report.totals
    figures = (
        ("Calls in all", totals.calls),
        ("Refused: the phone system acknowledged that they were turned away", totals.refused),
        ("Rang or unknown: to be turned away, but no acknowledgement came in time", totals.rang_or_unknown),
        ("Let through", totals.let_through),
        ("Unwanted: refused as marketing, or marked as marketing", totals.unwanted),
        ("Suspected: a list or a range says marketing; not refused, not marked", totals.suspected),
        ("Blocked, yet marked as wanted", totals.false_positives),
        ("Marked as wanted", totals.wanted),
        ("Refused for another reason, such as a withheld number", totals.refused_by_policy),
        ("None of these", totals.unmarked),
        ("No number was presented", totals.without_number),
    )
    yield "## Figures\n"
    yield table(" |Calls:", ((name, str(count)) for name, count in figures))
    yield "The first figure is the sum of the next three, and again of the six after those.\n"


def _limits(_: Report) -> Iterator[str]:
    yield "## What this shows, and what it doesn't\n"
    yield _LIMITS


def _check(report: Report) -> Iterator[str]:
    entries = plural(report.head.n, "entry", "entries")
    yield "## How to check it\n"
    yield f"- When this was made, the ledger had {entries}; the SHA-256 of the last one's link was"
    yield f"  `{report.head.sha256}`."
    yield "- `blocker verify` walks the whole chain. In a ledger that has grown since, the next link holds that sum."
    same = "from the same ledger, the same bytes" + (", once the week is over" if report.made_on else "")
    yield f"- `blocker report --week {report.week} --out DIR` makes this anew: {same}."
    yield "- `calls.csv` has every call of the week, `report.json` the same figures for programs. Their times have"
    yield "  milliseconds.\n"


def _day(day: date) -> str:
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"
