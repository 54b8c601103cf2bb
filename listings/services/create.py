"""Making a listing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.db import transaction
from django.utils import timezone

from listings import events, fields
from listings.enums import ChangeReason, Duration, ListingStatus, SellingFormat
from listings.models import Listing
from listings.services.history import revision_write, texts_keep
from listings.services.search_index import search_refresh
from listings.services.shared import constraint_errors, derived_values
from listings.services.validation import CleanData, clean
from listings.sku import sku_next
from realtrack.core import events as core_events
from realtrack.core.actors import Actor, ActorKind
from realtrack.core.errors import InvalidInput

_FREE_SKU_TRIES = 100  # numbers of the sequence that people may have typed by hand before
# What a new listing sells as where nothing was said: eBay allows only this pair for fixed price.
DEFAULTS = {"format": SellingFormat.FIXED_PRICE.value, "duration": Duration.GOOD_TILL_CANCELLED.value}  # fmt: skip


def listing_create(
    *,
    data: Mapping[str, object],
    actor: Actor,
    reason: str = ChangeReason.CREATED,
    initial_quantity: int | None = None,
    person_fields: Sequence[str] | None = None,
    note: str = "",
    status: str = ListingStatus.DRAFT,
) -> Listing:
    """Make a listing with its first revision, its search row and its event: all or nothing.

    `data` maps database names to raw values, which are parsed; an empty SKU comes from the
    sequence. What a person sends is the person's; `person_fields` names what a person owns where
    a machine writes on someone's behalf (an approved review). The quantity (in `data` or
    `initial_quantity`) becomes the first stock through `listing.quantity_requested`.
    `status` other than draft is for listings that exist elsewhere already.
    Raises `InvalidInput` by field, `SkuTaken`.
    """
    cleaned = clean(data)
    quantity = cleaned.values.pop(fields.QUANTITY, None)
    if initial_quantity is not None:
        quantity = clean({fields.QUANTITY: initial_quantity}).values[fields.QUANTITY]
    owned = _owned(data, cleaned, actor, person_fields)
    values: dict[str, object] = {**DEFAULTS, **cleaned.values}
    with transaction.atomic():
        listing = _insert(values, owned=owned, actor=actor, status=status)
        texts_keep([listing.description])
        revision_write(
            listing,
            status_before="",
            reason=reason,
            changed=sorted(cleaned.values),
            actor=actor,
            note=note,
            kind="+",
        )
        search_refresh(listing)
        core_events.emit(
            events.ListingCreated(
                entity_id=listing.pk,
                sku=listing.custom_label_sku,
                version=listing.version,
                metadata={"title": listing.title, "reason": reason, "read_as": cleaned.messages},
            ),
            actor=actor,
        )
        if isinstance(quantity, int):
            quantity_request(listing, quantity=quantity, cause=_cause(actor), actor=actor)
    return listing


def quantity_request(listing: Listing, *, quantity: int, cause: str, actor: Actor) -> None:
    """Hand a quantity to the ledger, in this transaction, and read the copy back."""
    core_events.emit(
        events.ListingQuantityRequested(
            entity_id=listing.pk, quantity=quantity, cause=cause, version=listing.version
        ),
        actor=actor,
    )
    listing.refresh_from_db(fields=["quantity"])


def _cause(actor: Actor) -> str:
    return "bulk_import" if actor.kind is ActorKind.IMPORT else "initial_stock"


def _owned(
    data: Mapping[str, object],
    cleaned: CleanData,
    actor: Actor,
    person_fields: Sequence[str] | None,
) -> list[str]:
    if person_fields is not None:
        unknown = [name for name in person_fields if name not in fields.writable()]
        if unknown:
            raise InvalidInput(fields=dict.fromkeys(unknown, "There is no field of this name."))
        return sorted(set(person_fields))
    if actor.is_machine:
        return []
    sent = {name for name in data if cleaned.values.get(name) not in (None, "", {})}
    return sorted(sent | ({fields.QUANTITY} & set(data)))


def _insert(
    values: dict[str, object], *, owned: Sequence[str], actor: Actor, status: str
) -> Listing:
    now = timezone.now()
    listing = Listing(
        **values,
        **derived_values(values),
        status=status,
        person_fields=list(owned),
        created_by=actor.user_id,
        updated_by=actor.user_id,
        published_at=now if status == ListingStatus.PUBLISHED else None,
    )
    if not listing.custom_label_sku:
        listing.custom_label_sku = free_sku()
    with constraint_errors(listing.custom_label_sku):
        listing.save(force_insert=True)
    return listing


def free_sku() -> str:
    """The next number of the sequence that no live listing has, typed by hand or imported."""
    for _ in range(_FREE_SKU_TRIES):
        candidate = sku_next()
        if not Listing.objects.filter(custom_label_sku__iexact=candidate).exists():
            return candidate
    message = "The next hundred SKUs of the sequence are all taken; type one."
    raise InvalidInput(fields={fields.SKU: message})
