"""To whom a household can complain, and what each of their forms asks: as values, read from `rules/regulators/`.

Decides which things a form can ask that this program knows the answer to (`Fill`). Which calls a complaint may be about
and what is written into its fields, `complaint.py` decides. Holds no regulator itself.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from blocker.core.languages import Texts
from blocker.core.provenance import Source, Sure


class Weight(StrEnum):
    """What hangs on a field."""

    DECISIVE = "decisive"
    """Without it the complaint comes to nothing."""
    ASKED = "asked"
    USEFUL = "useful"


class Fill(StrEnum):
    """What answers a field."""

    TIMES = "times"
    """Day, time with its offset from UTC, and presented number of each call."""
    FIVE_DATES = "five-dates"
    """The days of the last five calls, each in a field of its own."""
    PERIOD = "period"
    """The days of the first and the last call."""
    RHYTHM = "rhythm"
    """The most calls in a day, and in seven."""
    DAYS_AND_HOURS = "days-and-hours"
    """How many calls on which kind of day, at which hours."""
    NUMBERS = "numbers"
    """The numbers presented, or that none was."""
    LINE = "line"
    """The lines called and who holds them."""
    HOLDER_PROOF = "holder-proof"
    COMPANY = "company"
    COMPANY_REGISTER = "company-register"
    """The company's register number and address."""
    CALL_CENTRE = "call-centre"
    """Whom the callers said that they worked for."""
    PRODUCT = "product"
    CUSTOMER = "customer"
    CONSENT = "consent"
    OBJECTED = "objected"
    REGISTERED = "registered"
    """Since when the lines are on the register that the regulator asks about."""
    REGISTER_PROOF = "register-proof"
    VOICE = "voice"
    """How many calls were with a person, recorded, or silent."""
    ANSWERED = "answered"
    EARLIER = "earlier"
    """How many calls there were in all, the first and the last."""
    ACCOUNT = "account"
    """The free text, made by the file's template."""
    PROOFS = "proofs"
    """The pack, and the files that prove what is said."""
    YOURSELF = "yourself"
    """What only the household can write: its address, a password, a signature."""
    FIXED = "fixed"
    """An answer that the file gives."""


class About(StrEnum):
    """Of whom a complaint is."""

    COMPANY = "company"
    """The company that the callers called for; one complaint for each."""
    CALLER = "caller"
    """Whoever it was that called: the household asks who holds the line."""


class Numbers(StrEnum):
    """Which presented numbers a regulator can do something with."""

    ANY = "any"
    NATIONAL = "national"
    """Only those of its own country."""
    NOT_FOREIGN = "not-foreign"
    """Those of its own country, and calls without a number."""
    NONE = "none"
    """Only calls that presented none."""


class ChannelKind(StrEnum):
    """A way to hand a complaint in."""

    WEB = "web"
    POST = "post"
    E_MAIL = "e-mail"
    PHONE = "phone"
    PROVIDER = "provider"
    """The household's own telephone company, which it knows."""


@dataclass(frozen=True, slots=True)
class Channel:
    """Where a complaint goes."""

    kind: ChannelKind
    where: tuple[str, ...]
    """Lines of an address, or one web or e-mail address or number; empty for the own provider."""
    source: Source
    sure: Sure
    letter: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """By language, the address as it stands on a letter, where `where` names it in several at once."""

    def on_a_letter(self, language: str) -> tuple[str, ...]:
        """The address as it stands on a letter in a language."""
        return self.letter.get(language) or self.where


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of report that a form tells apart, such as by violation."""

    id: str
    label: Texts
    points_to: frozenset[str] = frozenset()
    """Calls that point to one of these provisions support it; where none is named, `least_calls` does."""
    least_calls: int = 0
    """So many calls within `within_days` support it."""
    within_days: int = 0
    source: Source | None = None
    """Where the form's own words were read; None: the label is this program's, and says so."""


@dataclass(frozen=True, slots=True)
class Field:
    """One question of a form."""

    id: str
    label: Texts
    fill: Fill
    weight: Weight
    source: Source | None
    """Where the form's own words were read; None: the label is this program's, and says so."""
    answer: Texts
    """For FIXED."""
    note: Texts
    """What the household has to do or mind here."""
    kinds: frozenset[str] = frozenset()
    """The kinds of report that ask it; empty for all."""


@dataclass(frozen=True, slots=True)
class Takes:
    """Which calls a regulator takes."""

    points_to: frozenset[str] = frozenset()
    """Only calls that point to one of these provisions; empty for any marketing call."""
    numbers: Numbers = Numbers.ANY
    answered: bool = False
    """Only calls that were answered."""
    after_register: bool = False
    """Only calls to a registered line after the register's waiting time."""
    one_number: bool = False
    """Only calls that presented one and the same number."""
    each_number: bool = False
    """One report for each presented number, and one for the calls that presented none."""
    most_calls: int = 0
    """At most so many in one complaint, the latest ones; 0 for any number."""
    first_write_months: int = 0
    """The company must have been written to, and have had so many months for an answer."""


@dataclass(frozen=True, slots=True)
class Caution:
    """What a household must know before it complains."""

    text: Texts
    source: Source


@dataclass(frozen=True, slots=True)
class Regulator:
    """One form of one authority."""

    slug: str
    country: str
    """ISO 3166-1 alpha-2: calls to lines there are its business."""
    name: Texts
    languages: tuple[str, ...]
    """Of the form, the first being the one to begin with."""
    about: About
    signed: bool
    """Whether the holder of the line must sign it."""
    register: str
    """The do-not-call register it asks about, such as `be-dncm`; empty where it asks about none."""
    takes: Takes
    channels: tuple[Channel, ...]
    kinds: tuple[Kind, ...]
    fields: tuple[Field, ...]
    warnings: tuple[Caution, ...]
    account: Mapping[str, tuple[str, ...]]
    """By language, the lines of the free text; one of which something isn't known is left out."""
    checked: date
    sure: Sure
    review: date | None
    sources: tuple[Source, ...]
    where: str
    """Rule file."""
    register_name: Texts = field(default_factory=dict)
    """What people call the register, as the law file has it that asks about it."""

    def language(self, wanted: str) -> str:
        """The language to write in: the wanted one, if the form has it."""
        return wanted if wanted in self.languages else self.languages[0]
