"""Failures that only the ledger knows."""

from __future__ import annotations

from typing import ClassVar

from realtrack.core.errors import Conflict


class KeyReused(Conflict):
    """The idempotency key already stands for another change."""

    code: ClassVar[str] = "idempotency_key_reused"
    default_message: ClassVar[str] = "This key already stands for another change of stock."
