"""Asterisk's FastAGI: a TCP server which the dialplan asks `agi://127.0.0.1:4573/screen` about each call.

Decides how a treatment is said in AGI and when a connection is over. What is well-formed is `agi.py`'s business, what
is done with a call the screener's. The dialplan's side of the contract is `docs/spec/dialplan-hook.md`.

One connection is one call: environment in, three channel variables out, the last of them `BLOCKER_ACTION`, on which
alone the dialplan acts; then the connection is closed. Whatever else happens — a breach of the protocol, a hang-up, a
lost connection, the deadline — it is closed without a further word, and the phone rings, for nothing was said.

A connection to `agi://127.0.0.1:4573/dialled` tells of a call out of the house. It is closed at once, and only then is
the number noted: nothing that is done about it can hold up that call.

A connection logs at most one line, and only where something was amiss: the call path logs the calls.
"""

import asyncio
import contextlib
from collections import Counter
from collections.abc import Iterator, Sequence
from enum import StrEnum
from typing import Generic, cast

import structlog

from blocker.core.call import Sighting
from blocker.core.treatment import HangUp, LetRing, Step
from blocker.errors import ProtocolError
from blocker.hooks import Dialled, S, Screener
from blocker.hooks.agi import HANGUP, MAX_BYTES, NEED_DATA, Dialogue, Reply, Request
from blocker.hooks.agi_sighting import sighting_of
from blocker.hooks.arrival import Arrival, Listener, Peers

MAX_CONNECTIONS = 256
"""Connections at once. More than any household's phone lines, by far; and with the ledger's files still below the 1024
descriptors a process has by default, beyond which nothing could be recorded."""

ACTIONS: dict[tuple[Step, ...], str] = {
    (LetRing(),): "ring",
    (HangUp(21),): "reject",
    (HangUp(17),): "busy",
    (HangUp(1),): "unallocated",
}
"""`BLOCKER_ACTION` for each treatment that the dialplan knows how to carry out."""


DIALLED = "dialled"
"""The script asked for by calls out of the house; whatever else is asked for is a call to be screened."""


class End(StrEnum):
    """How a connection ended; one count each."""

    NOTED = "noted"
    """A call out of the house."""
    ANSWERED = "answered"
    """The whole answer was confirmed in time."""
    LATE = "late"
    """The deadline passed first."""
    HUNG_UP = "hung-up"
    """The caller gave up before the answer was confirmed."""
    LOST = "lost"
    """The peer closed or reset before the answer was confirmed."""
    BREACH = "protocol-error"
    """The peer broke the protocol, or refused a command."""
    SILENT = "silent"
    """The peer connected and left without a word, as a look at whether the port is open does."""
    REFUSED = "refused"
    """Not let in: one connection too many, or a peer that isn't allowed."""


