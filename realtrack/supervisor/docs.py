"""`make docs`: the OpenAPI schema and the list of commands, written into the state folder."""

from __future__ import annotations

import os
import subprocess
import sys

from realtrack.embedded.layout import PROJECT_ROOT, Layout
from realtrack.supervisor.output import say


def write_docs(layout: Layout) -> int:
    """Write both; returns the exit code of the schema's generation, warnings counting as faults."""
    folder = layout.state / "docs"
    folder.mkdir(parents=True, exist_ok=True)
    schema = folder / "openapi.yaml"
    done = _manage("spectacular", "--fail-on-warn", "--file", str(schema))
    if done.returncode != 0:
        sys.stderr.write(done.stderr)
        return done.returncode
    commands = folder / "commands.txt"
    commands.write_text(_manage("help").stdout, encoding="utf-8")
    say(f"Wrote {schema} and {commands}.")
    return 0


def _manage(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=PROJECT_ROOT,
        env=os.environ | {"LOG_LEVEL": "WARNING"},
        capture_output=True,
        text=True,
        check=False,
    )
