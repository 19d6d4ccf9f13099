"""A call and what was said of it over HTTP: for whoever names the household's word, and for nobody else."""

import json
import stat
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from fakes.agi_client import call
from fakes.ledgers import files_in
from fakes.running import Program, running

from blocker.errors import DataDirError
from blocker.web.token import token_in

NUMBER = "+3225551234"


@asynccontextmanager
async def asking(program: Program, word: str | None = None) -> AsyncIterator[aiohttp.ClientSession]:
    """A client that names the word in the data directory, or another."""
    word = (program.data / "web-token").read_text().strip() if word is None else word
    headers = {"Authorization": f"Bearer {word}"} if word else {}
    async with aiohttp.ClientSession(f"http://127.0.0.1:{program.http}", headers=headers) as client:
        yield client


async def post(client: aiohttp.ClientSession, path: str, body: Any) -> tuple[int, Any]:
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    async with client.post(path, data=data, headers={"Content-Type": "application/json"}) as answer:
        return answer.status, await answer.json()


async def get(client: aiohttp.ClientSession, path: str) -> tuple[int, Any]:
    async with client.get(path) as answer:
        return answer.status, await answer.json()


async def test_a_page_shows_a_call_and_records_what_is_said(tmp_path: Path) -> None:
    """What is posted is in the ledger, blocks where it is a mark, and is shown again."""
    async with running(tmp_path) as program, asking(program) as client:
        rang = (await call(program.fastagi, NUMBER))["BLOCKER_CALL"]
        status, shown = await get(client, f"/v1/calls/{rang}")
        assert (status, shown["call"], shown["number"], shown["statement"]) == (200, rang, NUMBER, None)

        said = {"by": "Anna", "mark": "marketing", "said_company": "Belgacom", "course": "é" * 4000}
        status, done = await post(client, f"/v1/calls/{rang}/statement", said)
        assert (status, done["recorded"], done["statement"]["company"]) == (200, True, "proximus"), done
        (entry,) = program.entries("statement")
        assert (entry["by"], entry["said_company"], entry["course"]) == ("Anna", "Belgacom", "é" * 4000)
        assert (await call(program.fastagi, NUMBER))["BLOCKER_ACTION"] == "reject"

        status, shown = await get(client, f"/v1/calls/{rang[:8]}")
        assert shown["statement"]["said"] == done["statement"]
        assert (shown["statement"]["by"], shown["statement"]["entry"]) == ("Anna", done["entry"])


REFUSED: dict[str, tuple[str, Any, int, str]] = {
    "no such call": ("ffff", {"mark": "wanted"}, 404, "no call “ffff” has been recorded"),
    "a field that is none": ("last", {"markk": "wanted", "voice": "loud"}, 400, "what can't be used: markk, voice"),
    "no object": ("last", [1], 400, "not a JSON object of fields"),
    "no JSON": ("last", b"{", 400, "not JSON"),
    "twice": ("last", b'{"mark": "wanted", "mark": "wanted"}', 400, "a field is given twice"),
    "deep": ("last", b"[" * 100_000, 400, "not JSON"),
    "nothing": ("last", {}, 400, "nothing is said"),
    "nobody": ("last", {"by": 7, "mark": "wanted"}, 400, "what can't be used: by"),
    "half a character": ("last", b'{"product": "\\ud800"}', 400, "what can't be used: product"),
    "too much": ("last", b" " * 140_000, 413, ""),
}


async def test_what_cannot_be_recorded_is_answered_with_what_to_mend(tmp_path: Path) -> None:
    """Each answer is an object of what, where and mend, with the fields at fault one by one; nothing is recorded."""
    async with running(tmp_path) as program, asking(program) as client:
        await call(program.fastagi, NUMBER)
        for what, (which, body, status, says) in REFUSED.items():
            got, answer = await post(client, f"/v1/calls/{which}/statement", body)
            assert (what, got, says in answer["what"]) == (what, status, True), answer
            assert {"what", "where", "mend"} <= answer.keys()
        _, answer = await post(client, "/v1/calls/last/statement", REFUSED["a field that is none"][1])
        assert answer["fields"]["markk"] == "there is no such field (did you mean “mark”?)"
        assert (await get(client, "/v1/calls/%20"))[0] == 404
        assert program.entries("statement") == []


async def test_nobody_is_answered_without_the_word(tmp_path: Path) -> None:
    """Any program on this machine can reach the port, which is no permission: nothing is told or recorded."""
    async with running(tmp_path) as program:
        rang = (await call(program.fastagi, NUMBER))["BLOCKER_CALL"]
        token = program.data / "web-token"
        word = token.read_text().strip()
        assert stat.S_IMODE(token.stat().st_mode) == 0o600
        assert len(word) >= 43
        for wrong in ("", "x", word[:-1], word + "x", word.swapcase(), "é"):
            async with asking(program, wrong) as client:
                for status, answer in (
                    await get(client, f"/v1/calls/{rang}"),
                    await get(client, "/v1/calls/ffff"),
                    await post(client, f"/v1/calls/{rang}/statement", {"mark": "marketing"}),
                ):
                    assert (status, NUMBER in str(answer), word in str(answer)) == (401, False, False)
        async with asking(program) as client:
            async with client.post(f"/v1/calls/{rang}/statement", data=b"mark=marketing") as answer:
                assert answer.status == 415
            async with client.get(f"/v1/calls/{rang}", headers={"Host": "evil.example"}) as answer:
                assert answer.status == 421
        assert program.entries("statement") == []
        await program.stop()
        assert word not in str(program.log)


@pytest.mark.parametrize(
    ("mode", "text", "kept"),
    [
        (0o600, None, "kept"),
        (0o400, None, "kept"),
        (0o644, None, "replaced"),
        (0o600, "short\n", "replaced"),
        (0o600, "", "replaced"),
    ],
)
def test_the_word_stays_unless_others_could_have_read_it(
    tmp_path: Path, mode: int, text: str | None, kept: str
) -> None:
    """A restart keeps it; one that was open to others, or is none, is replaced by a good one."""
    token_in(tmp_path)
    token = tmp_path / "web-token"
    before = token.read_text()
    token.write_text(before if text is None else text)
    token.chmod(mode)
    found = token_in(tmp_path)
    word = token.read_text().strip()
    assert ((token.read_text() == before), stat.S_IMODE(token.stat().st_mode) & 0o077) == (kept == "kept", 0)
    assert (len(word) >= 43, found.admits(f"bearer {word}"), found.admits(word)) == (True, True, False)
    assert files_in(tmp_path) == ["web-token"]


def test_a_link_in_the_words_place_is_not_followed(tmp_path: Path) -> None:
    """Nobody gets the service to read or write another file by it."""
    (tmp_path / "web-token").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(DataDirError, match="nobody can ask about calls"):
        token_in(tmp_path)
    assert files_in(tmp_path) == ["web-token"]


async def test_where_no_word_can_be_kept_calls_are_screened_all_the_same(tmp_path: Path) -> None:
    """The household is told, and the questions about calls are refused."""
    program = Program(tmp_path)
    (program.data / "web-token").mkdir(parents=True)
    await program.start()
    assert (await call(program.fastagi, NUMBER))["BLOCKER_ACTION"] == "ring"
    async with asking(program, "x" * 43) as client:
        assert (await get(client, "/v1/calls/last"))[0] == 503
        status, health = await get(client, "/healthz")
        assert (status, "nobody can ask about calls" in str(health["problems"])) == (503, True)
    await program.stop()
