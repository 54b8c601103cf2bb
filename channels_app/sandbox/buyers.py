"""The people who buy here. All are invented."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from channels_app.sandbox.errors import Json

_NAMES = (
    ("parts_buyer_77", "Dana Example", "455 Oak Ave", "Columbus", "OH", "43215-1234"),
    ("wrench_and_co", "Sam Placeholder", "12 Mill Rd", "Portland", "OR", "97205"),
    ("camry_fan_04", "Ruth Sample", "980 Pine St", "Austin", "TX", "78701"),
    ("bodyshop_lena", "Lena Müller-Test", "77 Harbor Dr", "Tampa", "FL", "33602"),
    ("truckyard_joe", "Joe Nobody", "5 Elm Ct", "Boise", "ID", "83702"),
)
_ABROAD = {
    "CA": ("18 Queen St", "Toronto", "ON", "M5H 2M9"),
    "DE": ("Lindenstraße 4", "Köln", "", "50674"),
    "GB": ("3 Baker Row", "Leeds", "", "LS1 4AP"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Buyer:
    """A buyer with an address."""

    username: str
    full_name: str
    line1: str
    city: str
    state: str
    postal_code: str
    country: str

    def tax_address(self) -> Json:
        """Return the address that taxes go by."""
        out = {"city": self.city, "postalCode": self.postal_code, "countryCode": self.country}
        return {**out, "stateOrProvince": self.state} if self.state else out

    def contact(self) -> Json:
        """Return name, address, phone and masked e-mail."""
        masked = hashlib.sha256(self.username.encode()).hexdigest()[:20]
        return {
            "fullName": self.full_name,
            "contactAddress": {"addressLine1": self.line1, **self.tax_address()},
            "primaryPhone": {"phoneNumber": "6145550123"},
            "email": f"{masked}@members.example.com",
        }


def buyer_named(username: str, country: str = "") -> Buyer:
    """Return the buyer of that name; an unknown name gets one of the known addresses."""
    name = username or _NAMES[0][0]
    index = int(hashlib.sha256(name.encode()).hexdigest(), 16) % len(_NAMES)
    row = next((entry for entry in _NAMES if entry[0] == name), _NAMES[index])
    known = row[0] == name
    land = country or "US"
    line1, city, state, postal_code = _ABROAD.get(land, row[2:])
    return Buyer(
        username=name,
        full_name=row[1] if known else name.replace("_", " ").title(),
        line1=line1,
        city=city,
        state=state,
        postal_code=postal_code,
        country=land,
    )
