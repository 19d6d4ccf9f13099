"""`blocker complaint`: what a regulator's form asks, filled in from the records, for a person to hand in."""

import argparse
import os
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from blocker import commanding, complaintroom, looking, outfolder, packroom
from blocker.commands import NO, OK, address_lines, say, table, warn, warn_left_out, who
from blocker.config import Config
from blocker.core.complaint import Draft
from blocker.core.form_words import LANGUAGES
from blocker.core.languages import Language, in_language, language_of
from blocker.core.regulator import About, Regulator
from blocker.errors import BlockerError, UsageError
from blocker.filing.complaining import Asked
from blocker.filing.packing import Asked as PackAsked
from blocker.language import Words
from blocker.locality import locale_in_force
from blocker.renderers import pack_texts
from blocker.tomlfile import one_of


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Describe the command."""
    parser = commands.add_parser(
        "complaint",
        help="a regulator's form, filled in from your records, for you to hand in",
        description="Write a draft of a complaint: each field of the form with what to paste, what is missing in it, a "
        "letter for the post, and the evidence beside it. Nothing is sent: a person reads it and hands it in.",
        usage="blocker complaint list | blocker complaint --regulator NAME [--company NAME] --out DIR",
    )
    parser.add_argument("todo", nargs="?", choices=["list"], help="show to whom one can complain")
    parser.add_argument("--country", metavar="CC", help="with list: of another country than those of your lines")
    parser.add_argument("--regulator", metavar="NAME", help="whose form, as list shows it")
    parser.add_argument("--company", metavar="NAME", help="for whom the callers said that they called")
    parser.add_argument("--number", default="", help="for a form about one number: which, such as +3225550345")
    parser.add_argument("--since", metavar="DAY", help="only calls from this day on")
    parser.add_argument("--until", metavar="DAY", help="only calls until this day, itself included")
    parser.add_argument("--lang", choices=LANGUAGES, help="of the form, where it has several; and of what you read")
    parser.add_argument("--address", default="", help="yours, for the letter; commas part its lines")
    parser.add_argument("--out", type=Path, metavar="DIR", help="the folder to make")
    parser.set_defaults(run=run)


async def run(config: Config, arguments: argparse.Namespace) -> int:
    """List regulators, or write a draft."""
    if arguments.todo == "list":
        return await _list(config, arguments)
    if not arguments.regulator or not arguments.out:
        raise UsageError("say whose form and where to (blocker complaint --regulator NAME --company NAME --out DIR)")
    outfolder.refuse_if_taken(arguments.out)
    asked = Asked(arguments.company or "", _day(arguments.since), _day(arguments.until))
    reading, writing = _languages(config, arguments.lang)
    words = Words(reading)
    async with complaintroom.opened(config) as room:
        warn([room.note] if room.note else [])
        regulator = _regulator(room.regulators, arguments.regulator)
        case = await room.complaining.case(asked)
        draft = room.complaining.drafted(regulator, case, writing, arguments.number)
    if draft.hindrance:
        say(complaintroom.page(draft, words))
        await warn_left_out(config)
        return NO
    with outfolder.new_folder(arguments.out) as into:
        notes = await complaintroom.write(draft, into, words, address_lines(arguments.address))
        notes += await _pack(config, draft, _packed(config, draft, asked), into / complaintroom.PACK)
    say(_done(draft, arguments.out, str(reading)))
    warn(notes)
    await warn_left_out(config)
    return OK


def _done(draft: Draft, out: Path, language: str) -> str:
    count = len({item.call.seen.call for report in draft.reports for item in report.calls})
    calls = "1 call" if count == 1 else f"{count} calls"
    missing = sum(item.lack != "yourself" for _, item in draft.missing)
    lacks = (
        "nothing is missing"
        if not missing
        else "1 thing is missing"
        if missing == 1
        else f"{missing} things are missing"
    )
    name = in_language(draft.regulator.name, language)
    return f"The draft for {name} lies in {out}: {calls}, {lacks}. Nothing was sent; begin with complaint.html."


async def _list(config: Config, arguments: argparse.Namespace) -> int:
    rules, fault = looking.rules_of(config)
    warn([fault] if fault else [])
    setting = looking.setting_of(config)
    countries = {arguments.country} if arguments.country else set(looking.countries_of(setting).values())
    language = str(_languages(config, None)[0])
    found = [item for slug, item in sorted(rules.regulators.items()) if item.country in countries]
    if not found:
        say(f"No regulator of {', '.join(sorted(countries))} is in the rules (rules/README.md says how to add one).")
        return OK
    rows = [
        (
            item.slug,
            in_language(item.name, language),
            _ABOUT[item.about],
            " ".join(item.languages),
            "; ".join(item.channels[0].where[:1]),
        )
        for item in found
    ]
    say(table(rows, ("short name", "name", "about", "languages", "where")))
    return OK


_ABOUT = {About.COMPANY: "a company", About.CALLER: "who called"}


def _languages(config: Config, asked: str | None) -> tuple[Language, str]:
    """What the household reads, and what the form is written in where it can be."""
    own = Language(asked) if asked in set(Language) else language_of(config.region, locale_in_force(os.environ))
    return own, asked or str(own)


def _regulator(regulators: Mapping[str, Regulator], slug: str) -> Regulator:
    if slug not in regulators:
        raise UsageError(f"no rule file names a regulator “{slug}” ({one_of(slug, regulators)})")
    return regulators[slug]


def _day(text: str | None) -> date | None:
    try:
        return None if text is None else date.fromisoformat(text)
    except ValueError:
        raise UsageError(f"“{text}” is no day; write it as 2026-11-22") from None


def _packed(config: Config, draft: Draft, asked: Asked) -> PackAsked:
    """What goes into the pack: the company's calls of that time and what can be proved, or the calls alone."""
    if draft.case.company is None:
        calls = frozenset(item.call.seen.call for report in draft.reports for item in report.calls)
        return PackAsked("calls", ", ".join(sorted(calls)), calls=calls)
    zone = ZoneInfo(config.time_zone)
    since, until = _midnight(asked.since, zone), _midnight(asked.until and asked.until + timedelta(days=1), zone)
    return PackAsked("company", draft.case.company.name, companies=draft.case.slugs, since=since, until=until)


def _midnight(day: date | None, zone: ZoneInfo) -> datetime | None:
    return datetime.combine(day, time(), zone) if day else None


async def _pack(config: Config, draft: Draft, wanted: PackAsked, out: Path) -> list[str]:
    """The evidence of a draft, beside it; returns what there is to say of it."""
    by, notes = who(), []
    try:
        await commanding.done(config, "seal")
    except BlockerError as error:
        notes.append(f"the ledger could not be sealed first, so that its last entries are not signed for: {error}")
    language = draft.language if draft.language in pack_texts.LANGUAGES else "en"
    async with looking.reader(config) as ledger:
        done = await packroom.pack(
            config,
            ledger,
            wanted,
            out,
            zipped=False,
            language=language,
            record=lambda fields: commanding.done(config, "pack-made", **fields, by=by),
        )
    return notes + done.notes
