"""A copy of a database in use: one moment of it, whole, without the unused space in which erased things may lie.

Decides how the copy is made; where it goes and what it is for, whoever asks decides (`evidence/backup.py`).
"""

import os
from pathlib import Path

from blocker.store.database import Schema, foreign_errors, open_database


async def copy_database(source: Path, schema: Schema, target: Path) -> None:
    """Copy a file that others may be writing to; on return the copy is on the disk. `target`, absolute, is new.

    While it is made, SQLite's log of the source can't be emptied, but everybody reads and writes on.

    Raises:
        BlockerError: as `open_database`; also where the copy can't be written, for instance on a full disk.
    """
    database = await open_database(source, schema, read_only=True)
    try:
        with foreign_errors(target, schema):
            await database.execute_fetchall("VACUUM INTO ?", [str(target)])
            descriptor = os.open(target, os.O_RDONLY | os.O_CLOEXEC)
            try:
                os.fsync(descriptor)
            finally:
                os.close(descriptor)
    finally:
        await database.close()
