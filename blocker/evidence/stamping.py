"""Time-stamps by an authority outside the house: asking for one (RFC 3161 over HTTP), and checking one.

Decides which answer is a token of what was asked: granted, of these bytes, with this nonce, at a time that can be, and
signed by whom the household's certificates vouch for where it has any. Doesn't decide what is stamped nor when
(`filing/sealing.py`); nobody is asked whom the configuration doesn't name, and nothing but a sum leaves the house.

The token's bytes are for `rfc3161-client`, an extra (`pip install 'blocker[timestamps]'`), which is slow to load, and
loaded in a thread when the first token is asked for or checked; aiohttp is loaded when the first one is asked for.
"""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from blocker import __version__
from blocker.core.entry import sha256_hex
from blocker.core.seal import Token
from blocker.errors import StampError
from blocker.evidence_config import Authority

if TYPE_CHECKING:
    from cryptography.x509 import Certificate
    from rfc3161_client import TimeStampResponse

SECONDS = 15.0
"""How long an authority may take from first to last byte."""

MAX_TOKEN = 512 * 1024
"""Longest token in bytes: with its base64 and the certificates it has to fit a content."""

MAX_CERTIFICATES = 128 * 1024

MAX_APART = timedelta(days=1)
"""How far the authority's clock and ours may be apart before one of them must be wrong."""

_SHA256 = "2.16.840.1.101.3.4.2.1"
_STATUS = ("granted", "granted with changes", "rejected", "waiting", "revocation warning", "revoked")
_GRANTED = 0


class Checked(NamedTuple):
    """A token that is one of the bytes in question."""

    gen_time: datetime
    vouched: bool
    """Whether certificates were given, and the token is signed by whom they vouch for."""
    signer_until: datetime | None
    """Until when the signer's certificate is or was valid; None where it isn't at hand."""


def _utc_now() -> datetime:
    return datetime.now(UTC)


async def stamp(authority: Authority, data: bytes, now: Callable[[], datetime] = _utc_now) -> Token:
    """Have an authority put its time on bytes, of which it gets the SHA-256 alone.

    Args:
        authority: whom to ask, and the certificates to check its answer by.
        data: what is to be stamped.
        now: our clock, aware, to compare.

    Raises:
        StampError: there is no token; the message says why, and another time may help.
    """
    try:
        certificates = await asyncio.to_thread(read_certificates, authority.certificates)
        query, nonce = await asyncio.to_thread(_query, data)
        reply = await _ask(authority.url, query)
        checked = await asyncio.to_thread(check_token, reply, data, certificates, nonce)
        _compare_clocks(checked.gen_time, now())
    except StampError as error:
        raise StampError(f"{authority.url}: no time-stamp: {error}") from error
    return Token(reply, checked.gen_time, certificates)


def _compare_clocks(theirs: datetime, ours: datetime) -> None:
    if abs(theirs - ours) > MAX_APART:
        shown = f"{theirs:%Y-%m-%d %H:%M} UTC, this machine's is {ours.astimezone(UTC):%Y-%m-%d %H:%M}"
        raise StampError(f"its time is {shown}: one of the two clocks is wrong")


def check_token(reply: bytes, data: bytes, certificates: str | None, nonce: int | None = None) -> Checked:
    """See that an answer is a token of these bytes. Takes a moment: not for the event loop's thread.

    Certificates have to be valid at the token's own time, and may have expired since.

    Args:
        reply: the answer, a TimeStampResp in DER.
        data: what should have been stamped.
        certificates: PEM text with a root, and what lies between; None to pass over who signed it.
        nonce: of the question, where it is known.

    Raises:
        StampError: it isn't; the message says why.
    """
    response = _decoded(reply)
    if response.status != _GRANTED:
        said = " ".join(response.status_string)[:200]
        status = _STATUS[response.status] if response.status < len(_STATUS) else str(response.status)
        raise StampError(f"it was asked and said: {status}" + (f", “{said}”" if said else ""))
    configured = _certificates(certificates) if certificates is not None else []
    try:
        info, signed = response.tst_info, response.signed_data
        imprint, gen_time, said_nonce = info.message_imprint, info.gen_time, info.nonce
        found = (imprint.hash_algorithm.dotted_string, imprint.message.hex())
        there = [_certificate(raw) for raw in signed.certificates]
        signers = [(signer.issuer, signer.serial_number) for signer in signed.signer_infos]
        leaf = next((one for one in [*there, *configured] if (one.issuer, one.serial_number) in signers), None)
        signer_until = leaf.not_valid_after_utc if leaf is not None else None
    except Exception as error:
        raise StampError(f"its answer can't be read: {_first_line(error)}") from error
    if found != (_SHA256, sha256_hex(data)):
        raise StampError("its token is of other bytes than those in question")
    if nonce is not None and said_nonce != nonce:
        raise StampError("its token is an answer to another question (the nonce differs)")
    if certificates is not None:
        _vouch(response, data, configured, None if there else leaf)
    return Checked(gen_time.astimezone(UTC), certificates is not None, signer_until)


