"""What a complaint draft says, for each authority and the household that the program is built for."""

import dataclasses
from datetime import UTC, date, datetime
from typing import Any

import pytest
from fakes.complaints import CALLS, PLACES, TOLD, UNDERSTOOD, complaining, facts, told

from blocker.core.complaint import Draft, Hindrance, Why
from blocker.core.complaint_case import Lack
from blocker.core.document import NewSheet
from blocker.core.followups import Due, followups
from blocker.core.household_facts import How
from blocker.core.languages import Language
from blocker.core.regulator import About, Fill
from blocker.errors import UsageError
from blocker.filing.complaining import Asked
from blocker.holidays_of import calendar_over
from blocker.language import Words
from blocker.pages.complaint_page import draft_page, post_page
from blocker.renderers.html import render_html
from blocker.renderers.text import render_text
from blocker.rulebook import RuleBook, load_rules, shipped_rules
from blocker.rulefiles.form_words import form_words

RULES = load_rules(shipped_rules())
SLUGS = sorted(RULES.regulators)
BY_HAND = {Fill.YOURSELF, Fill.REGISTER_PROOF, Fill.HOLDER_PROOF, Fill.FIVE_DATES}
"""Fields that nobody filled in the story: there were no files."""


def noon(day: str) -> datetime:
    """Noon of a day."""
    return datetime.fromisoformat(f"{day}T12:00:00").replace(tzinfo=UTC)


@pytest.fixture(scope="module")
def book() -> RuleBook:
    """The rules as shipped."""
    return RULES


async def drafted(book: RuleBook, slug: str, *, asked: Asked | None = None, number: str = "", **story: Any) -> Draft:
    """A draft for a regulator in its country."""
    regulator = book.regulators[slug]
    place = PLACES[regulator.country]
    use = complaining(told(place, **story), book, place)
    about = Asked("" if regulator.about is About.CALLER else "proximus")
    case = await use.case(asked or about)
    return use.drafted(regulator, case, regulator.languages[0], number)


@pytest.mark.parametrize("slug", SLUGS)
async def test_each_field_is_filled_where_all_is_known(book: RuleBook, slug: str) -> None:
    """Where everything was noted, each field has an answer, but for what only a person can write."""
    draft = await drafted(book, slug, understood=len(CALLS))
    assert draft.hindrance is None
    empty = {(each.field.id) for report in draft.reports for each in report.fields if not each.answer.lines}
    by_hand = {field.id for field in draft.regulator.fields if field.fill in BY_HAND}
    assert empty <= by_hand
    assert {item.lack for _, item in draft.missing} <= {
        Lack.YOURSELF, Lack.REGISTER_PROOF, Lack.HOLDER_PROOF, Lack.ANSWERED, Lack.COMPANY_REGISTER,
        Lack.COMPANY_ADDRESS,
    }  # fmt: skip


@pytest.mark.parametrize("slug", SLUGS)
async def test_nothing_is_left_empty_without_a_word(book: RuleBook, slug: str) -> None:
    """Where next to nothing is known, each field that stays empty is named as missing; nothing is invented."""
    draft = await drafted(book, slug, household=False, said_company="Proximus")
    if draft.hindrance:
        assert slug in {"be-data-protection-authority", "gb-tps", "us-ftc", "es-aepd"}
        return
    for each in (each for report in draft.reports for each in report.fields):
        assert each.answer.lines or each.answer.missing, each.field.id
    filled = {each.field.fill: each.answer.lines for report in draft.reports for each in report.fields}
    for fill in (Fill.CUSTOMER, Fill.CONSENT, Fill.REGISTERED):
        assert filled.get(fill, ()) == ()
    assert "Anna" not in str(filled)


async def test_calls_without_a_company_are_counted(book: RuleBook) -> None:
    """“No company is named in 3 of 7 calls” is said with the calls, so that statements can be added."""
    draft = await drafted(book, "be-fps-economy")
    (missing,) = [item for _, item in draft.missing if item.lack is Lack.COMPANY]
    assert (len(missing.calls), missing.of) == (len(CALLS) - UNDERSTOOD, len(CALLS))
    page = render_text(draft_page(draft, Words(Language.EN), "2026-11-22T00:00:00.000Z"))
    assert "No company is named in 3 of 7 calls" in page
    assert "blocker statement 0000000000000005" in page
    assert page.index("What is missing") < page.index("To paste")


