"""Promises about giving a community list what the household knows, over loopback: a yes first, late, once, no more."""

import json
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from fakes.entries import LANDLINE, local
from fakes.phoneblock import Fault
from fakes.sharing_house import GIVEN, HOME, SELLER, WAITING, Listed, SharingHouse, sharing_house

from blocker.core.corrected import correction
from blocker.core.listing import ListIndex, Listing, ListName
from blocker.core.sharing import Upload
from blocker.core.sharing_answer import Answer
from blocker.core.sharing_queue import FORGOTTEN_AFTER, LONGEST_WAIT, SHORTEST_WAIT, Item, State
from blocker.core.verdict import Reason
from blocker.core.wanted import Wanted
from blocker.errors import DataDirError, LedgerWriteError, SourceError, UsageError
from blocker.filing.sharing_desk import random_wait

OTHER = "+3225550346"


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[SharingHouse]:
    """A house in which giving is off."""
    async with sharing_house(tmp_path) as house:
        yield house


async def test_nothing_leaves_before_somebody_said_yes(house: SharingHouse) -> None:
    """Marks, a preview and days of service send nothing; nor does a yes to something else than what is given now."""
    house.marked()
    shown = await house.giver.preview()
    await house.later(days=2)
    house.marked(OTHER)
    with pytest.raises(UsageError, match="look again"):
        await house.giver.on(shown["sum"])
    await house.later(days=2)
    assert house.server.asked == []
    assert await house.store.sharing() is None


async def test_what_is_sent_is_what_was_shown(house: SharingHouse) -> None:
    """The request that arrives is the one of the preview, header by header and byte by byte, but for the token."""
    house.know(community=Listed(OTHER))
    house.marked()
    preview = await house.giver.preview()
    await house.say_yes()
    house.told.call("2026-11-17 18:30", number=OTHER, reason=Reason.COMMUNITY)
    house.clock.pass_time(timedelta(hours=1))
    await house.uploading.run()
    shown = [preview["requests"][0], *(item["request"] for item in (await house.giver.show())["items"])]
    await house.later(hours=8)
    assert len(house.server.asked) == 2
    for asked in house.server.asked:
        head = [f"{asked.method} {house.server.url}{asked.path}"]
        head += [f"{name}: {value}" for name, value in asked.headers.items()]
        lines = "\n".join([*head, *(["", asked.body.decode()] if asked.body else [])])
        sent = lines.replace(house.server.token, "(your token)").split("\n")
        assert sorted(sent) in [sorted(text.split("\n")) for text in shown]
    assert house.server.rated == {SELLER: {"phone": SELLER, "rating": "E_ADVERTISING"}}
    assert house.server.reports == [(OTHER, False)]


async def test_what_was_shown_and_sent_is_in_the_ledger(house: SharingHouse) -> None:
    """The yes is recorded with all that was shown, each upload with its bytes and the sum of the answer."""
    house.marked()
    await house.say_yes()
    await house.later(hours=7)
    (yes,) = house.entries("sharing-set")
    assert (yes["state"], yes["by"], yes["source"]) == ("on", "Anna", "phoneblock")
    assert any(SELLER in text and "/rate" in text for text in yes["shown"])
    assert any("C-101/01" in text for text in yes["shown"])
    (sent,) = house.entries("shared")
    assert json.loads(sent["body"]) == house.server.rated[SELLER]
    assert (sent["status"], len(sent["answer"]), sent["address"]) == (200, 64, house.server.url + "/rate")
    await house.giver.off("Anna")
    assert [entry["state"] for entry in house.entries("sharing-set")] == ["on", "off"]
    assert house.switched == [True, False]


