"""The cascade, a listing's fitments, reading of texts and search by vehicle."""

from __future__ import annotations

import uuid
from typing import Any

from drf_spectacular.utils import inline_serializer
from rest_framework import serializers as drf
from rest_framework.request import Request
from rest_framework.response import Response

from fitment import selectors, services
from fitment.api import serializers
from fitment.matching import Detected, detect
from fitment.models import PartFitment
from fitment.vehicle_lookup import lookup_current
from fitment.vin import vin_read
from realtrack.core.api.schema import api_schema
from realtrack.core.api.views import ApiView, page_of
from realtrack.core.rights import Right

_FITMENT = inline_serializer("OneFitment", {"fitment": serializers.FitmentOut()})


def _list_schema(name: str, plural: str, item: drf.Serializer[Any]) -> drf.Serializer[Any]:
    return inline_serializer(
        name,
        {
            plural: item,
            "total": drf.IntegerField(),
            "limit": drf.IntegerField(),
            "offset": drf.IntegerField(),
        },
    )


class _NamesView(ApiView):
    """A step of the cascade: free of the shared throttles, because people type in it."""

    rights = {"GET": Right.FITMENT_VIEW}
    throttle_free = True

    def answer(self, name: str, rows: Any, out: type[drf.Serializer[Any]], query: Any) -> Response:
        start = query["offset"]
        data = list(out(rows[start : start + query["limit"]], many=True).data)
        # A step that came whole has been counted by that: no second query where people type.
        is_whole = start == 0 and len(data) < query["limit"]
        return page_of(name, data, total=len(data) if is_whole else rows.count(), query=query)


class MakeListView(_NamesView):
    """Makes; `q` is the beginning of a name or alias."""

    @api_schema(
        query=serializers.NameQuery,
        response=_list_schema("MakeList", "makes", serializers.MakeOut(many=True)),
        summary="Makes",
    )
    def get(self, request: Request) -> Response:
        del request
        query = self.query(serializers.NameQuery)
        found = selectors.makes_list(q=query["q"])
        return self.answer("makes", found, serializers.MakeOut, query)


class ModelListView(_NamesView):
    """Models of a make."""

    @api_schema(
        query=serializers.ModelQuery,
        response=_list_schema("ModelList", "models", serializers.ModelOut(many=True)),
        summary="Models of a make",
    )
    def get(self, request: Request, make_id: uuid.UUID) -> Response:
        del request
        query = self.query(serializers.ModelQuery)
        found = selectors.models_list(make_id=make_id, q=query["q"], year=query.get("year"))
        return self.answer("models", found, serializers.ModelOut, query)


class YearListView(ApiView):
    """Years of a model, newest first."""

    rights = {"GET": Right.FITMENT_VIEW}
    throttle_free = True

    @api_schema(
        response=inline_serializer("YearList", {"years": drf.ListField(child=drf.IntegerField())}),
        summary="Years of a model",
    )
    def get(self, request: Request, model_id: uuid.UUID) -> Response:
        del request
        return Response({"years": selectors.years_list(model_id=model_id)})


class SubmodelListView(_NamesView):
    """Submodels of a model."""

    @api_schema(
        query=serializers.SubmodelQuery,
        response=_list_schema("SubmodelList", "submodels", serializers.SubmodelOut(many=True)),
        summary="Submodels of a model",
    )
    def get(self, request: Request, model_id: uuid.UUID) -> Response:
        del request
        query = self.query(serializers.SubmodelQuery)
        found = selectors.submodels_list(
            model_id=model_id,
            year_start=query.get("year_start"),
            year_end=query.get("year_end"),
        )
        if query["q"]:
            found = found.filter(name__icontains=query["q"])
        return self.answer("submodels", found, serializers.SubmodelOut, query)


class EngineListView(_NamesView):
    """Engines: all, or those of a model and years."""

    @api_schema(
        query=serializers.EngineQuery,
        response=_list_schema("EngineList", "engines", serializers.EngineOut(many=True)),
        summary="Engines",
    )
    def get(self, request: Request) -> Response:
        del request
        query = self.query(serializers.EngineQuery)
        found = selectors.engines_list(
            q=query["q"],
            model_id=query.get("model_id"),
            year_start=query.get("year_start"),
            year_end=query.get("year_end"),
        )
        return self.answer("engines", found, serializers.EngineOut, query)


