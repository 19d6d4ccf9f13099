"""The weekly report as a page: one sheet for the reader in a hurry, then everything that it stands on.

Decides the order of the parts; each part has a module of its own. A company is never said to have called: “the caller
said: for X”. A number is a presented number, and where there is none, that is all that is known.
"""

from blocker.core.document import Document, NewSheet
from blocker.core.report import Report
from blocker.core.weekly import Beside
from blocker.language import Words
from blocker.pages.campaign_words import campaign_blocks
from blocker.pages.report_calls import calls
from blocker.pages.report_front import front
from blocker.pages.report_opinions import opinions
from blocker.pages.report_plots import plots
from blocker.pages.report_rest import check, days_to_come, gaps, limits, review, stale_lists, unlooked
from blocker.pages.score_words import score_blocks


def report_page(report: Report, beside: Beside, words: Words) -> Document:
    """The report of a week, in the language of `words`."""
    week = report.week
    since, until = words.day(week.monday, "full"), words.day(week.sunday, "full")
    return Document(
        title=words("The telephone in week {week} of {year}", week=week.number, year=week.year),
        subtitle=words("{since} to {until}, by the clocks of {zone}", since=since, until=until, zone=report.time_zone),
        language=str(words.language),
        blocks=(
            *front(report, beside, words),
            NewSheet(),
            *plots(report, beside, words),
            *campaign_blocks(beside.campaigns, words),
            *unlooked(beside, words),
            *calls(report, beside, words),
            *opinions(beside, words),
            *score_blocks(beside.scores, words),
            *review(report, words),
            *days_to_come(report, beside, words),
            *gaps(report, words),
            *stale_lists(beside, words),
            *limits(words),
            *check(report, words),
        ),
        footer=words(
            "Week {week}; ledger of {entries} entries, {sum}",
            week=week,
            entries=words.figure(report.head.n),
            sum=report.head.sha256[:16],
        ),
        dated=report.end,
    )


def about_files(words: Words) -> dict[str, str]:
    """What is said of the files that lie in the page or beside it, by name."""
    return {
        "report.json": words("all figures of this report, for programs"),
        "calls.csv": words("every call of the week, for spreadsheets and programs"),
    }
