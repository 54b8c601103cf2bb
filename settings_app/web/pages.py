"""Settings by tab, each field saved by itself; users; the public privacy page."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.text import capfirst
from django.views.decorators.http import require_GET, require_POST

from realtrack.core.errors import InvalidInput, NotFound
from realtrack.core.rights import Right, user_can
from realtrack.core.web.access import actor_of, public, requires, user_of
from realtrack.core.web.render import redirect, render_page, toast
from settings_app import catalog, secret_tests, selectors, services
from settings_app.definitions import DEFINITIONS, Kind, Setting
from settings_app.web import people, system, tax

TABS = (
    ("general", "General"),
    ("marketplaces", "Marketplaces"),
    ("tax", "Tax"),
    ("shipping", "Shipping"),
    ("pricing", "Pricing"),
    ("ai", "AI and photos"),
    ("notifications", "Notifications"),
    ("users", "Users"),
    ("system", "System"),
)
# Tabs that not everybody who sees settings may open.
_NARROW = {"users": Right.USERS_MANAGE, "system": Right.HEALTH_DETAIL}


@require_GET
@requires(Right.SETTINGS_VIEW)
def index(request: HttpRequest) -> HttpResponse:
    """One tab of settings; `?tab=` is in the URL."""
    user = user_of(request)
    tabs = [one for one in TABS if one[0] not in _NARROW or user_can(user, _NARROW[one[0]])]
    tab = request.GET.get("tab", "general")
    tab = tab if tab in dict(tabs) else "general"
    context: dict[str, Any] = {
        "tab": tab,
        "tabs": tabs,
        "fields": [_field(one, user) for one in DEFINITIONS.values() if one.tab == tab],
    }
    if tab == "tax":
        context |= tax.tax_context(request.GET)
    if tab == "shipping":
        context["profiles"] = catalog.shipping_profiles()
    if tab == "pricing":
        context["rules"] = catalog.pricing_rules()
    if tab == "users":
        context |= people.users_context()
    if tab == "system":
        context |= system.system_context()
    return render_page(request, "settings_app/settings.html", context, partial="panel")


@require_POST
@requires(Right.SETTINGS_EDIT)
def save(request: HttpRequest, category: str, key: str) -> HttpResponse:
    """Save one field; answers with the field as it is now, the fault below it if there is one."""
    definition = selectors.setting_definition(category, key)
    user = user_of(request)
    services.check_may_change(definition, user)
    fault = ""
    try:
        services.setting_set(
            category=category,
            key=key,
            value=_typed(definition, request),
            actor=actor_of(request),
        )
    except InvalidInput as error:
        fault = error.fields["value"][0]
    field = _field(definition, user)
    if fault:
        field |= {"fault": fault, "value": request.POST.get("value", "")}
    response = render_page(
        request,
        "settings_app/_field.html",
        {"field": field},
        status=422 if fault else 200,
    )
    if fault:
        return response
    # A key that was replaced cannot be read any more.
    undo = "" if definition.kind is Kind.SECRET else reverse("settings:reset", args=[category, key])
    return toast(response, f"{definition.help}: saved.", undo_url=undo)


@require_POST
@requires(Right.SETTINGS_EDIT)
def reset(request: HttpRequest, category: str, key: str) -> HttpResponse:
    """Go back to the value before the last change, from the log."""
    definition = selectors.setting_definition(category, key)
    services.check_may_change(definition, user_of(request))
    services.setting_undo(category=category, key=key, actor=actor_of(request))
    return redirect(request, f"{reverse('settings:index')}?tab={definition.tab}")


@require_GET
@requires(Right.SETTINGS_VIEW)
def history(request: HttpRequest, category: str, key: str) -> HttpResponse:
    """Who changed the setting, from what to what."""
    definition = selectors.setting_definition(category, key)
    context = {
        "definition": definition,
        "changes": selectors.setting_history(category, key),
        "may_put_back": user_can(user_of(request), definition.right)
        and definition.kind is not Kind.SECRET,
    }
    return render_page(request, "settings_app/history.html", context)


@require_POST
@requires(Right.SETTINGS_EDIT)
def put_back(request: HttpRequest, category: str, key: str) -> HttpResponse:
    """Put back the value before one change of the history."""
    definition = selectors.setting_definition(category, key)
    services.check_may_change(definition, user_of(request))
    try:
        change_id = uuid.UUID(request.POST.get("change", ""))
    except ValueError as error:
        message = "There is no such change in the history of this setting."
        raise NotFound(message) from error
    services.setting_put_back(
        category=category, key=key, change_id=change_id, actor=actor_of(request)
    )
    messages.success(request, f"{definition.help}: put back.")
    return redirect(request, f"{reverse('settings:index')}?tab={definition.tab}")


@require_POST
@requires(Right.KEYS_MANAGE)
def secret_test(request: HttpRequest, category: str, key: str) -> HttpResponse:
    """Try the key that is stored, and say what came of it."""
    result = secret_tests.secret_test(category=category, key=key, actor=actor_of(request))
    (messages.success if result.ok else messages.error)(request, result.words)
    tab = selectors.setting_definition(category, key).tab
    return redirect(request, f"{reverse('settings:index')}?tab={tab}")


@require_GET
@public("marketplaces ask for the address of a privacy page")
def privacy(request: HttpRequest) -> HttpResponse:
    """The public privacy page; its text is a setting."""
    return render_page(
        request,
        "settings_app/privacy.html",
        {
            "text": selectors.setting_value("general", "privacy_text"),
            "business": selectors.setting_value("general", "business_name"),
            "email": selectors.setting_value("general", "business_email"),
        },
    )


_INPUTS = {
    Kind.BOOLEAN: "checkbox",
    Kind.INTEGER: "integer",
    Kind.DECIMAL: "number",
    Kind.CHOICE: "select",
    Kind.SECRET: "password",
}


def _field(definition: Setting, user: Any) -> dict[str, Any]:
    """Return what the field component needs of a setting; a secret's value never goes out."""
    shown = selectors.settings_of(definition.category)[definition.category][definition.key]
    editable = user_can(user, definition.right)
    secret = definition.kind is Kind.SECRET
    return {
        "category": definition.category,
        "key": definition.key,
        "label": definition.help,
        "id": f"set-{definition.category}-{definition.key}",
        "kind": "textarea"
        if definition.has_lines or definition.max_length > 1000
        else _INPUTS.get(definition.kind, "text"),
        "options": [(one, one) for one in definition.choices],
        "value": "" if secret else shown["value"],
        "placeholder": (shown["value"] or "not set") if secret else "",
        # What a list or a text takes, the control itself says.
        "help": capfirst(definition.allowed())
        if definition.kind in {Kind.INTEGER, Kind.DECIMAL, Kind.TIMEZONE}
        else "",
        "readonly": not editable,
        "history_url": reverse("settings:history", args=[definition.category, definition.key]),
        "test_url": reverse("settings:secret-test", args=[definition.category, definition.key])
        if (definition.category, definition.key) in secret_tests.TESTABLE
        and shown["value"]
        and editable
        else "",
        "fault": "",
    }


def _typed(definition: Setting, request: HttpRequest) -> Any:
    text = request.POST.get("value", "")
    if definition.kind is Kind.BOOLEAN:
        return text in {"true", "on", "1"}
    if definition.kind is Kind.INTEGER and text.strip().lstrip("-").isdigit():
        return int(text)
    return text
