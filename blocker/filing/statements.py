"""Keeping what a person says about a call: finding the call, joining new words to the old, naming the companies meant.

Decides what is recorded when somebody says something, or takes it back: a statement is an entry that holds as a whole,
the given name of whoever called is an entry apart, and only where the household keeps such. What a statement may hold,
`core/statement.py` says; what a mark does to the block list, `household.py`.
"""

import asyncio
from collections.abc import Callable, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple, Protocol
from zoneinfo import ZoneInfo

from blocker.core.company import CompanyBook
from blocker.core.contradiction import consent_doubt, customer_doubt, in_words
from blocker.core.corrected import correction
from blocker.core.entry import EntryKind
from blocker.core.imported import call_instant, call_time
from blocker.core.ledger_ports import FlushedJournal
from blocker.core.observed import local_time, shown_caller
from blocker.core.plain_text import one_line
from blocker.core.ports import Clock
from blocker.core.spoken import Spoken
from blocker.core.statement import AGENT, Changes, Said, after, private_note, read, said_in
from blocker.core.succession import heir
from blocker.core.typed import remark
from blocker.dossiers import read_file
from blocker.earlier import Calls, call_meant, withdrawn
from blocker.errors import FieldsError, UsageError

SAID_NAMES = {"said_company": "company", "said_call_centre": "call_centre"}
"""The names that a caller says, and where the slug of the company meant is kept."""


class Lists(Protocol):
    """What a mark does to the household's lists."""

    async def marked(self, call: str, number: str | None, mark: str, by: str) -> dict[str, Any]:
        """A call from a number was marked; says what became of the number."""
        ...

    async def unmarked(self, call: str, number: str | None, by: str) -> dict[str, Any]:
        """Its mark was taken back."""
        ...


@dataclass(frozen=True, slots=True)
class Meant:
    """What a said name means."""

    slug: str | None
    """The company; None where none is meant for sure."""
    name: str = ""
    choices: tuple[tuple[str, str], ...] = ()
    """Slug and name of those that may be meant, where none is for sure."""


class Standing(NamedTuple):
    """What was said about a call and holds now."""

    n: int
    """The statement's entry; 0 where there is none."""
    said: Said
    by: str
    at: str
    """UTC; when it was said."""
    entries: tuple[int, ...]
    """All entries of persons about the call that nobody took back, private notes among them."""
    agent: str
    """The given name that the household keeps of whoever called; empty where it keeps none."""


def meant(book: CompanyBook, said: str, on: date, region: str) -> Meant:
    """The company that a name meant on a day, in the household's country first; or those it may have been."""
    found = book.resolve(said, on, region) or book.resolve(said, on)
    if len(found) == 1:
        return Meant(found[0].company.slug, found[0].company.name)
    near = found or [one for name in book.suggest(said) for one in book.resolve(name, on)]
    return Meant(None, choices=tuple({one.company.slug: one.company.name for one in near}.items()))


async def standing(ledger: Calls, call: str) -> Standing:
    """What holds of all that was said about a call, by its whole id."""
    gone = await withdrawn(ledger)
    found = ledger.entries([EntryKind.STATEMENT, EntryKind.PRIVATE_NOTE], calls=[call])
    entries = {entry.n: entry.content async for entry in found if entry.n not in gone}
    agents = [content["agent"] for content in entries.values() if content["kind"] == EntryKind.PRIVATE_NOTE]
    kept = Standing(0, Said(), "", "", tuple(entries), (agents[-1] or "") if agents else "")
    n = Spoken.among(entries.items()).of(call).n
    if not n:
        return kept
    content = entries[n]
    return kept._replace(n=n, said=said_in(n, content), by=content["by"] or "", at=content["at"])