class ListingFitmentsView(ApiView):
    """Fitments of a listing."""

    rights = {"GET": Right.FITMENT_VIEW, "POST": Right.FITMENT_EDIT}

    @api_schema(
        response=inline_serializer(
            "FitmentList",
            {
                "fitments": serializers.FitmentOut(many=True),
                "total": drf.IntegerField(),
            },
        ),
        summary="Vehicles of a listing",
    )
    def get(self, request: Request, listing_id: uuid.UUID) -> Response:
        del request
        selectors.listing_get(listing_id, user=self.user)
        rows = list(selectors.fitments_list(listing_id=listing_id))
        return Response(
            {
                "fitments": serializers.FitmentOut(rows, many=True).data,
                "total": len(rows),
            }
        )

    @api_schema(
        request=serializers.FitmentIn,
        response=_FITMENT,
        status=201,
        summary="Add a vehicle",
    )
    def post(self, request: Request, listing_id: uuid.UUID) -> Response:
        del request
        selectors.listing_get(listing_id, user=self.user)
        data = self.body(serializers.FitmentIn)
        row = services.fitment_add(listing_id=listing_id, actor=self.actor, **data)
        return Response(_one(row), status=201)


class FitmentView(ApiView):
    """One fitment."""

    rights = {"DELETE": Right.FITMENT_EDIT}

    @api_schema(
        response=inline_serializer("FitmentRemoved", {"success": drf.BooleanField()}),
        summary="Take a vehicle off",
    )
    def delete(self, request: Request, fitment_id: uuid.UUID) -> Response:
        del request
        selectors.fitment_get(fitment_id, user=self.user)
        services.fitment_remove(fitment_id=fitment_id, actor=self.actor)
        return Response({"success": True})


class FitmentVerifyView(ApiView):
    """A person's word on a fitment."""

    rights = {"PATCH": Right.FITMENT_EDIT}

    @api_schema(request=serializers.VerifyIn, response=_FITMENT, summary="Verify a vehicle")
    def patch(self, request: Request, fitment_id: uuid.UUID) -> Response:
        del request
        selectors.fitment_get(fitment_id, user=self.user)
        verified = self.body(serializers.VerifyIn)["verified"]
        row = services.fitment_verify(fitment_id=fitment_id, verified=verified, actor=self.actor)
        return Response(_one(row))


class DetectView(ApiView):
    """Read a text, or a listing's words and attach what they say, unverified."""

    rights = {"POST": Right.FITMENT_EDIT}

    @api_schema(
        request=serializers.DetectIn,
        response=inline_serializer(
            "Detection",
            {
                "detected_fitments": serializers.DetectedOut(many=True),
                "unresolved": drf.ListField(child=drf.CharField()),
                "added": drf.IntegerField(),
                "removed": drf.IntegerField(),
                "same": drf.IntegerField(),
            },
        ),
        summary="Read vehicles out of words",
    )
    def post(self, request: Request) -> Response:
        del request
        data = self.body(serializers.DetectIn)
        if "text" in data:
            found = detect(data["text"], lookup_current())
            unresolved = [f"{one.label}: {one.reason}" for one in found.unresolved]
            return _detected(found.fitments, unresolved, added=0, removed=0, same=0)
        selectors.listing_get(data["listing_id"], user=self.user)
        result = services.fitments_detect(listing_id=data["listing_id"], actor=self.actor)
        return _detected(
            result.found,
            list(result.unresolved),
            added=result.added,
            removed=result.removed,
            same=result.same,
        )


class VinView(ApiView):
    """What a VIN says; "not known" is an answer."""

    rights = {"GET": Right.FITMENT_VIEW}

    @api_schema(response=serializers.VinOut, summary="Read a VIN")
    def get(self, request: Request, vin: str) -> Response:
        del request
        return Response(serializers.VinOut(vin_read(vin, lookup_current())).data)


class VehicleSearchView(ApiView):
    """All parts for a vehicle."""

    rights = {"GET": Right.FITMENT_VIEW}

    @api_schema(
        query=serializers.VehicleQuery,
        response=inline_serializer(
            "VehicleSearch",
            {
                "listings": serializers.FoundListingOut(many=True),
                "total": drf.IntegerField(),
                "total_is_capped": drf.BooleanField(),
                "limit": drf.IntegerField(),
                "offset": drf.IntegerField(),
            },
        ),
        summary="Parts that fit a vehicle",
    )
    def get(self, request: Request) -> Response:
        del request
        query = self.query(serializers.VehicleQuery)
        condition = selectors.vehicle_from_query(query)
        found = selectors.listings_fitting(condition, user=self.user)
        rows = found[query["offset"] : query["offset"] + query["limit"]]
        data = list(serializers.FoundListingOut(list(rows), many=True).data)
        total, is_capped = selectors.fitting_total(condition, user=self.user)
        page = page_of("listings", data, total=total, query=query)
        page.data["total_is_capped"] = is_capped
        return page


def _one(row: PartFitment) -> dict[str, Any]:
    return {"fitment": serializers.FitmentOut(row).data}


def _detected(
    found: tuple[Detected, ...],
    unresolved: list[str],
    *,
    added: int,
    removed: int,
    same: int,
) -> Response:
    return Response(
        {
            "detected_fitments": serializers.DetectedOut(found, many=True).data,
            "unresolved": unresolved,
            "added": added,
            "removed": removed,
            "same": same,
        }
    )
