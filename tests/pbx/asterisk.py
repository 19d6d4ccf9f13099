"""A real Asterisk for the tests: found or put up by `tools/get-asterisk`, with the configuration in `etc/`.

Starts and stops one instance and asks its command line. Doesn't place calls (`sip.py`).
"""

import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent
PROJECT = HERE.parents[1]
NO_CARD = "No ethernet interface found"
"""What each command complains of first, in a network that is loopback only."""
DIALPLANS = (
    PROJECT / "deploy" / "asterisk" / "extensions_blocker.conf",
    PROJECT / "deploy" / "freepbx" / "extensions_custom.conf",
)


class AsteriskMissingError(Exception):
    """No Asterisk can be had on this machine; the message says why."""


@dataclass(frozen=True, slots=True)
class Installation:
    """Where an Asterisk is."""

    root: Path
    """The folder it takes for `/`; it is run under chroot unless that is `/` itself."""
    version: str

    @classmethod
    def find(cls) -> "Installation":
        """Asks `tools/get-asterisk`, which may download one: about a minute and half a gigabyte, the first time.

        Raises:
            AsteriskMissingError: there is none and none can be put up.
        """
        found = subprocess.run([PROJECT / "tools" / "get-asterisk"], capture_output=True, text=True, check=False)
        if found.returncode != 0:
            raise AsteriskMissingError(found.stderr.strip())
        values = dict(line.split("=", 1) for line in found.stdout.splitlines())
        return cls(Path(values["root"]), values["version"])


class Asterisk:
    """A running Asterisk."""

    def __init__(self, installation: Installation, folder: Path) -> None:
        self._folder = folder
        inside = Path("/") / folder.relative_to(installation.root)
        chroot = [] if installation.root == Path("/") else ["chroot", str(installation.root)]
        self._command = [*chroot, "asterisk", "-C", f"{inside}/etc/asterisk.conf"]
        self.etc = folder / "etc"
        shutil.copytree(HERE / "etc", self.etc)
        main = self.etc / "asterisk.conf"
        main.write_text(main.read_text().replace("@FOLDER@", str(inside)))
        for dialplan in DIALPLANS:
            shutil.copy(dialplan, self.etc)

    def start(self) -> None:
        """Starts it and waits until it is up. Raises AssertionError, with what it said, where it doesn't come up."""
        with (self._folder / "console").open("wb") as console:
            self._process = subprocess.Popen(
                [*self._command, "-f"], stdin=subprocess.DEVNULL, stdout=console, stderr=subprocess.STDOUT
            )
        while self._process.poll() is None:
            try:
                # The command line comes up before its commands do: "no answer", "no such command" both mean "not yet".
                if "fully booted" in self.cli("core waitfullybooted"):
                    return
            except subprocess.CalledProcessError:
                continue
        said = (self._folder / "console").read_text(errors="replace")
        raise AssertionError(f"Asterisk ended while starting:\n{said}")

    def stop(self) -> None:
        self.cli("core stop now")
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def cli(self, command: str) -> str:
        """What `asterisk -rx COMMAND` prints.

        Raises:
            subprocess.CalledProcessError: it doesn't answer.
        """
        answer = subprocess.run([*self._command, "-rx", command], capture_output=True, text=True, check=True).stdout
        return "".join(line for line in answer.splitlines(keepends=True) if not line.startswith(NO_CARD))

    def unload(self, module: str, within_seconds: float) -> None:
        """Take a module out, as soon as nothing uses it any more."""
        deadline = time.monotonic() + within_seconds
        while "Unloaded" not in (said := self.cli(f"module unload {module}")):
            assert time.monotonic() < deadline, said
            time.sleep(0.5)

    def channels(self) -> int:
        """How many channels are up."""
        return int(self.cli("core show channels count").split()[0])

    def wait_until_quiet(self, within: float) -> None:
        """Raises AssertionError where a channel is left after that many seconds."""
        deadline = time.monotonic() + within
        while self.channels() and time.monotonic() < deadline:
            pass  # Asking takes some milliseconds itself.
        assert self.channels() == 0, f"channels left behind:\n{self.cli('core show channels')}"

    def ask_at(self, address: str) -> None:
        """Sets the global variable that says where the blocker is; empty for its default."""
        self.cli(f'dialplan set global BLOCKER_AGI "{address}"')

    def left_with(self, call_id: str) -> list[str]:
        """Action, reason and call id when a call ended that never rang, and the house's own AGI variables."""
        return self.cli(f"database get ended {call_id}").strip().removeprefix("Value: ").split()

    def log(self) -> str:
        return (self._folder / "messages").read_text(errors="replace")


@contextmanager
def running_asterisk(installation: Installation) -> Iterator[Asterisk]:
    """Runs an Asterisk with the tests' configuration and the project's dialplan files beside it.

    Only inside `private_network`, since it takes port 5060.
    """
    with tempfile.TemporaryDirectory(prefix="blocker-", dir=installation.root / "tmp") as folder:
        asterisk = Asterisk(installation, Path(folder))
        asterisk.start()
        try:
            yield asterisk
        finally:
            asterisk.stop()
