"""A clock that stands still until a test moves it."""

from datetime import UTC, datetime, timedelta

from blocker.core.timekeeping import ClockState


class StandingClock:
    """Aware, UTC, to the millisecond, as the contract wants."""

    name = "test"

    def __init__(self, instant: datetime = datetime(2026, 11, 17, 8, 12, 33, 123000, tzinfo=UTC)) -> None:
        self.instant = instant
        self.kept = ClockState("kernel", synchronised=True, error_ms=12)
        self._set_by = timedelta()

    def now(self) -> datetime:
        return self.instant

    def elapsed(self) -> float:
        return (self.instant - self._set_by).timestamp()

    def state(self) -> ClockState:
        return self.kept

    def pass_time(self, span: timedelta) -> None:
        self.instant += span

    def set_by(self, span: timedelta) -> None:
        """Somebody sets the clock; no time passes."""
        self.instant += span
        self._set_by += span
