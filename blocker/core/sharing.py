"""What the household may give to a community list, and as what: a number that a person marked, or a call turned away.

Decides which rating a statement gives, which remark may go with it, and which numbers are never given, whatever was
said of them. Nothing here knows the called line, a caller's name or a text that somebody wrote, and an `Upload` has no
place for the time of a call. When something is given, `sharing_queue.py` says; how it is sent is an adapter's business.
"""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from blocker.core.case import Knowledge
from blocker.core.community import Rating
from blocker.core.number import E164, number_type
from blocker.core.statement import Said

TERMS = (
    (
        "What you give is published: on the community's pages anybody can read the number, its rating, and a remark "
        "from a fixed list if you switched that on. Your token tells the community whose account it comes from."
    ),
    (
        "Publishing isn't a private matter of your household (Court of Justice of the EU, C-101/01, Lindqvist). A "
        "number can be personal data, of a sole trader or somebody at home, and data protection law then asks you too "
        "for a good reason. So mobile numbers are left out unless you set mobile_numbers = true in [giving_back]."
    ),
    (
        "A caller can make a number up, and then it belongs to somebody innocent. What is given is about the number "
        "that was presented, never about a person or a company. Whoever knowingly says something untrue that does harm "
        "can be liable for it (defamation, trade libel, § 824 BGB and the like)."
    ),
    (
        "Ratings are given for marks that a person made, and refused calls where the list holds their number. Never "
        "given: your own number, when a call came, a caller's name, your words, contacts, allowed and dialled numbers."
    ),
    (
        "Each upload waits 6 to 30 hours, at random, so that it doesn't tell when a call came. What was given can't be "
        "unsaid: blocker share drop NUMBER --take-back gives A_LEGITIMATE for it instead. The community's operator "
        "answers for the list, and has to correct what is wrong on it when asked."
    ),
)
"""What whoever uploads should know first; facts, and no legal advice. Shown before the first upload, and recorded."""


class What(StrEnum):
    """What is given."""

    RATING = "rating"
    """What sort of calls come from a number, by a person's mark."""
    REFUSED_CALL = "refused-call"
    """That a call was turned away from a number which the list holds."""


@dataclass(frozen=True, slots=True)
class Upload:
    """One thing to be given; all that leaves the house of it."""

    what: What
    number: str
    """E.164: as presented by the caller."""
    rating: Rating | None = None
    """Of a rating alone."""
    comment: str = ""
    """A remark of `COMMENTS`, or nothing."""

    @property
    def takes_back(self) -> bool:
        """Whether it is there to correct what was given before; never made of a mark."""
        return self.rating is Rating.A_LEGITIMATE


_POLL = re.compile(
    r"\b(?:polls?\b|surveys?\b|opinion|enqu[eê]te|sondage|\w*umfrage|meinungsf|peiling|marktonderzoek|encuesta|sondagg)",
    re.IGNORECASE,
)
_GAMBLE = re.compile(
    r"\b(?:casinos?\b|lotter|loter|lotto\b|betting|gambl|gokken|kansspel|gl[uü]cksspiel|jeux? d.argent|apuestas"
    r"|scommess|gioco d.azzardo)",
    re.IGNORECASE,
)

COMMENTS: Mapping[str, str] = {"recorded": "A recorded message.", "silent": "Nobody spoke."}
"""Remarks that may go with a rating, by what the statement says of the voice. There are no others."""

_MOBILE = frozenset({"mobile", "fixed-line-or-mobile", "personal-number", "pager"})
"""Kinds of number that belong to one person more often than not; North America's plan doesn't tell them apart."""


def rating_of_said(said: Said) -> Rating:
    """The rating that a call marked as marketing gives its number; the table is in `docs/lists.md`.

    Never `C_PING`, which is about calls that nobody could take, nor `G_FRAUD`, which accuses somebody of a crime.
    """
    told = said.product or said.said_company or said.said_call_centre
    if said.voice == "silent" and not told:
        return Rating.B_MISSED
    if _POLL.search(said.product or ""):
        return Rating.D_POLL
    if _GAMBLE.search(said.product or ""):
        return Rating.F_GAMBLE
    return Rating.E_ADVERTISING


def upload_of_said(said: Said, number: str, *, comments: bool) -> Upload:
    """What a mark gives; `comments`: whether the household lets a remark go with it."""
    comment = COMMENTS.get(said.voice or "", "") if comments else ""
    return Upload(What.RATING, number, rating_of_said(said), comment)


def may_be_given(said: Said) -> bool:
    """Whether a person's word about a call says that it was unwanted marketing, and that nobody had allowed it."""
    return said.mark == "marketing" and said.consent != "given"


def why_never(
    caller: E164 | None, known: Knowledge, own: Collection[str], local: datetime, region: str, *, mobile: bool
) -> str:
    """Why a number is never given, as the end of a sentence about it; empty where it may be.

    Args:
        caller: the presented number, read.
        known: the household's lists and wishes at this moment.
        own: the numbers of its lines, E.164.
        local: now, aware, in the household's zone.
        region: ISO 3166-1 alpha-2 of the household.
        mobile: whether numbers that may be a mobile telephone's are given.
    """
    if caller is None or not caller.valid:
        return "no country's numbering plan has it, so somebody made it up"
    number = caller.number
    if number in own:
        return "it is a line of your own"
    if known.ranges.is_protected(number, region, local.date()):
        return "it is a protected number, such as a help line"
    if number in known.wanted.contacts:
        return "it is in your address book"
    if known.allow.match(number, local):
        return "it is on your allow list"
    if number in known.wanted.dialled:
        return "somebody here has dialled it lately"
    if not mobile and number_type(caller) in _MOBILE:
        return "it may be somebody's mobile number ([giving_back] mobile_numbers = true gives those too)"
    return ""
