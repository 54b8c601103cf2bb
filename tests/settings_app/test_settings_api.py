from __future__ import annotations

import subprocess
import sys
from decimal import Decimal
from typing import Any

import pytest

from realtrack.core.actors import Actor
from realtrack.core.errors import Conflict, InvalidInput
from realtrack.core.models import AuditLog
from realtrack.core.rights import Right, role_has
from settings_app import catalog, selectors, services
from settings_app.definitions import DEFINITIONS
from settings_app.models import ShippingProfile, TenantSetting
from tests.people import api_of

pytestmark = pytest.mark.django_db(transaction=True)
ACTOR = Actor.system("test")


def test_defaults_hold_until_somebody_changes_them() -> None:
    assert selectors.setting_value("tax", "tax_rate") == Decimal("0.0825")
    assert TenantSetting.objects.count() == 0
    answer = api_of("manager").put("/api/settings/tax/tax_rate", {"value": "0.07"})
    assert answer.json()["setting"] == {
        "value": "0.07", "isDefault": False, "type": "decimal",
        "help": "Default tax rate (0.0825 is 8.25 %)", "allowed": "a number from 0 up to 1",
    }  # fmt: skip
    assert selectors.setting_value("tax", "tax_rate") == Decimal("0.07")
    row = AuditLog.objects.get(event="setting.changed")
    assert row.changes == {"value": ["0.0825", "0.07"]}


@pytest.mark.parametrize(
    ("path", "value", "words"),
    [
        ("tax/tax_rate", "2", "a number from 0 up to 1"),
        ("tax/tax_rate", "abc", "a number from 0 up to 1"),
        ("tax/tax_rate", "NaN", "a number"),
        ("tax/tax_enabled", "yes", "true or false"),
        ("general/timezone", "Mars/Base", "America/Chicago"),
        ("general/default_currency", "XYZ", "USD"),
        ("inventory/low_stock_threshold", 1.5, "a whole number"),
        ("inventory/low_stock_threshold", True, "a whole number"),
        ("general/business_name", {"a": 1}, "text"),
    ],
)
def test_a_wrong_value_is_refused_with_what_is_allowed(path: str, value: Any, words: str) -> None:
    answer = api_of("manager").put(f"/api/settings/{path}", {"value": value})
    assert answer.status_code == 400
    assert words in answer.json()["errors"][0]["detail"]
    assert TenantSetting.objects.count() == 0


def test_unknown_keys_and_categories_are_404() -> None:
    client = api_of("manager")
    assert client.put("/api/settings/tax/nothing", {"value": 1}).status_code == 404
    assert client.get("/api/settings/nothing").status_code == 404


def test_a_viewer_does_not_see_settings() -> None:
    assert api_of("viewer").get("/api/settings").status_code == 403
    assert set(api_of("user").get("/api/settings").json()["settings"]) >= {
        "general",
        "tax",
    }


def test_a_secret_is_written_once_and_never_read_back() -> None:
    # given
    secret = "sk-test-abcdef123456"
    assert (
        api_of("manager").put("/api/settings/ai/openai_api_key", {"value": secret}).status_code
        == 403
    )
    # when
    answer = api_of("admin").put("/api/settings/ai/openai_api_key", {"value": secret})
    # then
    assert answer.json()["setting"]["value"] == "…3456"
    row = TenantSetting.objects.get()
    assert secret not in row.sealed
    assert row.value == "3456"
    assert selectors.secret_value("ai", "openai_api_key") == secret
    logged = AuditLog.objects.get(event="setting.changed")
    assert secret not in str(logged.changes)


def test_a_change_is_seen_by_another_process_at_once() -> None:
    services.setting_set(category="general", key="business_name", value="Old", actor=ACTOR)
    assert selectors.setting_value("general", "business_name") == "Old"
    code = (
        "import django; from django.conf import settings;"
        "from tests import conftest;"
        "django.setup();"
        "from django.db import connection;"
        "connection.settings_dict['NAME'] = %r;"
        "from settings_app.services import setting_set;"
        "from realtrack.core.actors import Actor;"
        "setting_set(category='general', key='business_name', value='New',"
        " actor=Actor.system('other'))"
    )
    from django.db import connection

    done = subprocess.run(
        [sys.executable, "-c", code % connection.settings_dict["NAME"]],
        check=False, capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
    assert selectors.setting_value("general", "business_name") == "New"


def test_undo_puts_the_former_value_back() -> None:
    for name in ("One", "Two"):
        services.setting_set(category="general", key="business_name", value=name, actor=ACTOR)
    services.setting_undo(category="general", key="business_name", actor=ACTOR)
    assert selectors.setting_value("general", "business_name") == "One"


def test_every_definition_takes_its_own_default() -> None:
    for definition in DEFINITIONS.values():
        assert definition.clean(definition.default) is not None, definition.name


def test_rights_that_an_admin_changed_win_and_admins_cannot_lock_themselves_out() -> None:
    assert not role_has("user", Right.CHANNELS_PUBLISH)
    services.role_right_set(role="user", right="channels.publish", allowed=True, actor=ACTOR)
    assert role_has("user", Right.CHANNELS_PUBLISH)
    with pytest.raises(Conflict):
        services.role_right_set(role="admin", right="users.manage", allowed=False, actor=ACTOR)
    with pytest.raises(InvalidInput):
        services.role_right_set(role="user", right="no.such", allowed=True, actor=ACTOR)


def _profile(**changes: Any) -> dict[str, Any]:
    return {
        "name": "Air", "carrier": "UPS", "service": "2nd Day", "costType": "flat",
        "flatCost": "20.00", "isDefault": False, **changes,
    }  # fmt: skip


def test_exactly_one_shipping_profile_is_the_default() -> None:
    client = api_of("manager")
    first = client.post("/api/settings/shipping-profiles", _profile(isDefault=True)).json()
    second = client.post("/api/settings/shipping-profiles", _profile(name="B", isDefault=True))
    assert second.status_code == 201
    assert ShippingProfile.objects.filter(is_default=True).count() == 1
    assert not ShippingProfile.objects.get(pk=first["profile"]["id"]).is_default
    second_id = second.json()["profile"]["id"]
    assert client.delete(f"/api/settings/shipping-profiles/{second_id}").status_code == 409
    assert (
        client.delete(f"/api/settings/shipping-profiles/{first['profile']['id']}").status_code
        == 204
    )


@pytest.mark.parametrize(
    ("changes", "attr"),
    [
        ({"flatCost": None}, "flatCost"),
        ({"flatCost": "-1"}, "flatCost"),
        ({"isDefault": True, "active": False}, "isDefault"),
        ({"costType": "barter"}, "costType"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_a_bad_profile_is_refused_by_field(changes: dict[str, Any], attr: str) -> None:
    answer = api_of("manager").post("/api/settings/shipping-profiles", _profile(**changes))
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["attr"] == attr
    assert ShippingProfile.objects.count() == 0


def test_pricing_rules_keep_their_parameters_untouched() -> None:
    body = {
        "name": "Markup", "ruleType": "markup", "parameters": {"percentage": 15, "base": "cost"},
        "priority": 2,
    }  # fmt: skip
    client = api_of("manager")
    made = client.post("/api/settings/pricing-rules", body).json()["rule"]
    assert made["parameters"] == {"percentage": 15, "base": "cost"}
    changed = client.put(f"/api/settings/pricing-rules/{made['id']}", {**body, "active": False})
    assert changed.json()["rule"]["active"] is False
    assert [rule.name for rule in catalog.pricing_rules()] == ["Markup"]
