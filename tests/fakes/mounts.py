"""Whether a test can give a process a disk of its own: a small one, or one that can't be written."""

import os
import subprocess
from functools import cache


@cache
def may_mount() -> bool:
    """Whether this user may mount in a namespace of their own."""
    return os.geteuid() == 0 and subprocess.run(["unshare", "--mount", "true"], check=False).returncode == 0
