"""A SIP provider and a SIP phone, small enough to send what a well-behaved stack would refuse to.

Knows just enough of RFC 3261 over UDP for one call at a time in each dialog: INVITE, ACK, CANCEL, BYE. It never checks
what it sends, because odd From headers are what the tests are about. Its sound is silence, in as many packets as
it is told to send. It doesn't register: the Asterisk under test tells provider and phone apart by their addresses.
"""

import asyncio
import itertools
import secrets
import socket
import struct
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

Address = tuple[str, int]

ASTERISK: Address = ("127.0.0.1", 5060)
PROVIDER_HOST = "127.0.0.1"
PHONE: Address = ("127.0.0.2", 5062)
OUTSIDE: Address = ("127.0.0.4", 5064)
"""Where calls out of the house arrive."""

MEDIA_PORT = 40000
"""Where the provider's sound comes from and goes to, in every call."""

RETRANSMIT_SECONDS = 0.5
RECEIVE_BUFFER_BYTES = 4 << 20
"""A hundred calls at once arrive faster than the test reads them."""


@dataclass(frozen=True, slots=True)
class Message:
    """A SIP message; texts are the bytes of the wire read as latin-1."""

    start: str
    headers: tuple[tuple[str, str], ...]
    body: str = ""

    @classmethod
    def parse(cls, datagram: bytes) -> "Message":
        head, _, body = datagram.decode("latin-1").partition("\r\n\r\n")
        start, *lines = head.split("\r\n")
        pairs = (line.partition(":") for line in lines)
        return cls(start, tuple((name.strip().lower(), value.strip()) for name, _, value in pairs), body)

    def all(self, name: str) -> list[str]:
        return [value for key, value in self.headers if key == name.lower()]

    def get(self, name: str) -> str:
        """The first header of that name, or the empty text."""
        return next(iter(self.all(name)), "")

    @property
    def status(self) -> int:
        """The response's code; 0 for a request."""
        return int(self.start.split()[1]) if self.start.startswith("SIP/2.0 ") else 0

    @property
    def method(self) -> str:
        """What is asked for, or what a response answers."""
        return self.get("CSeq").split()[-1]


def _render(start: str, headers: list[tuple[str, str]], body: str = "") -> bytes:
    lines = [start, *(f"{name}: {value}" for name, value in headers), f"Content-Length: {len(body)}", "", body]
    return "\r\n".join(lines).encode("latin-1")


def _session_description(host: str, port: int) -> str:
    return f"v=0\r\no=- 1 1 IN IP4 {host}\r\ns=-\r\nc=IN IP4 {host}\r\nt=0 0\r\nm=audio {port} RTP/AVP 0\r\n"


_sequence = itertools.count()


def _speak(own: Address, description: str, packets: int) -> None:
    """Send RTP packets of silence (RFC 3550, PCMU) from our own address to where the other side wants them."""
    port = int(description.partition("m=audio ")[2].split()[0])
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as media:
        media.bind(own)
        for n in itertools.islice(_sequence, packets):
            media.sendto(struct.pack("!BBHII", 0x80, 0, n, 160 * n, 0x5EED) + b"\xff" * 160, (ASTERISK[0], port))


class _Socket(asyncio.DatagramProtocol):
    """A UDP socket that hands each message to `_received`."""

    transport: asyncio.DatagramTransport
    address: Address

    async def _open(self, address: Address) -> None:
        loop = asyncio.get_running_loop()
        self.transport, _ = await loop.create_datagram_endpoint(lambda: self, local_addr=address)
        raw = self.transport.get_extra_info("socket")
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BUFFER_BYTES)
        self.address = self.transport.get_extra_info("sockname")

    def close(self) -> None:
        self.transport.close()

    def datagram_received(self, data: bytes, addr: tuple[str | Any, int]) -> None:
        if data.strip():
            self._received(Message.parse(data), addr)

    def _received(self, message: Message, peer: Address) -> None:
        raise NotImplementedError


