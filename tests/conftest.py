"""What all tests share: a household of their own, and no stop-watch in the property tests.

Decides nothing about a single test but whether what it says that it needs is there (`fakes/needs.py`); fakes are in
`fakes/`, where a test imports them by name.
"""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from fakes import needs
from fakes.clock import StandingClock
from fakes.ledger import MemoryLedger
from hypothesis import HealthCheck, settings

from blocker.recording import Recorder

# A slow machine is no fault of the code: speed is measured in bench/, as a ratio.
settings.register_profile("house", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("house")


def pytest_runtest_setup(item: pytest.Item) -> None:
    for mark in item.iter_markers("needs"):
        if reason := mark.args[0]():
            needs.cannot_run(reason)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    for reason in needs.not_run:
        terminalreporter.write_sep("=", "tests NOT RUN")
        terminalreporter.write_line(reason)


@pytest.fixture(scope="session")
def repository() -> Path:
    """The source tree that the tests lie in: for what isn't in the wheel, such as the dialplan."""
    return Path(__file__).resolve().parents[1]


@pytest.fixture
def ledger() -> MemoryLedger:
    """A ledger that keeps its entries in memory, for what is decided above it."""
    return MemoryLedger()


@pytest.fixture
async def recorder(ledger: MemoryLedger) -> AsyncIterator[Recorder]:
    """What writes to it."""
    made = Recorder(ledger, StandingClock())
    yield made
    await made.close()


@pytest.fixture(scope="session", autouse=True)
def _no_real_household(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Nothing that a test starts finds the configuration or the data of whoever runs it."""
    home = tmp_path_factory.mktemp("household")
    with pytest.MonkeyPatch.context() as patch:
        for variable in ("XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME", "XDG_RUNTIME_DIR"):
            folder = home / variable.lower()
            folder.mkdir(mode=0o700)
            patch.setenv(variable, str(folder))
        yield
