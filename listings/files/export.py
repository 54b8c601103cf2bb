"""Writing listings as files: our own columns, eBay's upload form, Shopify's product CSV."""

from __future__ import annotations

import csv
import io
import json
import tempfile
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from enum import StrEnum
from itertools import islice
from typing import TYPE_CHECKING

from openpyxl import Workbook

from listings import fields
from listings.columns import columns
from listings.files.headers import SPECIFICS_HEADER, VEHICLES_HEADER, VERSION_HEADER
from listings.files.tables import guard
from listings.files.xlsx_file import escape

if TYPE_CHECKING:
    from listings.models import Listing

_CELL_MAX = 32_767  # a spreadsheet's own limit; a longer text would be cut without a word
_CHUNK = 1 << 16
_ROWS_A_CHUNK = 200
_INFO = ("Info", "Version=1.0.0", "Template=fx_category_template_EBAY_US")
_SHOPIFY = (
    "Handle", "Title", "Body (HTML)", "Vendor", "Type", "Tags", "Published", "Option1 Name",
    "Option1 Value", "Variant SKU", "Variant Grams", "Variant Inventory Tracker",
    "Variant Inventory Qty", "Variant Inventory Policy", "Variant Fulfillment Service",
    "Variant Price", "Variant Requires Shipping", "Variant Taxable", "Variant Barcode",
    "Image Src", "Image Position", "Cost per item", "Status",
)  # fmt: skip
_GRAMS = {"lb": Decimal("453.59237"), "kg": Decimal(1000)}


VehiclesOf = Callable[[Sequence[uuid.UUID]], Mapping[uuid.UUID, Sequence[Mapping[str, str]]]]


def no_vehicles(
    listing_ids: Sequence[uuid.UUID],
) -> Mapping[uuid.UUID, Sequence[Mapping[str, str]]]:
    """What is known of vehicles where nobody keeps them."""
    del listing_ids
    return {}


class ExportFormat(StrEnum):
    """The kinds of files that the catalog is exported as."""

    CSV = "csv"
    XLSX = "xlsx"
    EBAY = "ebay"
    SHOPIFY = "shopify"


def export_bytes(
    kind: ExportFormat,
    listings: Iterable[Listing],
    aspects: Sequence[str],
    vehicles_of: VehiclesOf = no_vehicles,
) -> Iterator[bytes]:
    """The file in pieces. `aspects` names the columns of aspects in eBay's form, `vehicles_of`
    reads the vehicles of some listings: a row each in eBay's form, one cell in our own.

    Our own CSV comes back unchanged through the import; XLSX as well, but for texts longer than a
    cell of a spreadsheet holds, whose cell stays empty, which an import leaves as it is.
    """
    match kind:
        case ExportFormat.CSV:
            return _csv([_own_headers()], _own_rows(listings, vehicles_of))
        case ExportFormat.XLSX:
            return _xlsx(_own_headers(), _own_rows(listings, vehicles_of))
        case ExportFormat.EBAY:
            headers = [_INFO, _ebay_headers(aspects)]
            return _csv(headers, _ebay_rows(listings, aspects, vehicles_of))
        case ExportFormat.SHOPIFY:
            return _csv([_SHOPIFY], (row for one in listings for row in _shopify_rows(one)))


def _own_headers() -> list[str]:
    own = {"ean": "P:EAN", "vat_percent": "VAT%", "video_id": "VideoID"}
    extras = [own.get(column.name, column.header) for column in fields.extras()]
    return [
        *(column.header for column in columns()),
        *extras,
        SPECIFICS_HEADER,
        VEHICLES_HEADER,
        VERSION_HEADER,
    ]


def with_vehicles(
    listings: Iterable[Listing], vehicles_of: VehiclesOf
) -> Iterator[tuple[Listing, Sequence[str]]]:
    """Listings with their vehicles as details of compatibility rows, read in steps."""
    rest = iter(listings)
    while step := list(islice(rest, _ROWS_A_CHUNK)):
        found = vehicles_of([one.pk for one in step])
        for one in step:
            yield one, [details_of(vehicle) for vehicle in found.get(one.pk, ())]


def details_of(vehicle: Mapping[str, str]) -> str:
    """A vehicle as one text: `Make=Kia|Model=Rio|Year=2013`."""
    pairs = ((name, " ".join(value.replace("|", "/").split())) for name, value in vehicle.items())
    return "|".join(f"{name}={value}" for name, value in pairs if value)


def _own_rows(listings: Iterable[Listing], vehicles_of: VehiclesOf) -> Iterator[list[str]]:
    for listing, vehicles in with_vehicles(listings, vehicles_of):
        yield _own_row(listing, vehicles)


def _ebay_rows(
    listings: Iterable[Listing], aspects: Sequence[str], vehicles_of: VehiclesOf
) -> Iterator[list[str]]:
    """A part, and below it a row per vehicle, as eBay's upload takes them."""
    names = [column.name for column in columns()]
    relation, details = names.index("relationship"), names.index("relationship_details")
    for listing, vehicles in with_vehicles(listings, vehicles_of):
        row = _ebay_row(listing, aspects)
        yield row
        for vehicle in vehicles:
            child = [""] * len(row)
            child[relation], child[details] = "Compatibility", vehicle
            yield child


