"""Whether a typed place can be: country, region and postal code must agree."""

from __future__ import annotations

from collections.abc import Mapping

# First three digits of the postal codes of each state, as ranges (USPS publication 65, L002).
_STATES: Mapping[str, str] = {
    "AL": "350-369", "AK": "995-999", "AZ": "850-865", "AR": "716-729 755", "CA": "900-961",
    "CO": "800-816", "CT": "060-069", "DE": "197-199", "DC": "200-205 569", "FL": "320-349",
    "GA": "300-319 398-399", "HI": "967-968", "ID": "832-838", "IL": "600-629", "IN": "460-479",
    "IA": "500-528", "KS": "660-679", "KY": "400-427", "LA": "700-714", "ME": "039-049",
    "MD": "206-219", "MA": "010-027 055", "MI": "480-499", "MN": "550-567", "MS": "386-397",
    "MO": "630-658", "MT": "590-599", "NE": "680-693", "NV": "889-898", "NH": "030-038",
    "NJ": "070-089", "NM": "870-884", "NY": "005 063 100-149", "NC": "270-289", "ND": "580-588",
    "OH": "430-459", "OK": "730-732 734-749", "OR": "970-979", "PA": "150-196", "PR": "006-009",
    "RI": "028-029", "SC": "290-299", "SD": "570-577", "TN": "370-385", "TX": "733 750-799 885",
    "UT": "840-847", "VT": "050-059", "VA": "201 220-246", "WA": "980-994", "WV": "247-268",
    "WI": "530-549", "WY": "820-831",
}  # fmt: skip


def place_problems(*, country: str, region: str, postal_code: str) -> dict[str, str]:
    """Return what does not agree, by field; empty where nothing speaks against it.

    Only the United States are known by code; elsewhere nothing is held against anybody.
    """
    if country.upper() != "US":
        return {}
    digits = postal_code.strip()[:5]
    if postal_code and not (digits.isdigit() and len(digits) == 5):
        return {"postal_code": "A US postal code has five digits."}
    state = region.strip().upper()
    if region and len(state) == 2 and state not in _STATES:
        return {"region": f"{state} is not a state of the US."}
    if digits and state in _STATES and not _holds(_STATES[state], int(digits[:3])):
        return {"postal_code": f"{digits} does not lie in {state}."}
    return {}


def _holds(ranges: str, prefix: int) -> bool:
    for part in ranges.split():
        first, _, last = part.partition("-")
        if int(first) <= prefix <= int(last or first):
            return True
    return False
