"""Each setting: a change takes effect in another process, which had the old value cached."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator

import pytest
from django.db import connection

from realtrack.core.actors import Actor
from settings_app import services
from settings_app.definitions import DEFINITIONS, Setting
from tests.settings_app.values import another_value

pytestmark = pytest.mark.django_db(transaction=True)
ACTOR = Actor.system("test")
SECONDS = 1.0
_CHILD = """
import json, sys
from tests import conftest
import django
django.setup()
from django.db import connection
connection.settings_dict["NAME"] = sys.argv[1]
from settings_app import selectors
from settings_app.definitions import DEFINITIONS, Kind
for line in sys.stdin:
    category, key = line.split()
    secret = DEFINITIONS[category, key].kind is Kind.SECRET
    value = (selectors.secret_value if secret else selectors.setting_value)(category, key)
    print("=" + json.dumps(str(value)), flush=True)
"""


class Other:
    """Another process that reads settings when asked."""

    def __init__(self) -> None:
        name = str(connection.settings_dict["NAME"])
        self.process = subprocess.Popen(
            [sys.executable, "-c", _CHILD, name],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip

    def reads(self, setting: Setting) -> str:
        """Return the value as that process has it."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(f"{setting.category} {setting.key}\n")
        self.process.stdin.flush()
        while not (line := self.process.stdout.readline()).startswith("="):
            assert line, "the other process has ended"
        return str(json.loads(line[1:]))


@pytest.fixture
def other() -> Iterator[Other]:
    found = Other()
    yield found
    assert found.process.stdin is not None
    found.process.stdin.close()
    found.process.wait(30)


def test_a_change_of_each_setting_takes_effect_in_another_process(other: Other) -> None:
    # One test for all: emptying every table after each setting would take longer than the rest.
    faults = [fault for setting in DEFINITIONS.values() for fault in _faults(setting, other)]
    assert faults == []


def _faults(setting: Setting, other: Other) -> Iterator[str]:
    """Change one setting and put it back; tell what the other process did not see."""
    # given a process that has read, and keeps, what holds now
    before = other.reads(setting)
    value = another_value(setting)
    # when
    services.setting_set(category=setting.category, key=setting.key, value=value, actor=ACTOR)
    # then
    wanted = str(value)
    begun = time.monotonic()
    while (found := other.reads(setting)) != wanted and time.monotonic() - begun < SECONDS:
        pass
    if found != wanted:
        yield f"{setting.name} is {found!r} there, not {wanted!r}"
    if found == before:
        yield f"{setting.name} is as before there: {found!r}"
    # and back
    services.setting_reset(category=setting.category, key=setting.key, actor=ACTOR)
    if (again := other.reads(setting)) != before:
        yield f"{setting.name} is {again!r} there after the reset, not {before!r}"
