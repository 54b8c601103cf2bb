"""One listing: create, read, change, delete, restore, revisions, health, proposals."""

from __future__ import annotations

import uuid

from django.db import transaction
from drf_spectacular.utils import inline_serializer
from rest_framework import serializers as drf
from rest_framework.request import Request
from rest_framework.response import Response

from listings import fields, selectors, services
from listings.api import serializers
from listings.api.base import (
    listing_answer,
    proposal_answer,
    revision_answers,
    saved_answer,
    search_request,
    version_of,
)
from listings.api.render import ListingRenderer
from listings.models import Listing
from realtrack.core.actors import Actor
from realtrack.core.api.schema import api_schema
from realtrack.core.api.views import ApiView, page_of
from realtrack.core.rights import Right

# Of the specification: writes a minute and caller.
_WRITES = "60/minute"
_SAVED = inline_serializer(
    "SavedListing",
    {
        "listing": serializers.ListingOut(),
        "revision": serializers.RevisionOut(allow_null=True),
    },
)
_LISTING = inline_serializer("OneListing", {"listing": serializers.ListingOut()})
_PAGE = inline_serializer(
    "ListingPage",
    {
        "listings": serializers.ListingOut(many=True),
        "total": drf.IntegerField(),
        "total_is_capped": drf.BooleanField(),
        "next_cursor": drf.CharField(allow_null=True),
        "limit": drf.IntegerField(),
        "offset": drf.IntegerField(),
    },
)


class ListingListView(ApiView):
    """The catalog, newest first, and new listings."""

    rights = {"GET": Right.LISTINGS_VIEW, "POST": Right.LISTINGS_EDIT}
    renderer_classes = [ListingRenderer]
    endpoint_rates = {"POST": _WRITES}

    @api_schema(query=serializers.SearchQuery, response=_PAGE, summary="Listings")
    def get(self, request: Request) -> Response:
        del request
        query = self.query(serializers.SearchQuery)
        page = selectors.listing_search(search_request(query), user=self.user)
        rows = [listing_answer(one) for one in selectors.listings_in_order(page.ids)]
        answer = page_of("listings", rows, total=page.total, query=query)
        answer.data["total_is_capped"] = page.total_is_capped
        answer.data["next_cursor"] = page.next_cursor or None
        return answer

    @api_schema(
        request=serializers.CreateListing, response=_SAVED, status=201, summary="New listing"
    )
    def post(self, request: Request) -> Response:
        del request
        data = self.body(serializers.CreateListing)
        status = data.pop("status", "")
        with transaction.atomic():
            listing = services.listing_create(data=data, actor=self.actor)
            listing = _moved(listing, status, self.actor)
        answer = Response(saved_answer(listing), status=201)
        answer["Location"] = f"/api/listings/{listing.pk}"
        return _tagged(answer, listing)


class ListingView(ApiView):
    """One listing."""

    rights = {
        "GET": Right.LISTINGS_VIEW,
        "PUT": Right.LISTINGS_EDIT,
        "PATCH": Right.LISTINGS_EDIT,
        "DELETE": Right.LISTINGS_DELETE,
    }
    renderer_classes = [ListingRenderer]
    endpoint_rates = {"PUT": _WRITES, "PATCH": _WRITES, "DELETE": _WRITES}

    @api_schema(response=_LISTING, summary="One listing")
    def get(self, request: Request, listing_id: uuid.UUID) -> Response:
        del request
        listing = selectors.listing_get(listing_id, user=self.user)
        return _tagged(Response({"listing": listing_answer(listing)}), listing)

    @api_schema(request=serializers.UpdateListing, response=_SAVED, summary="Change a listing")
    def put(self, request: Request, listing_id: uuid.UUID) -> Response:
        return self._update(request, listing_id)

    @api_schema(request=serializers.UpdateListing, response=_SAVED, summary="Change some fields")
    def patch(self, request: Request, listing_id: uuid.UUID) -> Response:
        return self._update(request, listing_id)

    @api_schema(
        response=inline_serializer("Deleted", {"success": drf.BooleanField()}),
        summary="Put into the trash",
    )
    def delete(self, request: Request, listing_id: uuid.UUID) -> Response:
        version = version_of(request, {}, required=False)
        selectors.listing_get(listing_id, user=self.user)
        services.listing_delete(listing_id=listing_id, actor=self.actor, version=version)
        return Response({"success": True})

    def _update(self, request: Request, listing_id: uuid.UUID) -> Response:
        data = self.body(serializers.UpdateListing)
        selectors.listing_get(listing_id, user=self.user)
        version = version_of(request, data)
        data.pop("version", None)
        status = data.pop("status", "")
        note = data.pop("reason", "")
        with transaction.atomic():
            listing = services.listing_update(
                listing_id=listing_id, data=data, version=version, actor=self.actor, note=note
            )
            listing = _moved(listing, status, self.actor)
        return _tagged(Response(saved_answer(listing)), listing)


