"""eBay's old XML API: the only way to listings that were made on the web site or by other tools.

Errors come with HTTP 200; they are sorted by their code, never by text. All sellers of the
application share one pot of calls a day.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Sequence
from typing import Any
from xml.sax.saxutils import escape

from lxml import etree

from channels_app.adapters.base import ChannelError, Ours, Session, SignInAgain, TryAgain
from channels_app.adapters.ebay import budget, failures
from channels_app.adapters.ebay.client import EbayError, no_answer
from channels_app.adapters.ebay.config import hosts
from realtrack.core import http

NAMESPACE = "urn:ebay:apis:eBLBaseComponents"
SITE = "100"
LEVEL = "1193"
TIMEOUT_SECONDS = 30.0
DOMAIN = "TRADING"
_TOKEN_CODES = frozenset({"930", "931", "932", "17470", "21916984", "21917053"})
_SPENT = "518"


class TradingError(EbayError):
    """A call that failed, with the codes of its errors."""


class Node:
    """An element of an answer, read by plain names."""

    def __init__(self, element: Any) -> None:
        self._element = element

    def text(self, path: str) -> str:
        """The text at a path such as `SellingStatus/CurrentPrice`, or an empty string."""
        return str(self._element.findtext(_path(path)) or "").strip()

    def number(self, path: str) -> int | None:
        """A whole number, or None where there is none."""
        found = self.text(path)
        return int(found) if found.lstrip("-").isdigit() else None

    def attribute(self, path: str, name: str) -> str:
        """An attribute of the element at a path."""
        found = self._element.find(_path(path))
        return "" if found is None else str(found.get(name) or "")

    def all(self, path: str) -> list[Node]:
        """Every element at a path."""
        return [Node(one) for one in self._element.findall(_path(path))]


def _path(path: str) -> str:
    if path == ".":
        return path
    return "/".join(f"{{{NAMESPACE}}}{part}" for part in path.split("/"))


def parser() -> Any:
    """A parser that follows nothing outside the document and expands no entities."""
    return etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)


def leaf(name: str, value: object) -> str:
    """One element with its text escaped."""
    return f"<{name}>{escape(str(value))}</{name}>"


def call(session: Session, name: str, parts: Iterable[str]) -> tuple[Node, Sequence[Node]]:
    """Make a call; returns (its answer, errors of single rows). Raises ChannelError where nothing
    of it was done. A rejected token is renewed once."""
    body = (
        f'<?xml version="1.0" encoding="utf-8"?><{name}Request xmlns="{NAMESPACE}">'
        f"<ErrorLanguage>en_US</ErrorLanguage>{''.join(parts)}</{name}Request>"
    ).encode()
    token = session.token("")
    for is_second in (False, True):
        answer = _send(session, name, body, token)
        root, errors = _read(answer)
        codes = {error.text("ErrorCode") for error in errors}
        is_refused = answer.status == 401 or bool(codes & _TOKEN_CODES)
        if is_refused and not is_second:
            token = session.token(token)
            continue
        if answer.status == 401:
            raise ChannelError(SignInAgain(reason="The sign-in has ended.", domain=DOMAIN))
        if root is None:
            words = f"eBay answered {answer.status} with a page instead of data."
            raise ChannelError(TryAgain(reason=words, after=answer.retry_after or 30.0))
        if root.text("Ack") == "Failure":
            raise _error(session, errors)
        return root, errors
    raise AssertionError  # the loop returns or raises


def _send(session: Session, name: str, body: bytes, token: str) -> http.Answer:
    service = f"ebay:{session.connection_id}"
    budget.take("trading", service)
    headers = {
        "Content-Type": "text/xml; charset=utf-8",
        "X-EBAY-API-CALL-NAME": name,
        "X-EBAY-API-SITEID": SITE,
        "X-EBAY-API-COMPATIBILITY-LEVEL": LEVEL,
        "X-EBAY-API-IAF-TOKEN": token,
    }
    try:
        return http.request(
            service, "POST", f"{hosts()['api']}/ws/api.dll", headers=headers, content=body,
            timeout=TIMEOUT_SECONDS, attempts=2, idempotent=name.startswith("Get"),
        )  # fmt: skip
    except http.NoAnswer as error:
        raise no_answer(error) from error


def _read(answer: http.Answer) -> tuple[Node | None, list[Node]]:
    """The answer and its errors (warnings left out); None for what is no answer of Trading."""
    try:
        element = etree.fromstring(answer.content, parser())
    except etree.XMLSyntaxError:
        return None, []
    if not str(element.tag).startswith(f"{{{NAMESPACE}}}"):
        return None, []
    root = Node(element)
    errors = [one for one in root.all("Errors") if one.text("SeverityCode") != "Warning"]
    return root, errors


def _error(session: Session, errors: Sequence[Node]) -> ChannelError:
    rows = [
        {
            "errorId": one.text("ErrorCode"),
            "domain": DOMAIN,
            "longMessage": one.text("LongMessage") or one.text("ShortMessage"),
        }
        for one in errors
    ]
    if not rows:
        return ChannelError(Ours(reason="eBay refused without saying why.", domain=DOMAIN))
    found = [failures.failure_of(row, status=200) for row in rows]
    if any(row["errorId"] == _SPENT for row in rows):
        # One pot for all sellers, full again at midnight there.
        wait = _until_midnight()
        budget.refused("trading", f"ebay:{session.connection_id}", seconds=wait)
        found = [TryAgain(reason=found[0].reason, error_id=_SPENT, domain=DOMAIN, after=wait)]
        rows = rows[:1]
    return TradingError(*found, status=200, errors=rows)


def _until_midnight() -> float:
    now = datetime.datetime.now(budget.PACIFIC)
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    return (midnight + datetime.timedelta(days=1) - now).total_seconds()