@pytest.mark.parametrize(
    ("slug", "story", "hindrance", "left_out"),
    [
        ("be-fps-economy", {}, None, {}),
        ("be-telecom-ombudsman", {}, None, {}),
        ("be-data-protection-authority", {"household": False}, Hindrance.NEVER_WROTE, {}),
        ("nl-provider-request", {"withheld": 2}, None, {Why.NUMBER: 5}),
        ("nl-provider-request", {"withheld": 0}, Hindrance.NO_CALL, {Why.NUMBER: 7}),
        ("de-bnetza-nuisance", {"withheld": 2}, None, {Why.OTHER_NUMBER: 2}),
        ("fr-signalconso", {}, None, {Why.NUMBER: 1}),
        ("gb-tps", {}, None, {}),
        ("gb-tps", {"voice": ""}, None, {}),  # whoever tells for whom was called has taken the call
        ("gb-tps", {"household": False}, Hindrance.NO_CALL, {Why.NOT_REGISTERED: 4}),
        ("gb-ico", {"understood": 7}, None, {Why.TOO_MANY: 2}),
        ("us-ftc", {"household": False}, Hindrance.NO_CALL, {Why.NOT_REGISTERED: 4}),
    ],
)
async def test_which_calls_an_authority_takes(
    book: RuleBook, slug: str, story: dict[str, Any], hindrance: Hindrance | None, left_out: dict[Why, int]
) -> None:
    """Calls that an authority does nothing with are left out and counted; where none is left, there is no draft."""
    if story.get("voice") == "":
        story = {"voice": None, "said_stop": None}
    draft = await drafted(book, slug, **story)
    assert draft.hindrance is hindrance
    if hindrance is not Hindrance.NEVER_WROTE:
        assert draft.left_out == left_out


@pytest.mark.parametrize(("registered", "calls"), [("2026-10-12", 2), ("2026-10-13", 1), ("2026-09-01", 4)])
async def test_a_waiting_time_is_waited_for(book: RuleBook, registered: str, calls: int) -> None:
    """Calls within the register's own waiting time aren't complained of."""
    place = PLACES["GB"]
    ledger = told(place, household=False)
    for fact in facts(place):
        changed = dataclasses.replace(fact, on=date.fromisoformat(registered)) if fact.register else fact
        ledger.add(changed.entry(noon(registered), "Anna"))
    use = complaining(ledger, book, place)
    draft = use.drafted(book.regulators["gb-tps"], await use.case(Asked("proximus")), "en")
    assert len(draft.reports[0].calls) == calls
    assert draft.left_out.get(Why.TOO_EARLY, 0) == 4 - calls


async def test_signalconso_is_told_by_kind(book: RuleBook) -> None:
    """Each kind of report that the calls support is a form of its own; five calls in thirty days need five dates."""
    draft = await drafted(book, "fr-signalconso", understood=7, withheld=0)
    by_kind = {report.kind.id: report for report in draft.reports if report.kind}
    assert {"five-calls", "no-consent"} <= set(by_kind)
    assert "training" not in by_kind
    dates = {each.field.fill: each.answer.lines for each in by_kind["five-calls"].fields}[Fill.FIVE_DATES]
    assert dates == ("1. 10 novembre 2026", "2. 14 novembre 2026", "3. 16 novembre 2026", "4. 17 novembre 2026",
                     "5. 17 novembre 2026")  # fmt: skip
    fewer = await drafted(book, "fr-signalconso", withheld=0)
    assert "five-calls" not in {report.kind.id for report in fewer.reports if report.kind}


async def test_a_company_has_a_month_to_answer(book: RuleBook) -> None:
    """The data-protection authority is complained to only once the company had its month, or has answered."""
    place, found = PLACES["BE"], []
    for on, answered in ((date(2026, 11, 1), None), (date(2026, 11, 1), date(2026, 11, 5)), (date(2026, 10, 1), None)):
        ledger = told(place, household=False)
        for fact in facts(place):
            changed = dataclasses.replace(fact, on=on, answered=answered) if fact.how else fact
            ledger.add(changed.entry(noon("2026-11-20"), "Anna"))
        use = complaining(ledger, book, place)
        case = await use.case(Asked("proximus"))
        found.append(use.drafted(book.regulators["be-data-protection-authority"], case, "nl"))
    assert [draft.hindrance for draft in found] == [Hindrance.WAIT, None, None]
    assert found[0].wait_until == date(2026, 12, 1)


