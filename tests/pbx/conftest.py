"""What the real-Asterisk tests share: one Asterisk a module, a provider and a phone a test.

Decides that there has to be one, and a network of its own; what becomes of the tests where there is none,
`fakes/needs.py` says.
"""

import signal
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from fakes.needs import cannot_run
from pbx.asterisk import Asterisk, AsteriskMissingError, Installation, running_asterisk
from pbx.private import PrivateNetworkError, private_network
from pbx.service import ADDRESS, UNWANTED_NUMBER, Service
from pbx.sip import Phone, Provider

QUIET_WITHIN_SECONDS = 10.0


@pytest.fixture(scope="session")
def installation() -> Installation | str:
    """The Asterisk to test with, or why there is none; asked for once, since it may be downloaded."""
    try:
        return Installation.find()
    except AsteriskMissingError as missing:
        return str(missing)


@pytest.fixture(scope="module")
def asterisk(installation: Installation | str) -> Iterator[Asterisk]:
    """A running Asterisk with the project's dialplan, in a network that holds nothing but what the tests start."""
    if isinstance(installation, str):
        cannot_run(f"there is no Asterisk to test with: {installation}")
    with ExitStack() as stack:
        try:
            stack.enter_context(private_network())
        except PrivateNetworkError as refused:
            cannot_run(str(refused))
        yield stack.enter_context(running_asterisk(installation))


@pytest.fixture
async def phone(asterisk: Asterisk) -> AsyncIterator[Phone]:  # noqa: ARG001 (needs its network)
    """The phone of the house, which is there until each call that reached it has ended."""
    phone = await Phone.open()
    yield phone
    await phone.all_over()
    phone.close()


@pytest.fixture
async def provider(asterisk: Asterisk, phone: Phone) -> AsyncIterator[Provider]:  # noqa: ARG001 (outlives the calls)
    """The trunk. After the test every call is ended, and no channel may then be left."""
    provider = await Provider.open()
    yield provider
    await provider.end_all()
    provider.close()
    asterisk.wait_until_quiet(QUIET_WITHIN_SECONDS)


@pytest.fixture
def service(asterisk: Asterisk, tmp_path: Path) -> Iterator[Service]:
    """A running service with one number on the household's block list."""
    service = Service(tmp_path)
    try:
        assert service.start(), service.log()
        service.run("block", "add", UNWANTED_NUMBER)
        asterisk.ask_at(ADDRESS)
        yield service
        service.send(signal.SIGCONT)
    finally:
        service.end()  # or one that started too slowly would answer for those of all later tests
