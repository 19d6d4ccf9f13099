"""Reads `[statements]`, `[retention]` and `[seals]`: what is kept of whom, for how long, and who vouches for when.

Decides which of these settings there are and what holds without them. What they do is for `filing/`.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from blocker.tomlfile import Table

MAX_AUTHORITIES = 2
"""Two outside clocks bracket a time well enough; more would only be asked in vain."""

MAX_DAYS = 36_500

_URL = re.compile(r"https?://[^\s/?#@]+(/\S*)?")


@dataclass(frozen=True, slots=True)
class Statements:
    """`[statements]`."""

    keep_agent_names: bool = False
    """Whether the given name of whoever called is kept. It never leaves the house in a pack."""


@dataclass(frozen=True, slots=True)
class Retention:
    """`[retention]`: after how many days contents are erased; 0 keeps them for ever."""

    wanted_days: int = 30
    """Of calls that nobody flagged and nobody called unwanted."""
    unwanted_days: int = 1096
    """Of the others, three years, unless a case about their company is open."""


@dataclass(frozen=True, slots=True)
class Authority:
    """A time-stamping authority (RFC 3161), `[[seals.authority]]`."""

    url: str
    certificates: Path | None = None
    """PEM file with its root, and what lies between; None where its answers can't be checked here."""


@dataclass(frozen=True, slots=True)
class Seals:
    """`[seals]`: how the head of the ledger is signed and stamped."""

    every: str = "day"
    """`day`, `hour`, `week` or `never`; only where something was added since."""
    key: Path | None = None
    """A private key, or the public one of a key that an agent or a token holds; None: `keys/` in the data directory."""
    identity: str = "evidence@home"
    """Who signs, as `allowed_signers` names it."""
    authorities: tuple[Authority, ...] = ()
    """Whom to ask for time-stamps; nobody unless configured."""


EVERY = ("hour", "day", "week", "never")


def read_statements(table: Table) -> Statements:
    """`[statements]`."""
    return Statements(keep_agent_names=table.flag("keep_agent_names", default=Statements().keep_agent_names))


def read_retention(table: Table) -> Retention:
    """`[retention]`."""
    standard = Retention()
    return Retention(
        wanted_days=table.whole("wanted_days", standard.wanted_days, low=0, high=MAX_DAYS),
        unwanted_days=table.whole("unwanted_days", standard.unwanted_days, low=0, high=MAX_DAYS),
    )


def read_seals(table: Table, file_in: Callable[[Table, str], Path | None]) -> Seals:
    """`[seals]` and its `[[seals.authority]]`.

    Args:
        table: the section.
        file_in: reads a key that names a file; None where it isn't there.
    """
    standard = Seals()
    identity = table.text("identity", standard.identity)
    if not re.fullmatch(r"[A-Za-z0-9._+-]+@[A-Za-z0-9.-]+", identity):
        table.fault(f"“{identity}” names nobody", f"write it like {standard.identity}", key="identity")
    written = table.tables("authority")
    authorities = tuple(Authority(_url(one), file_in(one, "certificates")) for one in written)
    if len(written) > MAX_AUTHORITIES:
        table.fault(f"{len(written)} time-stamping authorities", f"name {MAX_AUTHORITIES} at most", key="authority")
    return Seals(
        every=table.choice("every", EVERY, standard.every),
        key=file_in(table, "key"),
        identity=identity,
        authorities=authorities,
    )


def _url(table: Table) -> str:
    url = table.text("url", required=True)
    if url and not _URL.fullmatch(url):
        table.fault(f"“{url}” is no address of an authority", "write http:// or https:// and its name", key="url")
    return url
