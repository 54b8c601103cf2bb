"""Writes verified fitments as an application file, by the ids of the customer's own table alone.

A fitment that the table has no ids for is left out and counted with its reason: written without
them it would fit more cars than it does.
"""

from __future__ import annotations

import io
import re
import tempfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import IO, TYPE_CHECKING, Any, cast
from xml.sax.saxutils import escape, quoteattr

from django.db import transaction
from django.http import StreamingHttpResponse
from django.utils import timezone
from typing_extensions import override

from fitment.aces.facts import ATTRIBUTES, UPDATE
from fitment.models import AcesCode, AcesUpload, PartFitment
from fitment.naming import name_key
from listings.models import Listing
from settings_app.selectors import setting_value

if TYPE_CHECKING:
    import uuid

    from settings_app.models import User

_PART_MAX = 45  # characters that 4.2 allows
_BATCH = 2000
_READ = 1 << 16
_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
_COLUMNS = (
    ("drive", "DriveType"),
    ("transmission", "TransmissionControlType"),
    ("body", "BodyType"),
)
_DATES = ("VcdbVersionDate", "QdbVersionDate", "PcdbVersionDate")


class LeftOut(Exception):
    """This fitment cannot be written; the text says what is missing."""


@dataclass(slots=True)
class Codes:
    """The customer's table by meaning; of several ids with one meaning the lowest."""

    base: dict[tuple[uuid.UUID, int], int] = field(default_factory=dict)
    makes: dict[uuid.UUID, int] = field(default_factory=dict)
    engines: dict[uuid.UUID, int] = field(default_factory=dict)
    names: dict[tuple[str, str], int] = field(default_factory=dict)

    def by_name(self, kind: str, name: str) -> int:
        """Return the id of a name, `#30` standing for itself; raises LeftOut."""
        if name.startswith("#") and name[1:].isdigit():
            return int(name[1:])
        found = self.names.get((kind, name_key(name)))
        if found is None:
            raise LeftOut(f"{kind} “{name[:60]}” has no id.")
        return found


@dataclass(slots=True)
class Written:
    """What went into a file; fitments = written + repeated + left out."""

    apps: int = 0
    fitments: int = 0
    written: int = 0
    repeated: int = 0
    left_out: Counter[str] = field(default_factory=Counter)


def codes_load() -> Codes:
    """Read the customer's table."""
    found = Codes()
    for one in AcesCode.objects.order_by("-code").iterator():
        if one.kind == "BaseVehicle" and one.model_id and one.year:
            found.base[one.model_id, one.year] = one.code
        elif one.kind == "Make" and one.make_id:
            found.makes[one.make_id] = one.code
        elif one.kind == "EngineBase" and one.engine_id:
            found.engines[one.engine_id] = one.code
        found.names[one.kind, name_key(one.name)] = one.code
    return found


def _clean(text: str) -> str:
    return " ".join(_NOT_XML.sub(" ", text).split())


def _tag(name: str, text: str) -> str:
    return f"<{name}>{escape(_clean(text))}</{name}>"


def _vehicles(row: PartFitment, codes: Codes) -> list[str]:
    """Return the identities that together are exactly the row's years."""
    years = range(row.year_start, row.year_end + 1)
    bases = [codes.base.get((row.model_id, year)) for year in years]
    if all(bases):
        return [f'<BaseVehicle id="{one}"/>' for one in bases]
    make, model = codes.makes.get(row.make_id), codes.names.get(("Model", name_key(row.model.name)))
    if make and model:
        years_from_to = f'<Years from="{row.year_start}" to="{row.year_end}"/>'
        return [f'{years_from_to}<Make id="{make}"/><Model id="{model}"/>']
    raise LeftOut(f"{row.make} {row.model} has no id for each of its years.")


def _attributes(row: PartFitment, codes: Codes) -> str:
    found: dict[str, int] = {}
    if row.engine_id:
        if row.engine_id not in codes.engines:
            raise LeftOut(f"EngineBase “{row.engine}” has no id.")
        found["EngineBase"] = codes.engines[row.engine_id]
    for column, kind in _COLUMNS:
        if name := getattr(row, column):
            found[kind] = codes.by_name(kind, name)
    for one in row.qualifiers:
        if one.get("kind") in ATTRIBUTES:
            found[one["kind"]] = codes.by_name(one["kind"], one.get("text", ""))
    if "TransmissionBase" in found and any(one.startswith("TransmissionC") for one in found):
        raise LeftOut("A transmission stands both as a whole and by its control type.")
    return "".join(f'<{kind} id="{found[kind]}"/>' for kind in ATTRIBUTES if kind in found)


def _words(row: PartFitment) -> tuple[str, str]:
    """Return qualifiers and notes, and the label."""
    quals, notes, label = [], [], ""
    for one in row.qualifiers:
        kind, text = one.get("kind", ""), one.get("text", "")
        if kind == "Qual" and str(one.get("id", "")).isdigit():
            quals.append(f"<Qual id={quoteattr(str(one['id']))}>{_tag('text', text)}</Qual>")
        elif kind == "label":
            label = _tag("MfrLabel", text)
        elif kind not in ATTRIBUTES:  # words that narrow it, such as a trim
            notes.append(_tag("Note", text))
    if row.notes:
        notes.append(_tag("Note", row.notes))
    return "".join([*quals, *notes]), label


