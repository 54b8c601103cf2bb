"""The installation: a virtual environment without the network, and what is said when it fails."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from realtrack.supervisor import install


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project folder of the test's own, with a blank in its name."""
    root = tmp_path / "a b"
    root.mkdir()
    (root / "requirements.txt").write_text("# nothing\n", encoding="ascii")
    monkeypatch.setattr(install, "ROOT", root)
    monkeypatch.setattr(install, "VENV", root / ".venv")
    monkeypatch.setattr(install, "PYTHON", root / ".venv" / "bin" / "python")
    monkeypatch.setattr(sys, "argv", ["install.py"])
    return root


def test_missing_environment_is_made(project: Path) -> None:
    install._make_venv()
    done = subprocess.run(
        [str(install.PYTHON), "-c", "import sys; print(sys.prefix)"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == str(project / ".venv")


def test_broken_environment_is_made_anew(project: Path) -> None:
    # given
    (project / ".venv" / "bin").mkdir(parents=True)
    install.PYTHON.symlink_to("/nowhere/python")

    # when
    install._make_venv()

    # then
    assert install._works(str(install.PYTHON), "-c", "pass")


def test_failure_leaves_no_stamp_and_is_told(
    project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    # given
    monkeypatch.setattr(install, "_uv", lambda: ["false"])

    # when
    code = install.main()

    # then
    assert code == 1
    assert "The installation failed" in capsys.readouterr().err
    assert not (project / ".venv" / "requirements.txt.installed").exists()


def test_python_that_can_make_none_says_what_to_install(
    project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(install, "_interpreter", lambda: "false")
    assert install.main() == 1
    assert "apt-get install python3-venv" in capsys.readouterr().err
