"""Tests run on real servers: a PostgreSQL and a Valkey of this run's own, a database per worker."""

from __future__ import annotations

import importlib
import os
import shutil
import tempfile
import time
from pathlib import Path

import pytest
from django.conf import settings

from realtrack import embedded
from realtrack.embedded.layout import PROJECT_ROOT, Layout
from realtrack.embedded.locks import is_taken

_PREFIX = "rt-test-"
# A younger folder may belong to a run that is just starting its servers.
_SETTLED_SECONDS = 120


def _sweep() -> None:
    """Remove the folders of runs that were killed; those in use are left alone."""
    for folder in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*"):
        layout = Layout(folder)
        old = time.time() - folder.stat().st_mtime > _SETTLED_SECONDS
        free = old and not is_taken(layout.keeper_lock)
        if free and folder.stat().st_uid == os.geteuid() and not embedded.users(folder):
            shutil.rmtree(folder, ignore_errors=True)


def _state_folder() -> Path:
    """Return the folder of this run; xdist's workers find it in the environment."""
    named = os.environ.get("REALTRACK_TEST_VAR")
    if named:
        return Path(named)
    _sweep()
    folder = Path(tempfile.mkdtemp(prefix=_PREFIX))
    folder.chmod(0o755)
    os.environ["REALTRACK_TEST_VAR"] = str(folder)
    os.environ["REALTRACK_TEST_OWNER"] = str(os.getpid())
    return folder


def _prepare() -> Path:
    folder = _state_folder()
    worker = os.environ.get("PYTEST_XDIST_WORKER", "")
    os.environ["REALTRACK_ENV"] = "test"
    os.environ["REALTRACK_VAR"] = str(folder)
    for name in ("DATABASE_URL", "REDIS_URL"):
        os.environ.pop(name, None)
    embedded.ensure(folder, fast=True)
    # Redis has numbers where PostgreSQL has a database per worker.
    os.environ["REDIS_DB"] = str(int(worker.removeprefix("gw")) + 1 if worker else 1)
    os.environ["DJANGO_SETTINGS_MODULE"] = "realtrack.settings"
    # Reading one setting loads them, which makes pytest-django set Django up. Named in
    # pyproject.toml they would be loaded before this file could choose the folder.
    assert settings.DATABASES["default"]["HOST"].startswith(str(folder))
    # Tasks are sent through this app; Celery's own default would look for another broker.
    importlib.import_module("realtrack.celery")
    # Pages are driven by a browser in the test's thread; its event loop is none of Django's.
    os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
    return folder


FOLDER = _prepare()
SHARED = PROJECT_ROOT.parent / "shared"


def pytest_configure(config: pytest.Config) -> None:
    """Prepare databases and clean up after committing tests in less time than Django takes."""
    from tests import one_migration, quick_flush

    config.pluginmanager.register(one_migration.OneMigration(FOLDER), "one-migration")
    quick_flush.install()


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_setupnodes() -> None:
    """Let each worker choose its own numbers: with this name set, settings load before this file."""
    os.environ.pop("DJANGO_SETTINGS_MODULE", None)


@pytest.fixture(autouse=True)
def _own_redis(request: pytest.FixtureRequest) -> None:
    """Give each test an empty Redis: what a rolled-back test cached must not be believed later.

    The running system of the end-to-end tests has a server of its own.
    """
    if {"e2e", "drill", "smoke"} & {mark.name for mark in request.node.iter_markers()}:
        return
    from realtrack.core import redis

    redis.client().flushdb()


def pytest_unconfigure() -> None:
    """Leave; whoever made the folder stops the servers and removes it."""
    if os.environ.get("REALTRACK_TEST_OWNER") != str(os.getpid()):
        embedded.release(FOLDER)
    elif embedded.stop_if_unused(FOLDER):
        shutil.rmtree(FOLDER, ignore_errors=True)
