"""`blocker pack`: a part of the evidence as a folder of files, for somebody who checks it without this program."""

import argparse
from datetime import date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from blocker import commanding, looking, packroom
from blocker.clock import SystemClock
from blocker.commands import OK, say, warn, warn_left_out, who
from blocker.config import Config
from blocker.core.succession import one_by_now
from blocker.core.typed import the_company
from blocker.core.week import Week
from blocker.earlier import call_meant
from blocker.errors import BlockerError, UsageError
from blocker.evidence.reading import LedgerReader
from blocker.filing.packing import Asked
from blocker.renderers.pack_texts import LANGUAGES


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Describe the command."""
    parser = commands.add_parser(
        "pack",
        help="hand out a part of the evidence as files that anybody can check",
        description="Write a pack: every link of a stretch of the ledger, the contents that concern a week, a company "
        "or some calls, proofs, signature and time-stamps, and how to check it all without this program. Contents "
        "about anybody else stay here. That a pack was made is recorded.",
    )
    about = parser.add_mutually_exclusive_group(required=True)
    about.add_argument("--week", help="the unwanted, suspected and marked calls of a week, such as 2026-W47")
    about.add_argument(
        "--company", help="the calls of which a person said that the caller called for this company, or worked for it"
    )
    about.add_argument("--calls", metavar="ID,ID,…", help="these calls, by their ids as `blocker calls` shows them")
    parser.add_argument("--since", metavar="DAY", help="with --company: only calls from this day on")
    parser.add_argument("--until", metavar="DAY", help="with --company: only calls until this day, itself included")
    parser.add_argument("--out", type=Path, required=True, help="the folder to make, or with --zip the file")
    parser.add_argument("--zip", action="store_true", help="one zip file instead of a folder")
    parser.add_argument(
        "--lang", choices=LANGUAGES, default="en", help="the language of SUMMARY.txt (default: %(default)s)"
    )
    parser.set_defaults(run=run)


async def run(config: Config, arguments: argparse.Namespace) -> int:
    """Make a pack."""
    by, notes = who(), []
    out: Path = arguments.out
    if arguments.zip and out.suffix != ".zip":
        out = out.with_name(f"{out.name}.zip")
    if out.suffix == ".zip" and not arguments.zip:
        raise UsageError(f"{out}: without --zip a pack is a folder (add --zip, or name a folder)")
    async with looking.reader(config) as reader:
        asked = await _asked(config, reader, arguments)
        await packroom.refuse_in_vain(reader, asked, out, zipped=arguments.zip)
    try:
        await commanding.done(config, "seal")
    except BlockerError as error:
        notes.append(f"the ledger could not be sealed first, so that its last entries are not signed for: {error}")
    async with looking.reader(config) as reader:
        done = await packroom.pack(
            config,
            reader,
            asked,
            out,
            zipped=arguments.zip,
            language=arguments.lang,
            record=lambda fields: commanding.done(config, "pack-made", **fields, by=by),
        )
    facts = done.made.facts
    calls = "1 call" if len(facts.calls) == 1 else f"{len(facts.calls)} calls"
    say(f"The pack lies in {out}: {calls}, {facts.contents} contents, links {facts.first} to {facts.last}.")
    say(f"The sum of its MANIFEST is {done.made.manifest}")
    if facts.left_out:
        notes.append(f"calls left out because they were marked as wanted: {facts.left_out}")
    if facts.missing:
        notes.append(f"proofs that are no longer kept: {', '.join(facts.missing)}")
    warn(notes + done.notes)
    await warn_left_out(config)
    return OK


async def _asked(config: Config, reader: LedgerReader, arguments: argparse.Namespace) -> Asked:
    """What was asked for.

    Raises:
        UsageError: it makes no sense, or names no week, company or call.
    """
    zone = ZoneInfo(config.time_zone)
    if (arguments.since or arguments.until) and not arguments.company:
        raise UsageError("--since and --until go with --company; a week and calls have their time")
    if arguments.week:
        week = Week.parse(arguments.week)
        start, end = week.bounds(zone)
        return Asked("week", str(week), since=start, until=end)
    if arguments.calls:
        texts = [text for text in arguments.calls.split(",") if text.strip()]
        ids = [(await call_meant(reader, text))["call"] for text in texts]
        if not ids:
            raise UsageError("--calls names no call (write --calls ID,ID as `blocker calls` shows them)")
        return Asked("calls", ", ".join(dict.fromkeys(ids)), calls=frozenset(ids))
    rules, fault = looking.rules_of(config)
    if fault:
        warn([fault])
    today = SystemClock().now().astimezone(zone).date()
    company = the_company(rules.companies, arguments.company, today, config.region)
    since, until = _midnight(arguments.since, zone), _midnight(arguments.until, zone, days=1)
    if since and until and since >= until:
        raise UsageError(f"{arguments.until} is before {arguments.since}, so that no call lies between them")
    slugs = one_by_now(rules.companies, [company.slug], today)
    return Asked("company", company.name, companies=slugs, since=since, until=until)


def _midnight(text: str | None, zone: ZoneInfo, *, days: int = 0) -> datetime | None:
    """The first instant of a day, or of one some days later."""
    if text is None:
        return None
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise UsageError(f"“{text}” is no day; write it as 2026-11-22") from None
    return datetime.combine(day + timedelta(days=days), time(), zone)
