"""Promises about reports by e-mail, against a real mail server: what arrives, and what is said where nothing does."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from fakes.mail_server import LocalMailServer, dropping

from blocker.errors import SendError, UnsureError
from blocker.report_config import Mail, Security
from blocker.senders import Enclosure, Parcel
from blocker.senders.mail import MailSender

MADE = datetime(2026, 11, 23, 5, 0, tzinfo=UTC)


@pytest.fixture
def server(tmp_path: Path) -> LocalMailServer:
    """A server that takes every mail."""
    return LocalMailServer(tmp_path / "server")


@pytest.fixture
async def mail(server: LocalMailServer) -> AsyncIterator[Mail]:
    """How the household speaks to it."""
    async with server.serving() as mail:
        yield mail


@pytest.fixture
def parcel(tmp_path: Path) -> Parcel:
    """A report with a file, in a language with letters of its own."""
    pdf = tmp_path / "report.pdf"
    pdf.write_bytes(b"%PDF-1.7\n.\r\nFrom here\n" + bytes(range(256)))
    return Parcel(
        id="report-2026-W47-0123456789abcdef",
        made=MADE,
        title="Téléphone, semaine 47 : 3 appels indésirables écartés — 漢字 " + "é" * 80,
        text="Écarté : 3\n.\nلا\n" + "long " * 400 + "\n",
        html="<!doctype html><p>Écarté : 3</p>".encode(),
        facts={},
        enclosures=(Enclosure("report-2026-W47.fr.pdf", "application/pdf", pdf),),
    )


class Noted:
    """Counts how often something was about to be handed over."""

    def __init__(self) -> None:
        self.times = 0

    async def __call__(self) -> None:
        """Note it."""
        self.times += 1


@pytest.mark.parametrize("security", Security)
async def test_a_mail_arrives_as_it_was_meant(tmp_path: Path, parcel: Parcel, security: Security) -> None:
    """Subject, text, page and file come through unchanged, encrypted unless within the machine, each once."""
    server, noted = LocalMailServer(tmp_path / "server"), Noted()
    async with server.serving(security) as mail:
        await MailSender(mail, "anna@example.org").send(parcel, noted)
    ((to, got, encrypted),) = server.taken
    assert (to, encrypted, noted.times) == ("anna@example.org", security is not Security.NONE, 1)
    assert (got["From"], got["To"], got["Subject"]) == ("home@example.org", "anna@example.org", parcel.title)
    assert (got["Date"].datetime, got["Message-ID"]) == (MADE, f"<{parcel.id}@example.org>")
    assert (got["List-Id"], got["Auto-Submitted"]) == ("<weekly-report.blocker.example.org>", "auto-generated")
    text, page = got.get_body(("plain",)), got.get_body(("html",))
    assert text is not None
    assert page is not None
    assert text.get_content().replace("\r\n", "\n") == parcel.text
    assert page.get_content().strip() == parcel.html.decode()
    (file,) = got.iter_attachments()
    assert (file.get_filename(), file.get_content_type()) == ("report-2026-W47.fr.pdf", "application/pdf")
    assert file.get_content() == parcel.enclosures[0].path.read_bytes()


REFUSALS = {
    "greylists": ("answered 450 4.2.0 Greylisted, come again", False, 0),
    "refuses bob": ("answered 550 5.1.1 No such user", True, 0),
    "is full": ("answered 452 4.3.1 Insufficient system storage", False, 1),
}


@pytest.mark.parametrize("mood", REFUSALS)
async def test_a_refusal_is_told_with_the_servers_words(
    server: LocalMailServer, mail: Mail, parcel: Parcel, mood: str
) -> None:
    """What the server answers is said, and whether it is worth another try; nothing was taken."""
    said, lasting, handed = REFUSALS[mood]
    server.mood, noted = mood, Noted()
    with pytest.raises(SendError) as raised:
        await MailSender(mail, "bob@example.org").send(parcel, noted)
    assert said in str(raised.value)
    assert (raised.value.lasting, noted.times, server.taken) == (lasting, handed, [])


async def test_greylisting_is_over_the_next_time(server: LocalMailServer, mail: Mail, parcel: Parcel) -> None:
    """The same mail a second time is taken."""
    server.mood = "greylists"
    with pytest.raises(SendError):
        await MailSender(mail, "anna@example.org").send(parcel, Noted())
    await MailSender(mail, "anna@example.org").send(parcel, Noted())
    assert len(server.taken) == 1


async def test_nothing_is_said_to_a_server_with_a_wrong_certificate(
    server: LocalMailServer, mail: Mail, parcel: Parcel, tmp_path: Path
) -> None:
    """A certificate that nobody vouches for, or of somebody else, ends it before the password is said."""
    other = LocalMailServer(tmp_path / "other")
    for wrong in (replace(mail, certificates=None), replace(mail, certificates=other.certificate)):
        noted = Noted()
        with pytest.raises(SendError, match="certificate doesn't hold") as raised:
            await MailSender(wrong, "anna@example.org").send(parcel, noted)
        assert (raised.value.lasting, noted.times, server.tries) == (True, 0, 0)


async def test_a_certificate_of_another_name_does_not_do(server: LocalMailServer, mail: Mail, parcel: Parcel) -> None:
    """The name must be the one that was asked for."""
    with pytest.raises(SendError, match="certificate doesn't hold"):
        await MailSender(replace(mail, host="localhost"), "anna@example.org").send(parcel, Noted())
    assert server.tries == 0


async def test_a_server_that_offers_no_encryption_gets_nothing(tmp_path: Path, parcel: Parcel) -> None:
    """STARTTLS that somebody on the way has taken out isn't gone without."""
    server, noted = LocalMailServer(tmp_path / "server"), Noted()
    server.mood = "offers no encryption"
    async with server.serving(Security.STARTTLS) as mail:
        with pytest.raises(SendError, match="STARTTLS"):
            await MailSender(mail, "anna@example.org").send(parcel, noted)
    assert (noted.times, server.tries) == (0, 0)


