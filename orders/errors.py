"""What can be wrong with orders alone."""

from __future__ import annotations

from typing import ClassVar

from realtrack.core.errors import Conflict


class OrderKeyReused(Conflict):
    """The idempotency key already stands for another order."""

    code: ClassVar[str] = "idempotency_key_reused"
    default_message: ClassVar[str] = "This key already stands for another order."
