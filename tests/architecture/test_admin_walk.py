"""Django admin: it shows; what it does goes through a service and is in the log."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib import admin
from django.urls import reverse
from django.utils import timezone

from fitment.models import FitmentMake
from realtrack.core import runs
from realtrack.core.actors import Actor
from realtrack.core.models import AuditLog, DeliveryState, EventDelivery, RunState
from settings_app import services
from settings_app.models import TenantSetting, User
from tests.listings.factories import make_listing
from tests.people import browser_of, user_of

pytestmark = pytest.mark.django_db(transaction=True)
ACTOR = Actor.system("test")
# Reference data that staff may write here; each saves by the service named.
WRITABLE = {
    "fitment": {
        "FitmentMake", "FitmentModel", "FitmentModelYear", "FitmentEngine", "FitmentSubmodel",
        "FitmentMakeAlias", "FitmentModelAlias", "FitmentChassisCode",
    },
    "ingestion": {"TradeWord"},
    "inventory": {"TeardownTemplate"},
}  # fmt: skip
# Every action there is: a new one is written here with the test that shows its log line.
ACTIONS = {
    "User": {"deactivate", "reactivate", "sign_out"},
    "TenantSetting": {"back_to_default"},
    "EventDelivery": {"retry"},
    "Run": {"cancel", "start_again"},
}


class _Request:
    """What permission checks read of a request."""

    def __init__(self, user: User) -> None:
        self.user, self.method, self.GET = user, "GET", dict[str, str]()


def _rows() -> None:
    """Rows to look at, so that lists render some."""
    make_listing(title="Alternator", start_price="20.00")
    runs.run_create(kind="test", title="A run", actor=ACTOR)
    services.setting_set(category="general", key="business_name", value="Yard", actor=ACTOR)


def test_every_model_of_the_admin_is_read_only_or_saves_by_a_service() -> None:
    # given
    _rows()
    request: Any = _Request(user_of("admin"))
    client = browser_of("admin")
    seen = set()
    for model, model_admin in admin.site._registry.items():
        label, name = model._meta.app_label, model.__name__
        seen.add(name)
        # then nobody deletes, not even in bulk
        assert not model_admin.has_delete_permission(request), name
        actions = set(model_admin.get_actions(request))
        assert "delete_selected" not in actions, name
        assert actions == ACTIONS.get(name, set()), name
        writable = name in WRITABLE.get(label, set())
        assert model_admin.has_add_permission(request) is writable, name
        assert model_admin.has_change_permission(request) is writable, name
        own = any(
            getattr(type(model_admin), hook) is not getattr(admin.ModelAdmin, hook)
            for hook in ("save_model", "save_related")
        )
        assert own is writable, f"{name} saves past the services"
        # and the pages open
        address = f"admin:{label}_{model._meta.model_name}"
        assert client.get(reverse(f"{address}_changelist")).status_code == 200, name
        added = client.get(reverse(f"{address}_add"))
        assert added.status_code == (200 if writable else 403), name
        row = model._default_manager.first()
        if row is not None:
            path = reverse(f"{address}_change", args=[row.pk])
            assert client.get(path).status_code == 200, name
            if not writable:
                assert client.post(path, {"name": "Changed"}).status_code == 403, name
                assert client.post(reverse(f"{address}_delete", args=[row.pk])).status_code == 403
    assert {"User", "TenantSetting", "EventDelivery", "Run", "AuditLog", "InventoryEvent"} <= seen


def test_reference_data_is_saved_by_its_service_and_logged() -> None:
    client = browser_of("admin")
    answer = client.post("/admin/fitment/fitmentmake/add/", {"name": "Zastava", "slug": "zastava"})
    assert answer.status_code == 302, answer.content[:2000]
    made = FitmentMake.objects.get(slug="zastava")
    logged = AuditLog.objects.filter(entity_id=str(made.pk)).get()
    assert logged.actor_id == user_of("admin").pk


def _act(model: str, action: str, *keys: Any) -> Any:
    return browser_of("admin").post(
        f"/admin/{model}/", {"action": action, "_selected_action": [str(key) for key in keys]}
    )


def _logged(event: str) -> list[Any]:
    rows = AuditLog.objects.filter(event=event, actor_id=user_of("admin").pk)
    return list(rows.values_list("entity_id", flat=True))


def test_people_are_shut_opened_and_signed_out_by_services() -> None:
    user = user_of("user")
    steps = [
        ("deactivate", "user.deactivated", False), ("reactivate", "user.reactivated", True),
        ("sign_out", "user.signed_out", True),
    ]  # fmt: skip
    for action, event, active in steps:
        assert _act("settings_app/user", action, user.pk).status_code == 302
        user.refresh_from_db()
        assert user.is_active is active
        assert _logged(event) == [str(user.pk)]
    # The last admin stays, and is told so.
    admin_user = user_of("admin")
    answer = _act("settings_app/user", "deactivate", admin_user.pk)
    assert answer.status_code == 302
    admin_user.refresh_from_db()
    assert admin_user.is_active


def test_a_setting_goes_back_to_its_default() -> None:
    services.setting_set(category="general", key="business_name", value="Yard", actor=ACTOR)
    row = TenantSetting.objects.get()
    assert _act("settings_app/tenantsetting", "back_to_default", row.pk).status_code == 302
    assert not TenantSetting.objects.exists()
    assert _logged("setting.changed") == ["general.business_name"]


def test_what_was_given_up_is_tried_again_and_a_waiting_one_is_left_alone() -> None:
    services.user_profile_set(user_id=user_of("user").pk, name="New", actor=ACTOR)
    cause = AuditLog.objects.get(event="user.profile_changed")
    rows = [
        EventDelivery.objects.create(
            event_id=cause.pk, event_created_at=cause.created_at, event="user.profile_changed",
            subscriber=f"test.{state}", state=state, attempts=8, next_attempt=timezone.now(),
        )
        for state in (DeliveryState.DEAD, DeliveryState.PENDING)
    ]  # fmt: skip
    answer = _act("core/eventdelivery", "retry", *(row.pk for row in rows))
    assert answer.status_code == 302
    assert _logged("event.retried") == [str(rows[0].pk)]
    rows[0].refresh_from_db()
    assert (rows[0].state, rows[0].attempts) == (DeliveryState.PENDING, 0)


def test_a_run_is_cancelled_and_what_cannot_go_on_says_so() -> None:
    run = runs.run_create(kind="test", title="A run", actor=ACTOR)
    assert _act("core/run", "cancel", run.pk).status_code == 302
    run.refresh_from_db()
    assert run.state == RunState.CANCELLED
    assert _logged("run.finished") == [str(run.pk)]
    assert _act("core/run", "start_again", run.pk).status_code == 302
    run.refresh_from_db()
    assert run.state == RunState.CANCELLED


def test_an_action_needs_its_own_right_too() -> None:
    services.role_right_set(role="manager", right="admin.site", allowed=True, actor=ACTOR)
    user = user_of("user")
    answer = browser_of("manager").post(
        "/admin/settings_app/user/", {"action": "deactivate", "_selected_action": [str(user.pk)]}
    )
    user.refresh_from_db()
    assert user.is_active
    assert answer.status_code in {200, 302}
