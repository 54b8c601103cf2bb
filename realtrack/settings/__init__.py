"""Settings, by subject. All variables are read in `environment` and `services`.

A missing or malformed name does not stop the reading: all of them are told at once, at the end.
"""

from __future__ import annotations

import django_stubs_ext

from realtrack.settings.environment import *
from realtrack.settings.services import *

# Generic Django classes such as ModelAdmin[User] work at run time too.
django_stubs_ext.monkeypatch()
read.finish()  # what follows may rely on every value

from realtrack.settings.api import *  # noqa: E402
from realtrack.settings.base import *  # noqa: E402
from realtrack.settings.logs import *  # noqa: E402
from realtrack.settings.queues import *  # noqa: E402
from realtrack.settings.security import *  # noqa: E402
