"""A week's report as a parcel for one recipient, and who carries it.

Decides which files go along, and that only the whole report of a week that is over is sent. What a summary says,
`pages/sending_page.py` decides. Loaded when there is something to send: what it needs is slow to load.
"""

import hashlib
import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from blocker.config import Config
from blocker.core.languages import Language
from blocker.core.ports import Clock
from blocker.core.week import Week
from blocker.errors import SendError
from blocker.language import Words
from blocker.pages.sending_page import Figures, Todo, summary
from blocker.renderers.html import render_html
from blocker.renderers.text import render_text
from blocker.report_config import Form, Recipient, Way, languages_of
from blocker.senders import Enclosure, Parcel, Sender
from blocker.senders.folder import FolderSender
from blocker.senders.mail import MailSender
from blocker.senders.ntfy import NtfySender
from blocker.senders.webhook import WebhookSender

LARGEST_MAIL = 15_000_000
"""Bytes of files that go along with a mail; in a mail they are a third larger, and many servers refuse above 25 MB."""

_PAGES = {Form.PDF: "application/pdf", Form.HTML: "text/html", Form.ICS: "text/calendar"}
_DATA = {Form.CSV: ("calls.csv", "text/csv"), Form.JSON: ("report.json", "application/json")}


class Packed(NamedTuple):
    """What is ready to be carried."""

    parcel: Parcel
    left_out: list[str]
    """Files that should have gone along."""


def pack(config: Config, clock: Clock, week: Week, recipient: Recipient) -> Packed:
    """A week's report for one recipient.

    Raises:
        SendError: it isn't there, or isn't that of a week that is over.
    """
    folder = config.report.dir / str(week)
    figures = _figures(folder, week)
    chosen = config.report
    spoken = languages_of(chosen.languages, chosen.recipients, config.region, os.environ)
    language = recipient.language or spoken[0]
    suffix = _suffix(language, spoken)
    if recipient.attach and not made_in(folder, config, recipient):
        mend = f"blocker report --week {week}"
        raise SendError(
            f"the report of {week} isn't made in the language “{language}” (make it anew: {mend})", lasting=True
        )
    found = [_file(folder, form, suffix, week) for form in recipient.attach]
    there = [enclosure for enclosure in found if enclosure.path.is_file()]
    if recipient.way is Way.EMAIL:
        if not there and Form.PDF in recipient.attach:  # made without typst: the same as a page to open
            there = [one for one in [_file(folder, Form.HTML, suffix, week)] if one.path.is_file()]
        there = _within(LARGEST_MAIL, there)
    days = {enclosure.name for enclosure in found if enclosure.media_type == _PAGES[Form.ICS]}
    missing = [one.name for one in found if one not in there and (one.name not in days or one.path.is_file())]
    words = Words(language)
    page = summary(figures, words, missing, attached=bool(there))
    return Packed(
        Parcel(
            id=f"report-{week}-{hashlib.sha256(recipient.key.encode()).hexdigest()[:16]}",
            made=clock.now(),
            title=page.title,
            text=render_text(page),
            html=render_html(page),
            facts=_facts(figures),
            enclosures=tuple(there),
        ),
        missing,
    )


def names_of(config: Config, week: Week, recipient: Recipient) -> list[str]:
    """What the files are called that go to a recipient, once they are made."""
    chosen = config.report
    spoken = languages_of(chosen.languages, chosen.recipients, config.region, os.environ)
    suffix = _suffix(recipient.language or spoken[0], spoken)
    return [_file(chosen.dir / str(week), form, suffix, week).name for form in recipient.attach]


def made_in(folder: Path, config: Config, recipient: Recipient) -> bool:
    """Whether a report has its page in the recipient's language; where there is no report, nothing lacks."""
    chosen = config.report
    spoken = languages_of(chosen.languages, chosen.recipients, config.region, os.environ)
    page = f"report{_suffix(recipient.language or spoken[0], spoken)}.{Form.HTML}"
    return (folder / page).is_file() or not (folder / "report.json").is_file()


def _suffix(language: Language, spoken: Sequence[Language]) -> str:
    """What the names of a report's pages in a language have before their ending."""
    return "" if language == spoken[0] else f".{language}"


def sender_of(config: Config, recipient: Recipient) -> Sender:
    """What carries parcels to a recipient; raises SendError where the configuration lacks something."""
    match recipient.way:
        case Way.FOLDER:
            return FolderSender(Path(recipient.target))
        case Way.WEBHOOK | Way.NTFY:
            kind = WebhookSender if recipient.way is Way.WEBHOOK else NtfySender
            return kind(recipient.target, recipient.secret_file, private_addresses=recipient.private_addresses)
        case Way.EMAIL:
            if (mail := config.report.mail) is None:
                raise SendError("there is no [report.mail] in the configuration", lasting=True)
            return MailSender(mail, recipient.target)


def _file(folder: Path, form: Form, suffix: str, week: Week) -> Enclosure:
    """One file of a report; whether it is there is not looked at."""
    if form in _DATA:
        name, media_type = _DATA[form]
        return Enclosure(f"{Path(name).stem}-{week}.{form}", media_type, folder / name)
    return Enclosure(f"report-{week}{suffix}.{form}", _PAGES[form], folder / f"report{suffix}.{form}")


def _within(limit: int, enclosures: list[Enclosure]) -> list[Enclosure]:
    """As many as fit, the first ones first."""
    taken: list[Enclosure] = []
    for enclosure in enclosures:
        size = enclosure.path.stat().st_size
        if size <= limit:
            taken.append(enclosure)
            limit -= size
    return taken


def _figures(folder: Path, week: Week) -> Figures:
    make = f"blocker report --week {week}"
    try:
        report = json.loads((folder / "report.json").read_bytes())
        if report["week"] != str(week):
            raise SendError(f"{folder} holds the report of another week (make it anew: {make})", lasting=True)
        if report["made_on"]:
            raise SendError(
                f"the report of {week} was made before the week was over (make it anew: {make})", lasting=True
            )
        totals = report["totals"]
        return Figures(
            week=week,
            end=report["to"],
            calls=totals["calls"],
            kept_away=totals["unwanted_refused"],
            came_through=totals["unwanted"] - totals["unwanted_refused"],
            wanted_refused=totals["false_positives"],
            to_do=tuple(Todo(task["what"], task["calls"], task["name"] or "") for task in report["to_do"]),
            unwatched_minutes=-(-report["unwatched_seconds"] // 60),
            fault=report["ledger"]["fault"] or "",
            simulated=report.get("clock") == "simulated",
        )
    except FileNotFoundError:
        raise SendError(f"there is no report of {week} in {folder} (make it: {make})", lasting=True) from None
    except OSError as error:
        raise SendError(f"the report in {folder} can't be read: {error.strerror}") from error
    except (ValueError, KeyError, TypeError) as error:
        raise SendError(f"the report in {folder} isn't whole (make it anew: {make})", lasting=True) from error


def _facts(figures: Figures) -> dict[str, str | int]:
    return {
        "week": str(figures.week),
        "calls": figures.calls,
        "unwanted_refused": figures.kept_away,
        "unwanted_came_through": figures.came_through,
        "false_positives": figures.wanted_refused,
        "to_do": len(figures.to_do),
        "unwatched_minutes": figures.unwatched_minutes,
        "fault": figures.fault,
    }
