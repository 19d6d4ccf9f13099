"""What a person asks to be erased: one call, all about a number, all about a company, or one entry.

Decides which entries that means, shows it before it is done, and says what erasing can't promise. How erasing is done,
`erasing.py` decides. The methods take and return plain values, for the control socket.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Iterable, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Protocol

from blocker.core.company import CompanyBook
from blocker.core.entry import EntryKind
from blocker.core.erasure import NEVER_ERASED
from blocker.core.household_entries import FACTS
from blocker.core.ledger_ports import Paged
from blocker.core.mention import Mention
from blocker.core.number import parse_typed
from blocker.core.pack import names
from blocker.core.retention import ABOUT_CALLS, ERASABLE, Corrections, Whole, files_alone, whole_calls
from blocker.core.spoken import Spoken
from blocker.core.typed import remark, the_company
from blocker.earlier import Calls, call_meant
from blocker.errors import UsageError
from blocker.filing.erasing import ATTACHING, Batch, Erasing, in_batches

_OF_ONE_CALL = ABOUT_CALLS - {EntryKind.STATEMENT, EntryKind.PRIVATE_NOTE}
"""Kinds of which an entry means its whole call: without it, the rest of the call would say something else."""

NO_PROMISE = (
    "backups made before still hold it",
    "so do files of yours that it was imported from; importing one again brings it back",
    "a flash memory (SD card, SSD) may keep old bytes in cells that no program reaches",
    "the telephone company has records of its own",
    "reports, dossiers, letters and complaints written to other folders, and copies of any, stay as they are",
    "the operational log names presented numbers for as long as journald keeps it (journalctl --vacuum-time=30d)",
)


Content = Mapping[str, Any]

_EVERY_KIND = frozenset(EntryKind)

_BREATH = 20
"""Entries looked through for a number between two moments in which a call can be answered."""


class Ledger(Calls, Paged, Protocol):
    """The ledger as it was at a moment."""


class Projections(Protocol):
    """What the household's file holds about a number."""

    async def listed(self, number: str) -> list[str]:
        """The lists it is on by itself, `allow` or `block`."""
        ...

    async def forget(self, number: str, *, also_listed: bool, by: str) -> list[str]:
        """Take it out; what was done, as sentences."""
        ...


@dataclass(frozen=True, slots=True)
class Asked:
    """What somebody asks for: one of these."""

    call: str | None = None
    number: str | None = None
    company: str | None = None
    entry: int | None = None


@dataclass(slots=True)
class Choice:
    """What that means."""

    what: str
    """In a few words."""
    number: str = ""
    """E.164, where it is about one."""
    batches: list[Batch] = field(default_factory=list)
    kinds: Counter[str] = field(default_factory=Counter)
    stays: list[str] = field(default_factory=list)
    """What isn't erased though it mentions it, or what else is to be known."""
    packs: list[dict[str, Any]] = field(default_factory=list)
    """`name` and `at` of those handed out that reach over one of the entries."""


