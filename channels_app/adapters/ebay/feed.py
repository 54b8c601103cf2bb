"""The report of all that is live on an account: complete, and it costs none of Trading's calls.

It names listings by number and SKU, with prices, and no words. Whether its quantities count the
sold pieces is not proved, so that none is taken from it. A report that is cut off, or that eBay
itself calls incomplete, raises: nothing is concluded from a part.
"""

from __future__ import annotations

import gzip
import io
import zipfile
import zlib
from collections.abc import Iterator
from typing import IO, Any

from lxml import etree

from channels_app.adapters.base import ChannelError, ForeignItem, Ours, Session
from channels_app.adapters.ebay.client import in_path, last_part, user_call, user_file
from channels_app.adapters.ebay.config import account_settings
from channels_app.adapters.ebay.foreign import price_of
from channels_app.adapters.ebay.trading import NAMESPACE, Node

_BASE = "/sell/feed/v1"
_REPORT = "LMS_ACTIVE_INVENTORY_REPORT"
_WAITS = frozenset({"CREATED", "QUEUED", "IN_PROCESS"})
_WHOLE = "COMPLETED"
# 150,000 listings are about 40 MB; what unpacks to more is no report.
MOST_BYTES = 512 * 1024 * 1024


def ask(session: Session) -> str:
    """Order the report; returns its id."""
    reply = user_call(
        session, "feed", "POST", f"{_BASE}/inventory_task",
        json={"feedType": _REPORT, "schemaVersion": "1.0"},
        headers={
            "X-EBAY-C-MARKETPLACE-ID": account_settings(session.settings).metadata_marketplace
        },
    )  # fmt: skip
    return last_part(reply)


def is_ready(session: Session, report_id: str) -> bool:
    """Say whether it can be fetched; raises ChannelError where it never will be, or is not whole."""
    path = f"{_BASE}/inventory_task/{in_path(report_id)}"
    status = str(user_call(session, "feed", "GET", path).body.get("status") or "")
    if status in _WAITS:
        return False
    if status != _WHOLE:
        raise _unreadable(f"eBay's report ended as {status}.")
    return True


def read(session: Session, report_id: str) -> Iterator[ForeignItem]:
    """Yield every listing of the report; raises ChannelError where it breaks off."""
    content = user_file(session, "feed", f"{_BASE}/task/{in_path(report_id)}/download_result_file")
    try:
        with _opened(content) as file:
            for element in _details(file):
                yield from _items(Node(element))
                element.clear()
    except (OSError, EOFError, zlib.error, zipfile.BadZipFile, etree.XMLSyntaxError) as error:
        raise _unreadable("eBay's report breaks off.") from error


def _unreadable(reason: str) -> ChannelError:
    return ChannelError(Ours(reason=reason))


def _opened(content: bytes) -> io.RawIOBase | io.BytesIO:
    """The file within, by its first bytes: gzip, zip, or as it is."""
    if content.startswith(b"\x1f\x8b"):
        return _Bounded(gzip.GzipFile(fileobj=io.BytesIO(content)))
    if content.startswith(b"PK\x03\x04"):
        archive = zipfile.ZipFile(io.BytesIO(content))
        return _Bounded(archive.open(archive.namelist()[0]))
    return io.BytesIO(content)


class _Bounded(io.RawIOBase):
    """A stream that refuses to give more than a report may hold."""

    def __init__(self, inner: IO[bytes] | gzip.GzipFile) -> None:
        self._inner = inner
        self._left = MOST_BYTES

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        piece = self._inner.read(len(buffer))
        self._left -= len(piece)
        if self._left < 0:
            message = "larger than any report"
            raise OSError(message)
        buffer[: len(piece)] = piece
        return len(piece)


def _details(file: io.RawIOBase | io.BytesIO) -> Iterator[Any]:
    """Each `SKUDetails`, freed as it is left behind."""
    found = etree.iterparse(
        file, tag=f"{{{NAMESPACE}}}SKUDetails", resolve_entities=False, no_network=True,
        load_dtd=False,
    )  # fmt: skip
    for _, element in found:
        yield element
        while element.getprevious() is not None:
            del element.getparent()[0]


def _items(row: Node) -> Iterator[ForeignItem]:
    number = row.text("ItemID")
    variations = row.all("Variations/Variation")
    if not variations:
        yield ForeignItem(
            external_id=number,
            sku=row.text("SKU"),
            price=price_of(row.text("Price")),
            currency=row.attribute("Price", "currencyID"),
            is_fixed_price=None,
        )
    for one in variations:
        yield ForeignItem(
            external_id=number,
            variation_sku=one.text("SKU"),
            sku=one.text("SKU"),
            price=price_of(one.text("Price")),
            currency=one.attribute("Price", "currencyID"),
            is_fixed_price=None,
        )