def _own_row(listing: Listing, vehicles: Sequence[str]) -> list[str]:
    specifics = listing.item_specifics
    return [
        *(text_of(getattr(listing, name)) for name in fields.by_name()),
        json.dumps(specifics, ensure_ascii=False, sort_keys=True) if specifics else "",
        "\n".join(vehicles),
        str(listing.version),
    ]


def _ebay_headers(aspects: Sequence[str]) -> list[str]:
    """Stars mark what eBay demands of a new listing."""
    found = []
    for column in columns():
        star = "*" if column.required_to_publish and not column.header.startswith("*") else ""
        found.append(f"{star}{column.header}")
    return [*found, *(f"C:{name}" for name in _free_aspects(aspects))]


def _ebay_row(listing: Listing, aspects: Sequence[str]) -> list[str]:
    values = {column.name: text_of(getattr(listing, column.name)) for column in columns()}
    values["action"] = values["action"] or ("Revise" if listing.ebay_listing_id else "Add")
    specifics = listing.item_specifics
    return [
        *values.values(),
        *("|".join(specifics.get(name, ())) for name in _free_aspects(aspects)),
    ]


def _free_aspects(aspects: Sequence[str]) -> list[str]:
    """Aspects that are no column of the 76; one of those stands in its column already."""
    taken = {column.header.casefold() for column in columns()}
    return [name for name in aspects if f"c:{name}".casefold() not in taken]


def _shopify_rows(listing: Listing) -> Iterator[list[str]]:
    photos = [one for one in listing.item_photo_url.split("|") if one]
    handle = "".join(c if c.isalnum() else "-" for c in listing.custom_label_sku.lower())
    grams = ""
    if listing.weight is not None:
        grams = str(round(listing.weight * _GRAMS[str(listing.weight_unit)]))
    values = {
        "Handle": handle,
        "Title": listing.title,
        "Body (HTML)": listing.description,
        "Vendor": listing.c_brand,
        "Type": listing.c_type,
        "Tags": listing.c_manufacturer_part_number,
        "Published": "TRUE",
        "Option1 Name": "Title",
        "Option1 Value": "Default Title",
        "Variant SKU": listing.custom_label_sku,
        "Variant Grams": grams,
        "Variant Inventory Tracker": "shopify",
        "Variant Inventory Qty": str(listing.quantity or 0),
        "Variant Inventory Policy": "deny",
        "Variant Fulfillment Service": "manual",
        "Variant Price": text_of(listing.start_price),
        "Variant Requires Shipping": "TRUE",
        "Variant Taxable": "TRUE",
        "Variant Barcode": listing.p_upc or listing.ean,
        "Image Src": photos[0] if photos else "",
        "Image Position": "1" if photos else "",
        "Cost per item": text_of(listing.cost),
        "Status": "archived" if listing.status == "archived" else "active",
    }
    yield [values[name] for name in _SHOPIFY]
    for position, photo in enumerate(photos[1:], start=2):
        more = {"Handle": handle, "Image Src": photo, "Image Position": str(position)}
        yield [more.get(name, "") for name in _SHOPIFY]


def text_of(value: object) -> str:
    """A value of a field as the import reads it back."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, datetime):
        moment = value.astimezone(UTC).replace(tzinfo=None)
        return moment.isoformat(sep=" ", timespec="auto")
    return str(value)


def _csv(headers: Iterable[Sequence[str]], rows: Iterable[Sequence[str]]) -> Iterator[bytes]:
    buffer = io.StringIO(newline="")
    # CRLF makes the writer quote both kinds of line breaks within a cell.
    writer = csv.writer(buffer, lineterminator="\r\n")
    buffer.write("\ufeff")
    for header in headers:
        writer.writerow(header)
    waiting = 0
    for row in rows:
        writer.writerow([guard(cell) for cell in row])
        waiting += 1
        if waiting >= _ROWS_A_CHUNK:
            yield _taken(buffer)
            waiting = 0
    yield _taken(buffer)


def _taken(buffer: io.StringIO) -> bytes:
    text = buffer.getvalue()
    buffer.seek(0)
    buffer.truncate()
    return text.encode()


def _xlsx(headers: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[bytes]:
    """Rows go to a file on disk first: the format's index stands at its end."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet("Parts")
    sheet.append([escape(header) for header in headers])
    for row in rows:
        sheet.append([_cell(cell) for cell in row])
    with tempfile.TemporaryFile() as copy:
        book.save(copy)
        copy.seek(0)
        read: Callable[[], bytes] = lambda: copy.read(_CHUNK)  # noqa: E731
        yield from iter(read, b"")


def _cell(text: str) -> str:
    cell = escape(guard(text))
    return cell if len(cell) <= _CELL_MAX else ""
