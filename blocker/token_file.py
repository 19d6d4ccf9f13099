"""Reading a token out of its file: what a community list gave the household, so that it may ask and report.

Decides that nobody but its owner may be able to read it, and what a token looks like. To whom it is shown,
`fetching.py` decides; it stands in no message.
"""

import re
import stat
from pathlib import Path

from blocker.errors import SourceError

_OTHERS = stat.S_IRWXG | stat.S_IRWXO
_TOKEN = re.compile(r"[!-~]{1,500}", re.ASCII)
"""What a header can carry (RFC 9110, 5.5): ASCII without spaces."""


def read_token(path: Path) -> str:
    """The token that a file holds, without the line end after it; reads a few bytes of disk.

    Raises:
        SourceError: there is none, or others than its owner may read it.
    """
    try:
        if (mode := path.stat().st_mode) & _OTHERS:
            raise SourceError(f"{path} holds a token that others can read: chmod 600 {path}")
        if not stat.S_ISREG(mode):
            raise SourceError(f"{path} is no file")
        with path.open("rb") as file:
            token = file.read(1000).decode("ascii", "replace").strip()
    except OSError as error:
        raise SourceError(f"{path}, which should hold a token, can't be read: {error.strerror}") from error
    if not _TOKEN.fullmatch(token):
        raise SourceError(f"{path} must hold the token on one line, and nothing else")
    return token
