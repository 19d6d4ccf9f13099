"""Supplies lists that are one file, whole each time, from a web server or this machine's disk; and reads their tokens.

Decides what is shown to the server of what was had before. How it is asked is `fetching.py`'s business.
"""

import asyncio
from pathlib import Path

from blocker.core.list_source import ListSource, SourceState
from blocker.errors import SourceError
from blocker.fetching import DEFAULT_LIMITS, Fetcher, Limits
from blocker.syncing import Supplied
from blocker.token_file import read_token


def fetcher_for(source: ListSource) -> Fetcher:
    """What may ask for a list."""
    standard = DEFAULT_LIMITS
    limits = Limits(
        source.max_bytes,
        *(standard.total_seconds, standard.connect_seconds, standard.silence_seconds, standard.redirects),
    )
    return Fetcher(limits, private_addresses=source.allow_private)


class FileSupplier:
    """Asks for the file, unless it is the one that was had before."""

    async def supply(self, source: ListSource, state: SourceState, folder: Path) -> Supplied:
        """The file, in `folder` or where it lies; see `Supplier`."""
        had = await fetcher_for(source).get(
            source.origin, folder, token=await token_of(source), etag=state.etag, last_modified=state.last_modified
        )
        return Supplied(had.file, etag=had.etag, last_modified=had.last_modified)


async def token_of(source: ListSource) -> str:
    """The token that the household has for a list; empty where none is needed.

    Raises:
        SourceError: there is none, or others than its owner may read it.
    """
    if not source.token_file:
        if source.needs_token:
            mend = f"write it into a file and name that as token_file in [sources.{source.slug}]"
            raise SourceError(f"the list {source.slug} wants a token ({mend})")
        return ""
    return await asyncio.to_thread(read_token, Path(source.token_file))
