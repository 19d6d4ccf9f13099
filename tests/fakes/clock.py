"""A clock that stands still until a test moves it."""

from datetime import UTC, datetime, timedelta


class StandingClock:
    """Aware, UTC, to the millisecond, as the contract wants."""

    name = "test"

    def __init__(self, instant: datetime = datetime(2026, 11, 17, 8, 12, 33, 123000, tzinfo=UTC)) -> None:
        self.instant = instant

    def now(self) -> datetime:
        return self.instant

    def pass_time(self, span: timedelta) -> None:
        self.instant += span
