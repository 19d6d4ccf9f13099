"""OpenSSH as a household has it: keys made by the real ssh-keygen, and an ssh-agent of the test's own."""

import contextlib
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path


def make_key(path: Path, passphrase: str = "") -> Path:
    """A key pair, ed25519."""
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", passphrase, "-C", "", "-f", str(path)], check=True)
    return path


def lock_key(path: Path, passphrase: str) -> None:
    """Put a passphrase on a key that has none."""
    subprocess.run(["ssh-keygen", "-q", "-p", "-N", passphrase, "-f", str(path)], check=True, stdout=subprocess.PIPE)


def check(folder: Path, data: bytes, identity: str, namespace: str) -> str:
    """What the public command says of `signature` and `allowed_signers` in a folder; fails where it isn't good."""
    files = ["-f", "allowed_signers", "-s", "signature"]
    command = ["ssh-keygen", "-Y", "verify", *files, "-I", identity, "-n", namespace]
    ran = subprocess.run(command, cwd=folder, input=data, capture_output=True, check=False)
    assert ran.returncode == 0, ran.stderr
    return ran.stdout.decode()


@contextlib.contextmanager
def agent_with(key: Path) -> Iterator[str]:
    """A running ssh-agent that holds a key; yields its SSH_AUTH_SOCK."""
    folder = tempfile.mkdtemp(prefix="agent-")  # a socket's path must be short
    socket = f"{folder}/s"
    with subprocess.Popen(["ssh-agent", "-D", "-a", socket], stdout=subprocess.PIPE, text=True) as agent:
        try:
            assert agent.stdout is not None
            assert re.search("SSH_AUTH_SOCK", agent.stdout.readline())  # it says so once it listens
            subprocess.run(
                ["ssh-add", "-q", str(key)], env={"SSH_AUTH_SOCK": socket, "PATH": "/usr/bin:/bin"}, check=True
            )
            yield socket
        finally:
            agent.terminate()
    shutil.rmtree(folder)