async def test_no_request_names_the_line_a_time_a_name_or_words(house: SharingHouse) -> None:
    """Whatever is known of a call, what goes out has the presented number, a rating, a listed remark and the token."""
    house.start(replace(HOME, comments=True))
    house.know(community=Listed(OTHER))
    call = house.told.call("2026-11-17 09:12:33.123", number=SELLER, name="Jan Peeters")
    house.says(call, mark="marketing", voice="recorded", product="solar panels", course="He gave his name as Zwartjes.")
    await house.say_yes()
    house.told.call("2026-11-17 18:13:14.567", number=OTHER, name="Jan Peeters", reason=Reason.COMMUNITY)
    await house.later(minutes=30)
    await house.later(days=2)
    assert len(house.server.asked) == 2
    everything = "\n".join(f"{a.method} {a.path} {a.query} {a.headers} {a.body!r}" for a in house.server.asked)
    for secret in [
        *(LANDLINE.number, LANDLINE.number[3:], "25550100", "landline", call, "Anna", "Peeters", "Zwartjes", "solar"),
        *("2026", "11-17", "09:12", "18:13", "33.123", "14.567"),
    ]:
        assert secret not in everything
    assert house.server.rated[SELLER] == {"phone": SELLER, "rating": "E_ADVERTISING", "comment": "A recorded message."}


async def test_each_upload_waits_and_goes_once(house: SharingHouse) -> None:
    """Not before its time is up, then once, also after a new start and however often the service looks."""
    house.marked()
    await house.say_yes()
    await house.later(hours=5)
    assert house.server.asked == []
    house.start()
    await house.later(hours=1)
    for _ in range(5):
        await house.later(hours=12)
    assert len(house.server.asked) == 1
    assert (await house.states()) == {(SELLER, "rating"): GIVEN}


async def test_a_backlog_is_spread(house: SharingHouse) -> None:
    """No more than three go at a time."""
    for n in range(8):
        house.marked(f"+322555035{n}")
    await house.say_yes()
    counts = []
    for _ in range(4):
        await house.later(hours=6)
        counts.append(len(house.server.asked))
    assert counts == [3, 6, 8, 8]


async def test_reports_keep_to_the_days_quota(house: SharingHouse) -> None:
    """Of 30 numbers that were refused, 20 are reported in one UTC day, and the rest the day after."""
    numbers = [f"+32255504{n:02d}" for n in range(30)]
    house.know(community=Listed(*numbers))
    house.clock.instant = house.server.now = local("2026-11-17 18:00")
    await house.say_yes()
    for number in numbers:
        house.told.call("2026-11-17 18:01", number=number, reason=Reason.COMMUNITY)
    await house.later(minutes=5)
    await house.later(hours=7)  # past midnight in UTC
    for _ in range(15):
        await house.later(minutes=60)
    assert (len(house.server.reports), house.server.over_quota()) == (20, 0)
    for _ in range(14):
        await house.later(minutes=60)
    assert (len(house.server.reports), house.server.over_quota()) == (30, 0)


async def test_a_mark_that_was_taken_back_takes_its_upload_out(house: SharingHouse) -> None:
    """Withdrawn or corrected to wanted before it went: nothing goes."""
    first, second = house.marked(), house.marked(OTHER)
    await house.say_yes()
    house.says(first, mark="wanted")
    said = next(
        entry.n for entry in house.told.all() if entry.content.get("call") == second and "mark" in entry.content
    )
    house.told.add(correction(house.clock.now(), said, why="a mistake", by="Anna"))
    await house.later(days=1)
    assert (house.server.asked, await house.states()) == ([], {})


async def test_what_was_given_can_be_taken_back(house: SharingHouse) -> None:
    """It is told that the rating was given; on request A_LEGITIMATE follows, and the mark gives nothing anew."""
    call = house.marked()
    await house.say_yes()
    await house.later(hours=7)
    house.says(call, mark="wanted")
    (item,) = (await house.giver.show())["items"]
    assert item["mark_taken_back"]
    assert "--take-back" in (await house.giver.given_of(SELLER))[0]
    assert (await house.giver.drop(SELLER))["given"][0]["rating"] == "E_ADVERTISING"
    assert (await house.giver.drop("02 555 03 45", take_back=True))["taking_back"]
    assert (await house.rating()).state == WAITING
    await house.later(hours=7)
    assert house.server.rated[SELLER]["rating"] == "A_LEGITIMATE"
    assert await house.giver.given_of(SELLER) == []
    await house.later(days=3)
    assert len(house.server.asked) == 2


