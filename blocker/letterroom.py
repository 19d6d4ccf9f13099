"""The composition root of letters: gives `filing/drafting.py` and the page what they work with, for a command.

Decides in which language a letter is, and in which forms it is kept. Changes nothing in the ledger: that a letter went
out, the owner of the data is told by a command of its own.
"""

import asyncio
import dataclasses
import os
from collections.abc import Sequence
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import NamedTuple
from zoneinfo import ZoneInfo

from blocker import looking
from blocker.clock import SystemClock
from blocker.config import Config
from blocker.core.attached import What
from blocker.core.company import Company, CompanyBook
from blocker.core.company_calls import CompanyCall
from blocker.core.company_name import fold
from blocker.core.dossier import dossier
from blocker.core.entry import EntryKind, format_time
from blocker.core.followups import NEXT_STEPS, followups
from blocker.core.imported import call_instant
from blocker.core.letter import Identity, Letter, Listed
from blocker.core.observed import shown_caller
from blocker.core.succession import one_by_now
from blocker.core.typed import the_company
from blocker.dossiers import read_attached
from blocker.earlier import call_meant
from blocker.errors import PaperError, UsageError
from blocker.filing.drafting import Known, Wish, draft, identity, law_of_identity
from blocker.filing.naming import calls_naming
from blocker.filing.simulated import made_up, made_up_entries
from blocker.holidays_of import calendar_over
from blocker.language import Language, Words, language_of
from blocker.locality import locale_in_force
from blocker.outfolder import hand_out
from blocker.pages.followup_words import Told, told
from blocker.pages.letter_page import letter_page
from blocker.renderers.html import render_html
from blocker.renderers.ics import Event, render_ics
from blocker.renderers.pdf import render_pdf
from blocker.renderers.text import render_text
from blocker.rulebook import RuleBook
from blocker.store import ledger_db
from blocker.store.letter_files import Draft, LetterFiles

_BESIDE_THE_LETTER = ("+", "the register number", "the name ")
"""Facts of the rules that no letter rests on, as their checks begin."""


class Made(NamedTuple):
    """A letter that was made."""

    name: str
    letter: Letter
    language: Language
    files: list[Path]
    notes: list[str]


async def to_company(config: Config, wish: Wish, said: str, *, language: Language | None, out: Path) -> Made:
    """Make a letter to a company.

    Args:
        config: the configuration.
        wish: what it is to be.
        said: the company's name, as a person typed it.
        language: None for the company's own.
        out: the folder to put it into, besides where it is kept.

    Raises:
        BlockerError: there is none; the message says why.
    """
    rules, fault = looking.rules_of(config)
    known = await _known(config, rules)
    company = the_company(rules.companies, said, known.today, config.region)
    calls, made_up = await _calls(config, rules.companies, company, known.today)
    letter = dataclasses.replace(draft(wish, company, calls, known), simulated=made_up)
    notes = [fault] if fault else []
    if gone := next((one for one in rules.companies if one.ending and fold(said) in {fold(one.name), one.slug}), None):
        notes.append(f"{gone.name} went into {company.name}: the letter goes there")
    checks = dossier(company, rules.companies, known.today)["check_first"]
    notes += [f"look up before you send it: {what}" for what in checks if not what.startswith(_BESIDE_THE_LETTER)]
    notes += _of_its_address(letter, company)
    notes += [f"look up before you send it: {item.text}" for item in letter.law if item.check]
    return await _made(
        config, letter, company.slug, language or _language(config, company.country), out=out, notes=notes
    )


async def to_provider(
    config: Config, wish: Wish, said: str, ids: Sequence[str], *, language: Language | None, out: Path
) -> Made:
    """Make a request to the own provider about calls without a number, named by their ids; raises as `to_company`."""
    law_of_identity(config.region)
    rules, _ = looking.rules_of(config)
    known = await _known(config, rules)
    found = rules.companies.resolve(said, known.today, config.region)
    company = found[0].company if len(found) == 1 else None
    calls, notes, whole = list[Listed](), list[str](), list[str]()
    numbers = dict(known.numbers) | {item.line: item.number for item in known.file.holders if item.number}
    async with looking.reader(config) as ledger:
        for each in ids:
            content = await call_meant(ledger, each)
            whole.append(content["call"])
            at = call_instant(content).astimezone(ZoneInfo(content["zone"]))
            number = numbers.get(content["line"], "") or content["called"]
            exact = content["kind"] == EntryKind.CALL_SCREENED
            calls.append(Listed(at, number, shown_caller(content["presented"])[0], exact))
            if not exact:
                notes.append(f"the call of {at:%Y-%m-%d %H:%M} wasn't recorded here: see that its time is right")
            if content["presented"]["kind"] == "unavailable" and config.region == Identity.NL:
                notes.append(
                    f"of the call of {at:%Y-%m-%d %H:%M} the network gave no number: it may not have been withheld"
                )
        screened = [entry.n async for entry in ledger.entries([EntryKind.CALL_SCREENED], calls=whole)]
        simulated = await made_up_entries(ledger, screened)
    letter = dataclasses.replace(identity(wish, said, company, calls, known), simulated=simulated)
    notes += _of_its_address(letter, company)
    slug = company.slug if company else ""
    return await _made(config, letter, slug, language or _language(config, config.region), out=out, notes=notes)


