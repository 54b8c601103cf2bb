"""eBay's error envelope: ids, domains and texts in one table, and the exception that carries it."""

from __future__ import annotations

from typing import Any

from channels_app.sandbox.error_texts import ENGLISH, TRANSLATED

Json = dict[str, Any]

# status and domain by id where the range of the id does not tell them
_STATUS = {
    1001: 401,
    1002: 401,
    1100: 403,
    2001: 429,
    2002: 404,
    2003: 500,
    20500: 500,
    20501: 500,
    25001: 500,
    25025: 500,
    25710: 404,
    25713: 404,
    25803: 409,
    25805: 404,
    30500: 500,
    32100: 404,
    34913: 404,
    34924: 409,
    160001: 500,
    160002: 403,
    160003: 404,
    160014: 404,
    160022: 403,
    160024: 409,
    160025: 409,
    195000: 500,
    195001: 404,
    195002: 404,
    195003: 409,
    195011: 403,
    195012: 409,
    195013: 404,
    195015: 409,
    195020: 409,
    195021: 409,
    195022: 404,
    195024: 409,
    195026: 404,
}
_DOMAINS = (
    (1001, 1002, "OAuth"),
    (1100, 2999, "ACCESS"),
    (20400, 20501, "API_ACCOUNT"),
    (25001, 25899, "API_INVENTORY"),
    (30500, 34999, "API_FULFILLMENT"),
    (46001, 46999, "API_METADATA"),
    (62001, 62999, "API_TAXONOMY"),
    (120001, 120999, "API_MEDIA"),
    (160001, 160999, "API_FEED"),
    (195000, 195999, "API_NOTIFICATION"),
)
_LONG = {
    1001: "Invalid access token. Check the value of the Authorization HTTP request header.",
    1002: "Missing access token. Check the value of the Authorization HTTP request header.",
    1100: "Insufficient permissions to fulfill the request.",
    2001: "The request limit has been reached for the resource.",
    2004: "The request has errors. For help, see the documentation for this API.",
}


class ApiError(Exception):
    """A refusal in eBay's shape; `errors` is the list of the envelope."""

    def __init__(self, status: int, errors: list[Json], headers: dict[str, str] | None = None):
        super().__init__(f"{status} {[entry['errorId'] for entry in errors]}")
        self.status = status
        self.errors = errors
        self.headers = headers or {}


def domain_of(error_id: int) -> str:
    """Return the domain that eBay names with this id."""
    for low, high, domain in _DOMAINS:
        if low <= error_id <= high:
            return domain
    return "ACCESS"


def status_of(error_id: int) -> int:
    """Return the HTTP status that goes with the id (400 unless the table says otherwise)."""
    return _STATUS.get(error_id, 400)


def entry(
    error_id: int,
    message: str | None = None,
    params: dict[str, str] | None = None,
    category: str = "REQUEST",
) -> Json:
    """Build one row of `errors` or `warnings`."""
    domain = domain_of(error_id)
    row: Json = {"errorId": error_id, "domain": domain}
    if domain == "API_INVENTORY":
        row["subdomain"] = "Selling"
    row["category"] = "APPLICATION" if status_of(error_id) >= 500 else category
    row["message"] = message or ENGLISH.get(error_id, "A user error has occurred.")
    if error_id in _LONG:
        row["longMessage"] = _LONG[error_id]
    if params:
        row["parameters"] = [{"name": name, "value": value} for name, value in params.items()]
    return row


def err(
    error_id: int, message: str | None = None, params: dict[str, str] | None = None
) -> ApiError:
    """Return the exception for one error id; the status follows from the id."""
    return ApiError(status_of(error_id), [entry(error_id, message, params)])


def bad_field(path: str) -> ApiError:
    """Return eBay's answer to a wrong enum or JSON type."""
    return err(2004, params={"reason": f"Could not serialize field [{path}]"})


def bad_value(field: str) -> ApiError:
    """Return 25709 for a field or header of the Inventory API."""
    return err(25709, f"Invalid value for {field}.")


def localized(errors: list[Json], language: str) -> list[Json]:
    """Return the rows with their texts in the language; ids, domains and parameters stay."""
    table = TRANSLATED.get(language)
    if table is None:
        return errors
    out = []
    for row in errors:
        text = table.get(row["errorId"], table[0].format(id=row["errorId"]))
        changed = {**row, "message": text}
        if "longMessage" in row:
            changed["longMessage"] = text
        out.append(changed)
    return out
