"""PhoneBlock's interface: what is new of its list, all of it once and then its changes; and what it says of a number.

Decides whether the whole list is asked for or what changed since the version that is here. Changes are asked for as
long as the server surely still knows them: it forgets what left the list after 90 days at the earliest. Whoever runs it
asks that the whole list be had once a month at most, and changes once a day; when the next sync is,
`core/list_schedule.py` says. What the list holds, `sources/phoneblock.py` reads.

Source: the interface's description, version 1.7.0, and its INTEGRATIONS.md.
"""

import asyncio
import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import urlencode

from blocker import __version__
from blocker.core.list_schedule import MONTH
from blocker.core.list_source import ListSource, SourceState
from blocker.core.ports import Clock
from blocker.errors import SourceError, StatusError
from blocker.fetching import Fetcher, Limits
from blocker.supplying import fetcher_for, token_of
from blocker.syncing import Supplied

GAP = timedelta(days=90)
"""After so long without a sync the server may have forgotten what left the list."""

OK, REFUSED = 200, frozenset({401, 403})

_SHORT = Limits(total_seconds=10, connect_seconds=5, silence_seconds=10, redirects=0)
_ASKS = {
    "User-Agent": f"blocker/{__version__} (call blocker for a household; asks about a caller at its owner's request)",
    "Accept": "application/json",
}
_END = 512
"""Bytes at an end of the list in which its version stands."""

_VERSION = re.compile(rb'"version"\s*:\s*([0-9]{1,18})\s*[,}]')


class PhoneBlockSupplier:
    """Supplies lists of the kind `phoneblock`; a source's origin is the address of the interface."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    async def supply(self, source: ListSource, state: SourceState, folder: Path) -> Supplied:
        """What is new since `state`; see `Supplier`."""
        token = await token_of(source)
        since, now = self._since(state), self._clock.now()
        if since is None:
            return await self._asked(source, token, folder, None)
        changes = await self._asked(source, token, folder, since)
        if int(changes.version) >= since:
            return changes
        if not _may_have_all(state, now):  # it began anew, or went back to an older copy of itself
            raise SourceError(
                f"{source.origin} is at version {changes.version}, and {since} is here already; "
                "the whole list will be asked for once a month has passed since the last time"
            )
        anew = folder / "anew"
        await asyncio.to_thread(anew.mkdir)
        return await self._asked(source, token, anew, None)

    def _since(self, state: SourceState) -> int | None:
        """The version since which changes are to be had; None where it must be the whole list."""
        if state.full_at is None or state.good_at is None:
            return None
        if not state.version.isdecimal() or not state.version.isascii():
            return None
        return int(state.version) if self._clock.now() - state.good_at <= GAP else None

    async def _asked(self, source: ListSource, token: str, folder: Path, since: int | None) -> Supplied:
        asked = "format=json" + (f"&since={since}" if since is not None else "")
        url = f"{source.origin.rstrip('/')}/blocklist?{asked}"
        try:
            had = await fetcher_for(source).get(url, folder, token=token, headers={"Accept": "application/json"})
        except StatusError as error:
            if error.status in REFUSED:
                raise _refused(source, error.status, error.retry_after) from error
            raise
        version = await asyncio.to_thread(_version_in, had.file) if had.file else None
        if version is None:
            raise SourceError(f"{source.origin}: what came is no whole list, for it says no version")
        if version == since:
            return Supplied(None, version=str(version))
        return Supplied(had.file, changes=since is not None, version=str(version), form="phoneblock")


class PhoneBlockAsk:
    """Asks the interface about a number whose sum begins in a certain way; see `core/asked.py`."""

    def __init__(self, source: ListSource) -> None:
        self._source = source

    async def __call__(self, asked: Mapping[str, str]) -> bytes:
        """The answer as it came.

        Raises:
            StatusError: the server said no.
            SourceError: there is no token, or no answer.
        """
        source, fetcher = self._source, Fetcher(_SHORT, private_addresses=self._source.allow_private)
        url = f"{source.origin.rstrip('/')}/check-prefix"
        whole, token = f"{url}?{urlencode(asked)}", await token_of(source)
        try:
            reply = await fetcher.ask("GET", whole, token=token, headers=_ASKS)
        except SourceError as error:  # what was asked stays out of the log
            raise SourceError(str(error).replace(whole, url)) from error
        if reply.status in REFUSED:
            raise _refused(source, reply.status, reply.retry_after)
        if reply.status != OK:
            raise StatusError(f"{url} answered {reply.status}", reply.status, retry_after=reply.retry_after)
        return reply.body


def _refused(source: ListSource, status: int, retry_after: int) -> StatusError:
    return StatusError(
        f"{source.slug} doesn't take the token in {source.token_file} (it answered {status}); make a new one in the "
        "settings of the account, and put it there",
        status,
        retry_after=retry_after,
    )


def _may_have_all(state: SourceState, now: datetime) -> bool:
    return state.full_at is None or now - state.full_at >= MONTH


def _version_in(file: Path) -> int | None:
    """What a list calls itself, before its numbers or behind them; None where it doesn't."""
    with file.open("rb") as stream:
        before = stream.read(_END).partition(b"[")[0]
        stream.seek(max(0, stream.seek(0, 2) - _END))
        behind = stream.read().rpartition(b"]")[2]
    found = _VERSION.search(before) or _VERSION.search(behind)
    return int(found[1]) if found else None
