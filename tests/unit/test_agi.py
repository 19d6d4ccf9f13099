"""The AGI protocol without a socket: what is read, what is refused, and that nothing else can come out."""

import re
from itertools import pairwise

import pytest
from fakes.agi_client import environment
from hypothesis import example, given
from hypothesis import strategies as st

from blocker.errors import ProtocolError
from blocker.hooks.agi import (
    CLOSED,
    HANGUP,
    MAX_BYTES,
    MAX_COMMAND_BYTES,
    MAX_LINE_BYTES,
    MAX_LINES,
    NEED_DATA,
    Dialogue,
    Event,
    Reply,
    Request,
)

LINE = b"agi_callerid: +3225551234\n"


def play(chunks: list[bytes], *, answering: bool = True, end: bool = False) -> list[Event | None]:
    """All that a dialogue makes of these bytes, in order; None stands for a breach, which is always the last.

    Args:
        chunks: the bytes, as they come in.
        answering: give a command whenever it is our turn.
        end: let the peer close its side afterwards.
    """
    dialogue = Dialogue()
    events: list[Event | None] = []
    for chunk in [*chunks, b""] if end else chunks:
        dialogue.receive(chunk)
        try:
            while (event := dialogue.next_event()) not in (NEED_DATA, CLOSED):
                events.append(event)
                if answering and isinstance(event, Request | Reply):
                    dialogue.set_variable("BLOCKER_ACTION", "ring")
        except ProtocolError:
            with pytest.raises(ProtocolError):
                dialogue.next_event()
            return [*events, None]
        if event is CLOSED:
            events.append(event)
    return events


def after_environment(data: bytes) -> list[Event | None]:
    """What comes after a good environment and our first command."""
    return play([environment(), data])[1:]


def test_an_environment_of_asterisk_is_read_whole() -> None:
    """The keys lose their prefix, the values are kept as they came, an empty one included."""
    (request,) = play([environment("+3225551234", calleridname="Zo\xeb \xff", arg_1="a: b  ", accountcode="")])

    assert isinstance(request, Request)
    assert request.fields["callerid"] == "+3225551234"
    assert request.fields["calleridname"] == "Zo\xeb \xff"
    assert request.fields["arg_1"] == "a: b  "
    assert request.fields["accountcode"] == ""
    assert len(request.fields) == 23


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"agi_callerid +3225551234\n", id="no colon"),
        pytest.param(b"agi_callerid:+3225551234\n", id="no space"),
        pytest.param(b"callerid: +3225551234\n", id="no prefix"),
        pytest.param(b"agi_: x\n", id="no key"),
        pytest.param(b"AGI_callerid: x\n", id="key in capitals"),
        pytest.param(b"agi_caller id: x\n", id="space in the key"),
        pytest.param(b"agi_1: x\n", id="key begins with a digit"),
        pytest.param(b"agi_" + b"k" * 33 + b": x\n", id="endless key"),
        pytest.param(b" agi_callerid: x\n", id="space before the key"),
        pytest.param(b"agi_callerid: +32\x0025551234\n", id="NUL"),
        pytest.param(b"\r\n", id="CR before the end"),
        pytest.param(b"HANGUP\n", id="no environment"),
        pytest.param(b"GET / HTTP/1.1\r\n", id="a browser"),
        pytest.param(b"\x16\x03\x01\x02\x00\x01\n", id="TLS"),
        pytest.param(LINE + LINE, id="given twice"),
        pytest.param(LINE + b"agi_callerid: +3225559999\n", id="given twice, otherwise"),
        pytest.param(environment() + b"200 result=1\n", id="a reply to nothing"),
        pytest.param(environment() + b"agi_calleridname: x\n", id="more environment after its end"),
        pytest.param(environment() + environment(), id="two environments"),
        pytest.param(environment() + b"2", id="the beginning of a reply to nothing"),
    ],
)
def test_a_breach_ends_the_dialogue(data: bytes) -> None:
    """What is malformed, doubled or out of turn is refused, and stays refused."""
    assert play([data], answering=False)[-1] is None


@pytest.mark.parametrize(
    ("number", "events"),
    [
        pytest.param("0123\nagi_calleridname: Evil", 0, id="a line added: its name comes twice"),
        pytest.param("0123\n\n200 result=1", 1, id="environment ended, reply forged"),
        pytest.param("0123\n\nHANGUP\n200 result=1", 2, id="environment ended, hang-up and reply forged"),
        pytest.param("0123\nEvil", 0, id="a line that is none"),
    ],
)
def test_a_caller_cannot_write_protocol_with_its_number(number: str, events: int) -> None:
    """Asterisk prints `%0A` of a SIP address raw; the dialogue breaks before a command could be confirmed by it."""
    played = play([environment(number)], answering=False)

    assert len(played) == events + 1
    assert played[-1] is None