class FastAgiServer(Generic[S]):
    """Listens, and lets each connection have its dialogue with a screener."""

    def __init__(
        self,
        screener: Screener[S],
        dialled: Dialled,
        *,
        host: str = "127.0.0.1",
        port: int = 4573,
        budget_seconds: float = 1.2,
        allowed_peers: Sequence[str] = (),
        max_connections: int = MAX_CONNECTIONS,
    ) -> None:
        """Nothing is opened yet.

        Args:
            screener: the call path.
            dialled: who is told of calls out of the house.
            host: a literal address to listen on.
            port: 0 takes a free one, to be read from `port`.
            budget_seconds: how long a peer may take from its connection to the end of its environment.
            allowed_peers: addresses or networks that may ask; see `Peers`.
            max_connections: connections at once; the next one is closed, and its call rings.

        Raises:
            ConfigError: `host` is reachable from elsewhere and no peer is named, or an address isn't one.
        """
        self.counts: Counter[End] = Counter()
        """Connections by how they ended, since the start."""
        self.dialled = dialled
        self._screener = screener
        self._host, self._port = host, port
        self._budget = budget_seconds
        self._peers = Peers("fastagi", host, allowed_peers)
        self._max_connections = max_connections
        self._full = False
        self._open: set[_Connection[S]] = set()
        self._drained = asyncio.Event()
        self._listener: Listener | None = None
        self.log = structlog.get_logger("fastagi")

    @property
    def port(self) -> int:
        """The port that is listened on, once started; before, the one asked for."""
        return self._port

    async def start(self) -> None:
        """Listen.

        Raises:
            OSError: the address can't be had, most likely because something listens on it already.
        """
        self._listener = Listener(self._host, self._port, self._max_connections, self._arrived)
        self._port = self._listener.port

    async def close(self, timeout_seconds: float) -> None:
        """Stop listening, let the calls in hand have their answers, then close what is left.

        Takes at most `timeout_seconds` and what the screener needs to secure a record, which ends at its deadline.
        """
        if self._listener is not None:
            self._listener.close()
            self._listener = None
        try:
            async with asyncio.timeout(timeout_seconds):
                await self._wait_drained()
        except TimeoutError:
            for connection in tuple(self._open):
                connection.end(End.LATE, "the service stops")
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(self._budget):  # what a record on its way may still take
                    await self._wait_drained()

    async def _wait_drained(self) -> None:
        while self._open:
            self._drained.clear()
            await self._drained.wait()

    def _arrived(self, arrival: Arrival) -> None:
        if not self._peers.admit(arrival.host):
            self.log.warning("a peer that isn't in allowed_peers was refused", peer=arrival.host)
        elif len(self._open) >= self._max_connections:
            if not self._full:  # once, or a flood of connections would be a flood of lines
                self.log.error("too many connections; further calls ring unscreened", limit=self._max_connections)
            self._full = True
        else:
            connection = _Connection(self, self._screener, arrival, self._budget)
            self._open.add(connection)
            connection.begin()
            return
        self.counts[End.REFUSED] += 1
        arrival.connection.close()

    def forget(self, connection: "_Connection[S]") -> None:
        """A connection is closed, and its call settled if there was one."""
        self._open.discard(connection)
        if self._full and len(self._open) <= self._max_connections // 2:
            self._full = False
            self.log.info("connections are accepted again")
        if not self._open:
            self._drained.set()


