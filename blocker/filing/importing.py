"""Taking over calls that another device recorded: each once, however often and from whichever export it is brought.

Decides which of the rows that are brought become entries: not one that is in the ledger already, nor a record of the
telephone system about a call that this blocker itself saw. Which rows a file holds, its reader says (`sources/`); who
reads it and brings its rows here, `feeding.py`. The methods take and return plain values, since they are called alike
from the command line and through the control socket of a running service.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from blocker.core.attached import What
from blocker.core.call_row import CallRow, Circumstances, believable
from blocker.core.entry import EntryKind, format_time, parse_time
from blocker.core.imported import Device, call_imported, fields_of, still_counts
from blocker.core.ledger_ports import Entries, FlushedJournal
from blocker.core.local_time import parse_local
from blocker.core.number import E164, NumberPlan, Withheld, normalise
from blocker.core.ports import Clock
from blocker.core.record import Content
from blocker.core.typed import remark
from blocker.core.week import Week
from blocker.earlier import withdrawn
from blocker.errors import SourceError, UsageError
from blocker.filing.proofs import Named, Proofs

MOST_ROWS = 200
"""Rows brought at once. Making entries of them keeps calls waiting for a few milliseconds, no more."""

MOST_AT_ONCE = 50
"""Entries written in one go, so that the record of a call on hand never waits behind more."""

MARGIN = timedelta(hours=26)
"""How far a telephone system's time of a call may be off ours and the call still be found: its zone may be misread."""

MOST_SECONDS = 86_400


