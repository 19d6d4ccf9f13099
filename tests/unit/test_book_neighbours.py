"""What the book says of the numbers beside one."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from blocker.core.community import Rated, Rating
from blocker.core.community_judgement import Terms, judge
from blocker.core.listing import Target
from blocker.store import book_writer
from blocker.store.book import Book
from blocker.store.book_file import Provenance
from blocker.store.book_items import BookItems

FETCHED = datetime(2026, 11, 16, 3, 4, 5, tzinfo=UTC)
NUMBER = "+3225551234"
ITEMS = st.lists(
    st.builds(
        Rated,
        st.integers(0, 300).map(lambda tail: Target(f"+{3225551100 + tail}")),
        st.sampled_from(Rating),
        st.integers(1, 4),
        st.none() | st.just(date(2026, 11, 1)),
    ),
    max_size=60,
    unique_by=lambda rated: rated.target,
)


def book_of(folder: Path, items: list[Rated]) -> Book:
    """A book with one list."""
    gathered = BookItems()
    for item in items:
        gathered.add(item)
    path = folder / "club.00000001.book"
    path.unlink(missing_ok=True)
    book_writer.write_whole(path, gathered.numbers(), gathered.prefixes, Provenance("club", "here", FETCHED))
    return Book(folder)


@settings(max_examples=60, deadline=None)
@given(ITEMS)
def test_neighbours_are_those_of_the_hundred_that_may_matter(
    tmp_path_factory: pytest.TempPathFactory, items: list[Rated]
) -> None:
    """All others of the same hundred with two votes, or called legitimate, as the list has them, and no other."""
    book = book_of(tmp_path_factory.mktemp("book"), items)
    beside = [one for one in items if one.target.number[:-2] == NUMBER[:-2] and one.target.number != NUMBER]
    wanted = [one for one in beside if one.votes >= 2 or one.rating is Rating.A_LEGITIMATE]
    assert [hit.rated for hit in book.neighbours(NUMBER)] == sorted(wanted, key=lambda one: one.target.number)


@settings(max_examples=60, deadline=None)
@given(ITEMS)
def test_leaving_out_what_cannot_matter_changes_no_judgement(
    tmp_path_factory: pytest.TempPathFactory, items: list[Rated]
) -> None:
    """A call is judged the same by the book as by all that the list holds."""
    book, terms, today = book_of(tmp_path_factory.mktemp("book"), items), Terms(), date(2026, 11, 17)
    every = [hit for item in items for hit in book.lookup(item.target.number)]
    others = [hit for hit in every if hit.rated.target.number != NUMBER]
    hits = book.lookup(NUMBER)
    assert judge(NUMBER, hits, book.neighbours, terms, today) == judge(NUMBER, hits, lambda _: others, terms, today)


def test_a_list_without_votes_says_nothing_of_neighbours(tmp_path: Path) -> None:
    """However many of a hundred it names."""
    items = [Rated(Target(f"+{3225551200 + tail}")) for tail in range(100)]
    assert book_of(tmp_path, items).neighbours(NUMBER) == ()
    assert len(book_of(tmp_path, [Rated(one.target, votes=2) for one in items]).neighbours(NUMBER)) == 99
