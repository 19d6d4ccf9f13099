"""A community list as its file in `rules/sources/` describes it, and what is remembered of the last time it was had.

Values only. Decides which bounds a list has to stay within; how it is fetched, read and kept is others' business.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum

from blocker.core.community import Rating
from blocker.core.provenance import Sure

FORMS = (
    *("plain-lines", "csv", "ftc", "freepbx-csv", "spamblocker"),
    *("astdb", "digit-patterns", "fritzbox", "phoneblock", "snapshot", "vcard"),
)
"""In which forms a list may be written; `bookbinding.py` knows what reads them, `docs/lists.md` describes them."""


class Kind(StrEnum):
    """How what is new of a list gets here."""

    FETCHED = "fetched"
    """One file, whole each time, from a web server or from this machine's disk."""
    PHONEBLOCK = "phoneblock"
    """The interface of PhoneBlock: whole now and then, changes in between."""
    SNAPSHOT = "snapshot"
    """Our own published form, `docs/spec/snapshot.md`."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """What a list must look like before it may replace the one before; see `guards`."""

    fewest: int = 1
    """Items; a list with fewer is taken for a fault."""
    most: int = 10_000_000
    shrink_percent: int = 50
    """It may lose this part of its items at once, 0 to 100."""
    grow_percent: int = 200
    """It may gain this much of them at once; 100 is twice as many."""
    must_list: tuple[str, ...] = ()
    """Canaries: E.164 numbers that are in the list as long as it is what it says."""
    must_not_list: tuple[str, ...] = ()
    """E.164 numbers that no honest list holds, such as a help line."""


@dataclass(frozen=True, slots=True)
class ListSource:
    """One list that may be subscribed to."""

    slug: str
    name: str
    origin: str
    """An `http` or `https` URL, or an absolute path on this machine."""
    form: str
    """In which form it is written: a name that `bookbinding.FORMS` knows."""
    kind: Kind = Kind.FETCHED
    region: str = ""
    """ISO 3166-1 alpha-2 of the country whose national numbers it means; empty for the household's own."""
    licence: str = ""
    """As its publisher names it; empty where nobody said."""
    refresh: timedelta = timedelta(days=1)
    lives: timedelta = timedelta(days=60)
    """So long after the list was last had, what it says still counts; after that it only annotates."""
    max_bytes: int = 256 * 1024 * 1024
    """Of the list as it is unpacked."""
    bounds: Bounds = Bounds()
    columns: Mapping[str, str] = field(default_factory=dict)
    """What the columns of a table are for."""
    own_votes: Mapping[Rating, int] = field(default_factory=dict)
    """From how many votes a rating counts at least, as the list's own file says."""
    needs_token: bool = False
    on: bool = False
    """Whether it is used by those who say nothing about it. None is, unless it asks for nothing and costs nothing."""
    complain_to: str = ""
    """Where somebody whose number is listed wrongly can say so."""
    sure: Sure = Sure.UNVERIFIED
    checked: date | None = None
    # What the household's configuration adds, `[sources.SLUG]`:
    token_file: str = ""
    """Path of a file that holds the token, readable by its owner alone."""
    allow_private: bool = False
    """Whether it may lie in one's own network."""
    votes: Mapping[Rating, int] = field(default_factory=dict)
    """From how many votes a rating of this list counts, whatever `own_votes` and `[community.votes]` say."""
    signers: str = ""
    """Path of an `allowed_signers` file (ssh-keygen(1)) of those whose signature a snapshot must bear."""


@dataclass(frozen=True, slots=True)
class SourceState:
    """What is remembered of a source from one sync to the next. All instants are aware, UTC."""

    tried_at: datetime | None = None
    good_at: datetime | None = None
    """When it was last had, or asked and found unchanged."""
    full_at: datetime | None = None
    """When it was last had as a whole."""
    next_at: datetime | None = None
    version: str = ""
    """What the publisher calls the state of the list that was last had."""
    etag: str = ""
    last_modified: str = ""
    """Both as the server said them."""
    entries: int = 0
    sha256: str = ""
    """Of the numbers that were made of it (hex): whether the book in use is the one that all this is about."""
    described: str = ""
    """Of the source as it was then, see `digest_of`."""
    error: str = ""
    """Why the last try failed; empty where it didn't."""
    failing_since: datetime | None = None

    @property
    def stale(self) -> bool:
        """Whether it could not be brought up to date when it should have been."""
        return self.failing_since is not None


def digest_of(source: ListSource) -> str:
    """What tells apart where a list comes from and how it is read (hex): after a change it has to be had anew."""
    said = (source.origin, source.form, source.region, *sorted(map(str, source.columns.items())))
    return hashlib.sha256("\n".join(said).encode(errors="surrogateescape")).hexdigest()[:16]
