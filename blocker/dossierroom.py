"""The composition root of dossiers: gives the page of a company what is on record, and puts its files into a folder.

Decides which files a dossier has: `dossier.html` and `dossier.pdf`, `dossier.json` with all of it for programs,
`calls.csv` with every call. Either all of them are there or none; without typst, all but the PDF.
"""

import json
from datetime import date, datetime, time, timedelta
from fractions import Fraction
from pathlib import Path
from zoneinfo import ZoneInfo

from blocker.config import Config
from blocker.core.campaign import QUIET, Campaign
from blocker.core.company_calls import CompanyCall
from blocker.core.ledger_before import BEFORE, before_of
from blocker.core.scoreboard import Score
from blocker.core.watching import KINDS, unwatched
from blocker.dossiers import Dossiers
from blocker.errors import PaperError
from blocker.evidence.reading import LedgerReader
from blocker.filing.campaign_search import campaigns_between
from blocker.filing.scoring import Scoring
from blocker.filing.simulated import made_up
from blocker.language import Words
from blocker.looking import countries_of, here_of, judging_of, look, setting_of
from blocker.pages.dossier_page import Dossier, dossier_page, drawn_months
from blocker.renderers import calls_csv
from blocker.renderers.html import render_html
from blocker.renderers.pdf import MISSING, can_render, render_pdf

LONGEST_SPAN = timedelta(days=400)
"""How far back from a company's last call campaigns are sought."""


async def gather(config: Config, ledger: LedgerReader, company: str, fault: str) -> Dossier:
    """Everything on record about a company, at one moment of the ledger.

    Args:
        config: the configuration.
        ledger: at that moment.
        company: its slug or one of its names, also a former one, as a person types it.
        fault: what doesn't hold in the ledger; empty where all does.

    Raises:
        UsageError: the name means no company or several.
        ConfigError: the configuration names companies that the rules don't know.
        LedgerError: the ledger can't be read.
        RulesError: the shipped rules can't be used.
    """
    looked = await look(config)
    book, rules = looked.knowledge.companies, judging_of(looked.rules)
    here, lines = here_of(config, book), countries_of(setting_of(config))
    known = Dossiers(ledger, looked.knowledge.settings, rules, lines, here)
    whole = await known.whole(company)
    score: Score | None = None
    if whole.calls:
        scoring = Scoring(book, rules, config.region)
        board = scoring.board(whole.calls, whole.file, whole.calls[0].at, here.clock.now().astimezone(here.zone))
        score = next((one for one in board if one.company == whole.known["slug"]), None)
    dated = whole.calls[-1].seen.utc if whole.calls else f"{whole.known['checked']}T00:00:00.000Z"
    campaigns = await _campaigns(ledger, whole.calls)
    simulated = await made_up(ledger, whole.calls)
    months = await _unwatched(ledger, whole.calls, here.zone)
    before = before_of([(entry.n, entry.content) async for entry in ledger.entries(BEFORE)], here.zone)
    if before and before.taken_over and not (whole.calls and whole.calls[0].at < before.at):
        before = None
    return Dossier(whole, score, campaigns, await ledger.head(), fault, dated, simulated, months, before)


async def _unwatched(ledger: LedgerReader, calls: list[CompanyCall], zone: ZoneInfo) -> frozenset[date]:
    """The months that are drawn and of which nobody watched any part."""
    months = drawn_months(calls) if calls else []
    begins = [datetime.combine(month, time(), zone) for month in months]
    ends = [datetime.combine((month + timedelta(days=31)).replace(day=1), time(), zone) for month in months]
    told = [(entry.n, entry.content) async for entry in ledger.entries(KINDS)]
    found = unwatched(told, list(zip(begins, ends, strict=True)), zone)
    return frozenset(month for month, nobody in zip(months, found, strict=True) if nobody)


async def _campaigns(ledger: LedgerReader, calls: list[CompanyCall]) -> tuple[Campaign, ...]:
    """The campaigns that any of these calls is part of."""
    if not calls:
        return ()
    last = calls[-1].at + QUIET
    since = max(calls[0].at - QUIET, last - LONGEST_SPAN)
    mine = {call.seen.call for call in calls}
    found = await campaigns_between(ledger, since, last)
    return tuple(one for one in found if not mine.isdisjoint(part.call for part in one.told))


async def write(dossier: Dossier, into: Path, words: Words) -> list[str]:
    """Write the files of a dossier; returns what there is to say of those that couldn't be made.

    Raises:
        OSError: the disk is full, or the folder can't be written to.
    """
    page = dossier_page(dossier, words)
    (into / "dossier.html").write_bytes(render_html(page))
    (into / "dossier.json").write_bytes(as_json(dossier))
    with (into / "calls.csv").open("w", encoding="utf-8", newline="") as table:
        row = calls_csv.writer(table, flags=dossier.whole.flags)
        for call in dossier.whole.calls:
            row(call.seen)
    if not can_render():
        return [MISSING]
    try:
        (into / "dossier.pdf").write_bytes(await render_pdf(page))
    except PaperError as error:
        return [f"there is no dossier.pdf: {error}"]
    return []


def as_json(dossier: Dossier) -> bytes:
    """All of it for programs: what `blocker company show --json` gives, with ledger, points and campaigns."""
    head, score = dossier.head, dossier.score
    document = {
        "schema": "blocker-company-dossier",
        "schema_version": 1,
        "ledger": {"entries": head.n, "sha256": head.sha256, "fault": dossier.fault or None},
        **dossier.whole.known,
        "score": None if score is None else _score(score),
        "campaigns": [_campaign(one) for one in dossier.campaigns],
    }
    return (json.dumps(document, ensure_ascii=False, indent=2) + "\n").encode("utf-8", "replace")


def _score(score: Score) -> dict[str, object]:
    return {
        "value": score.value,
        "missing": score.missing,
        "calls": score.calls,
        "got": _fraction(score.got),
        "possible": score.possible,
        "marks": [mark._asdict() | {"points": _fraction(mark.points)} for mark in score.marks],
    }


def _fraction(number: Fraction) -> str:
    """Exact, such as `7/2`."""
    return str(number)


def _campaign(one: Campaign) -> dict[str, object]:
    return one._asdict() | {
        "signs": [sign._asdict() for sign in one.signs],
        "told": [part._asdict() for part in one.told],
    }