class _Connection(Generic[S]):
    """One connection: the socket loop around one `Dialogue`."""

    def __init__(
        self, server: FastAgiServer[S], screener: Screener[S], arrival: Arrival, budget_seconds: float
    ) -> None:
        self._server = server
        self._screener = screener
        self._socket = arrival.connection
        self._peer = f"{arrival.host}:{arrival.port}"
        self._asked_at = arrival.asked_at
        self._loop = asyncio.get_running_loop()
        self._dialogue = Dialogue()
        self._screening: S | None = None
        self._securing: asyncio.Task[None] | None = None
        self._variables: Iterator[tuple[str, str]] = iter(())
        self._confirms = True
        self._spoke = self._ended = False
        self._descriptor = self._socket.fileno()  # asyncio would write out a whole socket at each look for it
        self._deadline = self._asked_at + budget_seconds
        self._timer: asyncio.TimerHandle | None = None

    def begin(self) -> None:
        """Answer at once what the peer has said already, more often than not all of it; then wait for what comes."""
        self._read()
        if not self._ended:
            self._timer = self._loop.call_at(self._deadline, self._expire)
            self._loop.add_reader(self._descriptor, self._read)

    def _read(self) -> None:
        """Something may have come: take it, and go on as far as it allows."""
        try:
            data = self._socket.recv(MAX_BYTES)
        except BlockingIOError:
            return
        except OSError as error:
            self.end(End.LOST, f"the connection broke: {error.strerror}")
            return
        self._spoke = self._spoke or bool(data)
        self._dialogue.receive(data)
        self._listen()

    def _write(self, command: bytes) -> None:
        """In one piece, which always fits: the peer has read all that went before, or it could not have replied."""
        try:
            whole = self._socket.send(command) == len(command)
        except OSError:
            whole = False
        if not whole:
            self.end(End.LOST, "the connection broke while a command was written")

    def _listen(self) -> None:
        """Take all that the peer has said, then go on as far as that allows."""
        sighting = dialled = gone = None
        try:
            while gone is None and (event := self._dialogue.next_event()) is not NEED_DATA:
                if isinstance(event, Request) and event.fields.get("network_script") == DIALLED:
                    dialled = event
                elif isinstance(event, Request):
                    sighting = sighting_of(event, self._peer)
                elif isinstance(event, Reply):
                    self._take_reply(event)
                else:
                    gone = End.HUNG_UP if event is HANGUP else End.LOST if self._spoke else End.SILENT
        except ProtocolError as breach:
            self.end(End.BREACH, str(breach))
            return
        if dialled is not None:
            self.end(End.NOTED)
            self._server.dialled.note(dialled.fields.get("arg_1", ""), dialled.fields.get("channel", ""))
            return
        if sighting is not None:  # judged only now: had the peer spoken out of turn, nothing of it were to be believed
            self._judge(sighting)
        if gone is not None:
            self.end(gone, "the caller hung up" if gone is End.HUNG_UP else "the peer closed the connection")
        elif sighting is not None and self._securing is None:
            self._answer()

    def _judge(self, sighting: Sighting) -> None:
        self._screening = screening = self._screener.judge(sighting, self._asked_at)
        if screening.deadline != self._deadline:
            self._deadline = screening.deadline
            if self._timer is not None:
                self._timer.cancel()
                self._timer = self._loop.call_at(self._deadline, self._expire)
        if screening.must_wait:
            self._securing = self._loop.create_task(self._secure(screening))

    async def _secure(self, screening: S) -> None:
        self._screening = await self._screener.secure(screening)
        self._securing = None
        if self._ended:  # meanwhile; what was to be said of the call is settled now
            self._settle(None)
        else:
            self._answer()

    def _answer(self) -> None:
        """Begin to say the treatment; the other variables come with the replies."""
        screening = cast("S", self._screening)
        action = ACTIONS.get(screening.treatment.steps)
        if action is None:
            self._server.log.error("an action the dialplan doesn't know; it rings", action=screening.treatment.action)
            action, self._confirms = "ring", False  # a reply will confirm the ringing, not the treatment
        self._variables = iter((
            ("BLOCKER_REASON", screening.verdict.reason),
            ("BLOCKER_CALL", screening.call_id),
            ("BLOCKER_ACTION", action),
        ))  # fmt: skip
        self._say_next()

    def _take_reply(self, reply: Reply) -> None:
        if reply.done:
            self._say_next()
        else:
            self.end(End.BREACH, f"a variable could not be set: {reply}")

    def _say_next(self) -> None:
        now = self._loop.time()
        if now > self._deadline:
            self._expire()
        elif (variable := next(self._variables, None)) is not None:
            self._write(self._dialogue.set_variable(*variable))
        else:
            self.end(End.ANSWERED, acknowledged_at=now if self._confirms else None)

    def _expire(self) -> None:
        self.end(End.LATE, "the deadline passed" if self._screening else "the environment was never complete")

    def end(self, how: End, why: str = "", acknowledged_at: float | None = None) -> None:
        """Close, settle and say what was amiss; only the first time."""
        if self._ended:
            return
        self._ended = True
        if self._timer is not None:
            self._timer.cancel()
            self._loop.remove_reader(self._descriptor)
        self._socket.close()
        self._server.counts[how] += 1
        if how not in (End.ANSWERED, End.NOTED, End.SILENT):
            call = None if self._screening is None else self._screening.call_id
            self._server.log.warning("no answer was given", how=str(how), why=why, call=call, peer=self._peer)
        if self._securing is None:
            self._settle(acknowledged_at)

    def _settle(self, acknowledged_at: float | None) -> None:
        if self._screening is not None:
            self._screener.settle(self._screening, acknowledged_at)
        self._server.forget(self)
