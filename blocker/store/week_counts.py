"""Counts of finished weeks, kept beside the ledger as a file for each week, so that a year needn't be read each time.

Holds neither numbers nor ids of calls, and nothing that the ledger doesn't say: whoever removes the folder loses a few
seconds. What can't be read or written is as if it weren't there. Decides nothing about what is counted.
"""

import json
import tempfile
from contextlib import suppress
from pathlib import Path

from blocker.core.counts import Cell, Cells
from blocker.core.observed import Happened, Standing
from blocker.core.week import Week

FOLDER = "week-counts"
"""The folder's name in the data directory."""

FORMAT = 1
"""Goes up whenever the same entries would be counted otherwise."""


class WeekCountsFolder:
    """The folder in a data directory."""

    def __init__(self, data_dir: Path) -> None:
        self._folder = data_dir / FOLDER

    def get(self, week: Week, fingerprint: str) -> Cells | None:
        """A week's cells, where they were kept under the same fingerprint; else None."""
        try:
            kept = json.loads((self._folder / f"{week}.json").read_bytes())
            if (kept["format"], kept["of"]) != (FORMAT, fingerprint):
                return None
            return {
                Cell(hour, line, "", Standing(standing), Happened(happened)): int(calls)
                for hour, line, standing, happened, calls in kept["cells"]
            }
        except (OSError, ValueError, TypeError, KeyError, RecursionError):
            return None

    def put(self, week: Week, fingerprint: str, cells: Cells) -> None:
        """Keep a week's cells, which name no company, in the place of those before; where there are none, no file."""
        rows = [[cell.hour, cell.line, cell.standing, cell.happened, calls] for cell, calls in sorted(cells.items())]
        text = json.dumps({"format": FORMAT, "of": fingerprint, "cells": rows}, separators=(",", ":"))
        with suppress(OSError):
            if not cells:
                (self._folder / f"{week}.json").unlink(missing_ok=True)
                return
            self._folder.mkdir(mode=0o700, exist_ok=True)
            with tempfile.NamedTemporaryFile("w", dir=self._folder, delete=False, encoding="ascii") as file:
                written = Path(file.name)
                try:
                    file.write(text)
                    file.flush()
                    written.replace(self._folder / f"{week}.json")
                except BaseException:
                    written.unlink(missing_ok=True)
                    raise
