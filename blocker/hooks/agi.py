"""The Asterisk Gateway Interface as a protocol: bytes in, values out, and values in, bytes out.

Decides what is well-formed AGI. Knows no socket, no clock and no call: `fastagi.py` is the loop around it, and says
what is done about a breach.

One `Dialogue` is one call, seen from the server's side:

    ENVIRONMENT   the peer describes the call in lines `agi_KEY: VALUE`, ended by an empty line → `Request`
    OUR_TURN      no command is under way; the peer has nothing to say but `HANGUP` → `Hangup`
    THEIR_TURN    one command is under way; the peer answers with one reply → `Reply`, and it is OUR_TURN again
    USAGE         in the middle of a reply of several lines (Asterisk's 520)

Three rules hold it together:

1.  The peer may be posing as Asterisk, and Asterisk passes on what a caller made up: it unescapes `%0A` in a SIP
    address and prints the line feed raw, so a caller can add lines, end the environment early and forge the reply to a
    command that was never sent. Hence a line that is malformed, given twice or out of turn ends the dialogue, and
    nothing it said is believed any more.
2.  One command at a time, and one write for each: Asterisk loses the second command of a write, and spins over half a
    line. So a command is one `bytes`, and giving the next before the reply came is this program's own error.
3.  "Not enough yet" and "the peer is gone" are values. How the bytes were cut into pieces changes nothing but when a
    value comes out.

Bytes are read as latin-1, so any caller ID can be kept and nothing fails to decode.

Source: res/res_agi.c of Asterisk 22; there is no standard.
"""

import re
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, auto

from blocker.errors import ProtocolError

MAX_LINES = 64
"""Lines of one environment or one reply. Asterisk's own environment has 22, the rest is room for arguments."""

MAX_BYTES = 16 * 1024
"""Bytes of one environment or one reply. A real environment has about 600; this bounds what one connection can hold."""

MAX_LINE_BYTES = 8 * 1024
"""Bytes of one line. Asterisk cuts a number and a name at 79 bytes, and all arguments of AGI() together at 8191."""

MAX_COMMAND_BYTES = 1000
"""Bytes of a command. Asterisk up to 22.5 cuts at 2047 and runs the rest as a command of its own: stay well below."""

# A NUL is never Asterisk's own, which writes C strings. A carriage return may be a caller's, and is kept as it came.
_ENVIRONMENT = re.compile(r"agi_([a-z][a-z0-9_]{0,31}):(?: ([^\0]*))?")
_STATUS = re.compile(r"(\d{3})([ -])(.*)", re.ASCII | re.DOTALL)
_RESULT = re.compile(r"result=(\S*)(?: \((.*)\))?.*", re.DOTALL)
_VARIABLE = re.compile(r"[A-Z][A-Z0-9_]{0,63}")
# No escape exists for these inside quotes; a space keeps the words apart.
_UNQUOTABLE = str.maketrans({"\r": " ", "\n": " ", "\0": " ", "\\": r"\\", '"': r"\""})


class Signal(Enum):
    """Values without content."""

    NEED_DATA = auto()
    """Nothing to tell before more bytes come."""
    HANGUP = auto()
    """The caller hung up; the channel still answers commands."""
    CLOSED = auto()
    """The peer closed the connection between two lines; nothing more will come."""


NEED_DATA, HANGUP, CLOSED = Signal


@dataclass(frozen=True, slots=True)
class Request:
    """The whole environment of one call."""

    fields: Mapping[str, str]
    """By key without its `agi_`: `callerid`, `dnid`, `arg_1` …; as received, read as latin-1."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What Asterisk said to a command."""

    code: int
    """200 done, 510 unknown command, 511 dead channel, 520 wrong usage."""
    result: str = ""
    """What follows `result=`; empty where the code isn't 200."""
    value: str | None = None
    """What stood in the parentheses, up to the last `)` since Asterisk escapes none; None where there were none."""

    @property
    def done(self) -> bool:
        """Whether a SET VARIABLE was carried out."""
        return self.code == 200 and self.result == "1"  # noqa: PLR2004 (the code is what the protocol calls it)


Event = Request | Reply | Signal


class _State(Enum):
    ENVIRONMENT = auto()
    OUR_TURN = auto()
    THEIR_TURN = auto()
    USAGE = auto()
    BROKEN = auto()


