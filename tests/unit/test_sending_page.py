"""Promises about the mail that brings a report: what there is to do is named in every language, no number is."""

import re

import pytest

from blocker.core.languages import Language
from blocker.core.week import Week
from blocker.core.weekly import What
from blocker.language import Words
from blocker.pages.sending_page import Figures, Todo, summary, title_of
from blocker.renderers.text import render_text


def figures(*, to_do: tuple[Todo, ...] = (), simulated: bool = False) -> Figures:
    """Those of a week."""
    return Figures(
        week=Week.parse("2026-W46"),
        end="2026-11-15T23:00:00.000Z",
        calls=9,
        kept_away=3,
        came_through=1,
        wanted_refused=0,
        to_do=to_do,
        unwatched_minutes=0,
        fault="",
        simulated=simulated,
    )


@pytest.mark.parametrize("language", Language)
def test_what_there_is_to_do_is_named(language: Language) -> None:
    """Each kind of thing has a sentence of its own, with the company where it is about one; no number stands in it."""
    to_do = tuple(Todo(str(what), 2, "Proximus") for what in What)
    text = render_text(summary(figures(to_do=to_do), Words(language), [], attached=False))
    items = re.findall(r"^[1-9]\. (.+)$", text.partition(f"{len(What)} ")[2], re.MULTILINE)
    assert len(set(items)) == len(What)
    assert sum("Proximus" in item for item in items) == 3
    assert not re.search(r"\+\d", text)


@pytest.mark.parametrize(("language", "colon"), [(Language.FR, "\u202f: "), (Language.NL, "46: ")])
def test_the_subject_is_set_as_its_language_wants(language: Language, colon: str) -> None:
    """French has a narrow space before a colon."""
    assert colon in title_of(figures(), Words(language))


def test_a_quiet_week_has_nothing_to_do() -> None:
    """No heading without anything under it."""
    text = render_text(summary(figures(), Words(Language.EN), [], attached=False))
    assert "to do" not in text


def test_a_demonstrations_mail_says_so() -> None:
    """Times that were made up are never mailed as if they were real."""
    text = render_text(summary(figures(simulated=True), Words(Language.EN), [], attached=False))
    assert "A simulated clock" in text