async def test_what_a_person_dropped_stays_dropped(house: SharingHouse) -> None:
    """Though its mark still holds; a new mark brings it back."""
    call = house.marked()
    await house.say_yes()
    assert (await house.giver.drop(SELLER, by="Anna"))["dropped"] == ["rating"]
    await house.later(days=2)
    assert house.server.asked == []
    house.says(call, mark="marketing", product="wine")
    await house.later(hours=1)
    await house.later(hours=7)
    assert list(house.server.rated) == [SELLER]
    with pytest.raises(UsageError, match="nothing about"):
        await house.giver.drop("+3225559999")


@pytest.mark.parametrize(
    "known",
    [
        {"wanted": Wanted(contacts=frozenset({SELLER}))},
        {"wanted": Wanted(dialled={SELLER: local("2026-11-16 09:00")})},
        {"allow": ListIndex([Listing(ListName.ALLOW, SELLER, False, "", local("2026-11-16 09:00"), "Anna")])},
    ],
)
async def test_wanted_numbers_are_never_given(house: SharingHouse, known: dict[str, object]) -> None:
    """Not even where that was said after the yes; the preview tells why."""
    house.marked()
    await house.say_yes()
    house.know(**known)
    assert [one["number"] for one in (await house.giver.preview())["left_out"]] == [SELLER]
    await house.later(days=2)
    assert house.server.asked == []


async def test_only_a_persons_mark_on_a_call_gives_a_rating(house: SharingHouse) -> None:
    """Suspected, refused, withheld, wanted once, allowed to call, old: none of these gives one."""
    house.told.call("2026-11-17 09:00", number=OTHER, reason=Reason.COMMUNITY)
    house.told.call("2026-11-17 09:00", number=OTHER, reason=Reason.BLOCK_LIST)
    house.says(house.marked("+3225550347"), mark="marketing", consent="given")
    house.says(house.told.call("2026-11-17 09:01", number="+3225550348"), mark="wanted")
    house.marked("+3225550348")
    old = house.told.call("2026-10-17 09:00", number="+3225550349")
    house.says(old, "2026-10-17 09:05", mark="marketing")
    house.marked("+32475551234")
    preview = await house.giver.preview()
    assert preview["requests"] == []
    assert {one["number"] for one in preview["left_out"]} == {"+3225550348", "+32475551234"}
    house.start(replace(HOME, mobile=True))
    assert len((await house.giver.preview())["requests"]) == 1


async def test_refused_calls_are_given_where_the_list_holds_them(house: SharingHouse) -> None:
    """Those since the yes, that the phone system took; not those from before, nor of numbers that others list."""
    house.know(community=Listed(SELLER, OTHER))
    house.told.call("2026-11-17 17:00", number=SELLER, reason=Reason.COMMUNITY)
    await house.say_yes()
    house.told.call("2026-11-17 18:01", number=OTHER, reason=Reason.COMMUNITY, acknowledged=False)
    house.told.call("2026-11-17 18:02", number="+3225550350", reason=Reason.COMMUNITY)
    house.told.call("2026-11-17 18:03", number=OTHER)
    await house.later(hours=1)
    assert await house.states() == {}
    house.told.call("2026-11-17 19:00", number=OTHER, reason=Reason.BLOCK_LIST)
    await house.later(hours=1)
    assert await house.states() == {(OTHER, "refused-call"): WAITING}
    house.start(replace(HOME, refused_calls=False))
    assert "report-call" not in str((await house.giver.preview())["examples"])


async def test_a_server_that_is_down_is_tried_again_with_longer_pauses(house: SharingHouse) -> None:
    """One try an hour and then fewer, no storm; when it is back, each thing is given once."""
    for n in range(5):
        house.marked(f"+322555035{n}")
    await house.say_yes()
    house.server.fault = Fault.BROKEN
    for _ in range(24):
        await house.later(hours=1)
    assert 5 < len(house.server.asked) < 30
    house.server.fault, house.server.asked = None, []
    for _ in range(30):
        await house.later(hours=1)
    assert sorted(house.server.rated) == [f"+322555035{n}" for n in range(5)]
    assert len(house.server.asked) == 5


async def test_what_cant_be_given_for_long_is_forgotten(house: SharingHouse) -> None:
    """After 14 days nothing more is tried, and the queue says why."""
    house.marked()
    await house.say_yes()
    house.server.fault = Fault.UNAVAILABLE
    for _ in range(20):
        await house.later(days=1)
    house.server.fault, house.server.asked = None, []
    await house.later(days=1)
    assert house.server.asked == []
    item = await house.rating()
    assert (str(item.state), "answered 503" in item.why) == ("given-up", True)
    await house.later(days=30)
    assert await house.states() == {}


