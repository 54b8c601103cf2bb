"""Shipping profiles and pricing rules over the API."""

from __future__ import annotations

import uuid

from drf_spectacular.utils import inline_serializer
from rest_framework import serializers as fields
from rest_framework.request import Request
from rest_framework.response import Response

from realtrack.core.api.schema import api_schema
from realtrack.core.api.serializers import ListQuery
from realtrack.core.api.views import ApiView, page_of
from realtrack.core.errors import NotFound
from realtrack.core.rights import Right
from settings_app import catalog, shipping
from settings_app.api import serializers
from settings_app.selectors import shipping_default

_PROFILE = inline_serializer("ProfileAnswer", {"profile": serializers.ShippingProfileOut()})
_RULE = inline_serializer("RuleAnswer", {"rule": serializers.PricingRuleOut()})


class ShippingProfileListView(ApiView):
    """Shipping profiles."""

    rights = {"GET": Right.SETTINGS_VIEW, "POST": Right.SETTINGS_EDIT}

    @api_schema(
        query=ListQuery,
        response=inline_serializer(
            "ProfileList",
            {
                "profiles": serializers.ShippingProfileOut(many=True),
                "total": fields.IntegerField(),
                "limit": fields.IntegerField(),
                "offset": fields.IntegerField(),
            },
        ),
        summary="Shipping profiles",
    )
    def get(self, request: Request) -> Response:
        del request
        query = self.query(ListQuery)
        found = catalog.shipping_profiles()
        rows = found[query["offset"] : query["offset"] + query["limit"]]
        data = serializers.ShippingProfileOut(rows, many=True).data
        return page_of("profiles", data, total=found.count(), query=query)

    @api_schema(
        request=serializers.ShippingProfileIn,
        response=_PROFILE,
        status=201,
        summary="New profile",
    )
    def post(self, request: Request) -> Response:
        del request
        profile = catalog.shipping_profile_save(
            profile_id=None,
            data=self.body(serializers.ShippingProfileIn),
            actor=self.actor,
        )
        return Response({"profile": serializers.ShippingProfileOut(profile).data}, status=201)


class ShippingProfileView(ApiView):
    """One shipping profile."""

    rights = {"PUT": Right.SETTINGS_EDIT, "DELETE": Right.SETTINGS_EDIT}

    @api_schema(
        request=serializers.ShippingProfileIn,
        response=_PROFILE,
        summary="Change profile",
    )
    def put(self, request: Request, profile_id: uuid.UUID) -> Response:
        del request
        profile = catalog.shipping_profile_save(
            profile_id=profile_id,
            data=self.body(serializers.ShippingProfileIn),
            actor=self.actor,
        )
        return Response({"profile": serializers.ShippingProfileOut(profile).data})

    @api_schema(status=204, summary="Delete profile")
    def delete(self, request: Request, profile_id: uuid.UUID) -> Response:
        del request
        catalog.shipping_profile_delete(profile_id=profile_id, actor=self.actor)
        return Response(status=204)


class ShippingQuoteView(ApiView):
    """What a profile asks for a parcel."""

    rights = {"POST": Right.SETTINGS_VIEW}

    @api_schema(
        request=serializers.QuoteIn,
        response=inline_serializer("QuoteAnswer", {"quote": serializers.QuoteOut()}),
        summary="Quote a parcel; without a profile by the default one",
    )
    def post(self, request: Request) -> Response:
        del request
        data = self.body(serializers.QuoteIn)
        profile_id = data.pop("profile_id", None)
        profile = (
            shipping_default() if profile_id is None else catalog.shipping_profile_get(profile_id)
        )
        if profile is None:
            raise NotFound("There is no default shipping profile.")
        quote = shipping.shipping_quote(profile, shipping.Parcel(**data))
        return Response({"quote": serializers.QuoteOut(quote).data})


class PricingRuleListView(ApiView):
    """Pricing rules."""

    rights = {"GET": Right.SETTINGS_VIEW, "POST": Right.PRICING_EDIT}

    @api_schema(
        query=ListQuery,
        response=inline_serializer(
            "RuleList",
            {
                "rules": serializers.PricingRuleOut(many=True),
                "total": fields.IntegerField(),
                "limit": fields.IntegerField(),
                "offset": fields.IntegerField(),
            },
        ),
        summary="Pricing rules",
    )
    def get(self, request: Request) -> Response:
        del request
        query = self.query(ListQuery)
        found = catalog.pricing_rules()
        rows = found[query["offset"] : query["offset"] + query["limit"]]
        data = serializers.PricingRuleOut(rows, many=True).data
        return page_of("rules", data, total=found.count(), query=query)

    @api_schema(
        request=serializers.PricingRuleIn,
        response=_RULE,
        status=201,
        summary="New rule",
    )
    def post(self, request: Request) -> Response:
        del request
        rule = catalog.pricing_rule_save(
            rule_id=None, data=self.body(serializers.PricingRuleIn), actor=self.actor
        )
        return Response({"rule": serializers.PricingRuleOut(rule).data}, status=201)


class PricingRuleView(ApiView):
    """One pricing rule."""

    rights = {"PUT": Right.PRICING_EDIT}

    @api_schema(request=serializers.PricingRuleIn, response=_RULE, summary="Change rule")
    def put(self, request: Request, rule_id: uuid.UUID) -> Response:
        del request
        rule = catalog.pricing_rule_save(
            rule_id=rule_id, data=self.body(serializers.PricingRuleIn), actor=self.actor
        )
        return Response({"rule": serializers.PricingRuleOut(rule).data})
