from __future__ import annotations

import uuid
from typing import Any

import pytest
from django.test import Client

from realtrack.core import runs
from realtrack.core.actors import Actor
from realtrack.core.models import RunItemState
from tests.people import api_of, browser_of, user_of

pytestmark = pytest.mark.django_db
ACTOR = Actor.system("test")


def _run(**more: Any) -> Any:
    run = runs.run_create(kind="test.kind", title="Edit 2 parts", actor=ACTOR, total=2, **more)
    runs.run_start(run_id=run.pk, actor=ACTOR)
    runs.run_item_record(
        run_id=run.pk, position=1, state=RunItemState.REFUSED, label="RT-1", reason="no price"
    )
    return run


def test_runs_are_listed_and_opened_with_their_sum_and_reasons() -> None:
    run = _run()
    client = browser_of("viewer")
    assert b"Edit 2 parts" in client.get("/runs/").content
    page = client.get(f"/runs/{run.pk}/").content.decode()
    assert "no price" in page
    assert "every 2s" in page
    part = client.get(f"/runs/{run.pk}/", headers={"HX-Request": "true"})
    assert b"<html" not in part.content
    assert part.headers["Vary"].count("HX-Request") == 1


def test_a_run_is_cancelled_by_its_owner_or_a_manager_only() -> None:
    owner = user_of("user", email="owner@test.example")
    run = _run()
    run.user = owner
    run.save()
    assert browser_of("user").post(f"/runs/{run.pk}/cancel/").status_code == 403
    assert browser_of("manager").post(f"/runs/{run.pk}/cancel/").status_code == 303
    run.refresh_from_db()
    assert run.cancel_requested_at is not None


def test_jobs_over_the_api() -> None:
    run = _run()
    client = api_of("manager")
    body = client.get(f"/api/jobs/{run.pk}").json()
    assert (body["jobId"], body["state"], body["done"], body["total"], body["refused"]) == (
        str(run.pk), "running", 1, 2, 1,
    )  # fmt: skip
    listed = client.get("/api/jobs?state=running&limit=1").json()
    assert (listed["total"], listed["limit"], len(listed["jobs"])) == (1, 1, 1)
    assert client.post(f"/api/jobs/{run.pk}/cancel").status_code == 200
    assert client.post(f"/api/jobs/{run.pk}/retry").status_code == 409
    assert client.get(f"/api/jobs/{uuid.uuid4()}").status_code == 404
    bad = client.get("/api/jobs?limit=0&colour=red")
    assert bad.status_code == 400
    assert {one["attr"] for one in bad.json()["errors"]} == {"colour"}


def test_health_is_terse_for_strangers_and_detailed_for_admins() -> None:
    assert Client().get("/api/health").json() == {"status": "ok"}
    stranger = Client().get("/api/health/ready")
    assert set(stranger.json()) == {"status"}
    checks = api_of("admin").get("/api/health/ready").json()["checks"]
    assert {"database", "migrations", "redis", "workers", "disk", "storage"} <= set(checks)
    assert checks["database"]["ok"] is True
    assert checks["workers"]["ok"] is False


def test_an_unknown_address_is_json_under_api_and_a_page_elsewhere() -> None:
    answer = Client().get("/api/nothing", headers={"X-Request-ID": "trace-12345"})
    assert answer.status_code == 404
    assert answer.json()["errors"][0]["code"] == "not_found"
    assert answer.json()["requestId"] == "trace-12345"
    page = browser_of("user").get("/nothing/")
    assert page.status_code == 404
    assert b"There is nothing at this address" in page.content


def test_metrics_are_for_the_monitor_and_admins(settings: Any) -> None:
    settings.METRICS_TOKEN = "monitor-token-1"
    assert Client().get("/metrics").status_code == 403
    good = Client().get("/metrics", headers={"Authorization": "Bearer monitor-token-1"})
    assert b"django_http_requests" in good.content
    assert Client().get("/metrics", headers={"Authorization": "Bearer x"}).status_code == 403
    assert browser_of("admin").get("/metrics").status_code == 200
    assert browser_of("manager").get("/metrics").status_code == 403


def test_pages_carry_a_strict_policy_and_no_inline_code() -> None:
    answer = browser_of("admin").get("/kit/")
    assert answer.status_code == 200
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert b"<script>" not in answer.content
    assert b" style=" not in answer.content
    assert b"onclick" not in answer.content


def test_the_api_page_shows_every_area() -> None:
    client = browser_of("user")
    assert client.get("/api/docs").status_code == 200
    assert b"/api/auth/login" in client.get("/api/docs?area=auth").content


def test_a_lost_database_is_a_clear_503(monkeypatch: pytest.MonkeyPatch) -> None:
    """The real outage is drilled elsewhere; here every kind of page is asked while it lasts."""
    from django.db import OperationalError

    from realtrack.core import selectors

    client, api = browser_of("user"), api_of("user")
    client.raise_request_exception = api.raise_request_exception = False

    def gone(**_: Any) -> Any:
        raise OperationalError

    monkeypatch.setattr(selectors, "run_list", gone)
    page = client.get("/runs/")
    assert (page.status_code, page.headers["Retry-After"]) == (503, "5")
    answer = api.get("/api/jobs")
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
    assert answer.json()["errors"][0]["code"] == "unavailable"


def test_a_database_lost_before_the_view_runs_is_a_503_too(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A middleware reads the session; what it raises never reaches `process_exception`."""
    from django.contrib.sessions.backends.db import SessionStore
    from django.db import OperationalError

    client = browser_of("user")
    client.raise_request_exception = False

    def gone(_: SessionStore) -> Any:
        raise OperationalError

    monkeypatch.setattr(SessionStore, "load", gone)
    for path in ("/runs/", "/api/jobs"):
        answer = client.get(path)
        assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
