"""Expecting a call: a window in which calls ring, anybody's or one company's, though they would be blocked otherwise.

Decides which company a name means and how long a window may be. Whether a call falls into one, `core/rows.py` says, by
the time of the call: nothing happens here when a window is over.
"""

from collections.abc import Callable
from datetime import timedelta
from typing import Any, Protocol

from blocker.core import record
from blocker.core.company import Company, CompanyBook
from blocker.core.entry import format_time
from blocker.core.ledger_ports import Journal
from blocker.core.ports import Clock
from blocker.core.record import Content
from blocker.core.wanted import MAX_WINDOW, Wanted, Window
from blocker.errors import UsageError


class Store(Protocol):
    """Where windows are kept. Each is durable on return."""

    async def open_window(self, window: Window) -> None: ...

    async def drop_window(self, window: Window) -> None: ...


class Expecting:
    """The windows. The methods take and return plain values, for the control socket."""

    def __init__(
        self,
        *,
        store: Store,
        journal: Journal,
        clock: Clock,
        companies: Callable[[], CompanyBook],
        region: str,
        changed: Callable[[], None],
    ) -> None:
        self._store, self._journal, self._clock = store, journal, clock
        self._companies, self._region, self._changed = companies, region, changed
        self.windows: tuple[Window, ...] = ()

    def load(self, kept: Wanted) -> None:
        """Take over what was kept."""
        self.windows = kept.windows

    async def expect(self, company: str | None = None, minutes: int = 120, by: str = "") -> Any:  # noqa: ANN401
        """Open a window from now on.

        Args:
            company: whose calls are to ring, as a person names it; None for all calls.
            minutes: how long.
            by: who asked.

        Raises:
            UsageError: too long, or no such company, or one whose calls nothing would tell from others.
            LedgerWriteError: it could not be recorded, and is taken back.
        """
        length = timedelta(minutes=minutes)
        if not timedelta() < length <= MAX_WINDOW:
            raise UsageError(f"a window is at most {MAX_WINDOW.days} days long (put the number on the allow list)")
        now = self._clock.now()
        whose = self._company(company) if company else None
        window = Window(now, now + length, whose.slug if whose else None, by)
        await self._store.open_window(window)
        try:
            await self._journal.durable(_entry(window))
        except BaseException:
            await self._store.drop_window(window)
            raise
        self._replace(*(each for each in self.windows if each.holds_at(now)), window)
        return self._described(window)

    async def show(self) -> Any:  # noqa: ANN401
        """The windows that are open now."""
        now = self._clock.now()
        return [self._described(window) for window in self.windows if window.holds_at(now)]

    async def end(self, by: str = "") -> Any:  # noqa: ANN401
        """Close every window that is open; returns them as they were.

        Raises:
            LedgerWriteError: it could not be recorded; they stay open.
        """
        now = self._clock.now()
        open_now = [window for window in self.windows if window.holds_at(now)]
        if open_now:
            ended = (Window(window.since, now, window.company, by) for window in open_now)
            await self._journal.durable(*(_entry(window, at=window.until) for window in ended))
        for window in open_now:
            await self._store.drop_window(window)
        self._replace()
        return [self._described(window) for window in open_now]

    def _replace(self, *windows: Window) -> None:
        self.windows = windows
        self._changed()

    def _company(self, said: str) -> Company:
        book, today = self._companies(), self._clock.now().date()
        found = book.resolve(said, today, self._region) or book.resolve(said, today)
        if len(found) != 1:
            near = [candidate.company.name for candidate in found] or book.suggest(said)
            mend = f"did you mean {' or '.join(near)}?" if near else "leave --company out, and every call rings"
            raise UsageError(f"“{said}” is no company that the rule files know ({mend})")
        company = found[0].company
        if not company.numbers and not company.caller_names:
            raise UsageError(
                f"of {company.name} neither a number nor a caller name is known, so that its calls can't be told from "
                "others (leave --company out, and every call rings)"
            )
        return company

    def _described(self, window: Window) -> dict[str, Any]:
        company = self._companies().by_slug(window.company) if window.company else None
        return {
            "from": format_time(window.since),
            "until": format_time(window.until),
            "company": window.company,
            "name": company.name if company else window.company,
            "by": window.by,
        }


def _entry(window: Window, at: Any = None) -> Content:  # noqa: ANN401
    return record.expectation(
        at or window.since, since=window.since, until=window.until, company=window.company, by=window.by
    )
