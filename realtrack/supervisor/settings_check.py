"""`python -m realtrack.supervisor.settings_check`: load the settings, tell their faults, no traceback."""

from __future__ import annotations

import sys

from django.core.exceptions import ImproperlyConfigured


def main() -> None:
    """Exit with every fault of the environment, if there is one."""
    try:
        import realtrack.settings  # noqa: F401  # loading is the check
    except ImproperlyConfigured as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
