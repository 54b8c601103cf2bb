#!/usr/bin/env python
"""Django's command line for RealTrack; the embedded servers are started where they are needed."""

from __future__ import annotations

import os
import sys

# These need no server; everything else may.
_WITHOUT_SERVERS = frozenset({"help", "--help", "--version", "version", "collectstatic"})


def main() -> None:
    """Run one management command."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "realtrack.settings")
    from django.core.exceptions import ImproperlyConfigured
    from django.core.management import execute_from_command_line

    from realtrack import embedded

    if len(sys.argv) > 1 and sys.argv[1] not in _WITHOUT_SERVERS:
        try:
            embedded.ensure()
        except embedded.EmbeddedError as error:
            sys.exit(str(error))
    try:
        import realtrack.celery
        import realtrack.checks  # noqa: F401  # registers what production refuses

        execute_from_command_line(sys.argv)
    except ImproperlyConfigured as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