@pytest.mark.parametrize(
    ("on", "how", "delivered", "until"),
    [
        (date(2026, 11, 1), How.POST, None, date(2026, 12, 8)),
        (date(2026, 11, 1), How.POST, date(2026, 11, 4), date(2026, 12, 4)),
        (date(2026, 10, 25), How.E_MAIL, None, date(2026, 11, 25)),
        (date(2026, 11, 15), How.E_MAIL, None, date(2026, 12, 15)),
        (date(2026, 11, 13), How.E_MAIL, None, date(2026, 12, 14)),
    ],
)
async def test_the_month_is_the_one_of_follow_ups(
    book: RuleBook, on: date, how: How, delivered: date | None, until: date
) -> None:
    """It begins when a letter came, with a week for the post, and ends on a working day: as `letter due` says."""
    place = PLACES["BE"]
    ledger = told(place, household=False)
    (fact,) = [fact for fact in facts(place) if fact.how]
    ledger.add(dataclasses.replace(fact, on=on, how=how, delivered=delivered).entry(noon("2026-11-20"), "Anna"))
    use = complaining(ledger, book, place)
    case = await use.case(Asked("proximus"))
    draft = use.drafted(book.regulators["be-data-protection-authority"], case, "nl")
    assert (draft.hindrance, draft.wait_until) == (Hindrance.WAIT, until)
    days = followups(case.file, book.laws, calendar_over, country="BE", country_of=lambda _: "BE")
    assert [day.on for day in days if day.due is Due.ANSWER] == [until]


@pytest.mark.parametrize(("how", "hindrance"), [(How.PHONE, Hindrance.NEVER_WROTE), (How.WEB, None)])
async def test_who_only_spoke_has_not_written(book: RuleBook, how: How, hindrance: Hindrance | None) -> None:
    """An objection by telephone is no letter to an authority that wants the company to be written to first."""
    place = PLACES["BE"]
    ledger = told(place, household=False)
    for fact in facts(place):
        ledger.add((dataclasses.replace(fact, how=how) if fact.how else fact).entry(noon("2026-11-20"), "Anna"))
    use = complaining(ledger, book, place)
    draft = use.drafted(book.regulators["be-data-protection-authority"], await use.case(Asked("proximus")), "nl")
    assert draft.hindrance == hindrance


async def test_what_only_a_person_can_write_has_room_on_the_letter(book: RuleBook) -> None:
    """The household's address stands on it where it was given, else a place for it; so does what only she knows."""
    draft = await drafted(book, "be-telecom-ombudsman")
    words, dated = form_words("nl"), "2026-11-22T00:00:00.000Z"
    assert "[uw adres]" in render_text(post_page(draft, words, dated))
    text = render_text(post_page(draft, words, dated, ("Lindelaan 1", "3000 Leuven")))
    assert "Lindelaan 1\n3000 Leuven" in text
    assert "[uw adres]" not in text
    assert "Uw operator: ……" in text
    assert text.count("10:00:00") == 1


async def test_other_calls_of_the_same_number_are_told_beside(book: RuleBook) -> None:
    """Calls from a number of the complaint of which nobody said for whom are counted and dated, apart from its own."""
    place = PLACES["BE"]
    draft = await drafted(book, "be-fps-economy", withheld=0)
    (earlier,) = [each.answer.lines for each in draft.reports[0].fields if each.field.fill is Fill.EARLIER]
    assert earlier[0].startswith("Oproepen in totaal: 4;")
    assert earlier[1] == "Van dezelfde nummers, oproepen waarvan niemand noteerde voor wie ze waren: 3."
    assert earlier[2] == f"16 november 2026, 16:20:00 (+01:00): {place.caller}"
    assert len(earlier) == 5
    none = await drafted(book, "be-fps-economy", understood=len(CALLS), withheld=0)
    (earlier,) = [each.answer.lines for each in none.reports[0].fields if each.field.fill is Fill.EARLIER]
    assert len(earlier) == 1


