"""Nothing stands unwired: tasks, events, subscribers, slots, tables, and the links of pages."""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path

import pytest
from celery import current_app
from django.apps import apps
from django.conf import settings
from django.urls import NoReverseMatch, get_resolver, reverse

from realtrack import schedules
from realtrack.core import events, registry

ROOT = Path(settings.BASE_DIR)
APPS = (
    "realtrack", "settings_app", "listings", "fitment", "inventory", "ingestion", "channels_app",
    "orders", "notifications", "dashboard",
)  # fmt: skip


@lru_cache(maxsize=1)
def sources() -> dict[Path, str]:
    return {
        path: path.read_text()
        for app in APPS
        for path in (ROOT / app).rglob("*.py")
        if "migrations" not in path.parts and "sandbox" not in path.parts
    }


def _tasks() -> dict[str, str]:
    """Our tasks: name → Python name."""
    current_app.loader.import_default_modules()
    return {
        name: task.__name__
        for name, task in current_app.tasks.items()
        if not name.startswith("celery.")
    }


def test_every_task_has_a_schedule_or_a_caller() -> None:
    scheduled = {entry["task"] for entry in schedules.SCHEDULES.values()}
    for name, function in _tasks().items():
        if name in scheduled:
            continue
        call = re.compile(
            rf"(kick\(\s*(?:\w+\.)*{function}\b|\b{function}\.(?:delay|apply_async|si|s)\()"
        )
        callers = [path for path, text in sources().items() if call.search(text)]
        assert callers, f"nobody calls or schedules the task {name}"


def test_every_schedule_names_a_task_that_exists() -> None:
    known = set(_tasks())
    for name, entry in schedules.SCHEDULES.items():
        assert entry["task"] in known, f"{name} names {entry['task']}, which does not exist"


def test_every_event_has_an_emitter_and_a_reader_or_is_log_only() -> None:
    heard = {one.event for one in events.subscriptions()}
    for name, event in events.event_types().items():
        if name.startswith("test."):
            continue
        used = re.compile(rf"\b{event.__name__}\b")
        places = [
            path
            for path, text in sources().items()
            if len(used.findall(text)) > (1 if f"class {event.__name__}(" in text else 0)
        ]
        assert places, f"nobody emits {name}"
        assert event.log_only or name in heard, f"nobody reads {name} and it is not log-only"
        assert event.entity_type, f"{name} has no entity type"


def test_every_subscriber_hears_an_event_that_exists() -> None:
    known = set(events.event_types())
    for one in events.subscriptions():
        assert one.event in known, f"{one.key} waits for {one.event}, which nobody can emit"


@pytest.mark.parametrize("slot", registry.ALL_SLOTS, ids=lambda slot: slot.name)
def test_every_filled_slot_has_a_reader(slot: registry.Slot[object]) -> None:
    reads = re.compile(rf"(?:registry\.)?{slot.name}\.(?:values|items|get)\(")
    readers = [path for path, text in sources().items() if reads.search(text)]
    filled = list(slot.items())
    assert readers or not filled, f"{slot.name} is filled and nobody reads it"


def test_every_table_has_a_writer() -> None:
    for model in apps.get_models():
        if model._meta.app_label not in {*APPS, "core"} or model._meta.auto_created:
            continue
        named = re.compile(
            rf"\b{model.__name__}(?:\.objects|\.all_objects|\()|\b{model._meta.db_table}\b"
        )
        writers = [
            path
            for path, text in sources().items()
            if path.name not in {"admin.py", "models.py"}
            and "models" not in path.parts
            and named.search(text)
        ]
        assert writers, f"nobody writes {model.__name__}"


def _url_names() -> set[str]:
    found: set[str] = set()

    def walk(resolver: object, namespace: str) -> None:
        for pattern in resolver.url_patterns:  # type: ignore[attr-defined]
            if hasattr(pattern, "url_patterns"):
                inner = f"{namespace}{pattern.namespace}:" if pattern.namespace else namespace
                walk(pattern, inner)
            elif pattern.name:
                found.add(namespace + pattern.name)

    walk(get_resolver(), "")
    return found


def test_every_link_and_button_of_the_templates_leads_somewhere() -> None:
    names = _url_names()
    tag = re.compile(r"{%\s*url\s+[\"']([^\"']+)[\"']([^%]*)%}")
    templates = [*(ROOT / "templates").rglob("*.html"), *ROOT.glob("*/templates/**/*.html")]
    assert len(templates) > 20
    for path in templates:
        for name, rest in tag.findall(path.read_text()):
            # `as url` is asked for politely: an app may be left out.
            assert name in names or " as " in rest, f"{path.relative_to(ROOT)} links {name}"


def test_no_template_button_does_nothing() -> None:
    """A button submits a form, carries an htmx request, or is named in a script."""
    scripts = "\n".join(path.read_text() for path in (ROOT / "static/js").rglob("*.js"))
    button = re.compile(r"<button\b([^>]*)>", re.DOTALL)
    for path in [*(ROOT / "templates").rglob("*.html"), *ROOT.glob("*/templates/**/*.html")]:
        if path.name == "kit.html":
            continue
        for attributes in button.findall(path.read_text()):
            if 'type="button"' not in attributes or re.search(r"\bhx-|disabled", attributes):
                continue
            hooks = re.findall(r"\b(data-[a-z-]+)", attributes)
            # Bootstrap's own hooks (menus, collapses) are served by the vendored script.
            known = [hook for hook in hooks if hook in scripts or hook.startswith("data-bs-")]
            assert known, f"{path.relative_to(ROOT)}: <button{attributes}> has no effect"


def test_health_can_be_reversed() -> None:
    assert reverse("health") == "/api/health"
    with pytest.raises(NoReverseMatch):
        reverse("nowhere")