class Importing:
    """The owner's side of an import."""

    def __init__(
        self,
        records: Callable[[], AbstractAsyncContextManager[Entries]],
        journal: FlushedJournal,
        proofs: Proofs,
        clock: Clock,
    ) -> None:
        self._records, self._journal, self._proofs, self._clock = records, journal, proofs, clock
        self._one_at_a_time = asyncio.Lock()

    async def take(
        self,
        device: str,
        file: Mapping[str, Any],
        *,
        line: str,
        zone: str,
        rows: Sequence[Mapping[str, Any]],
        by: str = "",
        dry_run: bool = False,
    ) -> Any:  # noqa: ANN401
        """Take over the calls of some rows of a file; how many were new, there already, and seen by this blocker.

        Whether a call had been erased can't be known, since nothing is kept of it; but of which weeks calls were erased
        because a person asked is. How many of the new ones are of such weeks is told as `erased`, if any are.

        Args:
            device: a `Device`.
            file: its `name` and `sha256`.
            line: the household's name of what rang.
            zone: IANA name of the zone of the device's clock.
            rows: at most MOST_ROWS, each with its number as `row` and the fields of `core/imported.py`.
            by: who brings them.
            dry_run: only count.

        Raises:
            UsageError: more rows than are taken at once.
            LedgerWriteError: not all could be recorded; those that were stay, and bringing the rows again adds the
                rest.
        """
        if len(rows) > MOST_ROWS:
            raise UsageError(f"{len(rows)} rows at once are too many (bring {MOST_ROWS} at a time)")
        async with self._one_at_a_time:
            await self._journal.flush()
            async with self._records() as ledger:
                there = await self._there(ledger, [row["call"] for row in rows])
                seen = await self._seen_here(ledger, rows) if device == Device.ASTERISK_CDR else frozenset()
                erased = await self._erased(ledger)
            counts = {"new": 0, "there": 0, "seen": 0}
            new: list[Content] = []
            again = 0
            now = self._clock.now()
            for row in rows:
                fields = {key: value for key, value in row.items() if key != "row"}
                origin = {"name": file["name"], "sha256": file["sha256"], "row": row["row"]}
                if not seen.isdisjoint(fields["references"].values()):
                    counts["seen"] += 1
                elif fields["call"] in there:
                    counts["there"] += 1
                else:
                    there.add(fields["call"])
                    counts["new"] += 1
                    again += _week(row["began"], zone) in erased
                    new.append(
                        call_imported(now, fields, device=Device(device), file=origin, line=line, zone=zone, by=by)
                    )
            for start in range(0, 0 if dry_run else len(new), MOST_AT_ONCE):
                await self._journal.durable(*new[start : start + MOST_AT_ONCE])
        return counts | ({"erased": again} if again else {})

    async def keep(self, path: str, by: str = "") -> Any:  # noqa: ANN401
        """Keep a file of calls beside the ledger, as it is.

        Raises:
            UsageError: it isn't there, can't be read, or is too large to be kept.
            LedgerWriteError: it could not be recorded.
        """
        kept = await self._proofs.record(None, [Named(Path(path), What.IMPORT)], by)
        return kept["files"][0]

    async def add(
        self,
        at: str,
        number: str,
        *,
        line: str,
        region: str,
        zone: str,
        lasted: int | None = None,
        note: str = "",
        by: str = "",
    ) -> Any:  # noqa: ANN401
        """Record a call that a person remembers; the same again adds nothing.

        Args:
            at: local time, `2026-11-20 14:03`.
            number: as presented, as a person writes it; empty where none was, a word such as `anonymous`.
            line: the household's name of what rang.
            region: ISO 3166-1 alpha-2 of that line.
            zone: its IANA zone.
            lasted: seconds talked; None where nobody knows.
            note: what else there is to say.
            by: who remembers it.

        Raises:
            UsageError: the time is none, isn't clear, or is still to come; the number is none; the note can't be kept.
            LedgerWriteError: it could not be recorded.
        """
        note = remark(note, "the note (--note)")
        if lasted is not None and not 0 <= lasted <= MOST_SECONDS:
            raise UsageError(f"a call of {lasted} seconds? (at most {MOST_SECONDS}, a day)")
        began = self._remembered(at, ZoneInfo(zone))
        plan = NumberPlan(region)
        caller = normalise(number, None, plan)
        if number.strip() and not isinstance(caller, E164 | Withheld):
            raise UsageError(f"“{number}” is no telephone number in {region} (leave it out where none was presented)")
        identity = (format_time(began), caller.number if isinstance(caller, E164) else type(caller).__name__, line)
        disposition = "ANSWERED" if lasted else None
        row = CallRow(0, identity, began, number.strip(), disposition=disposition, seconds_talked=lasted)
        fields = fields_of(row, Device.HAND, plan)
        async with self._one_at_a_time:
            async with self._records() as ledger:
                new = not await self._there(ledger, [fields["call"]])
            if new:
                hand = Device.HAND
                entry = call_imported(
                    self._clock.now(), fields, device=hand, file=None, line=line, zone=zone, by=by, note=note
                )
                await self._journal.durable(entry)
        return {
            "call": fields["call"],
            "new": new,
            "local": began.isoformat(timespec="minutes"),
            "number": fields["presented"]["number"],
        }

    def _remembered(self, text: str, zone: ZoneInfo) -> datetime:
        if ":" not in text:
            raise UsageError(f"“{text}” has no hour; write 2026-11-20 14:03, as well as you know")
        try:
            return believable(parse_local(text, zone), Circumstances(zone, self._clock.now()))
        except SourceError as error:
            raise UsageError(f"{error} (--at)") from error

    async def _there(self, ledger: Entries, calls: Sequence[str]) -> set[str]:
        """Which of these calls the ledger has, but for what a person took back."""
        gone = await withdrawn(ledger)
        found = ledger.entries([EntryKind.CALL_IMPORTED], calls=list(calls))
        return {entry.content["call"] async for entry in found if still_counts(entry.n, entry.content, gone)}

    async def _erased(self, ledger: Entries) -> frozenset[str]:
        """The weeks of which calls were erased because a person asked; what goes by age goes again."""
        found = ledger.entries([EntryKind.ERASURE])
        return frozenset(
            [week async for entry in found if entry.content["by"] for week in entry.content.get("counts", {})]
        )

    async def _seen_here(self, ledger: Entries, rows: Sequence[Mapping[str, Any]]) -> frozenset[str]:
        """The uniqueids and linkedids of the calls that this blocker saw around the times of these rows."""
        ids: set[str] = set()
        for since, until in _spans([parse_time(row["began"]) for row in rows]):
            async for entry in ledger.entries([EntryKind.CALL_SCREENED], since=since, until=until):
                references = entry.content["references"]
                ids.update(references[key] for key in ("uniqueid", "linkedid") if references.get(key))
        return frozenset(ids)


def _week(began: str, zone: str) -> str:
    return str(Week.containing(parse_time(began), ZoneInfo(zone)))


def _spans(times: Sequence[datetime]) -> list[tuple[datetime, datetime]]:
    """The times with MARGIN around them, put together where they overlap."""
    spans: list[tuple[datetime, datetime]] = []
    for time in sorted(times):
        since, until = time - MARGIN, time + MARGIN
        if spans and since <= spans[-1][1]:
            spans[-1] = (spans[-1][0], until)
        else:
            spans.append((since, until))
    return spans
