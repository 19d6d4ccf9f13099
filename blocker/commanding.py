"""Has a command done: by the running service, else by this process as the owner of the data directory.

Decides who does it. What makes an owner (`app.py`) is loaded only where no service runs, since it takes longer to load
than most commands to run, and on a small machine a person waits for it.
"""

import contextlib
import functools
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from typing import Any

from blocker.config import Config
from blocker.control import Handler, ServiceAbsent, ask
from blocker.datadir import DataDir
from blocker.errors import DataDirInUseError

SLOW_SECONDS = 3600
"""How long the service may take for what is much work, such as to fetch a list and make a book of it."""

_SLOW = frozenset({"report-send", "sync", "erase", "erase-due", "erase-show", "take-over"})

Do = Callable[..., Awaitable[Any]]
"""Takes a command's name and its arguments."""


async def done(config: Config, name: str, /, **arguments: Any) -> Any:  # noqa: ANN401  (JSON values)
    """Have a command done: by the running service, else by this process as the owner for that moment.

    Raises:
        BlockerError: it can't be done; the message says why.
    """
    patience = SLOW_SECONDS if name in _SLOW else 60
    try:
        return await ask(DataDir(config.data_dir).control_socket, name, patience=patience, **arguments)
    except ServiceAbsent:
        pass
    from blocker.app import Owner  # noqa: PLC0415  (see above)

    owner = Owner(config)
    try:
        await owner.open()
        return await owner.handlers()[name](**arguments)
    finally:
        await owner.close()


@contextlib.asynccontextmanager
async def many(config: Config) -> AsyncIterator[Do]:
    """Have many commands done in a row: by the running service, else by this process, the owner all the while.

    Raises, and so does what it gives:
        BlockerError: it can't be done; the message says why.
    """
    from blocker.app import Owner  # noqa: PLC0415  (see above)

    owner = Owner(config)
    do: Do = functools.partial(done, config)
    try:
        with contextlib.suppress(DataDirInUseError):
            await owner.open()
            do = functools.partial(_by, owner.handlers())
        yield do
    finally:
        await owner.close()


async def _by(handlers: Mapping[str, Handler], name: str, /, **arguments: Any) -> Any:  # noqa: ANN401  (JSON values)
    return await handlers[name](**arguments)
