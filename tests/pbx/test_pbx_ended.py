"""What the dialplan tells beside AGI's environment: headers, who forwarded, how a call ended; to the real service.

A call must never depend on any of it: the tests take away each part, and freeze or stop the service meanwhile.
"""

import asyncio
import signal
import time

import pytest
from pbx.asterisk import Asterisk
from pbx.callers import CALLERS, PLAIN, WITHHELD
from pbx.service import UNWANTED_NUMBER, Service
from pbx.sip import Phone, Provider

pytestmark = pytest.mark.pbx

UNWANTED = f"<sip:{UNWANTED_NUMBER}@provider.invalid>"

TOLD_WITHIN_SECONDS = 1.0
"""How long the dialplan waits for the service to take the end of a call."""

SLACK_SECONDS = 0.9
"""For a machine that runs other tests at the same time; less than the service's absence could cost a second time."""

IDENTITY = f"eyJhbGciOiJFUzI1NiJ9.{'A' * 600}.c2ln;info=<https://cert.invalid/a.cer>;alg=ES256;ppt=shaken"
HEADERS = {
    "P-Asserted-Identity": PLAIN,
    "Remote-Party-ID": f"{PLAIN};privacy=off;screen=yes",
    "Privacy": "none",
    "Diversion": '"Home (upstairs) :)" <sip:025551234@provider.invalid>;reason=user-busy',
    "History-Info": "<sip:+3225551234@provider.invalid>;index=1, <sip:+3225551235@provider.invalid>;index=1.1",
    "Identity": IDENTITY,
}


async def test_headers_reach_the_record_as_they_came(service: Service, provider: Provider, phone: Phone) -> None:
    """Those of a shown caller, parentheses and colons included, with the SIP Call-ID and who forwarded the call."""
    sender = '"Acme (sales) :) :5" <sip:+32475551234@provider.invalid>'
    call = provider.call("+3225551234", sender, HEADERS)
    await call.ringing()
    entry = service.entry("call-screened", phone.invite_of(call).get("X-Call"))
    assert entry["references"]["sip_call_id"] == call.id
    assert entry["headers"].pop("from").startswith(sender)
    told = {name: text.replace(" ", "") for name, text in entry["headers"].items()}
    assert told == {name.lower(): text.replace(" ", "") for name, text in HEADERS.items()}
    assert entry["redirecting"] == {"number": "025551234", "name": "Home (upstairs) :)", "reason": "cfb"}
    assert entry["clock"]["source"] == "kernel"
    assert len(entry["rules"]) == len(entry["lists"]["block"]) == 64


async def test_of_a_withheld_caller_only_the_wish_for_privacy_is_kept(
    service: Service, provider: Provider, phone: Phone
) -> None:
    """No header that names the caller, nor who forwarded; with the Call-ID an operator finds the call all the same."""
    call = provider.call("+3225551234", "<sip:anonymous@anonymous.invalid>", HEADERS | WITHHELD)
    await call.ringing()
    entry = service.entry("call-screened", phone.invite_of(call).get("X-Call"))
    assert entry["presented"]["kind"] == "withheld"
    assert entry["headers"] == {"privacy": "id"}
    assert entry["redirecting"] is None
    assert entry["references"]["sip_call_id"] == call.id
    assert "475551234" not in str(entry)


async def test_headers_of_a_call_that_is_turned_away_are_on_record_too(
    asterisk: Asterisk, service: Service, provider: Provider
) -> None:
    """They stand in the entry that is durable before the call is refused, however much a caller sends."""
    call = provider.call(sender=UNWANTED, headers={"History-Info": "\xff" * 2000, "Identity": "\xfe)(:" * 700})
    assert (await call.final()).status == 403
    entry = service.entry("call-screened", asterisk.left_with(call.id)[2])
    assert entry["headers"]["history-info"] == "\xff" * 600
    assert entry["headers"]["identity"] == ("\xfe)(:" * 700)[:1600]


async def test_an_answered_call(service: Service, provider: Provider, phone: Phone) -> None:
    """How long, who hung up, and how many packets of sound the caller sent."""
    phone.answers = True
    call = provider.call()
    await call.final()
    call.speak(40)
    phone.speak(call, 5)
    await asyncio.sleep(1.2)  # a conversation of a second
    await call.hang_up()
    ended = service.entry("call-ended", phone.invite_of(call).get("X-Call"))
    assert (ended["disposition"], ended["hung_up_by"], ended["cause"]) == ("ANSWERED", "caller", 16)
    assert 1 <= ended["seconds_talked"] <= ended["seconds_in_all"] <= 3
    assert ended["audio_packets"] == 40
    screened = service.entry("call-screened", ended["call"])
    assert ended["uniqueid"] == screened["references"]["uniqueid"]
    service.run("verify")


async def test_a_silent_call_that_the_household_ends(service: Service, provider: Provider, phone: Phone) -> None:
    """Nothing came from the caller at all, though the household said hello."""
    phone.answers = True
    call = provider.call()
    await call.final()
    await call.hears(lambda: phone.speak(call, 1))
    phone.hang_up(call)
    await call.hung_up()
    ended = service.entry("call-ended", phone.invite_of(call).get("X-Call"))
    assert (ended["disposition"], ended["hung_up_by"], ended["audio_packets"]) == ("ANSWERED", "household", 0)


