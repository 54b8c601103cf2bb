"""Shipping profiles and pricing rules: reads and writes."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from realtrack.core import registry
from realtrack.core.actors import Actor
from realtrack.core.errors import Conflict, InvalidInput, NotFound
from realtrack.core.events import emit
from settings_app import events, schemas
from settings_app.enums import CostType
from settings_app.models import PricingRule, ShippingProfile


def shipping_profiles() -> QuerySet[ShippingProfile]:
    """Return all profiles by name."""
    return ShippingProfile.objects.order_by("name", "id")


def pricing_rules() -> QuerySet[PricingRule]:
    """Return all rules in the order in which they work."""
    return PricingRule.objects.order_by("priority", "created_at", "id")


def shipping_profile_save(
    *, profile_id: uuid.UUID | None, data: Mapping[str, Any], actor: Actor
) -> ShippingProfile:
    """Make or change a profile. A new default takes the place of the old one in one step.

    Raises InvalidInput where a flat cost is missing or the default would be inactive, NotFound.
    """
    if data["cost_type"] == CostType.FLAT and data.get("flat_cost") is None:
        raise InvalidInput(fields={"flat_cost": "A flat cost needs its amount."})
    if data["cost_type"] == CostType.CALCULATED:
        schemas.check(schemas.SHIPPING, data.get("parameters") or {}, field="parameters")
    if data["is_default"] and not data["active"]:
        raise InvalidInput(fields={"is_default": "The default profile must be active."})
    with transaction.atomic():
        # All rows, in one order: two new defaults at once would meet in the unique index else.
        rows = {row.pk: row for row in ShippingProfile.objects.select_for_update().order_by("pk")}
        profile = ShippingProfile() if profile_id is None else rows.get(profile_id)
        if profile is None:
            raise NotFound("This shipping profile does not exist.")
        if profile.is_default and not data["is_default"]:
            raise Conflict("Make another profile the default first.")
        before_name = profile.name
        if data["is_default"]:
            ShippingProfile.objects.exclude(pk=profile.pk).update(is_default=False)
        for name, value in data.items():
            setattr(profile, name, value)
        # Listings name their profile: a name in use is kept.
        _refuse_renaming(profile, before_name)
        profile.save()
        emit(
            events.ShippingProfileChanged(entity_id=profile.pk, metadata={"name": profile.name}),
            actor=actor,
        )
    return profile


def shipping_profile_delete(*, profile_id: uuid.UUID, actor: Actor) -> None:
    """Delete a profile. The default one and one in use stay (Conflict): those are retired."""
    with transaction.atomic():
        profile = ShippingProfile.objects.select_for_update().filter(pk=profile_id).first()
        if profile is None:
            raise NotFound("This shipping profile does not exist.")
        if profile.is_default:
            raise Conflict("The default profile cannot be deleted; choose another default first.")
        uses = shipping_profile_uses(profile)
        if uses:
            raise Conflict(
                f"Used by {_uses_in_words(uses)}. Retire it instead: it stays there and is offered"
                " no more.",
                code="in_use",
                extra={"uses": uses},
            )
        profile.delete()
        emit(
            events.ShippingProfileChanged(entity_id=profile_id, metadata={"deleted": True}),
            actor=actor,
        )


def shipping_profile_get(profile_id: uuid.UUID) -> ShippingProfile:
    """Return the profile; raises NotFound."""
    profile = ShippingProfile.objects.filter(pk=profile_id).first()
    if profile is None:
        raise NotFound("This shipping profile does not exist.")
    return profile


def shipping_profile_uses(profile: ShippingProfile) -> dict[str, int]:
    """Return where a profile is used: {what: how many}; empty where nowhere."""
    counts = {name: count(profile.name) for name, count in registry.shipping_users.items()}
    return {name: count for name, count in counts.items() if count}


def _refuse_renaming(profile: ShippingProfile, before: str) -> None:
    if not before or before == profile.name:
        return
    uses = shipping_profile_uses(ShippingProfile(name=before))
    if uses:
        raise Conflict(f"Used by {_uses_in_words(uses)}, which know it by its name.", code="in_use")


def _uses_in_words(uses: Mapping[str, int]) -> str:
    return ", ".join(f"{count} {name}" for name, count in uses.items())


def pricing_rule_get(rule_id: uuid.UUID) -> PricingRule:
    """Return the rule; raises NotFound."""
    rule = PricingRule.objects.filter(pk=rule_id).first()
    if rule is None:
        raise NotFound("This pricing rule does not exist.")
    return rule


def pricing_rule_check(data: Mapping[str, Any]) -> None:
    """Raise InvalidInput unless parameters, conditions and price band are as the type wants."""
    schemas.check(schemas.RULES[data["rule_type"]], data["parameters"], field="parameters")
    schemas.check_conditions(data.get("conditions") or {})
    low, high = data.get("price_from"), data.get("price_to")
    if low is not None and high is not None and low > high:
        raise InvalidInput(fields={"price_to": "The band ends below its start."})


def pricing_rule_save(
    *, rule_id: uuid.UUID | None, data: Mapping[str, Any], actor: Actor
) -> PricingRule:
    """Make or change a pricing rule; raises NotFound, InvalidInput by field."""
    pricing_rule_check(data)
    with transaction.atomic():
        if rule_id is None:
            rule = PricingRule()
        else:
            found = PricingRule.objects.select_for_update().filter(pk=rule_id).first()
            if found is None:
                raise NotFound("This pricing rule does not exist.")
            rule = found
        for name, value in data.items():
            setattr(rule, name, value)
        rule.save()
        emit(
            events.PricingRuleChanged(entity_id=rule.pk, metadata={"type": rule.rule_type}),
            actor=actor,
        )
    return rule


def pricing_rules_switch(*, rule_ids: Sequence[uuid.UUID], active: bool, actor: Actor) -> None:
    """Switch rules on or off, in the caller's transaction or one of its own; the log tells which."""
    with transaction.atomic():
        rows = PricingRule.objects.select_for_update().filter(pk__in=rule_ids).order_by("pk")
        for rule in rows:
            if rule.active is active:
                continue
            rule.active = active
            rule.save(update_fields=["active"])
            emit(
                events.PricingRuleChanged(
                    entity_id=rule.pk, changes={"active": [not active, active]}
                ),
                actor=actor,
            )
