"""A time-stamping authority of the test's own: root and certificate, answers by `openssl ts`, over real HTTP.

`mood` says how it behaves. Its certificates are made with the dates that a test asks for.
"""

import asyncio
import contextlib
import subprocess
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from aiohttp import web
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from fakes.web_server import serving

from blocker.evidence_config import Authority

_CONFIG = """\
[tsa]
default_tsa = t
[t]
serial = {folder}/serial
signer_cert = {folder}/signer.pem
signer_key = {folder}/signer.key
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256
ess_cert_id_alg = sha256
crypto_device = builtin
"""


class LocalAuthority:
    """Answers queries well until its mood is changed; how often it was asked is in `asked`."""

    def __init__(self, folder: Path, valid: tuple[timedelta, timedelta] = (timedelta(-30), timedelta(300))) -> None:
        """Make its certificates in a folder; the signer's is valid from and until then, seen from now."""
        folder.mkdir(parents=True, exist_ok=True)
        self.folder, self.mood, self.asked = folder, "well", 0
        self.was_asked, self._over = asyncio.Event(), asyncio.Event()
        self.root = folder / "root.pem"
        (folder / "openssl.cnf").write_text(_CONFIG.format(folder=folder))
        (folder / "serial").write_text("01\n")
        now, key, signer = (
            datetime.now(UTC),
            ec.generate_private_key(ec.SECP256R1()),
            ec.generate_private_key(ec.SECP256R1()),
        )
        names = [x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)]) for text in ("Test root", "Test signer")]
        root = _certificate(names[0], names[0], key, now - timedelta(3650), now + timedelta(3650)).add_extension(
            x509.BasicConstraints(ca=True, path_length=None), critical=True
        )
        stamps = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING])
        leaf = _certificate(names[1], names[0], signer, now + valid[0], now + valid[1])
        self.root.write_bytes(root.sign(key, hashes.SHA256()).public_bytes(Encoding.PEM))
        signed = leaf.add_extension(stamps, critical=True).sign(key, hashes.SHA256())
        (folder / "signer.pem").write_bytes(signed.public_bytes(Encoding.PEM))
        (folder / "signer.key").write_bytes(signer.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
        self._one_at_a_time = asyncio.Lock()

    @contextlib.asynccontextmanager
    async def serving(self, *, vouched: bool = True) -> AsyncIterator[Authority]:
        """While this is open, it answers; yields how a household would configure it."""
        async with serving(self._answer) as url:
            try:
                yield Authority(f"{url}/tsr", self.root if vouched else None)
            finally:
                self._over.set()

    async def reply(self, query: bytes) -> bytes:
        """What `openssl ts -reply` makes of a query."""
        async with self._one_at_a_time:  # it counts its serial numbers in a file
            (self.folder / "query").write_bytes(query)
            process = await asyncio.create_subprocess_exec(
                *("openssl", "ts", "-reply", "-config", "openssl.cnf", "-queryfile", "query", "-out", "reply"),
                cwd=self.folder,
                stdout=asyncio.subprocess.DEVNULL,
                stderr=asyncio.subprocess.DEVNULL,
            )
            assert await process.wait() == 0
            return (self.folder / "reply").read_bytes()

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        self.asked += 1
        self.was_asked.set()
        query = await request.read()
        assert request.content_type == "application/timestamp-query"
        imprint = query[query.index(b"\x04\x20") + 2 :][:32]
        match self.mood:
            case "hangs":
                await self._over.wait()
            case "fails":
                return web.Response(status=500)
            case "moves":
                return web.Response(status=302, headers={"Location": "http://127.0.0.1:9/elsewhere"})
            case "talks on":
                return web.Response(body=b"x" * 2_000_000)
            case "says nonsense":
                return web.Response(text="<html>Welcome to our portal</html>")
            case "refuses":
                query = b"zzz"
            case "stamps something else":
                query = self._query(bytes(32))
            case "forgets the nonce":
                query = self._query(imprint)
            case "keeps its certificate":
                body = query[2:-3]  # without the last field, certReq TRUE
                query = b"\x30" + bytes([len(body)]) + body
            case _:
                pass
        body = await self.reply(query)
        return web.Response(body=body, content_type="application/timestamp-reply")

    def _query(self, digest: bytes) -> bytes:
        command = ["openssl", "ts", "-query", "-sha256", "-digest", digest.hex(), "-cert"]
        return subprocess.run(command, check=True, capture_output=True).stdout


def check(folder: Path, data: bytes, reply: bytes, root: Path, *more: str) -> bool:
    """Whether the public command finds a token good."""
    (folder / "stamped").write_bytes(data)
    (folder / "reply").write_bytes(reply)
    command = ["openssl", "ts", "-verify", "-data", "stamped", "-in", "reply", "-CAfile", str(root), *more]
    return subprocess.run(command, cwd=folder, capture_output=True, check=False).returncode == 0


def _certificate(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePrivateKey, since: datetime, until: datetime
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(since)
        .not_valid_after(until)
    )
