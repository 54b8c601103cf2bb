"""What publishing would send and what would be refused, without calling anything that writes."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from enum import StrEnum

from channels_app.adapters.base import ChannelError, ListingRef, Payload, SellerMustFix
from channels_app.adapters.registry import adapter_for
from channels_app.models import ChannelConnection, ChannelListing
from channels_app.services.inputs import listing_input, ref_of
from channels_app.services.sessions import session_of
from listings.models import Listing


class Outlook(StrEnum):
    """What would become of one part on one account."""

    NEW = "new"
    CHANGES = "changes"
    SAME = "same"
    REFUSED = "refused"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldDiff:
    """One field: what is live and what would be sent, as runs of words marked where they differ."""

    name: str
    before: Sequence[tuple[str, bool]]
    after: Sequence[tuple[str, bool]]


@dataclass(frozen=True, slots=True, kw_only=True)
class ByteLine:
    """A line of the documents: `mark` is a blank, + or -."""

    mark: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetPreview:
    """One part × account."""

    listing: Listing
    connection: ChannelConnection
    outlook: Outlook
    external_id: str = ""
    refusals: Sequence[SellerMustFix] = ()
    problem: str = ""
    changed: Sequence[FieldDiff] = ()
    same_count: int = 0
    bytes: Sequence[ByteLine] = ()
    notes: Sequence[str] = ()
    documents: Mapping[str, object] = field(default_factory=dict)

    @property
    def change_words(self) -> str:
        """How much would change, as the table says it."""
        count = len(self.changed)
        if count == 0:
            return "Photos change"
        return "1 field changes" if count == 1 else f"{count} fields change"

    @property
    def is_sent(self) -> bool:
        """True where pressing Publish would send something (or try to)."""
        return self.outlook in {Outlook.NEW, Outlook.CHANGES, Outlook.UNKNOWN}


def publish_preview(
    *, listings: Sequence[Listing], connections: Sequence[ChannelConnection]
) -> list[TargetPreview]:
    """Return one preview per part and account, in their order; reads only, never raises."""
    rows = {
        (row.listing_id, row.connection_id): row
        for row in ChannelListing.objects.filter(
            listing__in=listings, connection__in=connections
        ).select_related("listing")
    }
    return [
        target_preview(listing, connection, rows.get((listing.pk, connection.pk)))
        for listing in listings
        for connection in connections
    ]


def target_preview(
    listing: Listing, connection: ChannelConnection, row: ChannelListing | None
) -> TargetPreview:
    """Preview one part on one account."""
    ref = ref_of(row) if row else ListingRef(sku=listing.custom_label_sku)
    given = listing_input(listing, overrides=row.overrides if row else None)
    try:
        built = adapter_for(connection.channel).build_payload(session_of(connection), given, ref)
    except ChannelError as error:
        return TargetPreview(
            listing=listing,
            connection=connection,
            outlook=Outlook.UNKNOWN,
            external_id=ref.external_id,
            problem=error.first.reason,
        )
    live: Mapping[str, object] = row.external_data if row and row.is_live else {}
    changed, same_count = _fields(_live_fields(row, live), built.fields)
    is_same = bool(row and row.is_live and not changed and built.content_hash == row.payload_hash)
    outlook = Outlook.CHANGES if ref.is_live else Outlook.NEW
    if built.refusals:
        outlook = Outlook.REFUSED
    elif is_same:
        outlook = Outlook.SAME
    return TargetPreview(
        listing=listing,
        connection=connection,
        outlook=outlook,
        external_id=ref.external_id,
        refusals=built.refusals,
        changed=changed,
        same_count=same_count,
        bytes=_bytes(_mapping(live.get("documents")), built, ref),
        notes=built.notes,
        documents=built.documents,
    )


def _live_fields(row: ChannelListing | None, live: Mapping[str, object]) -> Mapping[str, object]:
    """What is live in words; price and quantity were sent since by calls of their own."""
    fields = dict(_mapping(live.get("fields")))
    if row is not None and "Quantity" in fields and row.confirmed_quantity is not None:
        fields["Quantity"] = str(row.confirmed_quantity)
    if row is not None and "Price" in fields and row.confirmed_price is not None:
        fields["Price"] = f"{row.confirmed_price} {row.currency}"
    return fields


def _mapping(value: object) -> Mapping[str, object]:
    return value if isinstance(value, Mapping) else {}


def _fields(live: Mapping[str, object], wanted: Mapping[str, str]) -> tuple[list[FieldDiff], int]:
    """The fields that differ, words marked; and how many are the same."""
    changed: list[FieldDiff] = []
    same = 0
    for name in dict.fromkeys([*wanted, *live]):
        old, new = str(live.get(name, "")), wanted.get(name, "")
        if old == new:
            same += bool(new)
            continue
        before, after = _words(old, new)
        changed.append(FieldDiff(name=name, before=before, after=after))
    return changed, same


def _words(old: str, new: str) -> tuple[list[tuple[str, bool]], list[tuple[str, bool]]]:
    left, right = old.split(), new.split()
    before: list[tuple[str, bool]] = []
    after: list[tuple[str, bool]] = []
    for kind, i1, i2, j1, j2 in SequenceMatcher(a=left, b=right, autojunk=False).get_opcodes():
        if left[i1:i2]:
            before.append((" ".join(left[i1:i2]), kind != "equal"))
        if right[j1:j2]:
            after.append((" ".join(right[j1:j2]), kind != "equal"))
    return before, after


def _bytes(live: Mapping[str, object], built: Payload, ref: ListingRef) -> list[ByteLine]:
    """The documents line by line; what is live struck, what is sent added."""
    titles = {
        "item": f"PUT inventory item {ref.sku}",
        "compatibility": "PUT product compatibility",
        "offer": f"PUT offer {ref.offer_id}" if ref.offer_id else "POST offer",
    }
    lines: list[ByteLine] = []
    for name, document in built.documents.items():
        lines.append(ByteLine(mark="#", text=titles.get(name, name)))
        old = _pretty(live.get(name)) if name in live else []
        new = _pretty(document)
        for kind, i1, i2, j1, j2 in SequenceMatcher(a=old, b=new, autojunk=False).get_opcodes():
            if kind == "equal":
                lines += [ByteLine(mark=" ", text=text) for text in new[j1:j2]]
            else:
                lines += [ByteLine(mark="-", text=text) for text in old[i1:i2]]
                lines += [ByteLine(mark="+", text=text) for text in new[j1:j2]]
    return lines


def _pretty(document: object) -> list[str]:
    return json.dumps(document, indent=2, ensure_ascii=False, sort_keys=True).splitlines()