async def test_whose_line_it_was_is_asked_for_each_number(book: RuleBook) -> None:
    """The Ombudsman is asked about one caller at a time: a report for each number, and for calls without."""
    draft = await drafted(book, "be-telecom-ombudsman", withheld=2)
    assert [{item.call.seen.number for item in report.calls} for report in draft.reports] == [
        {""},
        {PLACES["BE"].caller},
    ]
    letter = post_page(draft, form_words("nl"), "2026-11-22T00:00:00.000Z")
    assert sum(isinstance(block, NewSheet) for block in letter.blocks) == 1
    one = await drafted(book, "be-telecom-ombudsman", withheld=2, number=PLACES["BE"].caller)
    assert [len(report.calls) for report in one.reports] == [len(CALLS) - 2]
    assert one.left_out == {Why.OTHER_NUMBER: 2}


@pytest.mark.parametrize("language", ["nl", "fr", "de", "en"])
async def test_what_is_posted_is_a_letter(book: RuleBook, language: str) -> None:
    """Addressee in its language, subject, salutation, request, greeting, place and date, then what is enclosed."""
    regulator, place = book.regulators["be-fps-economy"], PLACES["BE"]
    use = complaining(told(place), book, place)
    draft = use.drafted(regulator, await use.case(Asked("proximus")), language)
    words = form_words(language)
    said = words("quoted", said="Belgacom")
    text = render_text(post_page(draft, words, "2026-11-22T00:00:00.000Z"))
    (post,) = [item.letter[language] for item in regulator.channels if item.letter]
    parts = [
        "\n".join(post),
        words("subject_company", company=said),
        words("salutation"),
        words("request_company", company=said),
        words("closing"),
        words("place_and_date"),
        words("enclosures"),
        words("pack", count=4),
    ]
    places = [text.index(part) for part in parts]
    assert places == sorted(places)
    assert text.count(words("pack", count=4)) == 1
    assert text.count(words("consent_never")) == 1, "each thing is said once"
    assert " / " not in text


@pytest.mark.parametrize("language", ["de", "en", "es", "fr", "it", "nl"])
def test_no_form_speaks_of_sound_recordings(language: str) -> None:
    """The written records of calls are never called by a word that an authority takes for a recording of the talk."""
    texts = form_words(language).texts
    sound = ("aufgezeichnet", "aufzeichnung", "enregistr", "recording", "recorded since", "registrazion", "grabaci")
    said = {key: text for key, text in texts.items() if key not in {"voice_recorded", "elsewhere"}}
    assert not [(key, text) for key, text in said.items() if any(word in text.lower() for word in sound)]


@pytest.mark.parametrize(
    ("seen_by", "time", "whence"),
    [
        ("hand", "5 November 2026, 14:30 (+01:00): +3225550345 (from memory)", "no number was presented (from memory)"),
        (
            "fritzbox-call-list",
            "5 November 2026, 14:30 (+01:00): +3225550345 (recorded by another device)",
            "no number was presented (recorded by another device)",
        ),
        ("android-call-log", "14:30:12 (+01:00): +3225550345 (recorded by another device)", "(withheld)"),
    ],
)
async def test_a_call_that_was_not_seen_here_claims_no_more_than_is_known(
    book: RuleBook, seen_by: str, time: str, whence: str
) -> None:
    """What somebody remembers has no seconds; who tells of a call is said; why no number came isn't guessed."""
    place, regulator = PLACES["BE"], book.regulators["be-fps-economy"]
    use = complaining(told(place), book, place)
    case = await use.case(Asked("proximus"))
    presented = "withheld" if "withheld" in whence else "unavailable"
    calls = tuple(
        item._replace(
            call=item.call._replace(
                seen=item.call.seen._replace(
                    seen_by=seen_by, presented=item.call.seen.presented if item.call.seen.number else presented
                )
            )
        )
        for item in case.calls
    )
    draft = use.drafted(regulator, dataclasses.replace(case, calls=calls), "en")
    letter = render_text(post_page(draft, form_words("en"), "2026-11-22T00:00:00.000Z"))
    assert time in letter
    assert whence in letter
    assert (":12" in letter) is (seen_by == "android-call-log")