class OutgoingCall:
    """One call from the provider to the house. Times are seconds since its INVITE."""

    def __init__(self, provider: "Provider", called: str, sender: str, headers: Mapping[str, str]) -> None:
        self._loop = asyncio.get_running_loop()
        self._provider = provider
        self.id = secrets.token_hex(8)
        self._uri = f"sip:{called}@{ASTERISK[0]}:{ASTERISK[1]}"
        self._branch = f"z9hG4bK{secrets.token_hex(8)}"
        self._from = f"{sender};tag={secrets.token_hex(4)}"
        self._extra = list(headers.items())
        self._started = self._loop.time()
        self.after: dict[int, float] = {}
        """When each status first came."""
        self._rings: asyncio.Future[Message] = self._loop.create_future()
        self._final: asyncio.Future[Message] = self._loop.create_future()
        self._bye_done: asyncio.Future[Message] = self._loop.create_future()
        self._invite()

    def _request(
        self, method: str, to: str, branch: str, cseq: int, body: str = "", extra: list[tuple[str, str]] | None = None
    ) -> None:
        host, port = self._provider.address
        headers = [
            ("Via", f"SIP/2.0/UDP {host}:{port};branch={branch};rport"),
            ("Max-Forwards", "70"),
            ("From", self._from),
            ("To", to),
            ("Call-ID", self.id),
            ("CSeq", f"{cseq} {method}"),
            ("Contact", f"<sip:provider@{host}:{port}>"),
            *(extra or []),
        ]
        if body:
            headers.append(("Content-Type", "application/sdp"))
        self._provider.transport.sendto(_render(f"{method} {self._uri} SIP/2.0", headers, body), ASTERISK)

    def _invite(self) -> None:
        if not self.after:
            host, _ = self._provider.address
            self._request(
                "INVITE", f"<{self._uri}>", self._branch, 1, _session_description(host, MEDIA_PORT), self._extra
            )
            self._loop.call_later(RETRANSMIT_SECONDS, self._invite)

    def received(self, message: Message) -> None:
        status = message.status
        self.after.setdefault(status, self._loop.time() - self._started)
        if message.method == "BYE":
            _settle(self._bye_done, message)
        elif message.method == "INVITE" and status >= 200:
            ack_branch = self._branch if status >= 300 else f"z9hG4bK{secrets.token_hex(8)}"
            self._request("ACK", message.get("To"), ack_branch, 1)
            _settle(self._final, message)
        elif message.method == "INVITE" and status >= 180:
            _settle(self._rings, message)

    def left(self, bye: Message) -> None:
        """The other side has ended the call."""
        _settle(self._bye_done, bye)

    async def ringing(self, within: float = 3.0) -> float:
        """Waits until the called phone rings, and says after how many seconds it did.

        Raises:
            AssertionError: it didn't ring in time, or the call ended instead.
        """
        done, _ = await asyncio.wait({self._rings, self._final}, timeout=within, return_when=asyncio.FIRST_COMPLETED)
        assert done, f"neither ringing nor refused within {within} s; so far {self.after}"
        assert self._rings.done(), f"refused instead of ringing: {self._final.result().start}"
        return self.after[180]

    async def final(self, within: float = 3.0) -> Message:
        """The final answer to the INVITE. Raises TimeoutError where none comes."""
        return await asyncio.wait_for(asyncio.shield(self._final), within)

    def speak(self, packets: int) -> None:
        """Sends sound, in an answered call."""
        _speak((self._provider.address[0], MEDIA_PORT), self._final.result().body, packets)

    async def hears(self, speak: Callable[[], None], within: float = 3.0) -> None:
        """Has the other side speak again and again, until some arrives. Raises TimeoutError where nothing does."""
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as media:
            media.setblocking(False)
            media.bind((self._provider.address[0], MEDIA_PORT))
            async with asyncio.timeout(within):
                hearing = asyncio.ensure_future(self._loop.sock_recv(media, 2048))
                while not hearing.done():
                    speak()
                    await asyncio.wait({hearing}, timeout=0.02)

    async def cancel(self) -> None:
        """Gives up before an answer, and waits until Asterisk says the call has ended."""
        self._request("CANCEL", f"<{self._uri}>", self._branch, 1)
        assert (await self.final()).status == 487

    async def hung_up(self, within: float = 3.0) -> None:
        """Waits until the other side ends an answered call."""
        await asyncio.wait_for(asyncio.shield(self._bye_done), within)

    async def hang_up(self) -> None:
        """Ends an answered call."""
        self._request("BYE", self._final.result().get("To"), f"z9hG4bK{secrets.token_hex(8)}", 2)
        await asyncio.wait_for(self._bye_done, 3)

    async def end(self) -> None:
        """Whatever state the call is in, it has ended afterwards."""
        if not self._final.done():
            await self.cancel()
        elif self._final.result().status == 200 and not self._bye_done.done():
            await self.hang_up()


class Provider(_Socket):
    """The trunk: places calls into the house, any number at once."""

    def __init__(self) -> None:
        self._calls: dict[str, OutgoingCall] = {}

    @classmethod
    async def open(cls, host: str = PROVIDER_HOST) -> "Provider":
        provider = cls()
        await provider._open((host, 0))
        return provider

    def call(
        self,
        called: str = "+3225551234",
        sender: str = "<sip:+32475551234@provider.invalid>",
        headers: Mapping[str, str] | None = None,
    ) -> OutgoingCall:
        """Places a call.

        Args:
            called: the user part of the request URI, percent escapes allowed.
            sender: the From header without its tag, sent as it stands, as latin-1.
            headers: further headers, sent as they stand.
        """
        call = OutgoingCall(self, called, sender, headers or {})
        self._calls[call.id] = call
        return call

    async def end_all(self) -> None:
        """Ends every call that still rings or is answered."""
        await asyncio.gather(*(call.end() for call in self._calls.values()))

    def _received(self, message: Message, peer: Address) -> None:
        if call := self._calls.get(message.get("Call-ID")):
            if message.status:
                call.received(message)
            else:
                self.transport.sendto(_response(message, 200, "OK", ""), peer)
                if message.method == "BYE":
                    call.left(message)


