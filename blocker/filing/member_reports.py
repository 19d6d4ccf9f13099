"""A household's report for the publisher of a list: made, signed under a pseudonym, handed over for a person to send.

Nothing is sent from here: the report is a text that the household sees whole before it gives it to anybody. Decides
which entries it rests on; what of them may be told is decided in `core/member_report.py`.
"""

from collections.abc import Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from blocker.core.ledger_ports import Entries
from blocker.core.member_report import NAMESPACE, MemberReport, reporter_of, to_tell
from blocker.core.ports import Clock
from blocker.core.signed_text import is_name, join
from blocker.core.week import Week
from blocker.errors import UsageError
from blocker.filing.naming import calls_spoken_of


class Keys(Protocol):
    """A key for one list, of which the first use makes it."""

    async def public_key(self) -> str: ...

    async def sign(self, data: bytes, namespace: str) -> str: ...

    def allowed_signers(self, namespaces: list[str]) -> str: ...


KeysOf = Callable[[str, str], Keys]
"""The key for a list, by the list's name, and as whom it signs."""


class MemberReports:
    """Makes reports."""

    def __init__(
        self,
        *,
        records: Callable[[], AbstractAsyncContextManager[Entries]],
        barred: Callable[[], Callable[[str], str]],
        keys: KeysOf,
        clock: Clock,
        zone: ZoneInfo,
        countries: Mapping[str, str],
        region: str,
        flush: Callable[[], Awaitable[object]],
    ) -> None:
        """What it works with.

        Args:
            records: the ledger, to be read.
            barred: says why a number is told to nobody, by the lists as they are now.
            keys: a key for each list.
            clock: the time.
            zone: the household's.
            countries: its lines, with the country (ISO 3166-1 alpha-2) of each.
            region: its own.
            flush: waits until what is still to be written to the ledger is.
        """
        self._records, self._barred, self._keys, self._clock = records, barred, keys, clock
        self._zone, self._countries, self._region, self._flush = zone, countries, region, flush

    async def make(self, name: str) -> dict[str, Any]:
        """A report for the list of this name.

        Returns:
            `file`, the text of the report with its signature; `line`, what its publisher needs once to know that it
            is from one of the members; `numbers`, how many it has.

        Raises:
            UsageError: no list can be called so, or a number can't be told at present.
            LedgerError: the ledger can't be read.
            SigningError: it can't be signed.
        """
        if not is_name(name):
            raise UsageError(f"no list is called “{name[:60]}”: small letters, digits and hyphens, at most 40")
        await self._flush()
        async with self._records() as ledger:
            calls = await calls_spoken_of(ledger, self._countries, self._region)
        week = Week.containing(self._clock.now(), self._zone)
        told = to_tell(calls, week, self._barred())
        reporter = reporter_of(await self._keys(name, "new@block-reports").public_key())
        keys = self._keys(name, reporter)
        report = MemberReport(name, reporter, week, told)
        signature = await keys.sign(report.text().encode(), NAMESPACE)
        return {
            "file": join(report.text(), signature).decode(),
            "line": keys.allowed_signers([NAMESPACE]),
            "reporter": reporter,
            "numbers": len(told),
        }
