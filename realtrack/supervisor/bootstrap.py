"""Brings the database to what the program expects, in one process: `… bootstrap [--demo]`.

Migrations, reference data, demo data; each step does only what is still missing.
"""

from __future__ import annotations

import os
import sys
import time

import django
from django.conf import settings
from django.core.management import call_command, get_commands
from django.core.management.base import SystemCheckError

from realtrack import embedded
from realtrack.supervisor.output import say


def main() -> None:
    """Run the steps; the first failure ends with its message."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "realtrack.settings")
    embedded.ensure()
    django.setup()
    import realtrack.celery  # seeds may send tasks
    import realtrack.checks  # noqa: F401  # registers what production refuses

    _step("migrations", "migrate", interactive=False, verbosity=0)
    _step("reference data", "seed_reference")
    try:
        call_command("check", databases=["default"])
    except SystemCheckError as error:
        sys.exit(str(error))
    if settings.IS_PRODUCTION:
        _step("static files", "collectstatic", interactive=False, verbosity=0)
    if "--demo" in sys.argv:
        _step("demo data", "seed_demo")


def _step(what: str, command: str, **options: object) -> None:
    if command not in get_commands():
        return
    begun = time.monotonic()
    call_command(command, **options)
    say(f"  {what}: {time.monotonic() - begun:.1f} s")


if __name__ == "__main__":
    main()
