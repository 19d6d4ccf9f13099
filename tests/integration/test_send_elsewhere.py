"""Promises about reports into folders and to web addresses, with real ones."""

import asyncio
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from fakes.web_server import answering_raw, serving

from blocker.errors import SendError, UnsureError
from blocker.senders import Enclosure, Parcel
from blocker.senders.folder import FolderSender
from blocker.senders.ntfy import NtfySender
from blocker.senders.webhook import WebhookSender


async def noted() -> None:
    """Where nobody minds that something is handed over."""


@pytest.fixture
def parcel(tmp_path: Path) -> Parcel:
    """A report with two files."""
    files = []
    for name in ("report.pdf", "calls.csv"):
        (tmp_path / name).write_text(name)
        files.append(Enclosure(f"2026-{name}", "text/plain", tmp_path / name))
    return Parcel(
        "report-x", datetime(2026, 11, 23, tzinfo=UTC), "Téléphone", "Écarté : 3\n", b"", {"calls": 7}, tuple(files)
    )


async def test_a_folder_gets_whole_files_and_nothing_else(tmp_path: Path, parcel: Parcel) -> None:
    """Also a second time; no trace of the making is left."""
    folder = tmp_path / "there"
    folder.mkdir()
    for _ in range(2):
        await FolderSender(folder).send(parcel, noted)
    assert {path.name: path.read_text() for path in folder.iterdir()} == {
        "2026-report.pdf": "report.pdf",
        "2026-calls.csv": "calls.csv",
    }


async def test_a_folder_that_isnt_there_is_not_made(tmp_path: Path, parcel: Parcel) -> None:
    """A disk that isn't mounted gets its report later."""
    with pytest.raises(SendError, match="is its disk there") as raised:
        await FolderSender(tmp_path / "away").send(parcel, noted)
    assert not raised.value.lasting
    assert not (tmp_path / "away").exists()


async def test_a_file_that_cant_be_copied_leaves_the_folder_as_it_was(tmp_path: Path, parcel: Parcel) -> None:
    """One of two files can't be read: none of them is put there."""
    folder = tmp_path / "there"
    folder.mkdir()
    parcel.enclosures[1].path.unlink()
    with pytest.raises(SendError, match="No such file"):
        await FolderSender(folder).send(parcel, noted)
    assert list(folder.iterdir()) == []


async def test_a_web_address_gets_the_figures(tmp_path: Path, parcel: Parcel) -> None:
    """The object, the secret and a key that is the same each time."""
    got: list[tuple[Any, str, str]] = []
    secret = tmp_path / "secret"
    secret.write_text("s3cret\n")
    secret.chmod(0o600)

    async def take(request: web.Request) -> web.Response:
        headers = request.headers
        got.append((await request.json(), headers["Authorization"], headers["Idempotency-Key"]))
        return web.Response(status=204)

    async with serving(take) as url:
        await WebhookSender(f"{url}/hook?a=b", secret, private_addresses=True).send(parcel, noted)
    content = {"id": "report-x", "title": "Téléphone", "text": "Écarté : 3\n", "calls": 7}
    assert got == [(content, "Bearer s3cret", '"report-x"')]


async def test_ntfy_gets_a_notification(parcel: Parcel) -> None:
    """Posted to the server with the topic within, cut between letters where it is long."""
    got: list[tuple[str, Any]] = []

    async def take(request: web.Request) -> web.Response:
        got.append((request.path, json.loads(await request.read())))
        return web.json_response({"id": "x"})

    long = Parcel("report-x", parcel.made, parcel.title, "é" * 4000, b"", {})
    async with serving(take) as url:
        await NtfySender(f"{url}/my-topic", None, private_addresses=True).send(long, noted)
    assert got == [("/", {"topic": "my-topic", "title": "Téléphone", "message": "é" * 1750})]


@pytest.mark.parametrize(
    ("status", "kind", "lasting"),
    [
        (401, SendError, True),
        (302, SendError, True),
        (429, SendError, False),
        (500, SendError, False),
        (502, UnsureError, None),
    ],
)
async def test_an_answer_decides(parcel: Parcel, status: int, kind: type[Exception], lasting: object) -> None:
    """What the server says is told; a redirect isn't followed; only a gateway leaves doubt."""
    asked: list[str] = []

    async def answer(request: web.Request) -> web.Response:
        asked.append(request.path)
        return web.Response(status=status, headers={"Location": "/elsewhere"})

    async with serving(answer) as url:
        with pytest.raises(kind, match=str(status)) as raised:
            await WebhookSender(f"{url}/secret-path", None, private_addresses=True).send(parcel, noted)
    assert (getattr(raised.value, "lasting", None), asked) == (lasting, ["/secret-path"])
    assert "secret-path" not in str(raised.value)


async def test_a_server_that_is_lost_before_it_answers_leaves_doubt(parcel: Parcel) -> None:
    """It may have taken it."""

    async def drop(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.transport.abort()

    async with answering_raw(drop) as url:
        with pytest.raises(UnsureError, match="lost before it answered"):
            await WebhookSender(url, None, private_addresses=True).send(parcel, noted)


async def test_an_address_within_the_house_needs_to_be_allowed(parcel: Parcel) -> None:
    """Nobody is asked, and the mend is said."""
    asked: list[str] = []

    async def answer(request: web.Request) -> web.Response:
        asked.append(request.path)
        return web.Response()

    async with serving(answer) as url:
        with pytest.raises(SendError, match="no public address .private_addresses = true") as raised:  # noqa: RUF043
            await WebhookSender(url, None, private_addresses=False).send(parcel, noted)
    assert (raised.value.lasting, asked) == (True, [])


async def test_nobody_listens(parcel: Parcel) -> None:
    """It can be tried again."""
    closed = await asyncio.start_server(lambda _, __: None, "127.0.0.1", 0)
    port = closed.sockets[0].getsockname()[1]
    closed.close()
    await closed.wait_closed()
    with pytest.raises(SendError, match="can't be reached") as raised:
        await WebhookSender(f"http://127.0.0.1:{port}/", None, private_addresses=True).send(parcel, noted)
    assert not raised.value.lasting
