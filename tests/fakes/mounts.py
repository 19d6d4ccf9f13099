"""Whether a test can give a process a disk of its own: a small one, or one that can't be written."""

import os
import shutil
import subprocess
from functools import cache


@cache
def why_no_mount() -> str:
    """Why this user may not mount in a namespace of their own; empty where they may."""
    if os.geteuid() != 0:
        return "only root can mount a disk that nobody else sees (sudo .ci/run runs all tests)"
    if not (shutil.which("unshare") and shutil.which("mount")):
        return "unshare or mount isn't installed (tools/bootstrap system sees to it)"
    mount = ["unshare", "--mount", "mount", "-t", "tmpfs", "tmpfs", "/tmp"]  # noqa: S108  (gone with its namespace)
    run = subprocess.run(mount, capture_output=True, text=True, check=False)
    if run.returncode == 0:
        return ""
    return f"root may not mount here: {run.stderr.strip()} (in a container, it has to be a privileged one)"
