"""Each setting: a change takes effect in another process, which had the old value cached."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection

from realtrack.core.actors import Actor
from realtrack.core.errors import InvalidInput
from settings_app import selectors, services
from settings_app.definitions import DEFINITIONS, Kind, Setting

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
# Tried in turn until one is taken and differs from the default.
_OTHERS: tuple[Any, ...] = (
    "Changed", "TX=0.07", "Europe/Berlin", "P-{number:05d}", "14_days", 7, "7", "0.5", "0.25", 3,
)  # fmt: skip


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


@pytest.fixture(scope="module")
def other(django_db_setup: None) -> Iterator[Other]:
    del django_db_setup
    found = Other()
    yield found
    assert found.process.stdin is not None
    found.process.stdin.close()
    found.process.wait(30)


def _another(setting: Setting) -> Any:
    """Return a value that this setting takes and that is not its default."""
    before = selectors.default_of(setting)
    if setting.kind is Kind.BOOLEAN:
        return not before
    for value in (*setting.choices, *_OTHERS):
        try:
            cleaned = setting.clean(value)
        except InvalidInput:
            continue
        if str(cleaned) != str(before):
            return cleaned
    message = f"no other value of {setting.name} is known"
    raise AssertionError(message)


@pytest.mark.parametrize("setting", DEFINITIONS.values(), ids=lambda one: one.name)
def test_a_change_takes_effect_in_another_process(setting: Setting, other: Other) -> None:
    # given a process that has read, and keeps, what holds now
    before = other.reads(setting)
    value = _another(setting)
    # when
    services.setting_set(category=setting.category, key=setting.key, value=value, actor=ACTOR)
    # then
    wanted = str(value)
    begun = time.monotonic()
    while (found := other.reads(setting)) != wanted and time.monotonic() - begun < SECONDS:
        pass
    assert found == wanted
    assert found != before
    # and back
    services.setting_reset(category=setting.category, key=setting.key, actor=ACTOR)
    assert other.reads(setting) == before
