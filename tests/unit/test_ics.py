"""Days to remember as iCalendar, read back by somebody else's program."""

from datetime import UTC, date, datetime

import vobject
from hypothesis import given
from hypothesis import strategies as st

from blocker.renderers.ics import LINE, Event, render_ics

STAMP = datetime(2026, 11, 22, 5, 0, tzinfo=UTC)
TEXTS = st.text(st.characters(exclude_categories=("C", "Z")) | st.sampled_from(" ,;:\\\n"), max_size=300)


@given(TEXTS, TEXTS)
def test_whatever_it_says_comes_back(title: str, text: str) -> None:
    """No line is too long, none ends but by CR LF, and another program reads the same words."""
    title = title.replace("\n", " ")
    raw = render_ics([Event("a", date(2026, 12, 31), title, text)], STAMP)

    assert raw.endswith(b"\r\n")
    assert all(len(line) <= LINE for line in raw.split(b"\r\n"))
    (event,) = vobject.readOne(raw.decode()).vevent_list
    assert (event.summary.value, event.description.value) == (title, text)
    assert (event.dtstart.value, event.dtend.value) == (date(2026, 12, 31), date(2027, 1, 1))


def test_nothing_in_it_begins_another_event() -> None:
    """A name with the end of an event in it stays a name."""
    hostile = "Acme\r\nEND:VEVENT\r\nBEGIN:VEVENT\x0b"
    raw = render_ics([Event("a", date(2026, 12, 31), hostile, hostile)], STAMP)

    assert raw.count(b"\r\nBEGIN:VEVENT") == raw.count(b"\r\nEND:VEVENT") == 1


def test_an_event_keeps_its_name() -> None:
    """Other words and another day make no other event; another key does; the same events make the same bytes."""

    def uid(event: Event) -> str:
        return str(vobject.readOne(render_ics([event], STAMP).decode()).vevent.uid.value)

    first, moved, other = (Event(key, date(2026, 1, day), str(day), "") for key, day in (("a", 1), ("a", 2), ("b", 1)))
    assert uid(first) == uid(moved) != uid(other)
    assert render_ics([first, other], STAMP) == render_ics([other, first], STAMP)
    assert b"BEGIN:VEVENT" not in render_ics([], STAMP)
