"""A generated catalog of any size with the skew of real ones; the same seed makes the same rows."""

from __future__ import annotations