class ListingStatusView(ApiView):
    """The life cycle."""

    rights = {"PATCH": Right.LISTINGS_EDIT}
    endpoint_rates = {"PATCH": _WRITES}

    @api_schema(request=serializers.PatchStatus, response=_SAVED, summary="Change the status")
    def patch(self, request: Request, listing_id: uuid.UUID) -> Response:
        data = self.body(serializers.PatchStatus)
        selectors.listing_get(listing_id, user=self.user)
        listing = services.listing_transition(
            listing_id=listing_id,
            to=data["status"],
            actor=self.actor,
            version=version_of(request, data, required=False),
            note=data.get("reason", ""),
        )
        return _tagged(Response(saved_answer(listing)), listing)


class ListingRestoreView(ApiView):
    """Out of the trash."""

    rights = {"POST": Right.LISTINGS_DELETE}

    @api_schema(response=_LISTING, summary="Take out of the trash")
    def post(self, request: Request, listing_id: uuid.UUID) -> Response:
        del request
        selectors.listing_get_any(listing_id, user=self.user)
        listing = services.listing_restore(listing_id=listing_id, actor=self.actor)
        return _tagged(Response({"listing": listing_answer(listing)}), listing)


class RevisionListView(ApiView):
    """History of a listing."""

    rights = {"GET": Right.LISTINGS_VIEW}

    @api_schema(
        query=serializers.RevisionQuery,
        response=inline_serializer(
            "RevisionPage",
            {
                "revisions": serializers.RevisionOut(many=True),
                "total": drf.IntegerField(),
                "limit": drf.IntegerField(),
                "offset": drf.IntegerField(),
            },
        ),
        summary="Revisions",
    )
    def get(self, request: Request, listing_id: uuid.UUID) -> Response:
        del request
        query = self.query(serializers.RevisionQuery)
        selectors.listing_get_any(listing_id, user=self.user)
        found = selectors.revisions_of(listing_id)
        rows = list(found[query["offset"] : query["offset"] + query["limit"]])
        return page_of("revisions", revision_answers(rows), total=found.count(), query=query)


class RevisionRestoreView(ApiView):
    """Bring back what a listing was."""

    rights = {"POST": Right.LISTINGS_EDIT}

    @api_schema(request=serializers.RestoreRevision, response=_SAVED, summary="Restore a revision")
    def post(self, request: Request, listing_id: uuid.UUID, revision: int) -> Response:
        body = self.body(serializers.RestoreRevision)
        listing = selectors.listing_get(listing_id, user=self.user)
        version = version_of(request, body, required=False)
        saved = services.listing_revision_restore(
            listing_id=listing_id,
            revision_version=revision,
            version=listing.version if version is None else version,
            actor=self.actor,
        )
        return _tagged(Response(saved_answer(saved)), saved)


class HealthView(ApiView):
    """What a listing lacks."""

    rights = {"GET": Right.LISTINGS_VIEW}

    @api_schema(
        response=inline_serializer(
            "ListingHealth",
            {"score": drf.IntegerField(), "issues": serializers.IssueOut(many=True)},
        ),
        summary="Listing health",
    )
    def get(self, request: Request, listing_id: uuid.UUID) -> Response:
        del request
        health = services.listing_health(selectors.listing_get(listing_id, user=self.user))
        issues = [
            {
                "code": issue.code,
                "field": fields.api_name(issue.field),
                "message": issue.message,
                "points": issue.points,
                "blocks": issue.blocks,
                "fix": issue.fix.value if issue.fix else None,
            }
            for issue in health.issues
        ]
        return Response({"score": health.score, "issues": issues})


class ProposalListView(ApiView):
    """What machines propose for a listing."""

    rights = {"GET": Right.LISTINGS_VIEW}

    @api_schema(
        response=inline_serializer(
            "ProposalList",
            {"proposals": serializers.ProposalOut(many=True), "total": drf.IntegerField()},
        ),
        summary="Open proposals",
    )
    def get(self, request: Request, listing_id: uuid.UUID) -> Response:
        del request
        selectors.listing_get_any(listing_id, user=self.user)
        rows = [proposal_answer(one) for one in selectors.proposals_open(listing_id)]
        return Response({"proposals": rows, "total": len(rows)})


class ProposalTakeView(ApiView):
    """Take a proposal."""

    rights = {"POST": Right.LISTINGS_EDIT}

    @api_schema(response=_SAVED, summary="Take a proposal")
    def post(self, request: Request, proposal_id: uuid.UUID) -> Response:
        del request
        selectors.proposal_get(proposal_id, user=self.user)
        listing = services.proposal_take(proposal_id=proposal_id, actor=self.actor)
        return _tagged(Response(saved_answer(listing)), listing)


class ProposalDropView(ApiView):
    """Drop a proposal."""

    rights = {"POST": Right.LISTINGS_EDIT}

    @api_schema(
        response=inline_serializer("Dropped", {"success": drf.BooleanField()}),
        summary="Drop a proposal",
    )
    def post(self, request: Request, proposal_id: uuid.UUID) -> Response:
        del request
        selectors.proposal_get(proposal_id, user=self.user)
        services.proposal_drop(proposal_id=proposal_id, actor=self.actor)
        return Response({"success": True})


def _moved(listing: Listing, status: str, actor: Actor) -> Listing:
    """A status in the body is a move after the save, in the same transaction."""
    if not status or status == listing.status:
        return listing
    return services.listing_transition(listing_id=listing.pk, to=status, actor=actor)


def _tagged(answer: Response, listing: Listing) -> Response:
    answer["ETag"] = f'"{listing.version}"'
    return answer