class Statements:
    """What persons say about calls."""

    def __init__(
        self,
        *,
        calls: Callable[[], AbstractAsyncContextManager[Calls]],
        journal: FlushedJournal,
        lists: Lists,
        companies: Callable[[], CompanyBook],
        clock: Clock,
        region: str,
        zone: ZoneInfo,
        keep_agents: bool,
    ) -> None:
        """`region` and `zone` are the household's; `keep_agents`: whether the given names of callers are kept."""
        self._calls, self._journal, self._lists, self._companies = calls, journal, lists, companies
        self._clock, self._region, self._zone, self._keep_agents = clock, region, zone, keep_agents
        self._one_at_a_time = asyncio.Lock()  # each statement stands on the one before

    async def say(self, call: str, said: Mapping[str, Any], by: str = "") -> Any:  # noqa: ANN401
        """Say something about a call; what isn't said anew stays as it was said.

        Args:
            call: its id, a beginning of it that fits one call only, or `last`.
            said: fields of `core/statement.py`, and `agent`; null takes back what was said in a field. `company` and
                `call_centre` choose one by its slug where the said name doesn't tell.
            by: who says so.

        Raises:
            UsageError: no such call, or several, or something that can't be kept as said.
            LedgerWriteError: it could not be recorded, and nothing of it is.
        """
        now = self._clock.now()
        changes = read(dict(said), now.astimezone(self._zone).date())
        async with self._one_at_a_time:
            content, before = await self._find(call)
            if call_instant(content) > now:
                raise UsageError(
                    f"this machine's clock is behind the call of {call_time(content)}: what is said now would seem to "
                    "be said before it (see: blocker doctor)"
                )
            changes, choices = self._with_companies(changes, date.fromisoformat(_local(content)[:10]))
            whole = after(before.said, changes)
            agent = changes.pop(AGENT, None)
            warnings = _unclear(changes, choices)
            if whole.voice == "silent" and (whole.said_company or whole.said_call_centre):
                warnings.append("it is said that nobody spoke, and also what the caller said; see which is right")
            warnings += await self._doubts(whole, date.fromisoformat(_local(content)[:10]))
            if not whole and before.said:
                raise UsageError("nothing would be left of what was said (to take it all back, withdraw it)")
            notes = [private_note(now, content["call"], agent=agent, by=by)] if agent and self._keep_agents else []
            if agent and not self._keep_agents:
                warnings.append("the agent's name is not kept ([statements] keep_agent_names = true would keep it)")
            new = whole != before.said or "mark" in changes
            entry = before.n
            if new and whole:
                entry = await self._journal.durable(*notes, whole.entry(now, content["call"], by))
            elif notes:
                await self._journal.durable(*notes)
        done = {
            "call": content["call"],
            "entry": entry,
            "recorded": bool((new and whole) or notes),
            "statement": whole.fields(),
            "choices": choices,
            "warnings": warnings,
        }
        return await self._follow(done, content["presented"]["number"], changes, before.said, by)

    async def mark(self, call: str, mark: str, company: str | None = None, by: str = "") -> Any:  # noqa: ANN401
        """Say what a call was, and no more; `marketing` also blocks its number, `wanted` takes such a block away.

        Args:
            call: as for `say`.
            mark: `marketing` or `wanted`.
            company: for whom the caller said to call, as said.
            by: who says so.

        Raises:
            UsageError, LedgerWriteError: as `say`.
        """
        named = {} if company is None else {"said_company": remark(company, "the company's name (--for)", blank=False)}
        return await self.say(call, {"mark": mark} | named, by)

    async def withdraw(self, call: str, why: str, by: str = "") -> Any:  # noqa: ANN401
        """Take back all that was said about a call: the entries stay, and no longer count.

        Raises:
            UsageError: no such call, nothing was said about it, or no reason is given.
            LedgerWriteError: it could not be recorded, and nothing of it is.
        """
        why = remark(why, "the reason", blank=False)
        async with self._one_at_a_time:
            content, before = await self._find(call)
            if not before.entries:
                raise UsageError(f"nothing that counts has been said about call {content['call']}")
            now = self._clock.now()
            await self._journal.durable(*(correction(now, n, why=why, by=by) for n in before.entries))
        done = {"call": content["call"], "entries": list(before.entries), "warnings": []}
        return await self._follow(done, content["presented"]["number"], {"mark": None}, before.said, by)

    async def about(self, call: str) -> Any:  # noqa: ANN401
        """A call as this house or another device recorded it, and what was said about it; JSON values.

        Raises:
            UsageError: no such call, or several.
            LedgerError: the ledger can't be read.
        """
        await self._journal.flush()
        async with self._calls() as ledger:
            return await about(ledger, call)

    async def _find(self, call: str) -> tuple[Mapping[str, Any], Standing]:
        await self._journal.flush()
        async with self._calls() as ledger:
            content = await call_meant(ledger, call)
            return content, await standing(ledger, content["call"])

    async def _doubts(self, said: Said, on: date) -> list[str]:
        """What of a statement doesn't agree with the household's file."""
        if not (said.company and (said.customer or said.consent)):
            return []
        book = self._companies()
        async with self._calls() as ledger:
            file = await read_file(ledger, book, on)
        company = heir(book, said.company, on)
        doubt = customer_doubt(said.customer, file.relation(company, on))
        doubts = [in_words(doubt) if doubt else "", consent_doubt(said.consent, company, on, file)]
        return [f"{each}; see which is right (blocker company show {said.company})" for each in doubts if each]

    def _with_companies(self, changes: Changes, on: date) -> tuple[Changes, dict[str, list[dict[str, str]]]]:
        """What is said, with the companies that names said anew mean; by field, the choice where that isn't clear."""
        book = self._companies()
        whole, choices, faults = dict(changes), {}, {}
        for said_as, key in SAID_NAMES.items():
            if slug := changes.get(key):
                found = meant(book, slug, on, self._region)
                if book.by_slug(slug) is None:
                    near = " or ".join(one for one, _ in found.choices) or found.slug
                    faults[key] = f"no rule file has a company “{slug}”" + (f" (did you mean {near}?)" if near else "")
            elif (name := changes.get(said_as)) and key not in changes:
                found = meant(book, name, on, self._region)
                whole[key] = found.slug
                if found.slug is None:
                    choices[key] = [{"company": slug, "name": name} for slug, name in found.choices]
        if faults:
            raise FieldsError(faults)
        return whole, choices

    async def _follow(
        self, done: dict[str, Any], number: str | None, changes: Changes, before: Said, by: str
    ) -> dict[str, Any]:
        """What a mark, or taking one back, does to the lists."""
        if mark := changes.get("mark"):
            lists = await self._lists.marked(done["call"], number, mark, by)
        elif "mark" in changes and before.mark == "marketing":
            lists = await self._lists.unmarked(done["call"], number, by)
        else:
            return done | {"number": number}
        return done | lists | {"number": number, "warnings": done["warnings"] + lists["warnings"]}