async def test_a_report_of_one_caller_counts_its_own_calls(book: RuleBook) -> None:
    """A form about who called doesn't count what was said to other callers."""
    draft = await drafted(book, "be-telecom-ombudsman")
    accounts = [
        "\n".join(filled.answer.lines) for report in draft.reports for filled in report.fields
        if filled.field.fill is Fill.ACCOUNT
    ]  # fmt: skip
    words = form_words("nl")
    for account, report in zip(accounts, draft.reports, strict=True):
        stops = [item for item in report.calls if item.call.said.said_stop == "yes"]
        assert words("said_stop", count=len(stops), first=stops[0].moment(words)) in account
    request = await drafted(book, "nl-provider-request")
    (lines,) = [each.answer.lines for each in request.reports[0].fields if each.field.fill is Fill.EARLIER]
    assert lines == (form_words("nl")("in_all", count=1, span="op 2 november 2026, 09:05:00 (+01:00)"),)


@pytest.mark.parametrize(
    ("slug", "law"), [("nl-provider-request", "artikel 11.11"), ("de-provider-request", "§ 14 TDDDG")]
)
async def test_a_request_to_the_own_provider_is_addressed_to_it(book: RuleBook, slug: str, law: str) -> None:
    """Its name and address are for the household to write, not the name of the form; the law is named."""
    draft = await drafted(book, slug)
    words = form_words(draft.language)
    text = render_text(post_page(draft, words, "2026-11-22T00:00:00.000Z"))
    assert words("provider") in text
    assert words("their_address") not in text
    assert draft.regulator.name[draft.language] not in text
    assert law in text


async def test_only_a_request_asks_who_holds_the_line(book: RuleBook) -> None:
    """The form on nuisance calls reports them; nobody is told by it who called."""
    draft = await drafted(book, "de-bnetza-nuisance")
    words = form_words("de")
    text = render_text(post_page(draft, words, "2026-11-22T00:00:00.000Z"))
    assert words("subject_nuisance") + "\n" in text
    assert words("subject_caller") not in text


async def test_where_no_call_names_a_company_that_is_what_is_missing(book: RuleBook) -> None:
    """It isn't said that the authority takes no call: a statement would make a draft of them."""
    draft = await drafted(book, "be-fps-economy", understood=0)
    assert draft.hindrance is Hindrance.NO_CALL
    ((_, missing),) = draft.missing
    assert (missing.lack, len(missing.calls), missing.of) == (Lack.COMPANY, len(CALLS), len(CALLS))
    page = render_text(draft_page(draft, Words(Language.EN), "2026-11-22T00:00:00.000Z"))
    assert "No company is named in 7 of 7 calls" in page
    assert "No call of yours" not in page


async def test_a_company_that_the_rules_know_only_now_is_asked_about_again(book: RuleBook) -> None:
    """Calls of which its name was said before aren't passed over in silence."""
    draft = await drafted(book, "be-fps-economy", company=None)
    assert draft.hindrance is Hindrance.NO_CALL
    page = render_text(draft_page(draft, Words(Language.EN), "2026-11-22T00:00:00.000Z"))
    assert "In 4 of 7 calls the caller was said to call for Proximus when no rule knew that name yet" in page
    assert "blocker statement 0000000000000001" in page


async def test_what_is_missing_counts_all_that_were_marked(book: RuleBook) -> None:
    """Also where a form makes several reports of them, which have fewer calls each."""
    draft = await drafted(book, "fr-signalconso")
    assert len(draft.reports) > 1
    assert [item.of for _, item in draft.missing if item.lack is Lack.COMPANY] == [len(CALLS)]


async def test_a_registration_whose_waiting_time_was_not_over_says_so(book: RuleBook) -> None:
    """Calls that came before it counts aren't passed off as calls after it."""
    place = PLACES["BE"]
    ledger = told(place, household=False)
    late = [fact for fact in facts(place) if fact.register]
    ledger.add(dataclasses.replace(late[0], on=date(2026, 11, 9)).entry(noon("2026-11-09"), "Anna"))
    use = complaining(ledger, book, place)
    draft = use.drafted(book.regulators["be-fps-economy"], await use.case(Asked("proximus")), "en")
    (lines,) = [each.answer.lines for each in draft.reports[0].fields if each.field.fill is Fill.REGISTERED]
    since = "All my lines have been registered since 9 November 2026."
    assert lines == (f"{since} Calls count from 18 November 2026 on, after the waiting time.",)
    whole = await drafted(book, "be-fps-economy")
    (lines,) = [each.answer.lines for each in whole.reports[0].fields if each.field.fill is Fill.REGISTERED]
    assert lines == (form_words("nl")("registered_all", on="10 januari 2024"),)