def read_certificates(path: Path | None) -> str | None:
    """The text of a PEM file with certificates; None where none is named.

    Raises:
        StampError: it can't be read, or holds none that can stand at the end of a chain.
    """
    if path is None:
        return None
    try:
        with path.open(encoding="ascii") as file:
            text = file.read(MAX_CERTIFICATES + 1)
    except OSError as error:
        raise StampError(f"{path}: its certificates can't be read: {error.strerror}") from error
    except UnicodeDecodeError:
        raise StampError(f"{path}: isn't PEM text (convert it: openssl x509 -inform DER)") from None
    if len(text) > MAX_CERTIFICATES:
        raise StampError(
            f"{path}: more than {MAX_CERTIFICATES} characters of certificates (name this authority's only)"
        )
    try:
        _roots(_certificates(text))
    except StampError as error:
        raise StampError(f"{path}: {error}") from error
    return text


async def _ask(url: str, query: bytes) -> bytes:
    import aiohttp  # noqa: PLC0415  (see above)

    headers = {"Content-Type": "application/timestamp-query", "User-Agent": f"blocker/{__version__}"}
    limits = aiohttp.ClientTimeout(total=SECONDS)
    try:
        async with (
            aiohttp.ClientSession(timeout=limits, auto_decompress=False) as session,
            session.post(url, data=query, headers=headers, allow_redirects=False) as answer,
        ):
            if moved := answer.headers.get("Location", "") if answer.status // 100 == 3 else "":  # noqa: PLR2004
                raise StampError(f"it sends us on to {moved[:200]} (name that address in [[seals.authority]] instead)")
            if answer.status != 200:  # noqa: PLR2004  (the one status with a token)
                raise StampError(f"it answers with HTTP status {answer.status}")
            reply = bytearray()
            async for chunk in answer.content.iter_any():
                reply += chunk
                if len(reply) > MAX_TOKEN:
                    raise StampError(f"its answer is longer than {MAX_TOKEN} bytes")
            return bytes(reply)
    except TimeoutError:
        raise StampError(f"it didn't answer within {SECONDS:g} s") from None
    except (aiohttp.ClientError, OSError, ValueError) as error:
        raise StampError(f"it can't be asked: {_first_line(error)}") from error


def _query(data: bytes) -> tuple[bytes, int]:
    """The question and its nonce; with the signer's certificate to come along, for whoever checks without ours."""
    _need_library()
    from rfc3161_client import HashAlgorithm, TimestampRequestBuilder  # noqa: PLC0415  (an extra, and slow to load)

    query = TimestampRequestBuilder(data, HashAlgorithm.SHA256, nonce=True, cert_req=True).build()
    if query.nonce is None:
        raise StampError("no nonce was made for the question")
    return query.as_bytes(), query.nonce


def _decoded(reply: bytes) -> "TimeStampResponse":
    _need_library()
    from rfc3161_client import decode_timestamp_response  # noqa: PLC0415  (likewise)

    try:
        return decode_timestamp_response(reply)
    except Exception as error:
        raise StampError("its answer is no RFC 3161 reply") from error


def _vouch(
    response: "TimeStampResponse", data: bytes, configured: "list[Certificate]", leaf: "Certificate | None"
) -> None:
    from rfc3161_client import VerifierBuilder  # noqa: PLC0415  (likewise)

    roots = _roots(configured)
    between = [one for one in configured if one not in roots]
    try:
        VerifierBuilder(roots=roots, intermediates=between, tsa_certificate=leaf).build().verify_message(response, data)
    except Exception as error:
        raise StampError(f"its token isn't vouched for by the certificates given: {_reason(error)}") from error


def _need_library() -> None:
    try:
        import rfc3161_client  # noqa: F401, PLC0415  (likewise)
    except ImportError as error:
        absent = StampError(
            "the library for time-stamps isn't installed (pip install 'blocker[timestamps]', or rfc3161-client)"
        )
        absent.unchecked = True
        raise absent from error


def _certificates(text: str) -> "list[Certificate]":
    _need_library()
    from cryptography import x509  # noqa: PLC0415  (likewise)

    try:
        return x509.load_pem_x509_certificates(text.encode("ascii", "replace"))
    except ValueError as error:
        raise StampError("holds no certificates in PEM form, or a broken one") from error


def _certificate(raw: bytes) -> "Certificate":
    from cryptography import x509  # noqa: PLC0415  (likewise)

    return x509.load_der_x509_certificate(raw)


def _roots(certificates: "list[Certificate]") -> "list[Certificate]":
    roots = [one for one in certificates if one.issuer == one.subject]
    if not roots:
        raise StampError("holds no root certificate, one that vouches for itself (add the authority's root)")
    return roots


def _reason(error: Exception) -> str:
    """Of OpenSSL's pile of errors the words that say something."""
    text = _first_line(error)
    for mark in ("Verify error: ", 'reason: "'):
        if mark in text:
            return text.partition(mark)[2].partition('"')[0]
    return text


def _first_line(error: BaseException) -> str:
    return (str(error).partition("\n")[0] or type(error).__name__)[:300]
