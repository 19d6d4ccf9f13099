"""What a household can show about itself, item by item, as dated values.

Each may have `proofs`, the sums of the files that show it, and `n`, the number of the entry that says it; 0 where none
does. Decides what makes two of them the same. What follows from them, `household_file.py` decides.
"""

from dataclasses import dataclass, field
from datetime import date, datetime

EVERYBODY = "*"
"""In `never_consented_to`: whoever they are."""

When = date | datetime
"""An aware instant, or a day at the line where no hour is known."""


@dataclass(frozen=True, slots=True)
class Holder:
    """Who holds a line, which two lines of one house may differ in."""

    line: str
    holder: str
    number: str = ""
    """E.164; empty where it isn't said."""
    since: date | None = None
    until: date | None = None
    """Last day; None while it lasts."""
    proofs: tuple[str, ...] = ()
    n: int = field(default=0, compare=False)

    @property
    def span(self) -> tuple[date, date]:
        return self.since or date.min, self.until or date.max


@dataclass(frozen=True, slots=True)
class Registration:
    """A line's place on an official do-not-call register."""

    register: str
    """Its name in the law files, such as `be-dncm`."""
    on: date
    until: date | None = None
    """Last day; None while it lasts."""
    line: str = ""
    """The household's name of the line; empty for all of them."""
    proofs: tuple[str, ...] = ()
    n: int = field(default=0, compare=False)

    @property
    def span(self) -> tuple[date, date]:
        return self.on, self.until or date.max


@dataclass(frozen=True, slots=True)
class Objection:
    """The household's “no more” to a company."""

    company: str
    when: When
    in_call: bool = False
    """Said to the caller during a call."""
    how: str = ""
    """The way in which it was made, such as `post`; empty where the household doesn't say."""
    to: str = ""
    """Whom it was sent to; empty where that isn't said, as are the texts below."""
    text: str = ""
    delivered: date | None = None
    answered: date | None = None
    answer: str = ""
    proofs: tuple[str, ...] = ()
    n: int = field(default=0, compare=False)

    @property
    def key(self) -> tuple[str, When, str]:
        """What makes it the same objection, whatever else is said of it."""
        return self.company, self.when, self.how


@dataclass(frozen=True, slots=True)
class Request:
    """Something that the household asked a company, or its own provider, in writing."""

    company: str
    """Slug; empty where the rules don't know whom it was sent to."""
    when: date
    asks: str
    """An `Asks` of `household_facts.py`."""
    how: str = ""
    to: str = ""
    text: str = ""
    delivered: date | None = None
    answered: date | None = None
    answer: str = ""
    proofs: tuple[str, ...] = ()
    n: int = field(default=0, compare=False)

    @property
    def key(self) -> tuple[str, date, str, str]:
        """What makes it the same request, whatever else is said of it."""
        return self.company, self.when, self.asks, self.how


@dataclass(frozen=True, slots=True)
class Contract:
    """A time as a company's customer."""

    company: str
    since: date | None = None
    until: date | None = None
    """Last day; None while it runs."""
    proofs: tuple[str, ...] = ()
    n: int = field(default=0, compare=False)

    @property
    def span(self) -> tuple[date, date]:
        return self.since or date.min, self.until or date.max


@dataclass(frozen=True, slots=True)
class Consent:
    """A permission to be called for marketing, given or renewed."""

    company: str
    when: When
    until: date | None = None
    """Last day, where it was withdrawn or given for a time."""
    proofs: tuple[str, ...] = ()
    n: int = field(default=0, compare=False)

    @property
    def key(self) -> tuple[str, When]:
        """What makes it the same consent."""
        return self.company, self.when


@dataclass(frozen=True, slots=True)
class AgreedTime:
    """A call at this time was asked for."""

    company: str
    since: datetime
    until: datetime
    n: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class OpenCase:
    """A complaint or a lawsuit about a company that isn't over: until it is, nothing about it goes."""

    company: str
    on: date
    """When it was opened."""
    where: str = ""
    """The authority or court; empty where it isn't said."""
    n: int = field(default=0, compare=False)
