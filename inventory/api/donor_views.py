"""Cars and their tear-down over HTTP."""

from __future__ import annotations

import uuid

from drf_spectacular.utils import inline_serializer
from rest_framework import serializers as drf
from rest_framework.request import Request
from rest_framework.response import Response

from inventory import selectors, services
from inventory.api import donor_serializers as serializers
from inventory.models import TeardownTemplate
from inventory.services import TeardownPart
from realtrack.core.api.schema import api_schema
from realtrack.core.api.views import ApiView, page_of
from realtrack.core.rights import Right


class DonorListView(ApiView):
    """The cars; a new one."""

    rights = {"GET": Right.INVENTORY_VIEW, "POST": Right.INVENTORY_ADJUST}

    @api_schema(
        query=serializers.DonorQuery,
        response=inline_serializer(
            "Donors",
            {
                "donors": serializers.DonorOut(many=True),
                "total": drf.IntegerField(),
                "limit": drf.IntegerField(),
                "offset": drf.IntegerField(),
            },
        ),
        summary="Cars",
    )
    def get(self, request: Request) -> Response:
        del request
        query = self.query(serializers.DonorQuery)
        found = selectors.donor_list(user=self.user, words=query["q"], state=query.get("state", ""))
        rows = found[query["offset"] : query["offset"] + query["limit"]]
        answer = serializers.DonorOut(rows, many=True).data
        return page_of("donors", list(answer), total=found.count(), query=query)

    @api_schema(
        request=serializers.DonorIn,
        response=inline_serializer("DonorMade", {"donor": serializers.DonorOut()}),
        status=201,
        summary="Take a car in",
    )
    def post(self, request: Request) -> Response:
        del request
        data = self.body(serializers.DonorIn)
        confirmed = data.pop("confirm_vin")
        car = services.donor_create(data=data, confirm_vin=confirmed, actor=self.actor)
        return Response({"donor": serializers.DonorOut(car).data}, status=201)


class DonorView(ApiView):
    """One car with its parts and sums."""

    rights = {"GET": Right.INVENTORY_VIEW}

    @api_schema(
        response=inline_serializer(
            "Donor",
            {
                "donor": serializers.DonorOut(),
                "parts": serializers.DonorPartOut(many=True),
                "sums": serializers.DonorSumsOut(),
            },
        ),
        summary="A car with its parts",
    )
    def get(self, request: Request, donor_id: uuid.UUID) -> Response:
        del request
        car = selectors.donor_of(donor_id, user=self.user)
        parts = selectors.car_parts(car, user=self.user)
        return Response(
            {
                "donor": serializers.DonorOut(car).data,
                "parts": serializers.DonorPartOut(parts, many=True).data,
                "sums": serializers.DonorSumsOut(selectors.car_sums(car, parts)).data,
            }
        )


class TeardownView(ApiView):
    """Ticked parts become drafts."""

    rights = {"POST": Right.LISTINGS_EDIT}

    @api_schema(
        request=serializers.TeardownIn,
        response=inline_serializer(
            "TornDown",
            {
                "listings": serializers.MadeOut(many=True),
                "created": drf.IntegerField(),
                "job_id": drf.UUIDField(),
            },
        ),
        status=201,
        summary="Tear a car down",
    )
    def post(self, request: Request, donor_id: uuid.UUID) -> Response:
        del request
        data = self.body(serializers.TeardownIn)
        car = selectors.donor_of(donor_id, user=self.user)
        result = services.donor_teardown(
            donor_id=car.pk,
            parts=[
                TeardownPart(
                    part_type=one["part_type"],
                    side=one["side"],
                    bin_code=one["bin"],
                    price=one["price"],
                    quantity=one["quantity"],
                )
                for one in data["parts"]
            ],
            idempotency_key=data["idempotency_key"],
            actor=self.actor,
        )
        return Response(
            {
                "listings": serializers.MadeOut(result.listings, many=True).data,
                "created": result.created,
                "job_id": result.run_id,
            },
            status=201,
        )


class TemplateListView(ApiView):
    """What is usually worth pulling, by kind of car."""

    rights = {"GET": Right.INVENTORY_VIEW}

    @api_schema(
        response=inline_serializer(
            "TeardownTemplates", {"templates": serializers.TemplateOut(many=True)}
        ),
        summary="Templates of a tear-down",
    )
    def get(self, request: Request) -> Response:
        del request
        found = TeardownTemplate.objects.prefetch_related("items")
        return Response({"templates": serializers.TemplateOut(found, many=True).data})
