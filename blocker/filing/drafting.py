"""What goes into a letter: whose lines, to which address, by which law, about which calls and which earlier letter.

Decides what of it must be known before there can be a letter, and says what to do where it isn't. Nothing is invented:
a letter holds what the household has said, what the rules know of the company, and calls that are on record. Pure; what
the letter says in a language, `pages/letter_page.py` decides.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from shlex import quote

from blocker.core.company import Company
from blocker.core.company_calls import CompanyCall
from blocker.core.company_name import fold
from blocker.core.entry import EntryKind
from blocker.core.followups import REMINDED, Written, last_day, letters_sent
from blocker.core.household_facts import Asks, How
from blocker.core.household_file import HouseholdFile
from blocker.core.household_predicates import Objected
from blocker.core.law import Binding, LawBook
from blocker.core.letter import Citation, Earlier, Identity, Kind, Letter, Listed, Regime, regime_of
from blocker.core.provenance import Sure
from blocker.core.registers import CalendarOver
from blocker.errors import UsageError

WAYS = (How.POST, How.E_MAIL, How.WEB)
"""How a letter can go."""

MOST_CALLS = 60
"""In one letter; the newest. A letter is read by a person."""

_IN_ENGLISH = re.compile(r" \((?:law|before|since) [^)]*\)")
"""What the law files add to a citation for their own readers."""

_ABOUT = {
    Kind.OBJECTION: ((EntryKind.OBJECTION, None),),
    Kind.ACCESS: ((EntryKind.REQUEST, Asks.ACCESS),),
    Kind.BOTH: ((EntryKind.OBJECTION, None), (EntryKind.REQUEST, Asks.ACCESS)),
    Kind.FOLLOW_UP: ((EntryKind.REQUEST, Asks.ANSWER),),
    Kind.IDENTITY: ((EntryKind.REQUEST, Asks.IDENTITY),),
}


def entries_of(kind: Kind) -> tuple[tuple[EntryKind, Asks | None], ...]:
    """What a letter of a kind becomes in the ledger once it was sent."""
    return _ABOUT[kind]


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody asked for."""

    kind: Kind
    by: How | None = None
    """None: the best way there is."""
    lines: tuple[str, ...] = ()
    """Names of lines; empty for all that have the same holder."""
    to: tuple[str, ...] = ()
    """Another address than the rules have."""
    address: tuple[str, ...] = ()
    """Of the household."""
    list_calls: bool = False


@dataclass(frozen=True, slots=True)
class Known:
    """What letters are made of."""

    file: HouseholdFile
    numbers: Mapping[str, str]
    """The household's lines with their numbers (E.164) as the configuration has them; empty where it doesn't say."""
    laws: LawBook
    calendar: CalendarOver
    country: str
    """Of the household: ISO 3166-1 alpha-2."""
    today: date


def draft(wish: Wish, company: Company, calls: Sequence[CompanyCall], known: Known) -> Letter:
    """A letter to a company.

    Args:
        wish: what is asked for; not an identity.
        company: the one that exists today.
        calls: of which persons said that they were for it, in the order of time.
        known: the rest.

    Raises:
        UsageError: something is missing, too early, or not there by this country's law; the message says what to do.
    """
    regime = regime_of(known.country)
    if regime is None:
        raise UsageError(
            f"no law for such a letter is known in {known.country} (write it in your own words, and record it: "
            "blocker household object)"
        )
    if regime is Regime.US and wish.kind.asks_access:
        raise UsageError("no law of the US as a whole gives a right to the source of the data (ask for an objection)")
    holder, numbers = _holder(wish, known)
    by, to = _addressee(wish, company)
    marketing = [call for call in calls if call.said.mark != "wanted"]
    earlier = _earlier(company, regime, known) if wish.kind is Kind.FOLLOW_UP else None
    if earlier is not None and earlier.objects:
        marketing = [call for call in marketing if call.at.date() > earlier.on]
    objects = wish.kind.objects or (earlier is not None and earlier.objects)
    return Letter(
        kind=wish.kind,
        regime=regime,
        day=known.today,
        holder=holder,
        address=wish.address,
        numbers=numbers,
        company=company.legal_name or company.name,
        to=to,
        by=by,
        named=bool(calls),
        also=_also(company, calls),
        law=tuple(_national(known)) if objects else (),
        calls=_listed(marketing, numbers, known) if wish.list_calls else (),
        earlier=earlier,
        answer_by=known.today + REMINDED if earlier else None,
    )


