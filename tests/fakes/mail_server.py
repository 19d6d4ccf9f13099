"""A real mail server on loopback with a certificate of its own, well-behaved and otherwise.

`mood` says how it behaves; what it took for good is in `taken`.
"""

import asyncio
import contextlib
import ssl
import subprocess
from collections.abc import AsyncIterator
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any, NamedTuple, cast

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from blocker.report_config import Mail, Security

PASSWORD = "correct horse"  # noqa: S105  (nobody else's)


class Taken(NamedTuple):
    """A mail that the server answered for."""

    to: str
    mail: EmailMessage
    encrypted: bool


class _Line(SMTP):
    """One connection, whose end can be waited for."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._ended = asyncio.Event()
        self._ended.set()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Somebody is there, encrypted where that was asked for."""
        self._ended.clear()
        super().connection_made(transport)

    def connection_lost(self, error: Exception | None) -> None:
        """Nobody is there any more."""
        super().connection_lost(error)
        self._ended.set()

    async def end(self) -> None:
        """Drop it, if it is still there."""
        if self.transport is not None:
            cast("asyncio.Transport", self.transport).abort()
        with contextlib.suppress(TimeoutError):  # one whose handshake broke off is never told of its end
            await asyncio.wait_for(self._ended.wait(), 1)


class LocalMailServer:
    """Takes every mail until its mood is changed."""

    def __init__(self, folder: Path) -> None:
        """Make its certificate and the household's password file in a folder."""
        folder.mkdir(parents=True, exist_ok=True)
        self.mood = "well"
        self.taken: list[Taken] = []
        self.tries = 0
        """How often it was told where a mail is to go."""
        self.handed = asyncio.Event()
        """Set once a whole mail has reached it, whatever becomes of that."""
        self.certificate, self._key = folder / "server.pem", folder / "server.key"
        name = ("-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1")
        new = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "30")
        subprocess.run(
            ["openssl", "req", "-x509", *new, *name, "-keyout", str(self._key), "-out", str(self.certificate)],
            check=True,
            capture_output=True,
        )
        self.password_file = folder / "password"
        self.password_file.write_text(PASSWORD + "\n")
        self.password_file.chmod(0o600)
        self._asks_for_password = True
        self._over = asyncio.Event()

    @contextlib.asynccontextmanager
    async def serving(self, security: Security = Security.TLS) -> AsyncIterator[Mail]:
        """While this is open, it answers; yields how a household would configure it."""
        self._asks_for_password = security is not Security.NONE
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(self.certificate, self._key)
        starts = security is Security.STARTTLS and self.mood != "offers no encryption"

        lines: list[_Line] = []

        def protocol() -> SMTP:
            line = _Line(
                self,
                hostname="127.0.0.1",
                tls_context=context if starts else None,
                require_starttls=starts,
                authenticator=self._authenticate,
                auth_require_tls=False,
            )
            lines.append(line)
            return line

        loop = asyncio.get_running_loop()
        implicit = context if security is Security.TLS else None
        server = await loop.create_server(protocol, "127.0.0.1", 0, ssl=implicit)
        mail = Mail("127.0.0.1", server.sockets[0].getsockname()[1], security, "home@example.org")
        if security is not Security.NONE:
            mail = Mail(
                *(mail.host, mail.port, security, mail.sender),
                "home",
                self.password_file,
                certificates=self.certificate,
            )
        try:
            yield mail
        finally:
            self._over.set()
            server.close()
            for line in lines:
                await line.end()

    def _authenticate(self, *arguments: Any) -> AuthResult:
        login = cast("LoginPassword", arguments[-1])
        return AuthResult(success=(login.login, login.password) == (b"home", PASSWORD.encode()), handled=False)

    async def handle_RCPT(  # noqa: N802  (aiosmtpd's name for it)
        self, _: SMTP, session: Session, envelope: Envelope, address: str, __: list[str]
    ) -> str:
        """Where a mail is to go."""
        self.tries += 1
        if self._asks_for_password and not session.authenticated:
            return "530 5.7.0 Authentication required"
        if self.mood == "hangs":
            await self._over.wait()
        if self.mood == "greylists" and self.tries == 1:
            return "450 4.2.0 Greylisted, come again"
        if self.mood == "refuses bob" and address.startswith("bob@"):
            return "550 5.1.1 No such user"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        """A whole mail."""
        self.handed.set()
        if self.mood == "is full":
            return "452 4.3.1 Insufficient system storage"
        if self.mood == "hangs at the end":
            await self._over.wait()
        raw = cast("bytes", envelope.content)
        mail = message_from_bytes(raw, policy=default)
        assert server.transport is not None
        encrypted = session.ssl is not None or server.transport.get_extra_info("ssl_object") is not None
        self.taken.append(Taken(envelope.rcpt_tos[0], mail, encrypted))
        if self.mood == "takes it and drops":
            server.transport.close()
        return "250 OK"


@contextlib.asynccontextmanager
async def dropping(after: bytes) -> AsyncIterator[Mail]:
    """A server, in the clear, that drops the line once it was told something."""
    gone = asyncio.Event()

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            writer.write(b"220 here\r\n")
            in_mail = False
            while line := await reader.readline():
                if after in line:
                    break
                if not in_mail:
                    in_mail = line.startswith(b"DATA")
                    writer.write(b"354 go on\r\n" if in_mail else b"250 OK\r\n")
        finally:
            writer.transport.abort()
            gone.set()

    server = await asyncio.start_server(connected, "127.0.0.1", 0)
    try:
        port = server.sockets[0].getsockname()[1]
        yield Mail("127.0.0.1", port, Security.NONE, "home@example.org")
        await gone.wait()
    finally:
        server.close()