def _of_its_address(letter: Letter, company: Company | None) -> list[str]:
    """What the rules note of the address that a letter goes to: an old one, an incomplete one, the parent's."""
    post, data = (company.post, company.data_protection) if company else (None, None)
    known = {post.lines: post.note} if post else {}
    known |= dict.fromkeys((data.post, (data.email,), (data.form,)), data.note) if data else {}
    note = known.get(letter.to)
    return [f"look up before you send it: the address ({note.removesuffix('.')})"] if note else []


async def due(config: Config, words: Words) -> list[Told]:
    """The days to come that follow from what the household has said, and past ones on which a step is still open.

    Raises:
        LedgerError: the ledger can't be read.
    """
    rules, _ = looking.rules_of(config)
    book = rules.companies

    def country_of(slug: str) -> str:
        company = book.by_slug(slug)
        return company.country if company else config.region

    def name_of(slug: str) -> str:
        company = book.by_slug(slug)
        return company.name if company else slug

    today = _today(config)
    file = await looking.household_file(config, book, today)
    items = followups(file, rules.laws, calendar_over, country=config.region, country_of=country_of)
    open_ones = [item for item in items if item.on >= today or item.due in NEXT_STEPS]
    return told(open_ones, words, name_of, rules.laws.registers, today=today)


def calendar_of(days: Sequence[Told], stamp: datetime) -> bytes:
    """Follow-ups as a calendar file; `stamp` as `render_ics` wants it."""
    return render_ics(
        (
            Event(
                "\n".join(map(str, (day.item.due, day.item.company, day.item.what, day.item.line, day.item.since))),
                day.item.on,
                day.title,
                day.text + (f"\n{day.command}" if day.command else ""),
            )
            for day in days
        ),
        stamp,
    )


def midnight(config: Config) -> datetime:
    """The beginning of the household's day, as far as a calendar is concerned that is made out of the blue."""
    return datetime.combine(_today(config), time(), UTC)


def _today(config: Config) -> date:
    return SystemClock().now().astimezone(ZoneInfo(config.time_zone)).date()


def _language(config: Config, country: str) -> Language:
    """Of a country; in the household's own one it is for the household to choose where there are several."""
    return language_of(country, locale_in_force(os.environ) if country == config.region == "BE" else "")


async def _known(config: Config, rules: RuleBook) -> Known:
    setting, today = looking.setting_of(config), _today(config)
    lines = setting.lines or (setting.home,)
    return Known(
        file=await looking.household_file(config, rules.companies, today),
        numbers={line.name: line.number for line in lines},
        laws=rules.laws,
        calendar=calendar_over,
        country=config.region,
        today=today,
    )


def _has_ledger(config: Config) -> bool:
    return (config.data_dir / ledger_db.FILE).exists()


async def _calls(config: Config, book: CompanyBook, company: Company, today: date) -> tuple[list[CompanyCall], bool]:
    """The calls that were for a company, and whether a demonstration made them up."""
    if not _has_ledger(config):
        return [], False
    slugs = one_by_now(book, [company.slug], today)
    async with looking.reader(config) as ledger:
        calls = await calls_naming(ledger, slugs, looking.countries_of(looking.setting_of(config)), config.region)
        return calls, await made_up(ledger, calls)


async def _sent_names(config: Config) -> set[str]:
    if not _has_ledger(config):
        return set()
    async with looking.reader(config) as ledger:
        files = await read_attached(ledger)
    return {Path(item.file.name).stem for item in files.values() if item.what is What.LETTER}


async def _made(config: Config, letter: Letter, slug: str, language: Language, *, out: Path, notes: list[str]) -> Made:
    """Put a letter into its forms, keep it, and hand it out."""
    page = letter_page(letter, Words(language))
    kept = LetterFiles(config.data_dir)
    text = render_text(page)
    about = Draft(
        kind=str(letter.kind),
        company=slug,
        name=letter.company,
        to=", ".join(letter.to),
        how=str(letter.by),
        made=str(letter.day),
        file="",
        text=text,
        calls=[format_time(call.at) for call in letter.calls],
        holder=letter.holder,
    )
    replaced = kept.same(about)
    wanted = f"{letter.day}-{slug or 'provider'}-{letter.kind}"
    name = replaced or kept.free_name(wanted, await _sent_names(config))
    forms = {f"{name}.txt": text.encode()}
    try:
        forms = {f"{name}.pdf": await render_pdf(page)} | forms
    except PaperError as error:
        forms = {f"{name}.html": render_html(page)} | forms
        notes.append(str(error))
    if not letter.address and letter.by == "post":
        notes.append("add your address by hand, or make it anew with --address 'STREET 1, 1000 TOWN'")
    _refuse_if_there(out, forms, kept.forms(name))
    if replaced:
        notes.append(f"it takes the place of the letter {name} that was made before and not sent")
    await asyncio.to_thread(hand_out, out, forms)
    kept.keep(name, dataclasses.replace(about, file=next(iter(forms))), forms)
    return Made(name, letter, language, [out / form for form in forms], notes)


def _refuse_if_there(out: Path, forms: dict[str, bytes], before: dict[str, bytes]) -> None:
    """A file of the letter that is replaced gives way, as long as nobody changed it."""
    if out.exists() and not out.is_dir():
        raise UsageError(f"{out} is a file; name a folder with --out")
    for form in forms:
        if (out / form).exists() and (out / form).read_bytes() != before.get(form):
            raise UsageError(f"{out / form} is there already, and isn't written over (name another folder with --out)")
