"""Tables of numbers as CSV with a heading, such as complaint data that an authority publishes.

    Company_Phone_Number,Created_Date,…,Subject,…
    2025550123,2026-11-16 10:02:11,…,Lotteries,…

Decides which column says what and what a row means. What may be listed, and what its words mean, `core/community.py`
knows. The separator is the comma, the semicolon or the tab that the heading has most of.

Sources: the data files on do-not-call complaints of the US Federal Trade Commission, ftc.gov, and their description;
FreePBX's export of its blacklist; the files that are made for the app SpamBlocker.
"""

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import BinaryIO

from blocker.core.community import Rated, Rating, day_of, rated_target, rating_of, votes_of
from blocker.core.plain_text import one_line
from blocker.errors import SourceError, UsageError
from blocker.sources import BadItem, Here
from blocker.textlines import lines

_SEPARATORS = ",;\t"
_TOO_LONG = "(a line too long for a table)"
_MARKUP = "<"


@dataclass(frozen=True, slots=True)
class Columns:
    """What the columns of a table mean, by the names in its heading, in whatever case."""

    number: tuple[str, ...]
    """The first of these that the table has; the one column that it must have."""
    rating: str = ""
    votes: str = ""
    last_activity: str = ""
    listed_since: str = ""
    region: str = ""
    """ISO 3166-1 alpha-2 of the country whose national numbers it holds; empty for the household's."""
    ratings: Mapping[str, Rating] = field(default_factory=dict)
    """What the table's own words in `rating` mean, by the beginning of the word in small letters; any other one means
    advertising. Without any, the words must be the ratings themselves."""
    by_our_names: bool = False
    """Whether a column that isn't named here is taken all the same if it is called as here, such as `votes`: what
    speaks for a number stands in these columns too."""


PLAIN = Columns(("number", "phone", "phone_number", "pattern"), by_our_names=True)

_BESIDES = ("rating", "votes", "last_activity", "listed_since")
"""What a column may be for besides the number, as `Columns` has it."""

FREEPBX = Columns(("number",))

SPAMBLOCKER = Columns(("number", "pattern"))

FTC = Columns(
    ("company_phone_number",),
    rating="subject",
    last_activity="created_date",
    region="US",
    ratings={
        "dropped call": Rating.C_PING,
        "lotteries": Rating.F_GAMBLE,
        "calls pretending": Rating.G_FRAUD,
        "computer": Rating.G_FRAUD,  # “technical support” that rings by itself
    },
)
"""Each row is one person's complaint, and so one vote."""


def named(columns: Columns, names: Mapping[str, str]) -> Columns:
    """Columns of which some have other names.

    Args:
        columns: the others.
        names: what a column is for, each with its name in the heading.

    Raises:
        UsageError: there is nothing that a column is for under that word.
    """
    known = ("number", *_BESIDES)
    for word in names:
        if word not in known:
            raise UsageError(f"“{word}” is nothing that a column is for; there are {', '.join(known)}")
    changed = {word: name for word, name in names.items() if word != "number"}
    number = (names["number"],) if "number" in names else columns.number
    return replace(columns, number=number, **changed)  # type: ignore[arg-type]  # names of texts, as checked above


def read(stream: BinaryIO, here: Here, columns: Columns) -> Iterator[Rated | BadItem]:
    """Read a table; see `RatedReader`. A row whose number is empty lists nothing, and isn't bad."""
    texts = _texts(stream)
    before, heading = next(((n, text) for n, text in enumerate(texts) if text.strip()), (0, ""))
    if heading.lstrip().startswith(_MARKUP):
        raise SourceError("it is a web page or XML, not a table; look for the link to the file itself")
    separator = max(_SEPARATORS, key=heading.count)
    try:
        names = [name.strip().lower() for name in next(csv.reader([heading], delimiter=separator), [])]
    except csv.Error as error:
        raise SourceError(f"line {before + 1}: it is no heading of a table ({error})") from error
    places = _places(names, columns, heading)
    here = replace(here, region=columns.region or here.region)
    table = csv.reader(texts, delimiter=separator, strict=True)
    while True:
        begins = before + 1 + table.line_num + 1  # empty lines, the heading, the rows read, and this one
        try:
            cells = next(table)
        except StopIteration:
            return
        except csv.Error as error:
            yield BadItem(f"line {begins}", f"it is no row of a table ({error})")
            continue
        if not any(cells):
            continue
        try:
            if rated := _rated(cells, names, places, columns, here):
                yield rated
        except UsageError as error:
            yield BadItem(f"line {begins}", str(error))


def _texts(stream: BinaryIO) -> Iterator[str]:
    """The lines, as UTF-8 or, where one isn't that, Latin-1."""
    for line in lines(stream):
        try:
            text = line.raw.decode()
        except UnicodeDecodeError:
            text = line.raw.decode("latin-1")
        yield text + "\n" if line.whole else _TOO_LONG + "\n"


def _places(names: list[str], columns: Columns, heading: str) -> dict[str, int]:
    """Where in a row each thing stands.

    Raises:
        SourceError: the table lacks a column that was named.
    """
    number = next((name for name in columns.number if name.lower() in names), "")
    wanted = {"number": number or columns.number[0], **{what: getattr(columns, what) for what in _BESIDES}}
    if columns.by_our_names:
        wanted |= {what: what for what in _BESIDES if not wanted[what] and what in names}
    if missing := [name for name in wanted.values() if name and name.lower() not in names]:
        raise SourceError(
            f"the table has no column {' and none '.join(f'“{name}”' for name in missing)}; "
            f"its heading is “{one_line(heading.strip())[:120]}”"
        )
    return {what: names.index(name.lower()) for what, name in wanted.items() if name}


def _rated(cells: list[str], names: list[str], places: Mapping[str, int], columns: Columns, here: Here) -> Rated | None:
    """What a row says; None where it lists no number.

    Raises:
        UsageError: it can't be read.
    """
    if len(cells) != len(names):
        raise UsageError(f"it has {len(cells)} columns, the heading {len(names)}")
    said = {what: cells[place].strip() for what, place in places.items()}
    if not said["number"]:
        return None
    return Rated(
        rated_target(said["number"], here.region),
        _rating(said["rating"], columns) if said.get("rating") else Rating.E_ADVERTISING,
        votes_of(said["votes"]) if said.get("votes") else 1,
        day_of(said["last_activity"], here.today) if said.get("last_activity") else None,
        day_of(said["listed_since"], here.today) if said.get("listed_since") else None,
    )


def _rating(text: str, columns: Columns) -> Rating:
    if not columns.ratings:
        return rating_of(text)
    beginnings = (word for word in columns.ratings if text.lower().startswith(word))
    word = next(beginnings, "")
    return columns.ratings[word] if word else Rating.E_ADVERTISING
