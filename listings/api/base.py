"""What the catalog's views share: versions, envelopes, searches."""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from rest_framework.request import Request

from listings import fields
from listings.api.serializers import FILTER_PARAMETERS
from listings.models import Listing, ListingProposal, ListingRevision
from listings.selectors import SearchRequest, revisions_of
from listings.selectors.filters import more_filter_names
from listings.services.revisions import descriptions_of
from listings.wire import Json, listing_wire, revision_wire
from realtrack.core.errors import InvalidInput

_ETAG = re.compile(r'^(?:W/)?"?(\d{1,9})"?$')


def version_of(request: Request, body: Mapping[str, Any], *, required: bool = True) -> int | None:
    """The version that the caller read: body, `If-Match` or `version` header, in this order."""
    given = body.get("version")
    if given is not None:
        return int(given)
    for header in ("If-Match", "Version"):
        text = request.headers.get(header, "").strip()
        if text and text != "*":
            match = _ETAG.match(text)
            if match is None:
                raise InvalidInput(fields={"version": f"{header} holds no version."})
            return int(match.group(1))
    if required:
        raise InvalidInput(
            fields={"version": "Send the version that you read, here or in If-Match."}
        )
    return None


def rendered(data: dict[str, Json]) -> dict[str, Json]:
    """Free-form names keep their spelling only under the key that the renderer lets through."""
    data["item_specifics"] = data.pop("itemSpecifics")
    return data


def listing_answer(listing: Listing) -> dict[str, Json]:
    """A listing for the renderer."""
    return rendered(listing_wire(listing))


def saved_answer(listing: Listing) -> dict[str, Any]:
    """`{listing, revision}` of what was just stored."""
    revision = revisions_of(listing.pk).filter(version=listing.version).first()
    return {
        "listing": listing_answer(listing),
        "revision": revision_answers([revision])[0] if revision else None,
    }


def revision_answers(revisions: Sequence[ListingRevision]) -> list[dict[str, Json]]:
    """Revisions with their snapshots."""
    texts = descriptions_of(revisions)
    return [
        revision_wire(revision, description=texts.get(revision.description_hash, ""))
        for revision in revisions
    ]


def proposal_answer(proposal: ListingProposal) -> dict[str, Any]:
    """A proposal for the renderer."""
    return {
        "id": proposal.pk,
        "field": fields.api_name(proposal.field),
        "value": proposal.value,
        "source": proposal.source,
        "source_label": proposal.source_label,
        "confidence": None if proposal.confidence is None else float(proposal.confidence),
        "state": proposal.state,
        "created_at": proposal.created_at,
    }


def search_request(query: Mapping[str, Any]) -> SearchRequest:
    """A search out of validated query parameters."""
    given: dict[str, list[str]] = {}
    named = {**FILTER_PARAMETERS, **{name: name for name in more_filter_names()}}
    for parameter, key in named.items():
        values = query.get(parameter)
        if values:
            given[key] = [
                piece.strip() for value in values for piece in value.split(",") if piece.strip()
            ]
    return SearchRequest(
        text=query.get("q", ""),
        filters=given,
        sort=query.get("sort", ""),
        limit=query["limit"],
        offset=query["offset"],
        cursor=query.get("cursor", ""),
        before=query.get("before", ""),
    )


def changes_by_name(changes: Mapping[str, Any]) -> dict[str, Any]:
    """Free-form `changes` of a bulk edit with database names; unknown ones stay and are refused."""
    known = fields.names_by_api()
    return {known.get(name, name): value for name, value in changes.items()}


def as_ids(values: Sequence[uuid.UUID]) -> list[uuid.UUID]:
    """Ids without repeats, in order."""
    return list(dict.fromkeys(values))