def law_of_identity(country: str) -> Identity:
    """By which law a provider says who called without a number.

    Raises:
        UsageError: by none that is known; the message says who else does.
    """
    if country == "BE":
        raise UsageError(
            "in Belgium it isn't the provider that is asked but the Telecom Ombudsman (blocker complaint list shows "
            "the form)"
        )
    if country not in set(Identity):
        raise UsageError(f"no law of {country} is known by which a provider must say who called without a number")
    return Identity(country)


def identity(wish: Wish, provider: str, company: Company | None, calls: Sequence[Listed], known: Known) -> Letter:
    """A request to the own provider: who called without a number.

    Args:
        wish: what is asked for.
        provider: its name, as it was typed.
        company: what the rules know of it; None for nothing.
        calls: those in question.
        known: the rest.

    Raises:
        UsageError: as with `draft` and `law_of_identity`; or a call presented its number.
    """
    law = law_of_identity(known.country)
    if shown := [call for call in calls if call.presented]:
        raise UsageError(
            f"the call of {shown[0].at:%Y-%m-%d %H:%M} presented a number, {shown[0].presented}; the request is about "
            "calls without one"
        )
    holder, numbers = _holder(wish, known)
    if strange := [call.line for call in calls if call.line and call.line not in numbers]:
        raise UsageError(f"a call went to {strange[0]}, which isn't a line of {holder} (each holder writes for itself)")
    by, to = _addressee(wish, company, provider)
    return Letter(
        kind=Kind.IDENTITY,
        regime=Regime.GDPR,
        day=known.today,
        holder=holder,
        address=wish.address,
        numbers=numbers,
        company=(company.legal_name or company.name) if company else provider,
        to=to,
        by=by,
        named=False,
        calls=tuple(sorted(calls, key=lambda call: call.at)),
        identity=law,
    )


def _holder(wish: Wish, known: Known) -> tuple[str, tuple[str, ...]]:
    """Whose letter it is, and the numbers of the lines it is about."""
    lines = dict(known.numbers)
    for item in known.file.holders:
        lines.setdefault(item.line, item.number)
    for name in wish.lines:
        if name not in lines:
            raise UsageError(f"there is no line “{name}” (there are: {', '.join(lines) or 'none'})")
    held = {name: known.file.held_by(name, known.today) for name in wish.lines or lines}
    if wish.lines and (nobody := next((name for name, holder in held.items() if holder is None), None)):
        raise UsageError(
            f"nobody is recorded as the holder of {nobody} (blocker household line {nobody} --holder NAME)"
        )
    mine = {name: holder for name, holder in held.items() if holder is not None}
    if not mine:
        line = next(iter(lines), "NAME")
        raise UsageError(f"a letter must be the line holder's (first: blocker household line {line} --holder NAME)")
    names = {holder.holder for holder in mine.values()}
    if len(names) > 1:
        who = ", ".join(f"{name}: {holder.holder}" for name, holder in mine.items())
        raise UsageError(f"your lines have several holders ({who}); each writes for itself: name the lines with --line")
    numbers = {name: holder.number or lines[name] for name, holder in mine.items()}
    if unknown := [name for name, number in numbers.items() if not number]:
        raise UsageError(
            f"the number of the line {unknown[0]} isn't known, and no company finds you by its name (blocker household "
            f"line {unknown[0]} --holder {quote(mine[unknown[0]].holder)} --number +32…)"
        )
    return names.pop(), tuple(dict.fromkeys(numbers.values()))