def test_a_carriage_return_is_the_callers_own() -> None:
    """Asterisk prints `%0D` raw as well; lines end with LF alone, so it is a character of the number."""
    (request,) = play([environment("+3225551234\r200 result=1")])

    assert isinstance(request, Request)
    assert request.fields["callerid"] == "+3225551234\r200 result=1"


@pytest.mark.parametrize(
    ("data", "breaks"),
    [
        (b"".join(b"agi_k%d: \n" % n for n in range(MAX_LINES - 1)) + b"\n", False),
        (b"".join(b"agi_k%d: \n" % n for n in range(MAX_LINES)) + b"\n", True),
        (b"agi_k: " + b"x" * (MAX_LINE_BYTES - 7) + b"\n\n", False),
        (b"agi_k: " + b"x" * (MAX_LINE_BYTES - 6) + b"\n\n", True),
        (b"agi_k: " + b"x" * (MAX_LINE_BYTES - 6), True),
        (b"".join(b"agi_k%d: %s\n" % (n, b"x" * 2000) for n in range(8)) + b"\n", False),
        (b"".join(b"agi_k%d: %s\n" % (n, b"x" * 2000) for n in range(9)) + b"\n", True),
        (b"x" * MAX_BYTES * 64, True),
    ],
)
def test_limits_are_kept_to_the_byte(data: bytes, breaks: bool) -> None:  # noqa: FBT001 (a column of the table)
    """An environment just within the limits is read, one beyond them is refused, however it is cut up."""
    for size in (1000, len(data)):
        chunks = [data[start : start + size] for start in range(0, len(data), size)]

        assert (play(chunks)[-1] is None) == breaks


def test_a_reply_has_limits_too() -> None:
    """A peer can't talk for ever inside one reply."""
    assert after_environment(b"520-Usage\n" + b"more\n" * MAX_LINES) == [None]


@pytest.mark.parametrize(
    ("data", "events"),
    [
        (b"200 result=1\n", [Reply(200, "1")]),
        (b"200 result=0\n", [Reply(200, "0")]),
        (b"200 result=-1\n", [Reply(200, "-1")]),
        (b"200 result=1 (a) (b)\n", [Reply(200, "1", "a) (b")]),
        (b"200 result=1 ()\n", [Reply(200, "1", "")]),
        (b"200 result=1 (\xff)\n", [Reply(200, "1", "\xff")]),
        (b"200 result=1 (half\n", [Reply(200, "1")]),
        (b"200 result=0 endpos=1234\n", [Reply(200, "0")]),
        (b"510 Invalid or unknown command\n", [Reply(510)]),
        (b"511 Command Not Permitted on a dead channel or intercept routine\n", [Reply(511)]),
        (b"520 Invalid command syntax.  Proper usage not available.\n", [Reply(520)]),
        (b"520-Invalid command syntax.  Proper usage follows:\n Usage: x\n520 End of proper usage.\n", [Reply(520)]),
        (b"520-Invalid\nHANGUP\n510 x\n520 End of proper usage.\n", [HANGUP, Reply(520)]),
        (b"100 result=0 Trying...\n200 result=1\n", [Reply(200, "1")]),
        (b"HANGUP\n200 result=1\n", [HANGUP, Reply(200, "1")]),
        (b"200 result=1\nHANGUP\n", [Reply(200, "1"), HANGUP]),
        (b"HANG", []),
        (b"200 result=1", []),
        (b"200\n", [None]),
        (b"200 ok\n", [None]),
        (b"200result=1\n", [None]),
        (b"20 result=1\n", [None]),
        (b"2000 result=1\n", [None]),
        (b"\xb2\xb2\xb2 result=1\n", [None]),
        (b" 200 result=1\n", [None]),
        (b"\n", [None]),
        (b"hangup\n", [None]),
        (b"agi_calleridname: Evil\n", [None]),
    ],
)
def test_replies(data: bytes, events: list[Event | None]) -> None:
    """Each kind of reply that Asterisk knows becomes one value, and nothing else does."""
    assert after_environment(data) == events