async def test_a_server_that_wants_rest_gets_it(house: SharingHouse) -> None:
    """Retry-After holds for everything that waits."""
    house.server.retry_after = str(10 * 3600)
    house.marked()
    house.marked(OTHER)
    await house.say_yes()
    house.server.fault = Fault.TOO_MANY
    await house.later(hours=6)
    assert len(house.server.asked) == 1
    house.server.fault = None
    await house.later(hours=9)
    assert len(house.server.asked) == 1
    await house.later(hours=2)
    assert sorted(house.server.rated) == [SELLER, OTHER]


async def test_a_revoked_token_stops_everything_until_a_person_mends_it(house: SharingHouse) -> None:
    """One request finds out; the household is told, also after a new start; a new yes goes on with what waits."""
    house.marked()
    await house.say_yes()
    old, house.server.token = house.server.token, "pbt_new"
    for _ in range(10):
        await house.later(hours=6)
    assert len(house.server.asked) == 1
    house.start()
    assert await house.desk.is_on()
    assert "doesn't take the token" in house.desk.problem
    assert old not in house.desk.problem
    house.token_file.write_text("pbt_new\n", "utf-8")
    await house.say_yes()
    assert house.desk.problem == ""
    await house.later(hours=48)
    assert list(house.server.rated) == [SELLER]


async def test_a_token_that_others_can_read_is_not_used(house: SharingHouse) -> None:
    """Neither for a yes, nor where it became so later."""
    house.marked()
    house.token_file.chmod(0o644)
    with pytest.raises(SourceError, match="others can read"):
        await house.say_yes()
    house.token_file.chmod(0o600)
    await house.say_yes()
    house.token_file.chmod(0o644)
    await house.later(hours=7)
    assert house.server.asked == []
    assert "others can read" in house.desk.problem


async def test_what_cant_be_recorded_isnt_given(house: SharingHouse) -> None:
    """Neither is it switched on while the ledger can't be written, nor does anything go out."""
    house.marked()
    house.ledger.problem = "the disk is full"
    with pytest.raises(LedgerWriteError):
        await house.say_yes()
    assert await house.store.sharing() is None
    house.ledger.problem = ""
    await house.say_yes()
    house.ledger.problem = "the disk is full"
    await house.later(hours=7)
    assert house.server.asked == []