class Choosing:
    """The use case."""

    def __init__(
        self,
        erasing: Erasing,
        records: Callable[[], AbstractAsyncContextManager[Ledger]],
        projections: Projections,
        *,
        flush: Callable[[], Awaitable[bool]],
        companies: Callable[[], CompanyBook],
        today: Callable[[], date],
        region: str,
        own_numbers: Collection[str],
        not_reached: Callable[[], Awaitable[list[str]]],
    ) -> None:
        """Nothing is read yet.

        Args:
            erasing: does it.
            records: the ledger.
            projections: the household's file.
            flush: writes what still waits to be recorded, such as the call of a moment ago.
            companies: those that the rules know.
            today: the household's day.
            region: ISO 3166-1 alpha-2; numbers are written as they are dialled there.
            own_numbers: the lines' own, E.164.
            not_reached: what stays in ledgers that could not go on, as sentences.
        """
        self._erasing, self._records, self._projections, self._flush = erasing, records, projections, flush
        self._companies, self._today, self._region, self._own = companies, today, region, frozenset(own_numbers)
        self._not_reached = not_reached

    async def show(self, **asked: Any) -> Any:  # noqa: ANN401
        """What would go, as JSON values; `asked` are the fields of `Asked`.

        Raises:
            UsageError: it means nothing, or something that is never erased.
            LedgerError: the ledger can't be read.
        """
        choice = await self._chosen(Asked(**asked))
        would = (await self._erasing.run(_each(choice.batches), "", dry_run=True)).as_json()
        return would | {
            "what": choice.what,
            "kinds": dict(sorted(choice.kinds.items())),
            "listed": await self._projections.listed(choice.number) if choice.number else [],
            "stays": choice.stays,
            "packs": choice.packs,
            "no_promise": [*await self._not_reached(), *NO_PROMISE],
        }

    async def erase(self, *, why: str, by: str, also_listed: bool = False, **asked: Any) -> Any:  # noqa: ANN401
        """Erase it, as far as it can be; what went, as JSON values.

        Args:
            why: the reason, which is kept: it must name no number.
            by: who asks.
            also_listed: of a number: take it off the household's lists too, so that it may ring again.
            asked: the fields of `Asked`.

        Raises:
            UsageError: as with `show`, or the reason can't be kept.
            LedgerError: the ledger can't be read or written.
            DataDirError: the household's file can't be written.
        """
        why = remark(why, "the reason (--why)", blank=False)
        wanted = Asked(**asked)
        choice = await self._chosen(wanted)
        if any(sum(c.isdigit() for c in word) > 5 for word in why.split()) or (  # noqa: PLR2004  (no number has fewer)
            choice.number and Mention(choice.number).in_text(why)
        ):
            raise UsageError("the reason (--why) is kept for good, so it can't hold a number; say it in words")
        done: list[str] = []
        if choice.number:
            done = await self._projections.forget(choice.number, also_listed=also_listed, by=by)
            choice = await self._chosen(wanted)  # with what the ledger was told of that
        erased = await self._erasing.run(_each(choice.batches), why, by or "the household")
        return erased.as_json() | {"what": choice.what, "done": done}

    async def _chosen(self, asked: Asked) -> Choice:
        await self._flush()
        async with self._records() as ledger:
            corrections = Corrections.among([(e.n, e.content) async for e in ledger.entries([EntryKind.CORRECTION])])
            if asked.call is not None:
                found = await call_meant(ledger, asked.call)
                return await self._whole(ledger, Choice(f"the call {found['call']}"), [found["call"]], {}, corrections)
            if asked.number is not None:
                return await self._of_number(ledger, asked.number, corrections)
            if asked.company is not None:
                return await self._of_company(ledger, asked.company, corrections)
            if asked.entry is not None:
                return await self._of_entry(ledger, asked.entry, corrections)
        raise UsageError("say what to erase: --due, --call, --number, --company or --entry")

    async def _of_number(self, ledger: Ledger, text: str, corrections: Corrections) -> Choice:
        number = parse_typed(text, self._region)
        if number is None:
            raise UsageError(f"“{text}” is no telephone number; write it as it is dialled at home, or with its +")
        if number.number in self._own:
            raise UsageError(f"{number.number} is a line of your own: every call to it would go (name the caller)")
        choice = Choice(f"everything about {number.number}", number.number)
        calls, others = dict[str, None](), dict[int, Content]()
        mention = Mention(number.number)
        async for entry in ledger.entries():
            if entry.n % _BREATH == 0:
                await asyncio.sleep(0)
            kind, content = entry.content["kind"], entry.content
            if not mention.in_content(content):
                continue
            if kind not in ERASABLE:
                why = NEVER_ERASED[EntryKind(kind)] if kind in NEVER_ERASED else "of a kind that isn't known here"
                choice.stays.append(f"entry {entry.n} (“{kind}”) mentions it and stays: {why}")
            elif kind in _OF_ONE_CALL:
                calls[content["call"]] = None
            else:
                others[entry.n] = content
        return await self._whole(ledger, choice, calls, others, corrections)

    async def _of_company(self, ledger: Ledger, text: str, corrections: Corrections) -> Choice:
        company = the_company(self._companies(), text, self._today(), self._region)
        spoken, others = Spoken(corrections.of), dict[int, Content]()
        async for entry in ledger.entries([EntryKind.STATEMENT, *FACTS]):
            if entry.content["kind"] == EntryKind.STATEMENT:
                spoken.take(entry.n, entry.content)
            elif entry.content.get("company") == company.slug:
                others[entry.n] = entry.content
        calls = [call for call, said in spoken.statements.items() if names(said, {company.slug})]
        choice = Choice(f"every call said to be for {company.name}, and what you recorded about it")
        return await self._whole(ledger, choice, calls, others, corrections)

    async def _of_entry(self, ledger: Ledger, n: int, corrections: Corrections) -> Choice:
        for entry in await ledger.page(_EVERY_KIND, after=n - 1, limit=1):
            kind = entry.content["kind"]
            if entry.n != n:
                break
            if kind in NEVER_ERASED:
                raise UsageError(f"entry {n}, “{kind}”, is never erased: {NEVER_ERASED[EntryKind(kind)]}")
            if kind == EntryKind.CORRECTION:
                raise UsageError(f"entry {n} takes back entry {entry.content['entry']}, and goes with it")
            if kind in _OF_ONE_CALL:
                call = entry.content["call"]
                return await self._whole(ledger, Choice(f"entry {n}: the call {call}"), [call], {}, corrections)
            choice = Choice(f"entry {n} (“{kind}”)")
            return await self._whole(ledger, choice, [], {n: entry.content}, corrections)
        raise UsageError(f"there is no entry {n}, or it was erased before")

    async def _whole(
        self,
        ledger: Ledger,
        choice: Choice,
        calls: Iterable[str],
        others: Mapping[int, Content],
        corrections: Corrections,
    ) -> Choice:
        """Everything about these calls, these other entries, and the files that only they rest on, in batches."""
        ids = list(calls)
        found = {e.n: e.content async for e in ledger.entries(ABOUT_CALLS, calls=ids)} if ids else {}
        whole = list(whole_calls(found.items(), corrections))
        in_calls = {n for one in whole for n in one.numbers}
        alone = {n: content for n, content in others.items() if n not in in_calls}
        numbers = set(corrections.with_those_of(alone)) - in_calls
        files = files_alone([(entry.n, entry.content) async for entry in ledger.entries(ATTACHING)], numbers)
        choice.batches = list(in_batches(whole))
        choice.stays += [
            f"a case about {slug} is open, and {count} of these calls may be evidence in it "
            f"(first hand them out: blocker pack --company {slug} --out DIR)"
            for slug, count in sorted(_in_cases(whole, await self._erasing.open_cases()).items())
        ]
        if every := sorted({*numbers, *files}):
            written = [content["at"] for content in alone.values()]
            choice.batches.append(Batch(every, written=written, files=sorted(set(files.values()))))
        if not choice.batches and not choice.number:
            raise UsageError(f"nothing is recorded of {choice.what.removeprefix('every ')}")
        going = {*in_calls, *every}
        contents = {**dict.fromkeys(files, _FILE), **alone, **found}
        choice.kinds = Counter(str(contents.get(n, _CORRECTION)["kind"]) for n in going)
        async for entry in ledger.entries([EntryKind.PACK_MADE]):
            if any(entry.content["first"] <= n <= entry.content["last"] for n in going):
                choice.packs.append({"name": entry.content["name"], "at": entry.content["at"]})
        return choice


def _in_cases(calls: Iterable[Whole], open_cases: Collection[str]) -> Counter[str]:
    """How many of these calls were said to be for a company about which a case is open."""
    said = (call.seen.statement for call in calls if call.seen is not None)
    return Counter(slug for one in said for slug in {one.company, one.call_centre} & set(open_cases))


_FILE: Content = {"kind": EntryKind.ATTACHMENT}
_CORRECTION: Content = {"kind": EntryKind.CORRECTION}


async def _each(batches: Iterable[Batch]) -> AsyncIterator[Batch]:
    for batch in batches:
        yield batch
