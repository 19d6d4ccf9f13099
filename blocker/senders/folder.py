"""A report put into a folder: of another disk, of a machine of the household's, of something that synchronises.

Decides that a file is there whole or not at all, and that the folder must exist: one that isn't mounted is not made.
Nothing is ever handed over here in doubt: after a crash the same files are put there again, and are the same.
"""

import asyncio
import os
import shutil
import tempfile
from pathlib import Path

from blocker.errors import SendError
from blocker.senders import HandingOver, Parcel


class FolderSender:
    """Puts the files of a report into one folder. The same files again replace themselves."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def send(self, parcel: Parcel, _: HandingOver) -> None:
        """Copy the files and make them durable."""
        if not parcel.enclosures:
            raise SendError("the report has none of the files that are to go there", lasting=True)
        try:
            await asyncio.to_thread(self._copy, parcel)
        except OSError as error:
            raise SendError(f"can't write to {self._folder}: {error.strerror or error}") from error

    def _copy(self, parcel: Parcel) -> None:
        if not self._folder.is_dir():
            raise SendError(f"there is no folder {self._folder} (is its disk there?)")
        with tempfile.TemporaryDirectory(prefix=".report-", dir=self._folder, ignore_cleanup_errors=True) as building:
            made = [Path(building, enclosure.name) for enclosure in parcel.enclosures]
            for enclosure, path in zip(parcel.enclosures, made, strict=True):
                shutil.copyfile(enclosure.path, path)
                with path.open("rb") as file:
                    os.fsync(file.fileno())
            for path in made:
                path.replace(self._folder / path.name)