def _unclear(changes: Changes, choices: Mapping[str, list[dict[str, str]]]) -> list[str]:
    """Remarks about said names that the program can't tell the company of."""
    remarks = []
    for said_as, key in SAID_NAMES.items():
        if key in choices:
            near = " or ".join(one["name"] for one in choices[key])
            what = f"did you mean {near}?" if near else "no rule file names it"
            remarks.append(f"“{changes[said_as]}” is kept as said, but isn't clear to the program: {what}")
    return remarks


def _local(call: Mapping[str, Any]) -> str:
    """When a call came, at its line."""
    return local_time(call_time(call), call["offset"])


def _said_as_json(held: Standing) -> dict[str, Any] | None:
    """What was said and holds, with who said it when; None where nothing was."""
    return {"entry": held.n, "at": held.at, "by": held.by, "said": held.said.fields()} if held.n else None


async def about(ledger: Calls, call: str) -> dict[str, Any]:
    """A call and what was said about it, as JSON values.

    Raises:
        UsageError: no such call, or several.
        LedgerError: the ledger can't be read.
    """
    content = await call_meant(ledger, call)
    held = await standing(ledger, content["call"])
    number, name = shown_caller(content["presented"])
    return {
        "call": content["call"],
        "seen_by": content.get("seen_by", ""),
        "utc": call_time(content),
        "local": _local(content),
        "zone": content["zone"],
        "line": one_line(content["line"]),
        "presented": content["presented"]["kind"],
        "number": number,
        "name": name,
        "statement": _said_as_json(held),
        "agent": held.agent or None,
    }