def fitment_apps(row: PartFitment, codes: Codes, part_type_id: int | None) -> list[str]:
    """Return the inside of the applications that say exactly this fitment; raises LeftOut."""
    number = _clean(row.listing.c_manufacturer_part_number)
    if not number or len(number) > _PART_MAX:
        raise LeftOut("The part number is empty or longer than 45 characters.")
    if not row.part_type and part_type_id is None:
        raise LeftOut("No part type is known; choose one for the export.")
    part_type = codes.by_name("PartType", row.part_type) if row.part_type else part_type_id
    submodel = ""
    if row.submodel:
        submodel = f'<SubModel id="{codes.by_name("SubModel", row.submodel.name)}"/>'
    position = ""
    if row.position:
        position = f'<Position id="{codes.by_name("Position", row.position)}"/>'
    words, label = _words(row)
    tail = (
        f"{submodel}{_attributes(row, codes)}{words}<Qty>{row.quantity or 1}</Qty>"
        f'<PartType id="{part_type}"/>{label}{position}{_tag("Part", number)}'
    )
    return [f"{vehicle}{tail}" for vehicle in _vehicles(row, codes)]


def _rows(user: User, brand: str) -> Iterator[PartFitment]:
    listings = Listing.objects.visible_to(user).exclude(mpn_normalised="")
    if brand:
        listings = listings.filter(c_brand__iexact=brand)
    found = PartFitment.objects.filter(verified=True, listing__in=listings.values("pk"))
    found = found.select_related("listing", "make", "model", "submodel", "engine")
    return found.order_by("listing__mpn_normalised", "year_start", "pk").iterator(_BATCH)


def _header(brand_code: str) -> str:
    today = timezone.localdate().isoformat()
    company = str(setting_value("general", "business_name") or "RealTrack")
    uploads = AcesUpload.objects.filter(kind="aces", applied_at__isnull=False)
    last: dict[str, Any] = (
        uploads.order_by("-applied_at").values_list("header", flat=True).first() or {}
    )
    code = _tag("BrandAAIAID", brand_code) if brand_code else ""
    dates = "".join(_tag(name, str(last.get(name) or today)) for name in _DATES)
    return (
        f"<Header>{_tag('Company', company)}{_tag('SenderName', company)}"
        f"{_tag('SenderPhone', 'n/a')}{_tag('TransferDate', today)}{code}"
        f"{_tag('DocumentTitle', f'Fitments of {company}')}{_tag('EffectiveDate', today)}"
        f"{_tag('SubmissionType', UPDATE)}{dates}</Header>\n"
    )


def export_write(
    out: IO[bytes],
    *,
    user: User,
    part_type_id: int | None = None,
    brand: str = "",
    brand_code: str = "",
) -> Written:
    """Write the file of what `user` may see; parts alike say each application once."""
    done, codes = Written(), codes_load()
    out.write(b'<?xml version="1.0" encoding="UTF-8"?>\n<ACES version="4.2">\n')
    out.write(_header(brand_code).encode())
    # The rows are read by a cursor of the server, which lives in a transaction.
    with transaction.atomic():
        _apps_write(out, _rows(user, brand), codes, part_type_id, done)
    count = f"<Footer><RecordCount>{done.apps}</RecordCount></Footer>\n</ACES>\n"
    out.write(count.encode())
    return done


def _apps_write(
    out: IO[bytes],
    rows: Iterator[PartFitment],
    codes: Codes,
    part_type_id: int | None,
    done: Written,
) -> None:
    number, seen = "", set[str]()
    for row in rows:
        done.fitments += 1
        if row.listing.mpn_normalised != number:
            number, seen = row.listing.mpn_normalised, set()
        try:
            apps = fitment_apps(row, codes, part_type_id)
        except LeftOut as reason:
            done.left_out[str(reason)] += 1
            continue
        fresh = [one for one in apps if one not in seen]
        seen.update(fresh)
        done.written += bool(fresh)
        done.repeated += not fresh
        for one in fresh:
            done.apps += 1
            out.write(f'<App action="A" id="{done.apps}">{one}</App>\n'.encode())


class _Nowhere(io.RawIOBase):
    """Takes bytes and keeps none."""

    @override
    def writable(self) -> bool:
        return True

    @override
    def write(self, data: Any) -> int:
        return len(data)


def export_preview(
    *, user: User, part_type_id: int | None = None, brand: str = "", brand_code: str = ""
) -> Written:
    """Say what the file would hold and leave out, without making it."""
    nowhere = cast("IO[bytes]", _Nowhere())
    return export_write(
        nowhere, user=user, part_type_id=part_type_id, brand=brand, brand_code=brand_code
    )


def export_response(
    *,
    user: User,
    part_type_id: int | None = None,
    brand: str = "",
    brand_code: str = "",
) -> StreamingHttpResponse:
    """Answer with the file; a header says how many fitments it leaves out."""
    file = tempfile.TemporaryFile()  # noqa: SIM115 - closed when the answer has been sent
    done = export_write(
        file, user=user, part_type_id=part_type_id, brand=brand, brand_code=brand_code
    )
    file.seek(0)

    def pieces() -> Iterator[bytes]:
        with file:
            while piece := file.read(_READ):
                yield piece

    response = StreamingHttpResponse(pieces(), content_type="application/xml")
    name = f"fitments-{timezone.localdate().isoformat()}.xml"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["X-Left-Out"] = str(done.left_out.total())
    return response