def _addressee(wish: Wish, company: Company | None, name: str = "") -> tuple[How, tuple[str, ...]]:
    """The way the letter goes, and where to."""
    if wish.to:
        e_mail = len(wish.to) == 1 and "@" in wish.to[0]
        return wish.by or (How.E_MAIL if e_mail else How.POST), wish.to
    data = company.data_protection if company else None
    post = (data.post if data else ()) or (company.post.lines if company and company.post else ())
    there: dict[How, tuple[str, ...]] = {
        How.POST: post,
        How.E_MAIL: (data.email,) if data and data.email else (),
        How.WEB: (data.form,) if data and data.form else (),
    }
    ways = [way for way in WAYS if there[way]]
    name = company.name if company else name
    if not ways:
        raise UsageError(
            f"no address of {name} is known. Look one up (its privacy notice has one) and add it: --to 'STREET 1, 1000 "
            "TOWN', or --to an e-mail address"
        )
    if wish.by is not None and wish.by not in ways:
        raise UsageError(f"{name} can't be reached by {wish.by} as far as the rules know, but by {', '.join(ways)}")
    by = wish.by or ways[0]
    return by, there[by]


def _national(known: Known) -> Iterable[Citation]:
    """The provisions in force that calls after an objection point to."""
    for item in known.laws:
        in_force = item.country == known.country and item.valid_from <= known.today <= item.valid_to
        if isinstance(item.parameters, Objected) and in_force and item.binding is Binding.LAW:
            for part in item.citation.split("; "):
                if not part.startswith("GDPR"):  # which the letter rests on in the first place
                    check = item.check or item.sure is not Sure.VERIFIED
                    yield Citation(_IN_ENGLISH.sub("", part), check)


def _also(company: Company, calls: Sequence[CompanyCall]) -> tuple[str, ...]:
    """The names that callers said where those aren't the company's own, each once."""
    own = {fold(company.name), fold(company.legal_name)}
    said = {fold(name): name for call in calls if (name := call.said.said_company)}
    return tuple(name for key, name in said.items() if key not in own)


def _listed(calls: Sequence[CompanyCall], numbers: tuple[str, ...], known: Known) -> tuple[Listed, ...]:
    """The calls to these numbers, the newest of many."""
    of_line = dict(known.numbers) | {item.line: item.number for item in known.file.holders if item.number}
    mine = [
        Listed(
            call.at,
            of_line.get(call.seen.line, "") or call.seen.called,
            call.seen.number,
            exact=not call.to_the_minute,
        )
        for call in calls
        if of_line.get(call.seen.line, "") in {"", *numbers}
    ]
    return tuple(mine[-MOST_CALLS:])


def _earlier(company: Company, regime: Regime, known: Known) -> Earlier:
    """The latest letter that waits for an answer, its time being over."""
    mine = [item for item in letters_sent(known.file) if item.company == company.slug]
    open_ones = [item for item in mine if not item.answered]
    if not open_ones:
        why = "it has been answered" if mine else "no letter to it is recorded as sent (blocker letter sent …)"
        raise UsageError(f"there is nothing to remind {company.name} of: {why}")
    letter = open_ones[-1]
    due = last_day(letter, regime, known.laws, known.calendar, company.country)
    if due is None:
        raise UsageError(f"the law gives {company.name} no time that could be over")
    if known.today <= due:
        raise UsageError(_too_early(company, letter, due))
    return Earlier(letter.on, letter.delivered, letter.objects, letter.asks_access, due, letter.entries)


def _too_early(company: Company, letter: Written, due: date) -> str:
    first = due + timedelta(days=1)
    assumed = (
        ""
        if letter.sure
        else ("; a week is taken for the post, since the day of delivery isn't recorded (blocker letter delivered …)")
    )
    return f"{company.name} has until {due} to answer the letter of {letter.on}: remind it from {first} on{assumed}"
