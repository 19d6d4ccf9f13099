"""What the real-Asterisk tests share: one Asterisk a module, a provider and a phone a test.

Decides what happens where no Asterisk can be had: with BLOCKER_REQUIRE_PBX=1 the tests fail, else they are skipped and
the end of the run says so.
"""

import os
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack
from typing import NoReturn

import pytest
from pbx.asterisk import Asterisk, AsteriskMissingError, Installation, running_asterisk
from pbx.private import PrivateNetworkError, private_network
from pbx.sip import Phone, Provider

QUIET_WITHIN_SECONDS = 3.0

_not_run: list[str] = []


def _cannot_run(reason: str) -> NoReturn:
    if os.environ.get("BLOCKER_REQUIRE_PBX") == "1":
        pytest.fail(f"BLOCKER_REQUIRE_PBX is 1, and there is no Asterisk to test with: {reason}", pytrace=False)
    if reason not in _not_run:
        _not_run.append(reason)
    pytest.skip(reason)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    for reason in _not_run:
        terminalreporter.write_sep("=", "real-Asterisk tests NOT RUN")
        terminalreporter.write_line(reason)


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
        _cannot_run(installation)
    with ExitStack() as stack:
        try:
            stack.enter_context(private_network())
        except PrivateNetworkError as refused:
            _cannot_run(str(refused))
        yield stack.enter_context(running_asterisk(installation))


@pytest.fixture
async def phone(asterisk: Asterisk) -> AsyncIterator[Phone]:  # noqa: ARG001 (needs its network)
    """The phone of the house."""
    phone = await Phone.open()
    yield phone
    phone.close()


@pytest.fixture
async def provider(asterisk: Asterisk, phone: Phone) -> AsyncIterator[Provider]:  # noqa: ARG001 (outlives the calls)
    """The trunk. After the test every call is ended, and no channel may then be left."""
    provider = await Provider.open()
    yield provider
    await provider.end_all()
    provider.close()
    asterisk.wait_until_quiet(QUIET_WITHIN_SECONDS)
