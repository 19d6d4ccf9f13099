"""The time of this machine. `SystemClock` is the only place where the program asks for it."""

from datetime import UTC, datetime


class SystemClock:
    """The machine's own clock; whether it is synchronised, `doctor` looks up."""

    name = "system"

    def now(self) -> datetime:
        """The present instant: aware, UTC, to the millisecond."""
        now = datetime.now(UTC)
        return now.replace(microsecond=now.microsecond // 1000 * 1000)
