"""XML of the Trading API: reading requests, writing answers."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape, quoteattr

from channels_app.sandbox.http import Response

if TYPE_CHECKING:
    from collections.abc import Iterable

NS = "urn:ebay:apis:eBLBaseComponents"
VERSION = "1193"


class TradingError(Exception):
    """A refusal: code, texts, parameters. Warnings use it as a plain record."""

    def __init__(self, code: int, text: str, *params: str, severity: str = "Error") -> None:
        super().__init__(f"{code} {text}")
        self.code = code
        self.text = text
        self.params = params
        self.severity = severity

    def xml(self, language: str = "en-US") -> str:
        """Return the `Errors` element; only the texts depend on the language."""
        text = _TEXTS.get(language, {}).get(self.code, self.text)
        params = "".join(
            tag("ErrorParameters", tag("Value", escape(value)), ParamID=str(index))
            for index, value in enumerate(self.params)
        )
        return tag(
            "Errors",
            leaf("ShortMessage", text),
            leaf("LongMessage", text),
            leaf("ErrorCode", self.code),
            leaf("SeverityCode", self.severity),
            params,
            leaf("ErrorClassification", "SystemError" if self.code == 10007 else "RequestError"),
        )


_TEXTS = {
    "de-DE": {
        291: "Beendete Angebote können nicht bearbeitet werden.",
        21919474: "Dieser Vorgang ist für Lagerartikel nicht zulässig.",
        21916984: "Ungültiger IAF-Token.",
    },
    "es-ES": {291: "No puedes revisar anuncios finalizados."},
}


def tag(name: str, *parts: str, **attributes: str) -> str:
    """Return an element around parts that are XML already."""
    inner = "".join(f" {key}={quoteattr(value)}" for key, value in attributes.items())
    return f"<{name}{inner}>{''.join(parts)}</{name}>"


def leaf(name: str, value: object, **attributes: str) -> str:
    """Return an element with a text."""
    return tag(name, escape(str(value)), **attributes)


def parse(body: bytes, call: str) -> ET.Element:
    """Return the root of a request; raises TradingError unless it is `<call>Request` of eBay."""
    try:
        root = ET.fromstring(body)  # noqa: S314 (expat refuses entity bombs; loopback only)
    except ET.ParseError as error:
        raise TradingError(5, "XML Parse error.") from error
    if root.tag != f"{{{NS}}}{call}Request":
        raise TradingError(2, "Unsupported verb: the root element does not fit the call.")
    return root


def find(node: ET.Element, path: str) -> ET.Element | None:
    """Return a descendant by a path without namespaces."""
    return node.find("/".join(f"{{{NS}}}{name}" for name in path.split("/")))


def find_all(node: ET.Element, name: str) -> list[ET.Element]:
    """Return the children of that name."""
    return node.findall(f"{{{NS}}}{name}")


def text(node: ET.Element, path: str) -> str | None:
    """Return the text of a descendant, None when it is missing or empty."""
    found = find(node, path)
    value = None if found is None else (found.text or "").strip()
    return value or None


def number(node: ET.Element, path: str, default: int) -> int:
    """Return a whole number; raises TradingError for anything else."""
    value = text(node, path)
    if value is None:
        return default
    if not value.isdigit():
        raise TradingError(37, f"Input data for tag {path} is invalid or missing.", path)
    return int(value)


def answer(call: str, ack: str, moment: str, parts: Iterable[str]) -> Response:
    """Return the HTTP answer, 200 also for failures."""
    head = [leaf("Timestamp", moment), leaf("Ack", ack), leaf("Version", VERSION)]
    body = tag(f"{call}Response", *head, leaf("Build", "E1193_SANDBOX"), *parts, xmlns=NS)
    raw = f'<?xml version="1.0" encoding="UTF-8"?>{body}'.encode()
    return Response(200, raw, {"content-type": "text/xml;charset=utf-8"})
