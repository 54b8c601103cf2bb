"""What all Trading calls share: who calls, and what is answered."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import xml.etree.ElementTree as ET

    from channels_app.sandbox.store import Db
    from channels_app.sandbox.trading_xml import TradingError


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """The seller behind the token, and the request."""

    db: Db
    user_id: str
    client_id: str
    root: ET.Element


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """XML parts of the answer, with the errors and warnings that go before them."""

    parts: list[str] = field(default_factory=list)
    errors: list[TradingError] = field(default_factory=list)
    # how many rows went well, where a call has several; None = the call has no rows
    good: int | None = None

    @property
    def ack(self) -> str:
        """Return Success, Warning, PartialFailure or Failure."""
        hard = [error for error in self.errors if error.severity == "Error"]
        if hard:
            return "PartialFailure" if self.good else "Failure"
        return "Warning" if self.errors else "Success"
