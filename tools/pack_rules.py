"""Has a wheel carry the shipped rules as they are read, beside the files (`blocker/rulefiles/packed.py`)."""  # noqa: INP001  (no package)

import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class PackRules(BuildHookInterface[Any]):
    """Run for each wheel but an editable one, whose rules are those of the source tree, where they change."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Pack them."""
        self.folder = tempfile.TemporaryDirectory()
        if version == "editable":
            return
        packed = Path(self.folder.name) / "packed"
        command = [sys.executable, "-m", "blocker.rulefiles.packed", str(Path(self.root) / "rules")]
        environment = os.environ | {"PYTHONPATH": self.root, "PYTHONHASHSEED": "0"}  # the same files, the same bytes
        with packed.open("wb") as file:
            subprocess.run(command, stdout=file, env=environment, check=True, cwd=self.root)  # noqa: S603  (ours)
        build_data["force_include"][str(packed)] = "blocker/_rules.pickle"

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:  # noqa: ARG002  (hatch's)
        """Once it is in the wheel it isn't needed."""
        self.folder.cleanup()
