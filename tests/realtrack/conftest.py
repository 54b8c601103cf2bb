"""A state folder of a test's own for the embedded servers."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from realtrack import embedded
from tests.realtrack.embedding import AWKWARD_NAME


@pytest.fixture
def state() -> Iterator[Path]:
    """A state folder of the test's own, with a blank and an umlaut in its name."""
    base = Path(tempfile.mkdtemp(prefix="rt-emb-"))
    base.chmod(0o755)
    folder = base / AWKWARD_NAME
    yield folder
    embedded.stop_if_unused(folder)
    shutil.rmtree(base, ignore_errors=True)