async def test_nothing_is_drafted_while_only_a_waiting_time_could_speak_for_it(book: RuleBook) -> None:
    """A call soon after a registration, which points to no rule, is left out: the register doesn't count yet."""
    place = PLACES["BE"]
    ledger = told(place, household=False, said_stop=None, withheld=0)
    (late,) = [fact for fact in facts(place) if fact.register]
    ledger.add(dataclasses.replace(late, on=date(2026, 11, 9)).entry(noon("2026-11-09"), "Anna"))
    use = complaining(ledger, book, place)
    draft = use.drafted(
        book.regulators["be-fps-economy"], await use.case(Asked("proximus", since=date(2026, 11, 9))), "en"
    )
    assert (draft.hindrance, draft.left_out) == (Hindrance.NO_CALL, {Why.TOO_EARLY: 2})


async def test_a_company_is_told_with_all_that_leads_to_it(book: RuleBook) -> None:
    """Number, address and e-mail address, as far as the rules have them."""
    draft = await drafted(book, "be-fps-economy")
    (lines,) = [each.answer.lines for each in draft.reports[0].fields if each.field.fill is Fill.COMPANY_REGISTER]
    company = draft.case.company
    assert company is not None
    assert company.post is not None
    assert company.data_protection is not None
    assert lines == ("KBO/BCE 0202.239.951", *company.post.lines, company.data_protection.email)


async def test_a_made_up_complaint_says_so_on_the_letter_too(book: RuleBook) -> None:
    """Calls of a demonstration are never posted unawares."""
    draft = await drafted(book, "be-fps-economy")
    made_up = dataclasses.replace(draft, case=dataclasses.replace(draft.case, simulated=True))
    words, dated = form_words("nl"), "2026-11-22T00:00:00.000Z"
    assert words("simulated") in render_text(post_page(made_up, words, dated))
    assert words("simulated") not in render_text(post_page(draft, words, dated))


async def test_whose_words_the_labels_are_is_said_once(book: RuleBook) -> None:
    """Not behind every field: once above them. What isn't certain of an address is said once too."""
    draft = await drafted(book, "be-fps-economy")
    text = render_text(draft_page(draft, Words(Language.EN), "2026-11-22T00:00:00.000Z"))
    assert text.count("ours, not read in the form itself") == 1
    assert "(our wording)" not in text
    assert text.count("look it up") == 1


async def test_a_form_about_a_company_wants_one(book: RuleBook) -> None:
    """There is no complaint about a company that isn't named."""
    with pytest.raises(UsageError, match="--company"):
        await drafted(book, "it-garante", asked=Asked())


async def test_a_time_bounds_the_calls(book: RuleBook) -> None:
    """Only calls of the days asked for are in, both ends included."""
    asked = Asked("proximus", date(2026, 11, 5), date(2026, 11, 10))
    draft = await drafted(book, "be-fps-economy", asked=asked)
    assert [str(item.day) for item in draft.reports[0].calls] == ["2026-11-05", "2026-11-10"]
    with pytest.raises(UsageError, match="is before"):
        await drafted(book, "be-fps-economy", asked=Asked("proximus", date(2026, 11, 5), date(2026, 11, 1)))


@pytest.mark.parametrize("slug", SLUGS)
async def test_pages_hold_what_strangers_said_as_text(book: RuleBook, slug: str) -> None:
    """What callers said stays a text on both pages, in every language; the one for the post has no remark of ours."""
    draft = await drafted(book, slug, understood=7, product="<script>{x}", course="=1+1 “{count}”\n\u202eabc")
    for language in Language:
        page = draft_page(draft, Words(language), "2026-11-22T00:00:00.000Z")
        raw = render_html(page)
        assert raw == render_html(page)
        assert b"<script" not in raw
    letter = post_page(draft, form_words(draft.language), "2026-11-22T00:00:00.000Z")
    text = render_text(letter)
    assert b"<script" not in render_html(letter)
    assert "wording" not in text
    assert TOLD["said_company"] in text or draft.regulator.about is About.CALLER
    assert "Anna Peeters" in text
