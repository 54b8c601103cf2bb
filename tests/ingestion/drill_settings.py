"""The tests' own settings, with the database of the test that starts the process."""

from __future__ import annotations

import os

from realtrack.settings import *  # noqa: F403 - the same settings, one name changed

DATABASES["default"]["NAME"] = os.environ["DRILL_DATABASE"]  # noqa: F405 - of the line above