async def test_where_no_sound_passes_asterisk_at_all_nothing_is_said_of_it(
    service: Service, provider: Provider, phone: Phone
) -> None:
    """The phones may talk past Asterisk: then zero packets would claim a silence that nobody heard."""
    phone.answers = True
    call = provider.call()
    await call.final()
    await call.hang_up()
    assert service.entry("call-ended", phone.invite_of(call).get("X-Call"))["audio_packets"] is None


@pytest.mark.parametrize("seconds", [0.0, 1.2])
async def test_a_call_that_the_caller_gives_up(
    service: Service, provider: Provider, phone: Phone, seconds: float
) -> None:
    """After one ring, or after a while: never answered, and the caller ended it."""
    call = provider.call()
    await call.ringing()
    await asyncio.sleep(seconds)  # it rings on
    await call.cancel()
    ended = service.entry("call-ended", phone.invite_of(call).get("X-Call"))
    assert (ended["disposition"], ended["hung_up_by"], ended["seconds_talked"]) == ("NO ANSWER", "caller", 0)
    assert seconds - 1 <= ended["seconds_in_all"] <= seconds + 2
    assert ended["audio_packets"] is None


async def test_a_call_to_a_busy_household(service: Service, provider: Provider, phone: Phone) -> None:
    """The phone says that it is busy."""
    phone.is_busy = True
    call = provider.call()
    assert (await call.final()).status == 486
    ended = service.entry("call-ended", phone.invite_of(call).get("X-Call"))
    assert (ended["disposition"], ended["seconds_talked"], ended["cause"]) == ("BUSY", 0, 17)


async def test_a_call_that_was_turned_away(asterisk: Asterisk, service: Service, provider: Provider) -> None:
    """The blocker ended it; that it was refused, the outcome says."""
    call = provider.call(sender=UNWANTED)
    assert (await call.final()).status == 403
    call_id = asterisk.left_with(call.id)[2]
    ended = service.entry("call-ended", call_id)
    assert (ended["hung_up_by"], ended["cause"], ended["seconds_talked"]) == ("blocker", 21, 0)
    assert service.entry("outcome", call_id)["result"] == "refused"


@pytest.mark.parametrize("number", [signal.SIGSTOP, signal.SIGTERM, signal.SIGKILL])
async def test_a_call_ends_whatever_became_of_the_service_meanwhile(
    asterisk: Asterisk, service: Service, provider: Provider, phone: Phone, number: signal.Signals
) -> None:
    """Both sides are free at once or after a second at most, no channel stays, and the next call rings."""
    phone.answers = True
    answered = provider.call()
    await answered.final()
    phone.answers = False
    rings = provider.call()
    await rings.ringing()
    if number is signal.SIGSTOP:
        service.send(number)
    else:
        service.end(number)
    started = time.monotonic()
    phone.hang_up(answered)
    await answered.hung_up()
    assert time.monotonic() - started < TOLD_WITHIN_SECONDS + SLACK_SECONDS
    started = time.monotonic()
    await rings.cancel()
    assert time.monotonic() - started < SLACK_SECONDS, "the answer to CANCEL waits for nobody"
    asterisk.wait_until_quiet(TOLD_WITHIN_SECONDS + SLACK_SECONDS)
    assert await provider.call().ringing() < 3


SESSION_ENDED_SECONDS = 40
"""How long after a call a SIP session may keep its modules in use: 64 times T1, 32 s (RFC 3261, timers B, F, H)."""


@pytest.mark.parametrize(
    "module",
    ["func_curl.so", "func_cdr.so", "func_base64.so", "res_pjsip_header_funcs.so", "func_module.so"],
)
async def test_a_module_that_is_missing_costs_no_call(
    asterisk: Asterisk, service: Service, provider: Provider, phone: Phone, module: str
) -> None:
    """Less is told, the unwanted call is refused all the same and the wanted one can be talked."""
    asterisk.unload(module, SESSION_ENDED_SECONDS)
    before = len(asterisk.log())
    try:
        assert (await provider.call(sender=UNWANTED).final()).status == 403
        phone.answers = True
        call = provider.call()
        assert (await call.final()).status == 200
        await call.hang_up()
        asterisk.wait_until_quiet(3)
    finally:
        asterisk.cli(f"module load {module}")
    if module not in {"func_module.so", "res_pjsip_header_funcs.so"}:  # the tests' own dialplan uses the second
        assert "not registered" not in asterisk.log()[before:]
    assert service.health() == 200


async def test_a_name_instead_of_an_address_isnt_looked_up_at_the_end(
    asterisk: Asterisk, service: Service, provider: Provider, phone: Phone
) -> None:
    """BLOCKER_HTTP takes an IPv4 address and port; anything else is said in the log, and nothing waits for it."""
    asterisk.cli('dialplan set global BLOCKER_HTTP "blocker.invalid:8073"')
    before = asterisk.log().count("BLOCKER_HTTP must be")
    try:
        call = provider.call()
        await call.ringing()
        await call.cancel()
        asterisk.wait_until_quiet(3)
    finally:
        asterisk.cli('dialplan set global BLOCKER_HTTP ""')
    assert asterisk.log().count("BLOCKER_HTTP must be") == before + 1
    assert phone.calls
    assert service.entries("call-ended") == []


async def test_every_caller_has_an_end(service: Service, provider: Provider, phone: Phone) -> None:
    """However odd or hostile what the caller sent."""
    for name, (sender, headers) in CALLERS.items():
        call = provider.call("+3225551234", sender, headers)
        await call.ringing()
        await call.cancel()
        assert service.entry("call-ended", phone.invite_of(call).get("X-Call"))["hung_up_by"] == "caller", name
