from __future__ import annotations

import uuid
from typing import Any

import pytest
from asgiref.sync import async_to_sync
from channels.db import database_sync_to_async
from django.db import transaction

from notifications import handlers, selectors, services
from notifications.consumers import NOT_SIGNED_IN
from notifications.enums import NotificationType
from notifications.models import Notification
from realtrack.core import dispatcher, events
from realtrack.core.actors import Actor
from realtrack.core.rights import Right
from settings_app import sign_in
from settings_app.services import setting_set
from tests.notifications.socket import Socket
from tests.people import api_of, browser_of, user_of

pytestmark = pytest.mark.django_db(transaction=True)
ACTOR = Actor.system("test")


def _tell(**more: Any) -> Notification | None:
    values: dict[str, Any] = {
        "type": NotificationType.NEW_ORDER, "title": "New order 7", "right": Right.ORDERS_VIEW,
    }  # fmt: skip
    return services.notification_create(**{**values, **more})


def test_a_broadcast_is_read_by_each_for_himself() -> None:
    ana, uma = user_of("admin"), user_of("user")
    note = _tell()
    assert note is not None
    assert (selectors.unread_count(ana), selectors.unread_count(uma)) == (1, 1)
    services.notification_read(notification_id=note.pk, user=ana)
    assert (selectors.unread_count(ana), selectors.unread_count(uma)) == (0, 1)
    services.notification_dismiss(notification_id=note.pk, user=uma)
    assert selectors.notifications_for(uma).count() == 0
    assert selectors.notifications_for(ana).count() == 1


def test_who_lacks_the_right_or_is_not_meant_hears_nothing() -> None:
    ana, vic = user_of("admin"), user_of("viewer")
    _tell(right=Right.USERS_MANAGE)
    _tell(recipient_id=ana.pk)
    assert selectors.unread_count(vic) == 0
    assert selectors.unread_count(ana) == 2


def test_news_from_before_the_account_is_no_news() -> None:
    _tell()
    assert selectors.unread_count(user_of("user")) == 0


def test_all_read_is_one_row() -> None:
    uma = user_of("user")
    for _ in range(3):
        _tell()
    services.notification_read_all(user=uma)
    assert selectors.unread_count(uma) == 0
    _tell()
    assert selectors.unread_count(uma) == 1


def test_the_api_serves_the_callers_own() -> None:
    uma = user_of("user")
    note = _tell(body="x")
    assert note is not None
    client = api_of("user")
    assert client.get("/api/notifications/unread-count").json() == {"count": 1}
    listed = client.get("/api/notifications?unread=true").json()
    assert (listed["total"], listed["notifications"][0]["title"]) == (1, "New order 7")
    assert client.patch(f"/api/notifications/{note.pk}/read").json()["notification"]["read"] is True
    assert client.post("/api/notifications/mark-all-read").json() == {"count": 0}
    assert client.delete(f"/api/notifications/{note.pk}").status_code == 204
    assert client.delete(f"/api/notifications/{note.pk}").status_code == 404
    private = _tell(recipient_id=user_of("admin").pk)
    assert private is not None
    assert client.patch(f"/api/notifications/{private.pk}/read").status_code == 404
    assert selectors.unread_count(uma) == 0


def test_pages_show_open_and_put_away() -> None:
    user_of("user")
    note = _tell(action_url="/orders/")
    assert note is not None
    client = browser_of("user")
    assert b"New order 7" in client.get("/notifications/").content
    assert b"New order 7" in client.get("/notifications/bell/").content
    answer = client.post(f"/notifications/{note.pk}/open/")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/orders/")
    client.post(f"/notifications/{note.pk}/dismiss/")
    assert b"Nothing new" in client.get("/notifications/").content


def test_an_event_becomes_one_notification_however_often_it_comes() -> None:
    # given
    with transaction.atomic():
        envelope = events.emit(
            events.event_types()["run.failed"](
                entity_id=uuid.uuid4(), metadata={"kind": "import", "title": "Import of 4 parts"}
            ),
            actor=ACTOR,
        )
    # when
    dispatcher.dispatch_due()
    handlers.tell(envelope)
    # then
    note = Notification.objects.get()
    assert (note.title, note.severity) == ("Failed: Import of 4 parts", "error")
    assert note.action_url == f"/runs/{envelope.entity_id}/"


def test_a_setting_silences_its_kind() -> None:
    trigger = handlers.TRIGGERS["inventory.low"]
    assert trigger.setting == ("notification", "low_stock_alert")
    setting_set(category="notification", key="low_stock_alert", value=False, actor=ACTOR)
    envelope = events.Envelope(
        event_id=uuid.uuid4(), created_at=user_of("user").created_at, name="inventory.low",
        entity_type="listing", entity_id=str(uuid.uuid4()), actor_type="system", actor_id=None,
        actor_label="", changes={}, metadata={"sku": "RT-1", "free": 1}, run_id=None,
        request_id="",
    )  # fmt: skip
    handlers.tell(envelope)
    assert Notification.objects.count() == 0
    setting_set(category="notification", key="low_stock_alert", value=True, actor=ACTOR)
    handlers.tell(envelope)
    assert Notification.objects.get().title == "Only 1 left: RT-1"


@pytest.mark.parametrize("token", ["", "a.b.c"])
def test_the_websocket_sends_strangers_away(token: str) -> None:
    async def scenario() -> int:
        socket = Socket(token)
        await socket.connect()
        return await socket.closed_with()

    assert async_to_sync(scenario)() == NOT_SIGNED_IN


def test_the_bell_counts_live() -> None:
    token = sign_in.tokens_issue(user_of("user")).access

    async def scenario() -> list[Any]:
        socket = Socket(token)
        assert await socket.connect() == "bearer"
        messages = [await socket.receive()]
        await database_sync_to_async(_tell)()
        messages.append(await socket.receive())
        await socket.send({"type": "ping"})
        messages.append(await socket.receive())
        await socket.disconnect()
        return messages

    assert async_to_sync(scenario)() == [
        {"type": "notifications.count", "unread": 0},
        {"type": "notifications.count", "unread": 1},
        {"type": "pong"},
    ]
