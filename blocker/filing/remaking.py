"""Reports of weeks of which something was erased: made anew, so that they tell no more than the ledger does.

Decides by what lies there: a report older than the last erasure in its week is made anew; where that fails, it goes,
since it would still tell what was erased. How a report is made is its maker's business.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path

from blocker.core.week import Week
from blocker.errors import BlockerError
from blocker.reporting import is_page


class Remaking:
    """The weekly reports in their folder, each in one of its own, such as `2026-W47`."""

    def __init__(self, folder: Path, files: Sequence[str], make: Callable[[Week, Path], Awaitable[None]]) -> None:
        """`files` are those of a report, the one that is put in place last at the end."""
        self._folder, self._files, self._make = folder, files, make

    async def __call__(self, weeks: Mapping[str, datetime]) -> list[str]:
        """Make anew the reports of these weeks that are older than the instant of each; what failed, as sentences."""
        failures = []
        for week, erased_at in sorted(weeks.items()):
            folder = self._folder / week
            try:
                if (folder / self._files[-1]).stat().st_mtime > erased_at.timestamp():
                    continue
            except (FileNotFoundError, NotADirectoryError):
                continue
            try:
                await self._make(Week.parse(week), folder)
            except (BlockerError, OSError, TimeoutError) as error:
                pages = [path.name for path in folder.iterdir() if is_page(path.name)]
                for name in (*reversed(self._files), *pages):
                    (folder / name).unlink(missing_ok=True)
                failures.append(
                    f"the report of {week} told of what was erased; it couldn't be made anew, and went: {error}"
                )
        return failures
