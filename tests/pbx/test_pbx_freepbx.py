"""The FreePBX way in: the context file of `deploy/freepbx`, before an outline of what FreePBX itself generates.

A real FreePBX isn't run here; its part is the stub `from-pstn` in `etc/extensions.conf`.
"""

from collections.abc import AsyncIterator, Iterator

import pytest
from pbx.asterisk import Asterisk
from pbx.sip import Phone, Provider
from pbx.standins import says, standing_in

pytestmark = pytest.mark.pbx

TRUNK = "127.0.0.3"


@pytest.fixture
async def trunk(provider: Provider) -> AsyncIterator[Provider]:  # noqa: ARG001 (sees to it that no channel is left)
    """A trunk whose context is `from-pstn-blocker`."""
    trunk = await Provider.open(TRUNK)
    yield trunk
    await trunk.end_all()
    trunk.close()


@pytest.fixture
def without_the_hook(asterisk: Asterisk) -> Iterator[None]:
    """A dialplan in which extensions_blocker.conf is missing, as after a half-done removal."""
    hook = asterisk.etc / "extensions_blocker.conf"
    aside = hook.rename(hook.with_suffix(".aside"))
    asterisk.cli("dialplan reload")
    assert "There is no existence" in asterisk.cli("dialplan show blocker-screen")
    yield
    aside.rename(hook)
    asterisk.cli("dialplan reload")


@pytest.mark.parametrize("called", ["+3225551234", "025551234", "mytrunk", "s"])
async def test_every_call_of_the_trunk_is_screened(
    asterisk: Asterisk, trunk: Provider, phone: Phone, called: str
) -> None:
    """Whatever the trunk calls, a refused call doesn't reach the inbound routes."""
    async with standing_in(says("reject")) as service:
        asterisk.ask_at(service.address)
        assert (await trunk.call(called).final()).status == 403
    assert service.environment()["agi_arg_1"] == called
    assert not phone.calls


@pytest.mark.parametrize("called", ["+3225551234", "s"])
async def test_a_call_let_through_goes_to_the_inbound_routes(
    asterisk: Asterisk, trunk: Provider, phone: Phone, called: str
) -> None:
    """It goes on in from-pstn under the number that was called."""
    async with standing_in(says("ring")) as service:
        asterisk.ask_at(service.address)
        call = trunk.call(called)
        await call.ringing()
    assert phone.invite_of(call).get("X-Action") == "ring"


async def test_what_the_context_doesnt_know_still_rings(asterisk: Asterisk, trunk: Provider, phone: Phone) -> None:
    """A called number of one character falls through to from-pstn, unscreened, instead of being lost."""
    async with standing_in(says("reject")) as service:
        asterisk.ask_at(service.address)
        call = trunk.call("7")
        await call.ringing()
    assert phone.invite_of(call).get("X-Action") == ""


@pytest.mark.usefixtures("without_the_hook")
@pytest.mark.parametrize("called", ["+3225551234", "s"])
async def test_without_the_hooks_file_every_call_rings(trunk: Provider, phone: Phone, called: str) -> None:
    """Taking extensions_blocker.conf away without setting the trunk's context back loses no call."""
    call = trunk.call(called)
    await call.ringing()
    assert phone.invite_of(call).get("X-Action") == ""