async def test_a_wrong_password_is_said(server: LocalMailServer, mail: Mail, parcel: Parcel) -> None:
    """The server's no is told and lasts; the password isn't."""
    server.password_file.write_text("wrong horse\n")
    with pytest.raises(SendError, match="answered 535") as raised:
        await MailSender(mail, "anna@example.org").send(parcel, Noted())
    assert raised.value.lasting
    assert "horse" not in str(raised.value)


async def test_a_password_that_others_can_read_is_not_used(server: LocalMailServer, mail: Mail, parcel: Parcel) -> None:
    """Its file's mode is looked at before anybody is asked."""
    server.password_file.chmod(0o640)
    with pytest.raises(SendError, match="others can read"):
        await MailSender(mail, "anna@example.org").send(parcel, Noted())
    server.password_file.unlink()
    with pytest.raises(SendError, match="can't be read: No such file"):
        await MailSender(mail, "anna@example.org").send(parcel, Noted())


async def test_a_server_that_hangs_is_left(server: LocalMailServer, mail: Mail, parcel: Parcel) -> None:
    """Before the mail itself, nothing is lost by giving up; it can be tried again."""
    server.mood, noted = "hangs", Noted()
    with pytest.raises(SendError) as raised:
        await MailSender(mail, "anna@example.org", step_seconds=0.5).send(parcel, noted)
    assert (raised.value.lasting, noted.times) == (False, 0)


@pytest.mark.parametrize("mood", ["hangs at the end", "takes it and drops"])
async def test_without_an_answer_nobody_knows(server: LocalMailServer, mail: Mail, parcel: Parcel, mood: str) -> None:
    """A server that has the whole mail and doesn't answer may have taken it; that it might have was noted before."""
    server.mood, noted = mood, Noted()
    with pytest.raises(UnsureError, match="in the middle of the mail"):
        await MailSender(mail, "anna@example.org", step_seconds=0.5).send(parcel, noted)
    assert (noted.times, server.handed.is_set()) == (1, True)


@pytest.mark.parametrize(
    ("after", "kind", "handed"),
    [(b"EHLO", SendError, 0), (b"RCPT", SendError, 0), (b"Subject:", UnsureError, 1)],
    ids=["greeting", "address", "mail"],
)
async def test_a_line_that_drops(parcel: Parcel, after: bytes, kind: type[Exception], handed: int) -> None:
    """Before the mail nothing has arrived; in the middle of it nobody knows."""
    noted = Noted()
    async with dropping(after) as mail:
        with pytest.raises(kind):
            await MailSender(mail, "anna@example.org").send(parcel, noted)
    assert noted.times == handed


async def test_nothing_goes_out_that_can_not_be_noted(server: LocalMailServer, mail: Mail, parcel: Parcel) -> None:
    """Where the disk is full, the mail's own bytes are never sent."""

    async def full() -> None:
        raise SendError("the disk is full")

    with pytest.raises(SendError, match="the disk is full"):
        await MailSender(mail, "anna@example.org").send(parcel, full)
    assert not server.handed.is_set()


async def test_nobody_listens(parcel: Parcel) -> None:
    """A port without a server is told as one that can't be used."""
    closed = await asyncio.start_server(lambda _, __: None, "127.0.0.1", 0)
    port = closed.sockets[0].getsockname()[1]
    closed.close()
    await closed.wait_closed()
    with pytest.raises(SendError, match="can't be used") as raised:
        await MailSender(Mail("127.0.0.1", port, Security.NONE, "a@b"), "anna@example.org").send(parcel, Noted())
    assert not raised.value.lasting
