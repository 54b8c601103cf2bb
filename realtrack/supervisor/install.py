"""Makes `.venv` and installs the pinned requirements; standard library only, run by any Python 3.

`python3 realtrack/supervisor/install.py [--dev]`. When nothing has changed it ends at once.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
_LEAST = (3, 11)
_NEWER = ("python3.13", "python3.12", "python3.11")


def main() -> int:
    """Install what is missing; returns the exit code."""
    names = ["requirements.txt", *(["requirements-dev.txt"] if "--dev" in sys.argv else [])]
    folder = os.open(ROOT, os.O_RDONLY)
    fcntl.flock(folder, fcntl.LOCK_EX)  # two starts in one folder install once
    digests = {name: _digest(ROOT / name) for name in names}
    if PYTHON.exists() and all(_stamp(name) == digest for name, digest in digests.items()):
        return 0
    begun = time.monotonic()
    try:
        _make_venv()
        print(f"Installing {' and '.join(names)} into .venv …", flush=True)
        _install(names)
    except (subprocess.CalledProcessError, OSError) as error:
        print(f"The installation failed: {error}", file=sys.stderr)
        return 1
    for name, digest in digests.items():
        (VENV / f"{name}.installed").write_text(digest, encoding="ascii")
    print(f"Installed in {time.monotonic() - begun:.0f} s.", flush=True)
    return 0


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _stamp(name: str) -> str:
    try:
        return (VENV / f"{name}.installed").read_text(encoding="ascii")
    except OSError:
        return ""


def _interpreter() -> str:
    """Return a Python that is new enough; raises OSError with what to install."""
    if sys.version_info >= _LEAST:
        return sys.executable
    for name in _NEWER:
        found = shutil.which(name)
        if found:
            return found
    message = "RealTrack needs Python 3.11 or newer: apt-get install python3.11 python3.11-venv"
    raise OSError(message)


def _works(*command: str) -> bool:
    try:
        return subprocess.run(command, capture_output=True, check=False).returncode == 0
    except OSError:
        return False


def _make_venv() -> None:
    """Make `.venv`; a Debian without ensurepip gets one without pip, which uv does not need."""
    if _works(str(PYTHON), "-c", "import sys; assert sys.version_info >= (3, 11)"):
        return
    shutil.rmtree(VENV, ignore_errors=True)
    interpreter = _interpreter()
    print("Making .venv …", flush=True)
    # Without pip it takes a tenth of the time; uv comes from elsewhere or by the system's pip.
    if _works(interpreter, "-m", "venv", "--without-pip", str(VENV)):
        return
    if _works(interpreter, "-m", "virtualenv", str(VENV)):
        return
    message = (
        "this Python can make no virtual environment. On Debian and Ubuntu: "
        "apt-get install python3-venv"
    )
    raise OSError(message)


def _install(names: list[str]) -> None:
    wanted = [part for name in names for part in ("-r", str(ROOT / name))]
    uv = _uv()
    if uv:
        subprocess.run(
            [*uv, "pip", "install", "--quiet", "--python", str(PYTHON), *wanted], check=True
        )
        return
    # Slower, but needs nothing else.
    subprocess.run([*_pip(), "install", "--quiet", *wanted], check=True)


def _pip() -> list[str]:
    """Return a pip that installs into `.venv`: the system's, which is there at once, or its own."""
    outer = [sys.executable, "-m", "pip", "--python", str(PYTHON), "--disable-pip-version-check"]
    if _works(*outer, "--version"):
        return outer
    own = [str(PYTHON), "-m", "pip", "--disable-pip-version-check"]
    if _works(*own, "--version") or _works(str(PYTHON), "-m", "ensurepip", "--default-pip"):
        return own
    message = "there is no pip. On Debian and Ubuntu: apt-get install python3-pip python3-venv"
    raise OSError(message)


def _uv() -> list[str]:
    """Return uv, which installs the same pins in a tenth of pip's time; empty if there is none."""
    found = shutil.which("uv")
    if found and _works(found, "--version"):
        return [found]
    own = [str(PYTHON), "-m", "uv"]
    if _works(*own, "--version") or _works(*_pip(), "install", "--quiet", "uv"):
        return own
    return []


if __name__ == "__main__":
    sys.exit(main())
