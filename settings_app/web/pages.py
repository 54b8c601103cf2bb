"""Settings by tab, each field saved by itself; users; the public privacy page."""

from __future__ import annotations

import uuid
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.text import capfirst
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_POST

from realtrack.core.errors import InvalidInput
from realtrack.core.rights import Right, user_can
from realtrack.core.web.access import actor_of, public, requires, user_of
from realtrack.core.web.render import redirect, render_page, toast
from settings_app import catalog, selectors, services
from settings_app.definitions import DEFINITIONS, Kind, Setting
from settings_app.enums import UserRole
from settings_app.web.forms import InviteForm

TABS = (
    ("general", "General"),
    ("marketplaces", "Marketplaces"),
    ("tax", "Tax"),
    ("shipping", "Shipping"),
    ("pricing", "Pricing"),
    ("ai", "AI and photos"),
    ("notifications", "Notifications"),
    ("users", "Users"),
)


@require_GET
@requires(Right.SETTINGS_VIEW)
def index(request: HttpRequest) -> HttpResponse:
    """One tab of settings; `?tab=` is in the URL."""
    known = [name for name, _ in TABS]
    tab = request.GET.get("tab", "general")
    tab = tab if tab in known else "general"
    user = user_of(request)
    may_users = user_can(user, Right.USERS_MANAGE)
    context: dict[str, Any] = {
        "tab": tab,
        "tabs": [(name, label) for name, label in TABS if name != "users" or may_users],
        "fields": [_field(one, user) for one in DEFINITIONS.values() if one.tab == tab],
    }
    if tab == "shipping":
        context["profiles"] = catalog.shipping_profiles()
    if tab == "pricing":
        context["rules"] = catalog.pricing_rules()
    if tab == "users" and may_users:
        context["users"] = selectors.user_list()
        context["roles"] = UserRole.choices
        context["form"] = InviteForm()
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
    undo = reverse("settings:reset", args=[category, key])
    return toast(response, f"{definition.help}: saved.", undo_url=undo)


@require_POST
@requires(Right.SETTINGS_EDIT)
def reset(request: HttpRequest, category: str, key: str) -> HttpResponse:
    """Go back to the value before the last change, from the log."""
    definition = selectors.setting_definition(category, key)
    services.check_may_change(definition, user_of(request))
    services.setting_undo(category=category, key=key, actor=actor_of(request))
    return redirect(request, f"{reverse('settings:index')}?tab={definition.tab}")


@sensitive_post_parameters("password")
@require_POST
@requires(Right.USERS_MANAGE)
def user_add(request: HttpRequest) -> HttpResponse:
    """Make a user."""
    form = InviteForm(request.POST)
    if form.is_valid():
        try:
            services.user_create(**form.cleaned_data, actor=actor_of(request))
        except InvalidInput as error:
            for name, texts in error.fields.items():
                for text in texts:
                    form.add_error(name, text)
        else:
            return redirect(request, f"{reverse('settings:index')}?tab=users")
    context = {
        "tab": "users",
        "tabs": TABS,
        "users": selectors.user_list(),
        "roles": UserRole.choices,
        "form": form,
    }
    return render_page(request, "settings_app/settings.html", context, partial="panel", status=422)


@require_POST
@requires(Right.USERS_MANAGE)
def user_change(request: HttpRequest, user_id: uuid.UUID) -> HttpResponse:
    """Change a role, shut or open an account."""
    actor = actor_of(request)
    if "role" in request.POST:
        services.user_role_set(user_id=user_id, role=request.POST["role"], actor=actor)
    elif request.POST.get("active") == "true":
        services.user_reactivate(user_id=user_id, actor=actor)
    elif request.POST.get("active") == "false":
        services.user_deactivate(user_id=user_id, actor=actor)
    return redirect(request, f"{reverse('settings:index')}?tab=users")


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
        if definition.max_length > 1000
        else _INPUTS.get(definition.kind, "text"),
        "options": [(one, one) for one in definition.choices],
        "value": "" if secret else shown["value"],
        "placeholder": (shown["value"] or "not set") if secret else "",
        "help": capfirst(definition.allowed()) if definition.kind is not Kind.BOOLEAN else "",
        "readonly": not editable,
        "fault": "",
    }


def _typed(definition: Setting, request: HttpRequest) -> Any:
    text = request.POST.get("value", "")
    if definition.kind is Kind.BOOLEAN:
        return text in {"true", "on", "1"}
    if definition.kind is Kind.INTEGER and text.strip().lstrip("-").isdigit():
        return int(text)
    return text