@dataclass(slots=True)
class IncomingCall:
    """A call as the phone sees it."""

    invite: Message
    tag: str = field(default_factory=lambda: secrets.token_hex(4))
    media_port: int = 0
    response: bytes = b""
    """The last one sent, again sent for a repeated INVITE."""
    over: asyncio.Event = field(default_factory=asyncio.Event)
    """Refused or ended, and the other side knows."""

    @property
    def refused(self) -> bool:
        """Whether the last response was a refusal, which the other side acknowledges where the call then ends."""
        return int(self.response.split()[1]) >= 300


class Phone(_Socket):
    """The phone in the house: rings for every call, and picks up or is busy when told so."""

    def __init__(self) -> None:
        self.answers = False
        self.is_busy = False
        self.calls: dict[str, IncomingCall] = {}
        self._media_ports = itertools.count(42000, 2)

    @classmethod
    async def open(cls, address: Address = PHONE) -> "Phone":
        phone = cls()
        await phone._open(address)
        return phone

    def invite_of(self, call: OutgoingCall) -> Message:
        """The INVITE in which that call reached the phone; the test's dialplan hands the caller's Call-ID on.

        Raises:
            AssertionError: it never did.
        """
        found = [each.invite for each in self.calls.values() if each.invite.get("X-Caller-Call") == call.id]
        assert found, "the call never reached the phone"
        return found[0]

    def speak(self, call: OutgoingCall, packets: int) -> None:
        """Sends sound, in a call that was picked up."""
        invite = self.invite_of(call)
        _speak((PHONE[0], self.calls[invite.get("Call-ID")].media_port), invite.body, packets)

    def hang_up(self, call: OutgoingCall) -> None:
        """Ends a call that was picked up."""
        invite = self.invite_of(call)
        tag = self.calls[invite.get("Call-ID")].tag
        uri = invite.get("Contact").strip("<>")
        headers = [
            ("Via", f"SIP/2.0/UDP {PHONE[0]}:{PHONE[1]};branch=z9hG4bK{secrets.token_hex(8)};rport"),
            ("Max-Forwards", "70"),
            ("From", f"{invite.get('To')};tag={tag}"),
            ("To", invite.get("From")),
            ("Call-ID", invite.get("Call-ID")),
            ("CSeq", "1 BYE"),
        ]
        self.transport.sendto(_render(f"BYE {uri} SIP/2.0", headers), ASTERISK)

    async def all_over(self, within: float = 10.0) -> None:
        """Waits until every call that reached this phone has ended. Raises TimeoutError where one hasn't."""
        async with asyncio.timeout(within):
            for call in self.calls.values():
                await call.over.wait()

    def _received(self, message: Message, peer: Address) -> None:
        call = self.calls.get(message.get("Call-ID"))
        if message.method == "INVITE":
            self._ring(message, peer)
            return
        if message.method in {"CANCEL", "BYE"} and not message.status:
            self.transport.sendto(_response(message, 200, "OK", ""), peer)
        if call is not None and message.method == "CANCEL":
            self._respond(call, peer, 487, "Request Terminated")
        if call is not None and (message.method == "BYE" or (message.method == "ACK" and call.refused)):
            call.over.set()

    def _ring(self, message: Message, peer: Address) -> None:
        call = self.calls.get(message.get("Call-ID"))
        if call is not None:
            self.transport.sendto(call.response, peer)
            return
        call = self.calls[message.get("Call-ID")] = IncomingCall(message)
        if self.is_busy:
            self._respond(call, peer, 486, "Busy Here")
            return
        self._respond(call, peer, 180, "Ringing")
        if self.answers:
            call.media_port = next(self._media_ports)
            self._respond(call, peer, 200, "OK", _session_description(PHONE[0], call.media_port))

    def _respond(self, call: IncomingCall, peer: Address, status: int, phrase: str, body: str = "") -> None:
        call.response = _response(call.invite, status, phrase, call.tag, body)
        self.transport.sendto(call.response, peer)


def _response(request: Message, status: int, phrase: str, tag: str, body: str = "") -> bytes:
    headers = [("Via", via) for via in request.all("Via")]
    headers += [(name, request.get(name)) for name in ("From", "Call-ID", "CSeq")]
    headers.append(("To", request.get("To") + (f";tag={tag}" if tag else "")))
    headers.append(("Contact", f"<sip:phone@{PHONE[0]}:{PHONE[1]}>"))
    if body:
        headers.append(("Content-Type", "application/sdp"))
    return _render(f"SIP/2.0 {status} {phrase}", headers, body)


def _settle(future: asyncio.Future[Message], message: Message) -> None:
    if not future.done():
        future.set_result(message)
