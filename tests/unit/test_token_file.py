"""Tokens in files of their own."""

from pathlib import Path

import pytest

from blocker.errors import SourceError
from blocker.token_file import read_token


def test_a_token_is_one_word_of_its_owner(tmp_path: Path) -> None:
    """What stands in the file, without the line end that editors add."""
    file = tmp_path / "token"
    file.write_text("pbt_abc\n")
    file.chmod(0o600)
    assert read_token(file) == "pbt_abc"


@pytest.mark.parametrize(
    ("raw", "mode", "why"),
    [
        (b"pbt_abc", 0o640, "others can read: chmod 600"),
        (b"pbt_abc", 0o604, "others can read: chmod 600"),
        (b"", 0o600, "must hold the token on one line"),
        (b"pbt_abc\npbt_def\n", 0o600, "must hold the token on one line"),
        (b"pbt_\xe4", 0o600, "must hold the token on one line"),
        (b"x" * 2000, 0o600, "must hold the token on one line"),
    ],
)
def test_what_is_no_such_file(tmp_path: Path, raw: bytes, mode: int, why: str) -> None:
    """The message says how to mend it, and never what is in the file."""
    file = tmp_path / "token"
    file.write_bytes(raw)
    file.chmod(mode)
    with pytest.raises(SourceError, match=why) as told:
        read_token(file)
    assert "pbt_" not in str(told.value).replace(str(file), "")


def test_a_missing_file_and_a_folder(tmp_path: Path) -> None:
    """Neither holds a token; the message names the path."""
    with pytest.raises(SourceError, match=r"missing.*can't be read: No such file"):
        read_token(tmp_path / "missing")
    tmp_path.chmod(0o700)
    with pytest.raises(SourceError, match="is no file"):
        read_token(tmp_path)
