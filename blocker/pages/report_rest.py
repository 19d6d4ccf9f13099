"""The last part of the weekly report: refused calls that may have been wanted, gaps, limits, and how to check it all.

Decides what a report says it doesn't show, and by which commands anybody can have and check what it rests on.
"""

from collections.abc import Iterator

from blocker.core.community_judgement import AGAINST, NOTED
from blocker.core.document import (
    Align,
    Block,
    Bullets,
    Column,
    Facts,
    Heading,
    Paragraph,
    Span,
    Style,
    Table,
    Text,
    paragraph,
    plain,
)
from blocker.core.followups import NEXT_STEPS
from blocker.core.plain_text import shortened
from blocker.core.report import Report
from blocker.core.stale import Ended, StaleList
from blocker.core.weekly import MOST_REVIEWED, Beside, Doubt, Review, reviews
from blocker.language import Words
from blocker.pages.followup_words import told
from blocker.pages.gap_words import why_unwatched
from blocker.pages.report_words import LONGEST_TEXT, command, duration, moment, then_type

MOST_STALE = 20
"""Times at which lists were out of date."""

MOST_DAYS = 10
"""Days to come that are listed; the calendar has them all."""


def review(report: Report, words: Words) -> Iterator[Block]:
    """The refused calls that may have been wanted, each with what lets it through."""
    yield Heading(1, words("Turned away, and perhaps wanted"), "review")
    found = reviews(report)
    if not found:
        yield paragraph(words("None: whatever was turned away, a person of this house had said so."))
        return
    yield paragraph(
        words(
            "No list is always right. Here are the calls that were turned away without a person of this house"
            " having called them marketing, and those that somebody marked as wanted. The command beside each"
            " lets it through from now on."
        )
    )
    columns = (
        Column(words("Presented number"), 1.3),
        Column(words("Why perhaps wanted"), 2.1),
        Column(words("Calls"), 0.75, Align.END),
        Column(words("Last, local time"), 1.6),
        Column(words("Lets it through"), 1.9),
    )
    rows = tuple(
        (
            plain(shortened(one.number, LONGEST_TEXT) or words("no number was presented")),
            plain(_doubt(one, words)),
            plain(words.figure(one.calls)),
            plain(moment(one.last, words)),
            _remedy(one, words),
        )
        for one in found[:MOST_REVIEWED]
    )
    left = len(found) - len(rows)
    note = words.many("{count} more isn't listed here.", "{count} more aren't listed here.", left) if left else ""
    yield Table(words("Refused calls that may have been wanted"), columns, rows, note)


def _doubt(one: Review, words: Words) -> str:
    match one.doubt:
        case Doubt.SAID_WANTED:
            return words("somebody marked it as wanted")
        case Doubt.ONLY_LISTED:
            match = shortened(_in_words(one.match, words), LONGEST_TEXT)
            return words("only a list or a range says marketing: {match}", match=match)
        case Doubt.HOUSE_RULE:
            return words("refused by your house rule “{rule}”, which says nothing of marketing", rule=one.reason)


def _in_words(match: str, words: Words) -> str:
    """What matched, as `match_text` has it, with its kinds in words; what was only noted said nothing of marketing."""
    kinds = {"range": words("number range"), AGAINST: words("community list")}
    matches = [one.partition(" ") for one in match.split("; ")]
    return f"{words.semicolon} ".join(f"{kinds.get(kind, kind)} {what}" for kind, _, what in matches if kind != NOTED)


def _remedy(one: Review, words: Words) -> Text:
    if one.e164:
        return (command(f"blocker allow add {one.number}"),)
    return command("blocker expect --for 2h"), Span(" " + words("lets every call through for two hours"), Style.QUIET)


def days_to_come(report: Report, beside: Beside, words: Words) -> Iterator[Block]:
    """What follows from letters and registrations, after this week; before that, the steps that are still open."""
    last = report.week.sunday
    to_come = [day for day in beside.followups if day.on > last or day.due in NEXT_STEPS]
    if not to_come:
        return
    coming = any(day.on > last for day in to_come)
    if all(day.on > last for day in to_come):
        heading = words("Days to come")
    else:
        heading = words("Steps still open, and days to come") if coming else words("Steps still open")
    yield Heading(1, heading, "days")
    items = [
        (Span(words.day(day.item.on, "full") + f"{words.colon} ", Style.STRONG), Span(f"{day.title}. {day.text}"))
        for day in told(to_come[:MOST_DAYS], words, beside.name_of, beside.registers, today=last)
    ]
    yield Bullets(tuple(items))
    if coming:
        yield paragraph(words("Those to come are in report.ics too, for the calendar that you have already."))


