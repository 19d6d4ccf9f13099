"""Where a fact of a rule file comes from and how far to trust it. Decides nothing; who prints a fact prints this."""

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from blocker.core.languages import Texts


class Sure(StrEnum):
    """How sure the facts of a rule file are."""

    VERIFIED = "verified"
    """Read in an official text, or on a page of the company itself."""
    SECONDARY = "secondary"
    """Read in somebody else's account of it: a newspaper, a law firm's page, another project's file."""
    UNVERIFIED = "unverified"
    """From a weak source, or still to be looked up; whatever shows it says so."""


class Quality(StrEnum):
    """What kind of source a fact was read in."""

    PRIMARY = "primary"
    """The company's own page, or an official text or register."""
    SECONDARY = "secondary"
    """Press, law firms, projects that check what they list."""
    WEAK = "weak"
    """A third party's list, an undated copy of unknown origin: check before you rely on it."""


@dataclass(frozen=True, slots=True)
class Source:
    """One place where facts were read."""

    label: str
    """Its name inside the rule file."""
    title: str
    seen: date
    """When it was read for this project, which may have been a stored copy."""
    quality: Quality
    url: str = ""
    dated: str = ""
    """The date that the page itself shows, as written; empty where it shows none."""
    titles: Texts = field(default_factory=dict, hash=False)
    """The title by language, where it isn't the same in each."""

    def title_in(self, language: str) -> str:
        """The title in a language, or else in English."""
        return self.titles.get(language, self.title)
