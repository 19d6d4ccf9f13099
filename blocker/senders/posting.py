"""One HTTP request with a JSON body, to a web server that may be down, slow, endless or hostile.

Decides when the server surely has nothing, and that a redirect is never followed: it would send the household's figures
where nobody said. What is posted, `webhook.py` and `ntfy.py` decide.
"""

from collections.abc import Mapping

import aiohttp

from blocker import __version__
from blocker.errors import SendError, UnsureError
from blocker.fetching import public_addresses_only
from blocker.senders import HandingOver

_CONNECT_SECONDS, _ANSWER_SECONDS = 20, 60
_LATER = frozenset({408, 425, 429, 503})
_NOBODY_KNOWS = frozenset({502, 504})
"""Answers of a gateway that lost sight of the server behind it."""


async def post(
    url: str,
    content: Mapping[str, object],
    headers: Mapping[str, str],
    handing_over: HandingOver,
    *,
    private_addresses: bool,
) -> None:
    """Post an object; returns where the server answers that it took it (2xx).

    Raises:
        SendError: it surely didn't.
        UnsureError: nobody knows.
    """
    refused: list[str] = []
    session = aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(
            socket_factory=None if private_addresses else public_addresses_only(refused), force_close=True
        ),
        timeout=aiohttp.ClientTimeout(total=None, sock_connect=_CONNECT_SECONDS, sock_read=_ANSWER_SECONDS),
        headers={"User-Agent": f"blocker/{__version__}", **headers},
        cookie_jar=aiohttp.DummyCookieJar(),
    )
    async with session:
        await handing_over()
        try:
            async with session.post(url, json=content, allow_redirects=False) as response:
                status = response.status
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as error:
            if refused:
                where = f"{refused[0]}, which is no public address"
                raise SendError(f"it leads to {where} (private_addresses = true allows it)", lasting=True) from error
            raise SendError(f"the web server can't be reached: {_said(error)}") from error
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise UnsureError(f"the web server was lost before it answered: {_said(error)}") from error
    if status in _NOBODY_KNOWS:
        raise UnsureError(f"a gateway answered {status}")
    if not 200 <= status < 300:  # noqa: PLR2004  (RFC 9110: successful)
        raise SendError(f"the web server answered {status}", lasting=status < 500 and status not in _LATER)  # noqa: PLR2004


def _said(error: BaseException) -> str:
    """Why, without the URL, which may be a secret."""
    why = error.strerror if isinstance(error, OSError) else ""
    return why or type(error).__name__