@pytest.mark.parametrize(
    ("chunks", "events"),
    [
        ([], [CLOSED]),
        ([b"agi_network: yes\n"], [None]),
        ([b"agi_net"], [None]),
        ([b"\n"], [Request({}), CLOSED]),
        ([b"\n", b"HANGUP\n"], [Request({}), HANGUP, CLOSED]),
        ([b"\n", b"200 res"], [Request({}), None]),
        ([b"\n", b"520-Usage\n"], [Request({}), None]),
    ],
)
def test_the_end_of_the_connection(chunks: list[bytes], events: list[Event | None]) -> None:
    """Between two things said it is a value, in the middle of one a breach."""
    assert play(chunks, end=True) == events


@pytest.mark.parametrize(("result", "done"), [("1", True), ("0", False), ("-1", False), ("", False), ("11", False)])
def test_only_result_1_says_that_a_variable_was_set(result: str, done: bool) -> None:  # noqa: FBT001
    """Anything else is no confirmation."""
    assert after_environment(f"200 result={result}\n".encode()) == [Reply(200, result)]
    assert Reply(200, result).done == done
    assert not Reply(510, result).done


ANYTHING = st.one_of(
    st.binary(max_size=200),
    st.lists(
        st.one_of(
            st.sampled_from([LINE, b"\n", b"200 result=1\n", b"HANGUP\n", b"520-", b"520 x\n", b"agi_", b": ", b"\0"]),
            st.binary(max_size=8),
            st.just(environment()),
        ),
        max_size=12,
    ).map(b"".join),
)


@given(data=ANYTHING, answering=st.booleans(), end=st.booleans())
def test_any_bytes_give_values_or_a_protocol_error(data: bytes, answering: bool, end: bool) -> None:  # noqa: FBT001
    """Nothing else ever comes out, whatever goes in; `play` lets any other exception through."""
    for event in play([data], answering=answering, end=end):
        assert event is None or isinstance(event, Request | Reply) or event in (HANGUP, CLOSED)


@given(data=ANYTHING, cuts=st.sets(st.integers(0, 400)), answering=st.booleans(), end=st.booleans())
@example(data=environment() + b"200 result=1\n200 result=1\nHANGUP\n", cuts=set(range(700)), answering=True, end=True)
def test_how_the_bytes_are_cut_up_changes_nothing(data: bytes, cuts: set[int], answering: bool, end: bool) -> None:  # noqa: FBT001
    """Asterisk writes its environment line by line, and the network may cut it anywhere."""
    places = [0, *sorted(cut for cut in cuts if 0 < cut < len(data)), len(data)]
    chunks = [data[start:stop] for start, stop in pairwise(places) if start < stop]

    assert play(chunks, answering=answering, end=end) == play([data] if data else [], answering=answering, end=end)


@given(value=st.text(max_size=200))
@example('say "hi"\\')
@example("a\r\nHANGUP\n\0")
def test_a_value_comes_through_quoting_whole(value: str) -> None:
    """One line, from which Asterisk reads the value back; what AGI has no way to write is a space."""
    dialogue = Dialogue()
    dialogue.receive(b"\n")
    dialogue.next_event()
    encoded = value.encode(errors="replace")

    command = dialogue.set_variable("BLOCKER_REASON", value)

    assert command.count(b"\n") == 1
    assert command.endswith(b'"\n')
    assert len(command) < MAX_COMMAND_BYTES
    inside = command.removeprefix(b'SET VARIABLE BLOCKER_REASON "').removesuffix(b'"\n')
    assert re.sub(rb"\\(.)", rb"\1", inside) == re.sub(rb"[\r\n\0]", b" ", encoded)
    assert not re.search(rb'(?<!\\)(?:\\\\)*"', inside)


@pytest.mark.parametrize(
    ("name", "value"),
    [("BLOCKER ACTION", "ring"), ("blocker", "ring"), ("", "ring"), ("A\nB", "ring"), ("BLOCKER_ACTION", "x" * 1000)],
)
def test_a_command_that_asterisk_would_misread_is_not_made(name: str, value: str) -> None:
    """A name that is none and a line beyond Asterisk's buffer are this program's own errors."""
    dialogue = Dialogue()
    dialogue.receive(b"\n")
    dialogue.next_event()

    with pytest.raises(ValueError, match=r"SET VARIABLE|no name"):
        dialogue.set_variable(name, value)


def test_one_command_at_a_time() -> None:
    """Asterisk loses the second command of a write, so the next is refused until the reply came."""
    dialogue = Dialogue()
    with pytest.raises(ValueError, match="not due"):
        dialogue.set_variable("BLOCKER_ACTION", "ring")
    dialogue.receive(b"\n")
    dialogue.next_event()
    dialogue.set_variable("BLOCKER_REASON", "allow-list")
    with pytest.raises(ValueError, match="not due"):
        dialogue.set_variable("BLOCKER_ACTION", "ring")
