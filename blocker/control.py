"""Commands to a running service, over a Unix socket in the data directory: one JSON object a line, both ways.

The rights on the socket (mode 0600) are the permission: whoever may read the household's data may change its lists.
This module carries commands and answers; which commands there are, the table given to `ControlServer` says.

What writes the log is loaded by the service's side alone: whoever asks writes none, and a person waits for it.
"""

import asyncio
import contextlib
import json
import os
from collections.abc import Awaitable, Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from blocker.errors import BlockerError, DataDirError, UsageError

MAX_LINE = 4 * 1024 * 1024
"""Longest command in bytes: an address book of 20,000 numbers fits."""

MAX_ANSWER = 64 * 1024 * 1024

CLOSE_SECONDS = 2.0
"""How long commands under way may take once the service stops."""

MAX_SOCKET_PATH = 100
"""`sun_path` holds 108 bytes on Linux; a longer path is reached through its folder's descriptor."""

Handler = Callable[..., Awaitable[Any]]


@contextlib.contextmanager
def _reachable(path: Path) -> Iterator[str]:
    if len(os.fsencode(path)) <= MAX_SOCKET_PATH:
        yield str(path)
        return
    folder = os.open(path.parent, os.O_PATH | os.O_DIRECTORY)
    try:
        yield f"/proc/self/fd/{folder}/{path.name}"
    finally:
        os.close(folder)


class ControlServer:
    """The service's side."""

    def __init__(self, path: Path, handlers: Mapping[str, Handler]) -> None:
        import structlog  # noqa: PLC0415  (see above)

        self._path = path
        self._handlers = handlers
        self._server: asyncio.Server | None = None
        self._under_way: set[asyncio.Task[None]] = set()
        self._log = structlog.get_logger("control")

    async def start(self) -> None:
        """Listen.

        Raises:
            DataDirError: the socket can't be made.
        """
        try:
            self._path.unlink(missing_ok=True)  # left by a killed service; the lock says that no other is alive
            old = os.umask(0o177)
            try:
                with _reachable(self._path) as path:
                    self._server = await asyncio.start_unix_server(self._serve, path, limit=MAX_LINE)
            finally:
                os.umask(old)
        except OSError as error:
            raise DataDirError(f"{self._path}: the control socket can't be made: {error.strerror}") from error

    async def close(self) -> None:
        """Stop listening, take the socket away, and let the commands under way come to their end, for a while."""
        if self._server is not None:
            self._server.close()
            with contextlib.suppress(OSError):
                self._path.unlink(missing_ok=True)
        if self._under_way:
            await asyncio.wait(self._under_way, timeout=CLOSE_SECONDS)
            for task in self._under_way:
                task.cancel()
            await asyncio.gather(*self._under_way, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        if task is not None:
            self._under_way.add(task)
            task.add_done_callback(self._under_way.discard)
        try:
            answer = await self._answer(await reader.readline())
            writer.write(json.dumps(answer).encode() + b"\n")  # ASCII: half a surrogate pair in an answer is no trouble
            await writer.drain()
        except (OSError, ValueError) as error:
            self._log.warning("a command was not understood or its answer not taken", why=str(error))
        finally:
            writer.close()

    async def _answer(self, line: bytes) -> dict[str, Any]:
        try:
            asked = json.loads(line)
            handler = self._handlers[asked["do"]]
            arguments = dict(asked.get("with", {}))
        except (ValueError, KeyError, TypeError):
            return {"error": "the service doesn't know this command (is it another version than the command line?)"}
        try:
            return {"result": await handler(**arguments)}
        except UsageError as error:
            return {"error": str(error), "usage": True}
        except BlockerError as error:
            return {"error": str(error)}
        except Exception:  # noqa: BLE001  (a command that fails must not take the service with it)
            self._log.exception("a command failed", command=asked["do"])
            return {"error": "the service failed at this command; its log says why"}


async def ask(path: Path, command: str, /, *, patience: float = 60, **arguments: Any) -> Any:  # noqa: ANN401  (JSON)
    """Ask a running service.

    Args:
        path: its socket.
        command: one of its commands.
        patience: seconds after which a service that doesn't answer is taken for hung.
        arguments: the command's own.

    Raises:
        ServiceAbsent: no service listens there.
        UsageError: the service says that the command makes no sense.
        DataDirError: the service can't be reached, hangs, or couldn't do it, with its message.
    """
    request = json.dumps({"do": command, "with": arguments}).encode() + b"\n"
    try:
        async with asyncio.timeout(patience):
            line = await _exchange(path, request)
    except PermissionError as error:
        raise DataDirError(f"{path}: {error.strerror} (run this as the user who runs the service)") from error
    except TimeoutError:
        raise DataDirError(
            f"the service doesn't answer within {patience:g} s: it hangs, and calls ring (restart it, and read its log)"
        ) from None
    try:
        answer = json.loads(line)
    except ValueError:
        raise DataDirError("the service went away before it answered; see its log") from None
    if "error" in answer:
        raise (UsageError if answer.get("usage") else DataDirError)(answer["error"])
    return answer["result"]


async def _exchange(path: Path, request: bytes) -> bytes:
    try:
        with _reachable(path) as reachable:
            reader, writer = await asyncio.open_unix_connection(reachable, limit=MAX_ANSWER)
    except PermissionError:
        raise
    except OSError as error:
        raise ServiceAbsent(str(path)) from error
    try:
        writer.write(request)
        await writer.drain()
        return await reader.readline()
    except (ConnectionError, ValueError):
        return b""
    finally:
        writer.close()


class ServiceAbsent(Exception):  # noqa: N818  (not an error: the caller then does the work itself)
    """No service listens on this data directory."""
