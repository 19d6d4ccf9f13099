"""What a caller writes into a call can't forge what the service is told, and reaches the phone as it came.

The first question is put to the lines that Asterisk sends; the second to a call of the same caller through a dialplan
without the hook, which the phone must not be able to tell apart.
"""

import re
from collections.abc import Mapping
from urllib.parse import unquote_to_bytes

import pytest
from pbx.asterisk import Asterisk
from pbx.callers import (
    CALLERS,
    DIVERSION_FORGES,
    FORGES_A_LINE,
    FORGES_A_REPLY,
    FORGES_AN_EXPRESSION,
    PLAIN,
    WITHHELD_AND_FORGES,
)
from pbx.sip import Message, Phone, Provider
from pbx.standins import Behaviour, closes_at_once, hung, says, standing_in

pytestmark = pytest.mark.pbx

ENVIRONMENT = set(
    "network network_script request channel language type uniqueid version callerid calleridname callingpres"
    " callingani2 callington callingtns dnid rdnis context extension priority enhanced accountcode threadid"
    " arg_1 arg_2 arg_3 arg_4".split()
)


def _as_presented(invite: Message) -> dict[str, list[str]]:
    """What an INVITE says about its caller; the tag is new in each call."""
    names = ("From", "P-Asserted-Identity", "Remote-Party-ID", "Privacy", "Diversion", "History-Info")
    return {name: [value.partition(";tag=")[0] for value in invite.all(name)] for name in names}


@pytest.mark.parametrize(("sender", "headers"), CALLERS.values(), ids=CALLERS)
async def test_the_phone_sees_the_caller_as_without_the_hook(
    asterisk: Asterisk, provider: Provider, phone: Phone, sender: str, headers: Mapping[str, str]
) -> None:
    """Number, name, presentation and diversion reach the phone unchanged, and the service is told no forged line."""
    async with standing_in(says("ring")) as service:
        asterisk.ask_at(service.address)
        seen = []
        for called in ("unscreened", "+3225551234"):
            call = provider.call(called, sender, headers)
            await call.ringing()
            seen.append(_as_presented(phone.invite_of(call)))
    assert seen[0] == seen[1]
    told = service.environment()
    assert {key.removeprefix("agi_") for key in told} <= ENVIRONMENT
    assert told["agi_network_script"] == "screen"
    assert told["agi_arg_1"] == "+3225551234"
    assert not re.search(r"[\x00-\x1f\x7f]", "".join(told.values()))


@pytest.mark.parametrize("behaviour", [closes_at_once, hung])
async def test_the_caller_is_given_back_whatever_the_service_does(
    asterisk: Asterisk, provider: Provider, phone: Phone, behaviour: Behaviour
) -> None:
    """A number with a line break in it is the caller's own again when the service failed."""
    async with standing_in(behaviour) as service:
        asterisk.ask_at(service.address)
        call = provider.call(sender=FORGES_A_LINE)
        await call.ringing()
    assert "0475%0aagi_callerid" in phone.invite_of(call).get("From").lower()


async def test_a_called_number_with_line_breaks_forges_nothing_and_is_given_back(
    asterisk: Asterisk, provider: Provider, phone: Phone
) -> None:
    """What the trunk writes into the request URI is as dangerous as what the caller writes into From."""
    async with standing_in(says("ring")) as service:
        asterisk.ask_at(service.address)
        call = provider.call("+32255%22%0Aagi_evil%3A%201")
        await call.ringing()
        told = service.environment()
    assert told["agi_dnid"] == '+32255"agi_evil: 1'
    assert "agi_evil" not in told
    assert unquote_to_bytes(phone.invite_of(call).get("X-Called")) == b'+32255"\nagi_evil: 1'


@pytest.mark.parametrize("sender", [FORGES_A_LINE, FORGES_A_REPLY, FORGES_AN_EXPRESSION])
async def test_a_caller_cant_write_a_verdict(asterisk: Asterisk, provider: Provider, phone: Phone, sender: str) -> None:
    """A forged reply or expression neither ends the exchange nor turns the call away, nor lets a refused one ring."""
    for action in ("ring", "reject"):
        async with standing_in(says(action)) as service:
            asterisk.ask_at(service.address)
            call = provider.call(sender=sender)
            if action == "ring":
                await call.ringing()
            else:
                assert (await call.final()).status == 403
        assert len(service.asked) == 1
    assert len(phone.calls) == 1


async def test_a_number_with_line_breaks_is_handed_on_as_it_came(asterisk: Asterisk, provider: Provider) -> None:
    """The third argument holds it percent-encoded, since the one asked about has lost its control characters."""
    async with standing_in(says("ring")) as service:
        asterisk.ask_at(service.address)
        await provider.call(sender=FORGES_A_LINE).ringing()
        told = service.environment()
    assert told["agi_callerid"] == "0475agi_callerid: +32475551234"
    assert unquote_to_bytes(told["agi_arg_3"]) == b"0475\nagi_callerid: +32475551234"


@pytest.mark.parametrize(
    ("sender", "headers"),
    [(PLAIN, {}), (PLAIN, DIVERSION_FORGES), ("<sip:anonymous@anonymous.invalid>", WITHHELD_AND_FORGES)],
)
async def test_a_number_that_came_clean_or_was_withheld_isnt_said_twice(
    asterisk: Asterisk, provider: Provider, sender: str, headers: Mapping[str, str]
) -> None:
    """The third argument is empty, and doesn't show a withheld number."""
    async with standing_in(says("ring")) as service:
        asterisk.ask_at(service.address)
        await provider.call(sender=sender, headers=headers).ringing()
        assert service.environment()["agi_arg_3"] == ""