class Dialogue:
    """One AGI dialogue: `receive` bytes, then take `next_event` until it is `NEED_DATA` or `CLOSED`."""

    def __init__(self) -> None:
        self._state = _State.ENVIRONMENT
        self._lines: deque[str] = deque()
        self._rest = ""
        self._ended = False
        self._fields: dict[str, str] = {}
        self._line_count = 0
        self._byte_count = 0
        self._code = ""
        self._breach = ""

    def receive(self, data: bytes) -> None:
        """Take bytes from the peer; none at all means that it closed its side."""
        if not data:
            self._ended = True
        elif b"\n" in data:
            *lines, self._rest = (self._rest + data.decode("latin-1")).split("\n")
            self._lines.extend(lines)
        elif len(self._rest) <= MAX_LINE_BYTES:  # beyond that `next_event` refuses; keeping more would be its memory
            self._rest += data.decode("latin-1")

    def next_event(self) -> Event:
        """The next thing the peer said.

        Raises:
            ProtocolError: it said what it may not; every later call raises the same.
        """
        if self._state is _State.BROKEN:
            raise ProtocolError(self._breach)
        try:
            return self._read_environment() if self._state is _State.ENVIRONMENT else self._read_replies()
        except ProtocolError as breach:
            self._state, self._breach = _State.BROKEN, str(breach)
            self._lines.clear()
            self._rest = ""
            raise

    def set_variable(self, name: str, value: str) -> bytes:
        """The command that sets a channel variable, to be written as it is, in one write.

        The value goes out as UTF-8; a line break or a NUL in it becomes a space, since AGI has no way to write one.

        Raises:
            ValueError: the name is no variable's, the command is longer than Asterisk reads, or it isn't our turn.
        """
        if self._state is not _State.OUR_TURN:
            raise ValueError(f"SET VARIABLE {name} is not due now: the dialogue is at {self._state.name}")
        if not _VARIABLE.fullmatch(name):
            raise ValueError(f"{name!r} is no name of a channel variable of ours")
        command = f'SET VARIABLE {name} "{value.translate(_UNQUOTABLE)}"\n'.encode(errors="replace")
        if len(command) >= MAX_COMMAND_BYTES:
            raise ValueError(f"SET VARIABLE {name} takes {len(command)} bytes, and {MAX_COMMAND_BYTES} are too many")
        self._state = _State.THEIR_TURN
        return command

    def _read_environment(self) -> Event:
        while self._lines:
            line = self._take_line()
            if not line:
                self._await(_State.OUR_TURN)
                return Request(self._fields)
            parts = _ENVIRONMENT.fullmatch(line)
            if parts is None:
                raise ProtocolError(f"line {self._line_count} isn't `agi_KEY: VALUE`: {_shown(line)}")
            key, value = parts.groups("")
            if key in self._fields:
                raise ProtocolError(f"line {self._line_count} gives agi_{key} a second time")
            self._fields[key] = value
        return self._read_rest()

    def _read_replies(self) -> Event:
        while self._lines:
            line = self._take_line()
            if line == "HANGUP":
                return Signal.HANGUP
            if self._state is _State.OUR_TURN:
                raise ProtocolError(f"a line out of turn, when no command was under way: {_shown(line)}")
            reply = self._read_reply(line)
            if reply is not None:
                self._await(_State.OUR_TURN)
                return reply
        return self._read_rest()

    def _read_reply(self, line: str) -> Reply | None:
        """One line of a reply; None where the reply goes on."""
        if self._state is _State.USAGE:  # prose, of which only the line that ends it counts
            return Reply(int(self._code)) if line.startswith(self._code + " ") else None
        status = _STATUS.fullmatch(line)
        if status is None:
            raise ProtocolError(f"a reply that isn't `200 result=…` or another code: {_shown(line)}")
        self._code, separator, rest = status.groups()
        if separator == "-":
            self._state = _State.USAGE
            return None
        if self._code.startswith("1"):
            return None  # `100 result=0 Trying...`: the reply itself is still to come
        if self._code != "200":
            return Reply(int(self._code))
        result = _RESULT.fullmatch(rest)
        if result is None:
            raise ProtocolError(f"a reply 200 without `result=`: {_shown(line)}")
        return Reply(200, result[1], result[2])

    def _take_line(self) -> str:
        """The next whole line, without its LF, within the limits."""
        line = self._lines.popleft()
        self._line_count += 1
        self._byte_count += len(line) + 1
        if len(line) > MAX_LINE_BYTES or self._line_count > MAX_LINES or self._byte_count > MAX_BYTES:
            raise ProtocolError(
                f"line {self._line_count} goes beyond {MAX_LINES} lines, {MAX_BYTES} bytes"
                f" or {MAX_LINE_BYTES} bytes a line: {_shown(line)}"
            )
        return line

    def _read_rest(self) -> Signal:
        """What stands behind the last line feed: nothing yet, or a breach already."""
        if len(self._rest) > MAX_LINE_BYTES:
            raise ProtocolError(f"a line without an end, {MAX_LINE_BYTES} bytes so far: {_shown(self._rest)}")
        if self._rest and self._state is _State.OUR_TURN and not "HANGUP".startswith(self._rest):
            raise ProtocolError(f"bytes out of turn, when no command was under way: {_shown(self._rest)}")
        if not self._ended:
            return Signal.NEED_DATA
        if self._rest or self._state is _State.USAGE or (self._state is _State.ENVIRONMENT and self._line_count):
            raise ProtocolError(f"cut off in the middle, after {self._line_count} whole lines: {_shown(self._rest)}")
        return Signal.CLOSED

    def _await(self, state: _State) -> None:
        """Something whole was said; the limits begin anew."""
        self._state = state
        self._line_count = self._byte_count = 0


def _shown(text: str) -> str:
    """As it can stand in a log line: quoted, and cut at what still tells a person something."""
    return ascii(text[:80]) + (" …" if len(text) > 80 else "")  # noqa: PLR2004 (a line of a terminal)
