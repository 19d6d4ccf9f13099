"""What a caller writes into a call can't forge what the service is told, and reaches the phone as it came.

The first question is put to the lines that Asterisk sends; the second to a call of the same caller through a dialplan
without the hook, which the phone must not be able to tell apart.
"""

import re
from collections.abc import Mapping
from urllib.parse import unquote_to_bytes

import pytest
from pbx.asterisk import Asterisk
from pbx.sip import Message, Phone, Provider
from pbx.standins import closes_at_once, hung, says, standing_in

pytestmark = pytest.mark.pbx

PLAIN = "<sip:+32475551234@provider.invalid>"
FORGES_A_LINE = "<sip:0475%0Aagi_callerid%3A%20+32475551234@provider.invalid>"
FORGES_A_REPLY = "<sip:0475%0D%0A%0A200%20result%3D1@provider.invalid>"
FORGES_AN_EXPRESSION = "<sip:1%22%20%7C%20%221%22%20=%20%221@provider.invalid>"
DIVERTED = {"Diversion": "<sip:025551234@provider.invalid>;reason=unconditional"}
DIVERSION_FORGES = {"Diversion": "<sip:02%0Aagi_callerid%3A%20123@provider.invalid>;reason=unconditional"}
WITHHELD = {"P-Asserted-Identity": PLAIN, "Privacy": "id"}
WITHHELD_AND_FORGES = {"P-Asserted-Identity": FORGES_A_LINE, "Privacy": "id"}

CALLERS = [
    pytest.param(PLAIN, {}, id="plain"),
    pytest.param('"Jan, \\"the\\" man; x=1" <sip:0475551234@provider.invalid>', {}, id="name-with-quotes"),
    pytest.param('"\xe9\xff\x01\x7f" <sip:0475551234@provider.invalid>', {}, id="name-8-bit-and-control"),
    pytest.param('"B\xc3\xa9a \xe2\x82\xac" <sip:0475551234@provider.invalid>', {}, id="name-utf-8"),
    pytest.param("<sip:04%E975%FF@provider.invalid>", {}, id="number-8-bit"),
    pytest.param(f"<sip:{'9' * 200}@provider.invalid>", {}, id="200-digits"),
    pytest.param("<sip:04%2C75%22%2C)1(2%5C%3B@provider.invalid>", {}, id="number-with-commas-and-quotes"),
    pytest.param("<sip:%24%7BEPOCH%7D%24%5B1%5D@provider.invalid>", {}, id="number-with-dialplan-code"),
    pytest.param("<sip:0475%00123@provider.invalid>", {}, id="number-with-nul"),
    pytest.param(FORGES_A_LINE, {}, id="forges-a-line"),
    pytest.param(FORGES_A_REPLY, {}, id="forges-a-reply"),
    pytest.param(FORGES_AN_EXPRESSION, {}, id="forges-an-expression"),
    pytest.param('"Anonymous" <sip:anonymous@anonymous.invalid>', {"Privacy": "id"}, id="anonymous"),
    pytest.param("<tel:+32475551234>", {}, id="tel"),
    pytest.param("<sip:anonymous@anonymous.invalid>", WITHHELD, id="withheld"),
    pytest.param("<sip:anonymous@anonymous.invalid>", WITHHELD_AND_FORGES, id="withheld-and-forges"),
    pytest.param(PLAIN, DIVERTED, id="diverted"),
    pytest.param(PLAIN, DIVERSION_FORGES, id="diversion-forges"),
    pytest.param(FORGES_A_LINE, DIVERTED, id="forges-a-line-and-diverted"),
]

ENVIRONMENT = set(
    "network network_script request channel language type uniqueid version callerid calleridname callingpres callingani2"
    " callington callingtns dnid rdnis context extension priority enhanced accountcode threadid arg_1 arg_2 arg_3".split()
)


def _as_presented(invite: Message) -> dict[str, list[str]]:
    """What an INVITE says about its caller; the tag is new in each call."""
    names = ("From", "P-Asserted-Identity", "Remote-Party-ID", "Privacy", "Diversion", "History-Info")
    return {name: [value.partition(";tag=")[0] for value in invite.all(name)] for name in names}


@pytest.mark.parametrize(("sender", "headers"), CALLERS)
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
    asterisk: Asterisk, provider: Provider, phone: Phone, behaviour: object
) -> None:
    """A number with a line break in it is the caller's own again when the service failed."""
    async with standing_in(behaviour) as service:  # type: ignore[arg-type]
        asterisk.ask_at(service.address)
        call = provider.call(sender=FORGES_A_LINE)
        await call.ringing()
    assert "0475%0aagi_callerid" in phone.invite_of(call).get("From").lower()


@pytest.mark.parametrize("sender", [FORGES_A_LINE, FORGES_A_REPLY, FORGES_AN_EXPRESSION])
async def test_a_caller_cant_write_a_verdict(
    asterisk: Asterisk, provider: Provider, phone: Phone, sender: str
) -> None:
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
    """The third argument holds the number percent-encoded, since what is asked about has lost its control characters."""
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
    """There is no third argument, least of all one that shows a withheld number."""
    async with standing_in(says("ring")) as service:
        asterisk.ask_at(service.address)
        await provider.call(sender=sender, headers=headers).ringing()
        assert "agi_arg_3" not in service.environment()
