"""Failures that only the catalog knows."""

from __future__ import annotations

from typing import ClassVar

from realtrack.core.errors import Conflict


class SkuTaken(Conflict):
    """Another live listing has this SKU, whatever its case."""

    code: ClassVar[str] = "sku_taken"
    default_message: ClassVar[str] = "Another part has this SKU."


class NotReady(Conflict):
    """A marketplace would refuse it; `extra["missing"]` lists what is missing with the fixes."""

    code: ClassVar[str] = "not_ready"
    default_message: ClassVar[str] = "This part is not complete yet."
