"""`tools/get-asterisk`: finds an Asterisk or puts one up, completely or not at all, and says what is wrong if it can't.

The commands it uses are stand-ins here. That it works for real is shown by every other test of this folder.
"""

import os
import platform
import subprocess
from pathlib import Path

import pytest
from pbx.asterisk import PROJECT

NEW = "echo 'Asterisk 22.10.1+dfsg+~cs6.17-1'"
OLD = "echo 'Asterisk 16.28.0~dfsg-0+deb11u4'"
MISSING = "exit 127"
PUTS_ONE_UP = f"""
mkdir -p "$5/usr/sbin" && cd "$5/usr/sbin" && printf "#!/bin/sh\\n{NEW}\\n" >asterisk && chmod +x asterisk
"""
BREAKS_OFF = 'mkdir "$5/half-made"; echo "E: the mirror is gone"; exit 1'


def _distribution() -> str:
    try:
        return platform.freedesktop_os_release()["ID"]
    except OSError:
        return "none"


needs_debian = pytest.mark.skipif(
    _distribution() not in {"debian", "ubuntu"},
    reason="tools/get-asterisk puts an Asterisk up on Debian and Ubuntu only, so that is where this is tested",
)


class Machine:
    """A machine whose commands are what a test says."""

    def __init__(self, folder: Path, asterisk: str, debootstrap: str = MISSING, user: int = 0) -> None:
        self.cache = folder / "cache" / "blocker"
        self._commands = folder / "commands"
        self._commands.mkdir()
        self.tries = folder / "tries"
        self._command("asterisk", asterisk)
        self._command("debootstrap", f'echo >>"{self.tries}"; {debootstrap}')
        self._command("id", f"echo {user}")
        self._command("chroot", '[ -x "$1/usr/sbin/$2" ] && exec "$1/usr/sbin/$2"')
        self._environment = {
            "PATH": f"{self._commands}:{os.environ['PATH']}",
            "XDG_CACHE_HOME": str(self.cache.parent),
            "LC_ALL": "C",
        }

    def _command(self, name: str, script: str) -> None:
        command = self._commands / name
        command.write_text(f"#!/bin/sh\n{script}\n")
        command.chmod(0o755)

    def get_asterisk(self) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [PROJECT / "tools" / "get-asterisk"], env=self._environment, capture_output=True, text=True, check=False
        )


def test_the_machines_own_asterisk_is_used(tmp_path: Path) -> None:
    """One that is on the PATH and new enough needs neither root nor a folder."""
    machine = Machine(tmp_path, NEW, user=1000)
    assert machine.get_asterisk().stdout == "root=/\nversion=22.10.1\n"
    assert not machine.cache.exists()


@pytest.mark.parametrize("asterisk", [OLD, MISSING])
def test_without_root_it_says_what_is_needed(tmp_path: Path, asterisk: str) -> None:
    """It doesn't try what it may not do."""
    machine = Machine(tmp_path, asterisk, PUTS_ONE_UP, user=1000)
    done = machine.get_asterisk()
    assert (done.returncode, done.stdout) == (1, "")
    assert "As root" in done.stderr
    assert not machine.tries.exists()


@needs_debian
@pytest.mark.parametrize("asterisk", [OLD, MISSING])
def test_one_is_put_up_once(tmp_path: Path, asterisk: str) -> None:
    """The second time it is found where the first one left it."""
    machine = Machine(tmp_path, asterisk, PUTS_ONE_UP)
    first, second = machine.get_asterisk(), machine.get_asterisk()
    assert first.returncode == 0, first.stderr
    assert first.stdout == second.stdout
    assert first.stdout.startswith(f"root={machine.cache}/asterisk-")
    assert machine.tries.read_text() == "\n"


@needs_debian
def test_a_download_that_breaks_off_leaves_nothing_behind(tmp_path: Path) -> None:
    """It is tried twice; then the reason is said, and no half-made folder is taken for an Asterisk later."""
    machine = Machine(tmp_path, MISSING, BREAKS_OFF)
    done = machine.get_asterisk()
    assert (done.returncode, done.stdout) == (1, "")
    assert "the mirror is gone" in done.stderr
    assert machine.tries.read_text() == "\n\n"
    assert not [path for path in machine.cache.iterdir() if path.is_dir()]
