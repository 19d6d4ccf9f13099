"""A report by e-mail: one mail to one address, through the household's mail server.

Decides what the mail looks like (the summary as text and as a page that fetches nothing, files attached) and when the
server has it: once it has answered the end of DATA, and nobody knows while it hasn't (RFC 5321, 4.1.1.4 and 6.1).
Nothing is said to a server whose certificate doesn't hold.
"""

import asyncio
import contextlib
import ssl
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from pathlib import Path

import aiosmtplib

from blocker.errors import SendError, UnsureError
from blocker.report_config import Mail, Security
from blocker.senders import HandingOver, Parcel, secret_in

_LASTING = 500
"""From here on a server's answer holds for good (RFC 5321, 4.2.1)."""


class MailSender:
    """Sends to one address."""

    def __init__(self, mail: Mail, to: str, *, step_seconds: float = 60.0) -> None:
        """`step_seconds` is how long each step may take; the end of DATA, ten times that (RFC 5321, 4.5.3.2.6)."""
        self._mail, self._to, self._step_seconds = mail, to, step_seconds

    async def send(self, parcel: Parcel, handing_over: HandingOver) -> None:
        """Send it."""
        raw = await asyncio.to_thread(self._compose, parcel)
        password = await asyncio.to_thread(secret_in, self._mail.password_file) if self._mail.password_file else ""
        client = aiosmtplib.SMTP(
            hostname=self._mail.host,
            port=self._mail.port,
            timeout=self._step_seconds,
            use_tls=self._mail.security is Security.TLS,
            start_tls=self._mail.security is Security.STARTTLS,
            tls_context=await asyncio.to_thread(self._trusting),
            local_hostname="[127.0.0.1]",  # the name of a machine at home is nobody's business
        )
        try:
            await self._begin(client, password)
            await handing_over()
            await self._hand_over(client, raw)
            with contextlib.suppress(aiosmtplib.SMTPException, OSError):
                await client.quit(timeout=5)
        finally:
            client.close()

    async def _begin(self, client: aiosmtplib.SMTP, password: str) -> None:
        """All that comes before the mail itself; whatever fails here, the server has nothing."""
        try:
            await client.connect()
            if self._mail.user:
                await client.login(self._mail.user, password)
            await client.mail(self._mail.sender)
            await client.rcpt(self._to)
        except aiosmtplib.SMTPResponseException as error:
            raise self._answered(error) from error
        except aiosmtplib.SMTPNotSupported as error:
            raise SendError(f"the mail server {self._mail.host} can't do it: {error.message}", lasting=True) from error
        except (aiosmtplib.SMTPException, OSError) as error:
            cause = error.__cause__ or error
            if isinstance(cause, ssl.SSLCertVerificationError):
                why = f"its certificate doesn't hold: {cause.verify_message}"
                raise SendError(f"nothing is said to {self._mail.host}, since {why}", lasting=True) from error
            raise SendError(f"the mail server {self._mail.host} can't be used: {_said(error)}") from error

    async def _hand_over(self, client: aiosmtplib.SMTP, raw: bytes) -> None:
        try:
            await client.data(raw, timeout=10 * self._step_seconds)
        except aiosmtplib.SMTPResponseException as error:
            raise self._answered(error) from error
        except (aiosmtplib.SMTPException, OSError) as error:
            raise UnsureError(f"{self._mail.host} was lost in the middle of the mail: {_said(error)}") from error

    def _answered(self, error: aiosmtplib.SMTPResponseException) -> SendError:
        said = " ".join(error.message.split())[:300]
        return SendError(f"{self._mail.host} answered {error.code} {said}", lasting=error.code >= _LASTING)

    def _trusting(self) -> ssl.SSLContext:
        try:
            return ssl.create_default_context(cafile=self._mail.certificates)
        except OSError as error:
            why = error.strerror or "it holds no certificate in PEM"
            raise SendError(f"{self._mail.certificates} can't be used: {why}", lasting=True) from error

    def _compose(self, parcel: Parcel) -> bytes:
        try:
            return compose(parcel, self._mail.sender, self._to)
        except OSError as error:
            raise SendError(f"a file of the report can't be read: {error.strerror}") from error


def compose(parcel: Parcel, sender: str, to: str) -> bytes:
    """The mail, in ASCII throughout, so that any server carries it.

    Raises:
        OSError: a file can't be read.
    """
    domain = sender.rpartition("@")[2]
    mail = EmailMessage(policy=SMTP)
    mail["From"] = sender
    mail["To"] = to
    mail["Subject"] = parcel.title
    mail["Date"] = format_datetime(parcel.made)
    mail["Message-ID"] = f"<{parcel.id}@{domain}>"
    mail["List-Id"] = f"<weekly-report.blocker.{domain}>"  # RFC 2919: to sort by
    mail["Auto-Submitted"] = "auto-generated"  # RFC 3834: nobody's holiday notice comes back
    mail.set_content(parcel.text, cte="quoted-printable")
    mail.add_alternative(parcel.html.decode(), subtype="html", cte="quoted-printable")
    for enclosure in parcel.enclosures:
        main, _, sub = enclosure.media_type.partition("/")
        mail.add_attachment(Path(enclosure.path).read_bytes(), maintype=main, subtype=sub, filename=enclosure.name)
    return mail.as_bytes()


def _said(error: BaseException) -> str:
    return " ".join(str(error).split())[:300] or type(error).__name__
