"""Where parts lie."""

from __future__ import annotations

import re
import uuid

from django.db import transaction

from inventory import events
from inventory.models import InventoryPlace
from listings.models import Listing
from listings.services import listing_search_write
from realtrack.core.actors import Actor
from realtrack.core.errors import InvalidInput, NotFound
from realtrack.core.events import emit

_BIN = re.compile(r"[A-Z0-9][A-Z0-9 ._/-]{0,29}")


def bin_code_clean(raw: str) -> str:
    """Return a bin code as it is stored: capitals, single blanks; raises InvalidInput."""
    code = " ".join(raw.upper().split())
    if code and not _BIN.fullmatch(code):
        raise InvalidInput(
            fields={"bin_code": "Type a bin such as B-04-2: letters, digits, dashes, at most 30."}
        )
    return code


def place_set(*, listing_id: uuid.UUID, bin_code: str, actor: Actor) -> str:
    """Put the part into a bin, or into none with an empty code; returns the code as stored.

    One transaction with the catalog's copy and the log. Raises InvalidInput, NotFound.
    """
    code = bin_code_clean(bin_code)
    with transaction.atomic():
        locked = Listing.objects.filter(pk=listing_id).select_for_update(of=("self",), no_key=True)
        if not locked.exists():
            raise NotFound("This part does not exist.")
        place = InventoryPlace.objects.filter(listing_id=listing_id).first()
        before = place.bin_code if place else ""
        if before == code:
            return code
        if not code:
            InventoryPlace.objects.filter(listing_id=listing_id).delete()
        else:
            InventoryPlace.objects.update_or_create(
                listing_id=listing_id, defaults={"bin_code": code}
            )
        listing_search_write(listing_id=listing_id, bins=[code] if code else [])
        emit(
            events.PartPlaced(entity_id=listing_id, bin_code=code, changes={"bin": [before, code]}),
            actor=actor,
        )
    return code
