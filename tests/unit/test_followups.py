"""What is due when: months as Regulation 1182/71 reckons them, letters and reminders, registers, former customers."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blocker.core.followups import Due, FollowUp, answer_by, followups, letters_sent
from blocker.core.household_facts import Asks
from blocker.core.household_file import Contract, HouseholdFile, Objection, Registration, Request
from blocker.holidays_of import calendar_over
from blocker.language import Language, Words
from blocker.pages.followup_words import told
from blocker.rulebook import load_rules, shipped_rules

LAWS = load_rules(shipped_rules()).laws
D = date.fromisoformat
SENT = D("2026-09-01")


def due(file: HouseholdFile, country: str = "BE", where: str = "BE") -> list[FollowUp]:
    return list(followups(file, LAWS, calendar_over, country=country, country_of=lambda _: where))


def days(items: list[FollowUp]) -> list[tuple[str, Due]]:
    return [(str(item.on), item.due) for item in items]


@pytest.mark.parametrize(
    ("received", "country", "months", "last"),
    [
        ("2026-03-05", "BE", 1, "2026-04-07"),  # 5 April is Easter Sunday, 6 April Easter Monday
        ("2026-01-30", "BE", 1, "2026-03-02"),  # February has no 30th; its last day, the 28th, is a Saturday
        ("2026-08-31", "NL", 1, "2026-09-30"),
        ("2024-01-31", "DE", 1, "2024-02-29"),
        ("2026-10-11", "BE", 1, "2026-11-12"),  # Armistice Day
        ("2026-10-11", "DE", 1, "2026-11-11"),  # no holiday there
        ("2026-11-25", "GB", 1, "2026-12-29"),  # Christmas, Saturday, Sunday, and Boxing Day in its place
        ("2026-02-24", "BE", 1, "2026-03-24"),  # over the last Sunday of March nothing shifts: days are whole
        ("2026-09-25", "BE", 1, "2026-10-26"),  # a Sunday, the night in which the hour comes twice
        ("2026-11-30", "FR", 3, "2027-03-01"),  # extended: February has no 30th, its 28th is a Sunday
    ],
)
def test_a_month_ends_as_the_regulation_has_it(received: str, country: str, months: int, last: str) -> None:
    """The day of arrival isn't counted; a shorter month's last day; working days only, where the addressee is."""
    day = D(received)
    assert answer_by(day, calendar_over([day, D(last)], country).national, months) == D(last)


@given(st.dates(D("1950-01-01"), D("2090-12-31")))
def test_nobody_gets_less_than_a_month_nor_much_more(received: date) -> None:
    """From any day on, the last day is a working day, 28 to 35 days later."""
    last = answer_by(received, frozenset())
    assert last.weekday() < 5
    assert 28 <= (last - received).days <= 33


def test_what_went_in_one_letter_is_one_letter() -> None:
    """An objection and a request of the same day and way wait together; what was said in a call waits for nothing."""
    file = HouseholdFile(
        objections=(
            Objection("acme", SENT, how="post", n=1),
            Objection("acme", datetime(2026, 9, 2, tzinfo=UTC), in_call=True, how="in-the-call", n=3),
        ),
        requests=(Request("acme", SENT, "access", "post", delivered=D("2026-09-03"), n=2),),
    )
    (letter,) = letters_sent(file)

    assert (letter.objects, letter.asks_access, letter.received, letter.entries) == (
        True,
        True,
        D("2026-09-03"),
        (1, 2),
    )


def test_an_answer_is_waited_for_and_then_asked_for() -> None:
    """First the last day, and the longer one; overdue, a reminder; reminded, the complaint; answered, silence."""
    asked = Request("acme", SENT, "access", "e-mail", n=1)
    waiting = due(HouseholdFile(requests=(asked,)))
    assert days(waiting) == [("2026-10-01", Due.ANSWER), ("2026-10-02", Due.REMIND)]
    assert {(item.sure, str(item.extended)) for item in waiting} == {(True, "2026-12-01")}

    reminder = Request("acme", D("2026-10-05"), "answer", "post", n=2)
    assert days(due(HouseholdFile(requests=(asked, reminder)))) == [
        ("2026-10-01", Due.ANSWER),
        ("2026-10-19", Due.COMPLAIN),
    ]
    answered = Request("acme", SENT, "access", "e-mail", answered=D("2026-10-20"), n=1)
    assert due(HouseholdFile(requests=(answered, reminder))) == []


def test_a_day_that_nobody_knows_is_assumed_and_said_so() -> None:
    """A letter by post without a day of delivery is taken to travel a week."""
    first, _ = due(HouseholdFile(objections=(Objection("acme", SENT, how="post", n=1),)))

    assert (str(first.on), first.sure) == ("2026-10-08", False)
    (shown, _) = told([first, first], Words(Language.EN), str.title, {})
    assert "a week is taken for the post" in shown.text


def test_of_a_day_to_come_it_isnt_said_that_it_is_over() -> None:
    """The month of a letter has passed on its day and not before; likewise the two weeks of a reminder."""
    objected = Objection("acme", SENT, how="e-mail", n=1)
    reminded = Request("acme", D("2026-10-05"), Asks.ANSWER, "e-mail", n=2)
    for file, due_on in (
        (HouseholdFile(objections=(objected,)), Due.REMIND),
        (HouseholdFile(objections=(objected,), requests=(reminded,)), Due.COMPLAIN),
    ):
        (item,) = (day for day in due(file) if day.due is due_on)
        (early,) = told([item], Words(Language.EN), str.title, {}, today=item.on - timedelta(days=1))
        (late,) = told([item], Words(Language.EN), str.title, {}, today=item.on)
        assert early.title.startswith("If Acme hasn't answered")
        assert "passed" not in early.text
        assert late.title.startswith("No answer from Acme")
        assert "passed" in late.text


def test_the_days_of_other_laws() -> None:
    """Registers take effect; a former customer's years end while they were law; the US gives ten business days."""
    registered = HouseholdFile(registrations=(Registration("be-dncm", D("2026-11-10"), n=1),))
    assert days(due(registered)) == [("2026-11-19", Due.REGISTER)]
    contracts = tuple(Contract("acme", until=D(day), n=n) for n, day in enumerate(("2022-11-30", "2024-11-30"), 1))
    assert days(due(HouseholdFile(contracts=contracts), "NL")) == [("2025-12-01", Due.FORMER)]
    objected = HouseholdFile(objections=(Objection("acme", D("2026-11-20"), how="e-mail", n=1),))
    assert days(due(objected, "US", "US")) == [("2026-12-08", Due.HEED)]  # Thanksgiving, the 26th, is no working day
    assert due(objected, "JP") == []


def test_a_company_that_went_into_another_is_told_of_once() -> None:
    """What was written to a company that was taken over is due from its heir, and from nobody else."""
    file = HouseholdFile(
        objections=(Objection("voo", SENT, how="e-mail", n=4), Objection("orange-be", SENT, how="e-mail", n=4))
    )
    assert {item.company for item in due(file)} == {"orange-be"}