def gaps(report: Report, words: Words) -> Iterator[Block]:
    """When nobody was watching."""
    yield Heading(1, words("When nobody was watching"), "gaps")
    if report.gaps.total:
        columns = (
            Column(words("From"), 1.5),
            Column(words("Until"), 1.5),
            Column(words("How long"), 0.9),
            Column(words("Why"), 1.6),
            Column(words("Calls known to be lost"), 0.8, Align.END),
        )
        rows = tuple(
            (
                plain(moment(gap.since, words)),
                plain(moment(gap.until, words)),
                plain(duration(gap.seconds, words)),
                plain(why_unwatched(gap.why, words)),
                plain(words("unknown") if gap.calls_lost is None else words.figure(gap.calls_lost)),
            )
            for gap in report.gaps.items
        )
        left = report.gaps.left_out
        note = words.many("{count} more is in report.json.", "{count} more are in report.json.", left) if left else ""
        text = words("It isn't known how long in all. Calls that came then may be missing from this report.")
        if report.unwatched_seconds:
            long = duration(report.unwatched_seconds, words)
            text = words("In all {long}. Calls that came then may be missing from this report.", long=long)
        yield paragraph(text)
        yield Table(words("From when until when, and why"), columns, rows, note)
    elif not report.silent_after:
        yield paragraph(words("The ledger tells of no such time this week."))
    if report.silent_after:
        when = moment(report.silent_after, words)
        yield paragraph(
            words(
                "The ledger has no entry after {when}. The program was running then; whether it watched on will "
                "show in the next entry.",
                when=when,
            )
        )
    if report.clock_set.total:
        text = words.many(
            "The machine's clock was set {count} time this week: read the times around it with care; report.json "
            "has it.",
            "The machine's clock was set {count} times this week: read the times around them with care; report.json "
            "has each.",
            report.clock_set.total,
        )
        yield paragraph(text)


def stale_lists(beside: Beside, words: Words) -> Iterator[Block]:
    """Which community lists couldn't be brought up to date. Why not is a technician's business, and in English."""
    if not beside.stale:
        return
    yield paragraph(
        words(
            "These community lists couldn't be brought up to date. What they had said before went on counting, until it"
            " was too old; what they would have said of new numbers wasn't known here."
        )
    )
    columns = (Column(words("List"), 1.6), Column(words("Since"), 1.5), Column(words("Until"), 2.1))
    rows = tuple(
        (plain(shortened(one.source, LONGEST_TEXT)), plain(moment(one.since, words)), plain(_until(one, words)))
        for one in beside.stale[:MOST_STALE]
    )
    left = len(beside.stale) - len(rows)
    note = words.many("{count} more is in report.json.", "{count} more are in report.json.", left) if left else ""
    yield Table(words("Lists that were out of date"), columns, rows, note)
    yield Paragraph(then_type(words("The reasons are in report.json. How each list stands now:"), "blocker lists"))


def _until(one: StaleList, words: Words) -> str:
    if not one.until:
        return words("not over, as far as the ledger knows")
    when = moment(one.until, words)
    return words("{when}: switched off or removed", when=when) if one.ended == Ended.LET_GO else when


def limits(words: Words) -> Iterator[Block]:
    """What the report shows and what it doesn't."""
    yield Heading(1, words("What this shows, and what it doesn't"), "limits")
    yield Bullets(
        (
            plain(
                words(
                    "It shows that calls came to these lines at these times, what number they presented, and what was"
                    " done."
                )
            ),
            plain(
                words(
                    "A presented number can be made up. Where none was presented, this doesn't say who left it out: "
                    "networks do so too."
                )
            ),
            plain(
                words(
                    "Whom a caller said they called for is what a member of the household stated. The program heard "
                    "nobody."
                )
            ),
            plain(
                words(
                    "“Turned away” stands only where the telephone system confirmed it in time. “Let through” doesn't"
                    " say who picked up."
                )
            ),
            plain(
                words(
                    "The times are those of this machine's clock. The telephone company's own records can confirm "
                    "each call."
                )
            ),
            plain(
                words(
                    "The ledger shows changes made after somebody else has seen the sum below. It can't show that it "
                    "was true before."
                )
            ),
            plain(
                words(
                    "“Unwanted” is every call that was refused as marketing or that a person marked so. What follows "
                    "by law is for an authority to say."
                )
            ),
        )
    )


def unlooked(beside: Beside, words: Words) -> Iterator[Block]:
    """What wasn't looked for, where there were too many calls."""
    if not beside.campaign_weeks:
        yield paragraph(words("There were too many calls this week to look for campaigns."))


def check(report: Report, words: Words) -> Iterator[Block]:
    """How anybody can check it."""
    yield Heading(1, words("How to check this"), "check")
    yield Facts(
        (
            (words("Entries in the ledger"), plain(words.figure(report.head.n))),
            (words("Sum of the last one's link (SHA-256)"), (Span(report.head.sha256, Style.CODE),)),
            (words("Week"), plain(f"{report.week}, {report.time_zone}")),
        )
    )
    yield Bullets(
        (
            then_type(words("The whole ledger, every link and every content:"), "blocker verify"),
            then_type(
                words("This report again; the same ledger and version give the same bytes:"),
                f"blocker report --week {report.week}",
            ),
            then_type(
                words("What others can check without this program, by public tools alone:"),
                f"blocker pack --week {report.week} --out pack-{report.week}",
            ),
            plain(
                words(
                    "Every call of the week, with milliseconds, is in calls.csv beside this page; all figures are in "
                    "report.json."
                )
            ),
        )
    )
