"""What every page of the back office needs: navigation, the bell, the user, running work."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, cast

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse

from realtrack.core import registry
from realtrack.core.models import Run, RunState
from realtrack.core.rights import Right, user_can

if TYPE_CHECKING:
    from settings_app.models import User


@dataclass(frozen=True, slots=True, kw_only=True)
class NavItem:
    """A line of the navigation; `count` is shown only where someone must act."""

    label: str
    url: str
    icon: str
    key: str = ""
    active: bool = False
    count: int = 0
    count_kind: str = "todo"


@dataclass(frozen=True, slots=True, kw_only=True)
class NavGroup:
    label: str
    items: list[NavItem]


# (label, URL name, icon, key after G, right, name of its count)
_NAV: tuple[tuple[str, tuple[tuple[str, str, str, str, Right, str], ...]], ...] = (
    ("", (
        ("Today", "today", "today", "t", Right.DASHBOARD_VIEW, ""),
        ("Dashboard", "dashboard:index", "dashboard", "d", Right.DASHBOARD_VIEW, ""),
    )),
    ("Parts", (
        ("Catalog", "listings:list", "catalog", "c", Right.LISTINGS_VIEW, ""),
        ("Intake", "ingestion:index", "intake", "i", Right.INGESTION_VIEW, "intake"),
        ("Review", "ingestion:review", "review", "r", Right.INGESTION_VIEW, "review"),
        ("Fitment", "fitment:index", "fitment", "f", Right.FITMENT_VIEW, "fitment"),
        ("Runs", "runs:list", "runs", "", Right.RUNS_VIEW, "runs"),
    )),
    ("Yard", (
        ("Cars", "inventory:donors", "car", "k", Right.INVENTORY_VIEW, ""),
        ("Stock", "inventory:index", "stock", "b", Right.INVENTORY_VIEW, "stock"),
    )),
    ("Sell", (
        ("Orders", "orders:list", "orders", "o", Right.ORDERS_VIEW, "orders"),
        ("Channels", "channels:index", "channels", "", Right.CHANNELS_VIEW, "channels"),
        ("Sync", "channels:sync", "sync", "", Right.CHANNELS_VIEW, "sync"),
    )),
    ("Business", (
        ("Activity", "dashboard:activity", "activity", "", Right.DASHBOARD_VIEW, ""),
        ("Settings", "settings:index", "settings", "", Right.SETTINGS_VIEW, ""),
        ("Notifications", "notifications:list", "bell", "", Right.NOTIFICATIONS_VIEW, ""),
    )),
)  # fmt: skip


# Pages that lie under one item's address and belong to another's: (page, item), by URL names.
_ELSEWHERE = (("listings:pricing", "settings:index"),)

# These counts are of things that went wrong; the others are work.
_FAULTS = frozenset({"stock", "channels", "sync"})


class Shell:
    """Built lazily: a page that shows no bell asks for no count."""

    def __init__(self, request: HttpRequest) -> None:
        self._request = request
        self._user = cast("User", request.user)

    @property
    def user_label(self) -> str:
        return self._user.label

    @property
    def role(self) -> str:
        return self._user.role

    @cached_property
    def counts(self) -> dict[str, int]:
        """Counts of all apps, by name."""
        merged: dict[str, int] = {}
        for source in registry.nav_counts.values():
            merged.update(source(self._user))
        return merged

    @cached_property
    def business(self) -> str:
        """The business's name, as the settings have it."""
        return next((name() for name in registry.business_names.values()), "")

    @cached_property
    def unread(self) -> int:
        return sum(source(self._user) for source in registry.unread_counts.values())

    @cached_property
    def runs_active(self) -> list[Run]:
        return list(
            Run.objects.filter(state__in=[RunState.PENDING, RunState.RUNNING]).order_by(
                "-created_at"
            )[:3]
        )

    @cached_property
    def nav(self) -> list[NavGroup]:
        """Groups with what this role may open and what exists; one line at most is active."""
        groups = [NavGroup(label=label, items=self._items(rows)) for label, rows in _NAV]
        path = self._path()
        over = [
            item.url
            for group in groups
            for item in group.items
            if path == item.url or (item.url != "/" and path.startswith(item.url))
        ]
        here = max(over, key=len, default="")  # /channels/sync/ lies under /channels/ too
        return [
            NavGroup(
                label=group.label,
                items=[replace(item, active=item.url == here) for item in group.items],
            )
            for group in groups
            if group.items
        ]

    def _path(self) -> str:
        """The address whose item is active: the page's own, or that of where it belongs."""
        path = self._request.path
        for page, item in _ELSEWHERE:
            try:
                if path.startswith(reverse(page)):
                    return reverse(item)
            except NoReverseMatch:
                continue
        return path

    def _items(self, rows: tuple[tuple[str, str, str, str, Right, str], ...]) -> list[NavItem]:
        found: list[NavItem] = []
        for label, url_name, icon, key, right, count in rows:
            if not user_can(self._user, right):
                continue
            try:
                url = reverse(url_name)
            except NoReverseMatch:
                continue
            found.append(
                NavItem(
                    label=label,
                    url=url,
                    icon=icon,
                    key=key,
                    count=self.counts.get(count, 0) if count else 0,
                    count_kind="fault" if count in _FAULTS else "todo",
                )
            )
        return found

    def can(self, right: str) -> bool:
        """Templates ask by `{% if shell|can:"listings.edit" %}` through the rt library."""
        return user_can(self._user, Right(right))


def shell(request: HttpRequest) -> dict[str, Any]:
    """Context processor; strangers get nothing."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return {}
    return {"shell": Shell(request)}
