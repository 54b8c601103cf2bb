"""Pages of shipping profiles and price rules: forms, the calculator, the rule builder."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from realtrack.core.errors import AppError, Conflict, InvalidInput
from realtrack.core.rights import Right
from realtrack.core.web.access import actor_of, requires
from realtrack.core.web.render import redirect, render_page
from settings_app import catalog, schemas, shipping
from settings_app.enums import CostType, RuleType
from settings_app.models import PricingRule, ShippingProfile
from settings_app.web.parsing import (
    RULE_FIELDS,
    bands_of,
    bands_text,
    condition_rows,
    conditions_of,
    faults_in_words,
    is_flat,
    parameters_of,
    zones_of,
    zones_text,
)

_NO_OVERSIZE = {"surcharge": "", "longest_side": "", "length_and_girth": ""}
_SIDES = ("weight", "length", "width", "height")


@require_http_methods(["GET", "POST"])
@requires(Right.SETTINGS_EDIT)
def shipping_form(request: HttpRequest, profile_id: uuid.UUID | None = None) -> HttpResponse:
    """A new shipping profile, or one to change."""
    profile = (
        ShippingProfile(cost_type=CostType.FLAT, handling_time=1, active=True)
        if profile_id is None
        else catalog.shipping_profile_get(profile_id)
    )
    faults: list[str] = []
    if request.method == "POST":
        try:
            data = _profile_data(request.POST)
            catalog.shipping_profile_save(profile_id=profile_id, data=data, actor=actor_of(request))
        except (InvalidInput, Conflict) as error:
            faults = faults_in_words(error)
        else:
            messages.success(request, f"{data['name']} saved.")
            return _back(request, "shipping")
    values = profile.parameters or {}
    context = {
        "profile": profile,
        "is_new": profile_id is None,
        "faults": faults,
        "typed": request.POST,
        "cost_types": CostType.choices,
        "bands": bands_text(values),
        "zones": zones_text(values),
        "oversize": _NO_OVERSIZE | values.get("oversize", {}),
        "divisor": values.get("divisor", 139),
        "per_pound_over": values.get("per_pound_over", ""),
        "uses": {} if profile_id is None else catalog.shipping_profile_uses(profile),
    }
    return render_page(
        request, "settings_app/shipping_form.html", context, status=422 if faults else 200
    )


@require_POST
@requires(Right.SETTINGS_EDIT)
def shipping_delete(request: HttpRequest, profile_id: uuid.UUID) -> HttpResponse:
    """Delete a profile that nothing uses."""
    catalog.shipping_profile_delete(profile_id=profile_id, actor=actor_of(request))
    messages.success(request, "Shipping profile deleted.")
    return _back(request, "shipping")


@require_GET
@requires(Right.SETTINGS_VIEW)
def shipping_calculator(request: HttpRequest) -> HttpResponse:
    """What each profile asks for a parcel."""
    quotes: list[tuple[ShippingProfile, shipping.Quote | None, str]] = []
    fault = ""
    if request.GET:
        try:
            parcel = _parcel(request.GET)
        except InvalidInput as error:
            fault = " ".join(faults_in_words(error))
        else:
            quotes = [_quoted(one, parcel) for one in catalog.shipping_profiles() if one.active]
    context = {"quotes": quotes, "typed": request.GET, "fault": fault}
    return render_page(request, "settings_app/shipping_calculator.html", context)


@require_http_methods(["GET", "POST"])
@requires(Right.PRICING_EDIT)
def rule_form(request: HttpRequest, rule_id: uuid.UUID | None = None) -> HttpResponse:
    """The rule builder: a type, its numbers, its scope, conditions as rows; never code."""
    kind = request.POST.get("rule_type") or request.GET.get("type", "")
    rule = (
        PricingRule(rule_type=kind if kind in RuleType.values else RuleType.MARKUP, active=False)
        if rule_id is None
        else catalog.pricing_rule_get(rule_id)
    )
    faults: list[str] = []
    if request.method == "POST":
        try:
            data = _rule_data(request.POST, rule)
            saved = catalog.pricing_rule_save(rule_id=rule_id, data=data, actor=actor_of(request))
        except InvalidInput as error:
            faults = faults_in_words(error)
        else:
            messages.success(request, f"{saved.name} saved.")
            return redirect(request, f"{reverse('listings:pricing')}?rules={saved.pk}")
    typed = request.POST
    parameters = rule.parameters or {}
    context = {
        "rule": rule,
        "is_new": rule_id is None,
        "types": RuleType.choices,
        "faults": faults,
        "typed": typed,
        "fields": [
            (*one, typed.get(f"p_{one[0]}", parameters.get(one[0], "")))
            for one in RULE_FIELDS[rule.rule_type]
        ],
        "is_flat": is_flat(rule.conditions),
        "match": "any" if "any" in (rule.conditions or {}) else "all",
        "conditions": condition_rows(rule.conditions),
        "number_fields": schemas.NUMBER_FIELDS,
        "text_fields": schemas.TEXT_FIELDS,
        "ops": tuple(dict.fromkeys((*schemas.NUMBER_OPS, *schemas.TEXT_OPS))),
    }
    return render_page(
        request, "settings_app/rule_form.html", context, status=422 if faults else 200
    )


def _quoted(
    profile: ShippingProfile, parcel: shipping.Parcel
) -> tuple[ShippingProfile, shipping.Quote | None, str]:
    try:
        return profile, shipping.shipping_quote(profile, parcel), ""
    except AppError as error:
        return profile, None, " ".join(faults_in_words(error))


def _parcel(typed: Mapping[str, str]) -> shipping.Parcel:
    sizes = {name: _decimal(typed.get(name, ""), name) for name in _SIDES}
    return shipping.Parcel(
        **sizes, state=typed.get("state", "")[:3], country=typed.get("country", "US")[:2] or "US"
    )


def _profile_data(typed: Mapping[str, str]) -> dict[str, Any]:
    cost_type = typed.get("cost_type", "")
    data: dict[str, Any] = {
        "name": typed.get("name", "").strip(),
        "carrier": typed.get("carrier", "").strip(),
        "service": typed.get("service", "").strip(),
        "cost_type": cost_type,
        "handling_time": int(_decimal(typed.get("handling_time", "1"), "handling_time") or 0),
        "flat_cost": _decimal(typed.get("flat_cost", ""), "flat_cost"),
        "domestic_only": "domestic_only" in typed,
        "is_default": "is_default" in typed,
        "active": "active" in typed,
    }
    limits = {"name": 100, "carrier": 50, "service": 100}
    wrong = {name: "Type it, in a few words." for name, most in limits.items()
             if not 0 < len(data[name]) <= most or "\x00" in data[name]}  # fmt: skip
    if cost_type not in CostType.values:
        wrong["cost_type"] = "Choose how the cost is found."
    if data["handling_time"] > 30:
        wrong["handling_time"] = "At most 30 days."
    if (data["flat_cost"] or 0) >= 1000000:
        wrong["flat_cost"] = "That is too much."
    if wrong:
        raise InvalidInput(fields=wrong)
    if cost_type == CostType.CALCULATED:
        data["parameters"] = _shipping_parameters(typed)
    return data


def _shipping_parameters(typed: Mapping[str, str]) -> dict[str, Any]:
    values: dict[str, Any] = {
        "divisor": float(_decimal(typed.get("divisor", ""), "divisor") or 0),
        "bands": bands_of(typed.get("bands", "")),
        "zones": zones_of(typed.get("zones", "")),
    }
    if over := typed.get("per_pound_over", "").strip():
        values["per_pound_over"] = over
    if surcharge := typed.get("surcharge", "").strip():
        oversize: dict[str, Any] = {"surcharge": surcharge}
        for name in ("longest_side", "length_and_girth"):
            if (limit := _decimal(typed.get(name, ""), name)) is not None:
                oversize[name] = float(limit)
        values["oversize"] = oversize
    return values


def _rule_data(typed: Mapping[str, Any], rule: PricingRule) -> dict[str, Any]:
    limits = {"name": 100, "channel": 30, "category_id": 20, "brand": 100, "part_type": 65,
              "condition_id": 4}  # fmt: skip
    data: dict[str, Any] = {name: typed.get(name, "").strip() for name in limits}
    wrong = {name: f"At most {most} characters." for name, most in limits.items()
             if len(data[name]) > most or "\x00" in data[name]}  # fmt: skip
    if not data["name"]:
        wrong["name"] = "A rule needs a name."
    priority = _decimal(typed.get("priority", "0"), "priority", below_zero=True) or Decimal(0)
    if abs(priority) > 1000 or priority != priority.to_integral_value():
        wrong["priority"] = "A whole number from -1000 to 1000."
    for name in ("price_from", "price_to"):
        data[name] = _decimal(typed.get(name, ""), name)
        if (data[name] or 0) >= 100000000:
            wrong[name] = "That is too much."
    if wrong:
        raise InvalidInput(fields=wrong)
    return {
        **data,
        "rule_type": rule.rule_type,
        "priority": int(priority),
        "active": "active" in typed,
        "parameters": parameters_of(rule.rule_type, typed),
        # A tree that the rows cannot show was made over the API and stays as it is.
        "conditions": conditions_of(typed) if is_flat(rule.conditions) else rule.conditions,
    }


def _decimal(text: str, name: str, *, below_zero: bool = False) -> Decimal | None:
    text = text.strip()
    if not text:
        return None
    try:
        number = Decimal(text)
    except InvalidOperation:
        number = Decimal("NaN")
    if not number.is_finite() or (number < 0 and not below_zero) or abs(number) > 10**9:
        raise InvalidInput(fields={name: "Type a number."})
    return number


def _back(request: HttpRequest, tab: str) -> HttpResponse:
    return redirect(request, f"{reverse('settings:index')}?tab={tab}")