async def test_an_upload_that_couldnt_be_recorded_is_recorded_later(
    house: SharingHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the ledger fails right after an upload, no other goes, and the entry is written once it can be."""

    async def gives_as_the_disk_fills(upload: Upload) -> Answer:
        house.ledger.problem = "the disk is full"
        return await give(upload)

    house.marked()
    house.marked(OTHER)
    await house.say_yes()
    give = house.desk.giving.give
    monkeypatch.setattr(house.desk.giving, "give", gives_as_the_disk_fills)
    await house.later(hours=7)
    assert (len(house.server.asked), house.entries("shared")) == (1, [])
    house.ledger.problem = ""
    await house.ledger.flush()
    (entry,) = house.entries("shared")
    assert [entry["number"]] == list(house.server.rated)


async def test_a_list_that_moved_gets_nothing_without_a_new_yes(house: SharingHouse) -> None:
    """The token and the numbers go to the address that a person was shown."""
    house.marked()
    await house.say_yes()
    house.server.url += "/elsewhere"
    house.start()
    await house.later(hours=7)
    assert house.server.asked == []
    assert "moved from" in house.desk.problem


@pytest.mark.parametrize(("what", "then"), [("rating", WAITING), ("refused-call", GIVEN)])
async def test_a_program_that_ended_in_the_middle_gives_no_call_twice(
    house: SharingHouse, what: str, then: str
) -> None:
    """A rating goes again, since it replaces itself; a report, which would count as a second call, does not."""
    house.know(community=Listed(SELLER))
    if what == "rating":
        house.marked()
    await house.say_yes()
    if what != "rating":
        house.told.call("2026-11-17 18:01", reason=Reason.COMMUNITY)
        await house.later(minutes=5)
    (item,) = await house.store.queue()
    await house.store.put(replace(item, state=type(item.state)("sending"), tries=1))
    await house.uploading.run()
    assert await house.states() == {(SELLER, what): then}
    await house.later(hours=7)
    assert len(house.server.asked) == (1 if what == "rating" else 0)


async def test_what_was_given_is_recorded_wherever_the_program_ends(
    house: SharingHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A program that ends right after an upload has told the ledger of it, before the queue says that it is done."""

    async def fails_once_given(item: Item) -> None:
        if item.state is State.GIVEN:
            raise DataDirError("the disk is full")
        await put(item)

    house.marked()
    await house.say_yes()
    put = house.store.put
    monkeypatch.setattr(house.store, "put", fails_once_given)
    with pytest.raises(DataDirError):
        await house.later(hours=7)
    assert len(house.server.asked) == len(house.entries("shared")) == 1


async def test_off_throws_away_what_waits(house: SharingHouse) -> None:
    """And keeps what was given in mind, so that the next yes gives nothing twice."""
    house.marked()
    await house.say_yes()
    await house.later(hours=7)
    house.marked(OTHER)
    await house.later(minutes=5)
    await house.giver.off()
    await house.later(days=2)
    assert (len(house.server.asked), await house.states()) == (1, {(SELLER, "rating"): GIVEN})
    await house.say_yes()
    await house.later(hours=7)
    assert [json.loads(one.body)["phone"] for one in house.server.asked] == [SELLER, OTHER]


async def test_what_never_went_is_not_called_given(house: SharingHouse) -> None:
    """Where giving is switched off, or the mark goes, before a correction was sent, what was given is told as it is."""
    call = house.marked()
    await house.say_yes()
    await house.later(hours=7)
    await house.giver.drop(SELLER, take_back=True)
    assert await house.giver.given_of(SELLER) == []
    assert (await house.giver.drop(SELLER))["given"][0]["rating"] == "E_ADVERTISING"
    await house.say_yes()
    await house.giver.drop(SELLER, take_back=True)
    await house.giver.off()
    await house.say_yes()
    house.says(call, mark="marketing", product="a casino")
    await house.later(hours=1)
    assert (await house.rating()).upload.rating == "F_GAMBLE"
    house.says(call, mark="wanted")
    await house.later(hours=1)
    assert ((await house.rating()).upload.rating, (await house.rating()).state) == ("E_ADVERTISING", GIVEN)
    assert "as E_ADVERTISING" in (await house.giver.given_of(SELLER))[0]
    assert len(house.server.asked) == 1


async def test_a_mark_that_was_taken_over_is_none_that_is_new(house: SharingHouse) -> None:
    """In a ledger that follows another, entries have other numbers: what a person took out isn't given after all."""
    house.marked()
    house.marked(OTHER)
    await house.say_yes()
    await house.giver.drop(SELLER)
    before = house.told.all()
    house.told.begin_anew()
    await house.later(hours=1)
    for entry in (*before, *before):  # so that each has a higher number by now
        house.told.add(entry.content, taken_over={"ledger": "ledger-kept-x"})
    await house.later(hours=1)
    await house.later(hours=30)
    assert list(house.server.rated) == [OTHER]
    house.marked()
    await house.later(hours=1)
    assert (await house.rating()).state == WAITING


async def test_erasing_a_number_erases_its_uploads(house: SharingHouse) -> None:
    """Nothing in the household's file is left of it."""
    house.marked()
    await house.say_yes()
    assert await house.store.forget(SELLER)
    assert not await house.store.forget(SELLER)
    assert await house.store.queue() == []


def test_waits_are_drawn_evenly_over_whole_24_hours() -> None:
    """Between 6 and 30 hours, each quarter about as often: the hour of an upload tells nothing of a call's."""
    waits = [random_wait() for _ in range(4000)]
    assert min(waits) >= SHORTEST_WAIT
    assert max(waits) < LONGEST_WAIT
    assert timedelta(hours=24) == LONGEST_WAIT - SHORTEST_WAIT
    assert FORGOTTEN_AFTER > LONGEST_WAIT
    quarters = [sum(int((wait - SHORTEST_WAIT) / timedelta(hours=6)) == n for wait in waits) for n in range(4)]
    assert min(quarters) > 800
