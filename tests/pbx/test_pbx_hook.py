"""The dialplan's contract, held with a real Asterisk, real SIP, and a service that says what each test wants it to say.

`docs/spec/dialplan-hook.md` is the contract. The service itself is tested in `test_pbx_service.py`.
"""

import pytest
from pbx.asterisk import Asterisk
from pbx.sip import Phone, Provider
from pbx.standins import Behaviour, closes_at_once, hung, says, standing_in

pytestmark = pytest.mark.pbx

CALL = "0123456789abcdef"


@pytest.mark.parametrize(("action", "status"), [("reject", 403), ("busy", 486), ("unallocated", 404)])
async def test_a_call_turned_away_never_rings(
    asterisk: Asterisk, provider: Provider, phone: Phone, action: str, status: int
) -> None:
    """Each positive action ends the call unanswered with its own SIP status, and hangup handlers still see why."""
    async with standing_in(says(action)) as service:
        asterisk.ask_at(service.address)
        call = provider.call()
        final = await call.final()
    assert final.status == status
    assert not phone.calls
    assert asterisk.left_with(call.id) == [action, "block-list", CALL]


async def test_a_call_let_through_rings_and_can_be_answered(
    asterisk: Asterisk, provider: Provider, phone: Phone
) -> None:
    """On `ring` the dialplan goes on to its Dial, with the three variables on the channel."""
    phone.answers = True
    async with standing_in(says("ring", reason="nothing-known")) as service:
        asterisk.ask_at(service.address)
        call = provider.call()
        final = await call.final()
    assert final.status == 200
    assert 180 in call.after
    invite = phone.invite_of(call)
    assert [invite.get(f"X-{name}") for name in ("Action", "Reason", "Call")] == ["ring", "nothing-known", CALL]


@pytest.mark.parametrize(
    "action",
    ["", "challenge", "REJECT", "reject ", "re-ject", "reject,1", '1" | "1" = "1', "${BLOCKER_REASON}", "rejectt"],
)
async def test_anything_but_a_known_action_rings(
    asterisk: Asterisk, provider: Provider, phone: Phone, action: str
) -> None:
    """Only the exact word of a known action stops a call."""
    async with standing_in(says(action, reason="reject")) as service:
        asterisk.ask_at(service.address)
        call = provider.call()
        await call.ringing()
    assert phone.invite_of(call).get("X-Reason") == "reject"


@pytest.mark.parametrize(
    ("called", "argument"),
    [
        ("+3225551234", "+3225551234"),
        ("from-did", "+3225551239"),
        ("no-argument", "no-argument"),
        ("nested", "nested"),
        ("+32255%22%0Aagi_evil%3A%201", "+32255agi_evil1"),
        ("+32255%2C%22)1(2", "+32255"),
    ],
)
async def test_the_called_number_is_the_first_argument(
    asterisk: Asterisk, provider: Provider, called: str, argument: str
) -> None:
    """The Gosub's argument, else FROM_DID, else the dialled number; nothing in it can add a line or an argument."""
    async with standing_in(says("ring")) as service:
        asterisk.ask_at(service.address)
        await provider.call(called).ringing()
    environment = service.environment()
    assert environment["agi_network_script"] == "screen"
    assert environment["agi_arg_1"] == argument
    assert environment["agi_arg_2"] == environment["agi_uniqueid"], "the linked id of a call's first channel is its own"
    assert environment["agi_arg_3"] == ""


@pytest.mark.parametrize("behaviour", [says("ring"), closes_at_once, hung])
async def test_what_the_hook_sets_is_restored(
    asterisk: Asterisk, provider: Provider, phone: Phone, behaviour: Behaviour
) -> None:
    """AGIEXITONHANGUP, AGISIGHUP and AGISTATUS are the integrator's again, whatever the service did."""
    async with standing_in(behaviour) as service:
        asterisk.ask_at(service.address)
        call = provider.call("busy-house")
        await call.ringing()
    assert phone.invite_of(call).get("X-AGI") == "no yes theirs"


async def test_what_the_hook_sets_is_restored_for_hangup_handlers_too(asterisk: Asterisk, provider: Provider) -> None:
    """Handlers that run after a call was turned away may use AGI of their own."""
    async with standing_in(says("reject")) as service:
        asterisk.ask_at(service.address)
        call = provider.call("busy-house")
        await call.final()
    assert asterisk.left_with(call.id) == ["reject", "block-list", CALL, "no", "yes", "theirs"]


async def test_an_earlier_absolute_timeout_goes_on_counting(
    asterisk: Asterisk, provider: Provider, phone: Phone
) -> None:
    """The integrator's own TIMEOUT(absolute) is back afterwards, less the time that was spent asking."""
    left = {}
    for name, behaviour in (("quick", says("ring")), ("hung", hung)):
        async with standing_in(behaviour) as service:
            asterisk.ask_at(service.address)
            call = provider.call("busy-house")
            await call.ringing()
            left[name] = float(phone.invite_of(call).get("X-Left"))
    assert 27 < left["hung"] <= 28 < left["quick"] <= 30


async def test_no_absolute_timeout_stays_behind(asterisk: Asterisk, provider: Provider, phone: Phone) -> None:
    """Where the integrator had none, the hook leaves none that could end a conversation."""
    for behaviour in (says("ring"), hung):
        async with standing_in(behaviour) as service:
            asterisk.ask_at(service.address)
            call = provider.call()
            await call.ringing()
            assert phone.invite_of(call).get("X-Left") == "0"


async def test_an_absolute_timeout_that_runs_out_meanwhile_still_ends_the_call(
    asterisk: Asterisk, provider: Provider
) -> None:
    """The integrator's limit isn't lifted because the service hung past it."""
    async with standing_in(hung) as service:
        asterisk.ask_at(service.address)
        final = await provider.call("one-second-left").final()
    assert final.status >= 400


@pytest.mark.parametrize("behaviour", [says("ring"), closes_at_once, hung])
async def test_a_verdict_from_before_counts_for_nothing(
    asterisk: Asterisk, provider: Provider, phone: Phone, behaviour: Behaviour
) -> None:
    """Variables set earlier, or inherited from another channel, are cleared before the service is asked."""
    async with standing_in(behaviour) as service:
        asterisk.ask_at(service.address)
        call = provider.call("left-over")
        await call.ringing()
    seen = [phone.invite_of(call).get(f"X-{name}") for name in ("Action", "Reason", "Call")]
    assert seen in (["ring", "block-list", CALL], ["", "", ""])


@pytest.mark.parametrize("address", ["localhost:4573", "blocker.invalid:4573", "127.0.0.1:4573/x,y", "[::1]:4573"])
async def test_a_name_instead_of_an_address_isnt_looked_up(
    asterisk: Asterisk, provider: Provider, address: str
) -> None:
    """BLOCKER_AGI takes an IPv4 address and port; anything else is said in the log, and every call rings at once."""
    asterisk.ask_at(address)
    before = asterisk.log().count("BLOCKER_AGI must be")
    await provider.call().ringing()
    assert asterisk.log().count("BLOCKER_AGI must be") == before + 1


async def test_the_default_address_is_the_services_own(asterisk: Asterisk, provider: Provider) -> None:
    """Without BLOCKER_AGI the service is asked at 127.0.0.1:4573."""
    async with standing_in(says("reject"), port=4573):
        asterisk.ask_at("")
        final = await provider.call().final()
    assert final.status == 403
