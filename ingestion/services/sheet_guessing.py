"""Names that no list knows, and descriptions: a model proposes, a person takes it or not."""

from __future__ import annotations

import uuid
from collections import defaultdict

import structlog
from django.db import transaction

from ingestion.enums import RowState
from ingestion.models import IntakeRow
from ingestion.providers import openai_text
from ingestion.providers.base import ProviderUnavailable
from ingestion.providers.openai_text import Guess
from ingestion.services.budget import JobPurse
from ingestion.services.trade import trade_tables
from ingestion.sheets import columns
from ingestion.sheets.naming import named
from listings.models import Listing
from listings.services.proposals import proposals_make
from realtrack.core import tasks as core_tasks
from realtrack.core.actors import Actor, ActorKind
from realtrack.core.errors import Conflict, NotFound
from settings_app.selectors import setting_value

logger = structlog.get_logger(__name__)
_MOST_NAMES = 400  # different names of one sheet that are asked for
_DESCRIBED = ("title", "c_brand", "c_type", "c_manufacturer_part_number", "c_oe_oem_part_number")


def sheet_types_propose(*, run_id: uuid.UUID, actor: Actor) -> int:
    """Propose part types for drafts of a sheet whose names are in no list; returns how many.

    Asks the model for sorting, and the dearer one again where that is in doubt or the part is dear.
    Nothing is asked without a key; a service that is away leaves the drafts as they are. May be
    repeated: a draft that has a type is not asked about.
    """
    if not openai_text.is_set_up():
        return 0
    rows = (
        IntakeRow.objects.filter(
            run_id=run_id,
            state=RowState.DRAFT,
            listing__c_type="",
            listing__deleted_at__isnull=True,
        )
        .select_related("listing")
        .order_by("position")
    )
    tables = trade_tables()
    by_name: dict[str, list[Listing]] = defaultdict(list)
    for row in rows:
        said = named(str(row.mended.get(columns.NAME, row.given.get(columns.NAME, ""))), tables)
        if row.listing is not None and said.name:
            by_name[said.name].append(row.listing)
    names = list(by_name)[:_MOST_NAMES]
    if not names:
        return 0
    types = tables.part_types.values_once(lambda one: one.name)
    try:
        guesses = _guesses(names, types, by_name)
    except ProviderUnavailable as error:
        logger.warning("sheet_types_not_guessed", run_id=str(run_id), reason=str(error))
        return 0
    acting = Actor(kind=ActorKind.AI, user_id=actor.user_id, label="part types", run_id=run_id)
    count = 0
    for guess in guesses:
        for listing in by_name[guess.name] if guess.part_type else ():
            with transaction.atomic():
                proposals_make(
                    listing=listing, values={"c_type": guess.part_type}, actor=acting,
                    confidences={"c_type": guess.confidence}, source_label=guess.model,
                )  # fmt: skip
            count += 1
    return count


def description_ask(*, listing_id: uuid.UUID) -> None:
    """Have a worker write a description, which comes as a proposal. Raises NotFound, Conflict."""
    from ingestion import tasks

    if not Listing.objects.filter(pk=listing_id).exists():
        raise NotFound("This part does not exist.")
    if not openai_text.is_set_up():
        raise Conflict("No key of the OpenAI-format service is set. Set it under Settings, AI.")
    core_tasks.kick(tasks.describe_task, str(listing_id))


def description_propose(*, listing_id: uuid.UUID, actor: Actor) -> bool:
    """Write a description of a part's facts and propose it; the title is never made of it.

    False where the part is gone or the service cannot; the dearer model writes for dear parts.
    """
    listing = Listing.objects.filter(pk=listing_id).first()
    if listing is None:
        return False
    facts = {name: str(getattr(listing, name)) for name in _DESCRIBED if getattr(listing, name)}
    facts |= {name: ", ".join(values) for name, values in listing.item_specifics.items()}
    model = _hard_model() if _is_dear([listing]) else ""
    try:
        text = openai_text.description_write(facts, JobPurse(None), model=model)
    except ProviderUnavailable as error:
        logger.warning("description_not_written", listing_id=str(listing_id), reason=str(error))
        return False
    acting = Actor(kind=ActorKind.AI, user_id=actor.user_id, label="description")
    with transaction.atomic():
        proposals_make(
            listing=listing, values={"description": f"<p>{text}</p>"}, actor=acting, confidences={}
        )
    return True


def _guesses(names: list[str], types: list[str], by_name: dict[str, list[Listing]]) -> list[Guess]:
    purse = JobPurse(None)
    found = openai_text.types_guess(names, types, purse)
    hard = _hard_model()
    least = float(setting_value("ai", "ai_review_threshold"))
    again = [
        one.name for one in found
        if hard and (one.confidence < least or _is_dear(by_name[one.name]))
    ]  # fmt: skip
    if not again:
        return found
    better = {one.name: one for one in openai_text.types_guess(again, types, purse, model=hard)}
    return [
        better[one.name] if one.name in better and better[one.name].part_type else one
        for one in found
    ]


def _hard_model() -> str:
    return str(setting_value("ai", "ai_hard_model")).strip()


def _is_dear(listings: list[Listing]) -> bool:
    most = setting_value("ai", "ai_hard_above")
    return any(one.start_price is not None and one.start_price > most for one in listings)
