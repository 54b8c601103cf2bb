"""Accounts: sign in, choose, test, disconnect."""

from __future__ import annotations

import datetime
import hashlib
import secrets
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils import timezone

from channels_app import events
from channels_app.adapters.base import (
    AccountIdentity,
    AccountOptions,
    ChannelError,
    ConnectionCheck,
    LocationInput,
    SellerMustFix,
    TokenSet,
)
from channels_app.adapters.registry import adapter_for
from channels_app.enums import ConnectionStatus, OwedKind
from channels_app.errors import ConnectionUnusable, OAuthStateInvalid, SignInDeclined
from channels_app.locks import connection_locked
from channels_app.models import ChannelConnection, ChannelListing, OAuthState
from channels_app.selectors.connections import connection_get
from channels_app.services.owed import owed_add, owed_resume
from channels_app.services.places import place_problems
from channels_app.services.sessions import (
    connection_note_failure,
    session_of,
    tokens_store,
)
from realtrack.core.actors import Actor
from realtrack.core.errors import Conflict, InvalidInput, Unavailable
from realtrack.core.events import emit
from settings_app.models import User

STATE_LIFE = datetime.timedelta(minutes=10)
# Orders that were paid shortly before the account was connected are taken over too.
# What a person chooses for an account; everything else are the marketplace's own names.
_CHOSEN = frozenset({"policies", "locationKey", "owners", "autoPublish"})
FIRST_ORDERS = datetime.timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class StartedSignIn:
    """Where the browser goes, and the state that must come back in the same session."""

    url: str
    state: str


def connection_start_oauth(*, channel: str, user: User, site: str = "") -> StartedSignIn:
    """Begin a sign-in of this person: single use, ten minutes. Raises ChannelNotAvailable."""
    adapter = adapter_for(channel)
    state = secrets.token_urlsafe(32)
    now = timezone.now()
    with transaction.atomic():
        OAuthState.objects.filter(expires_at__lt=now - STATE_LIFE).delete()
        OAuthState.objects.create(
            state_hash=_state_hash(state),
            channel=channel,
            user=user,
            scope=adapter.scopes(),
            site=site or adapter.default_site(),
            expires_at=now + STATE_LIFE,
        )
    return StartedSignIn(url=adapter.auth_url(state=state), state=state)


def connection_finish_oauth(
    *, channel: str, state: str, code: str, user: User, declined: bool = False
) -> ChannelConnection:
    """Trade the code for tokens and connect (or mend) the account; reads its policies after it.

    Raises OAuthStateInvalid (used, too old, of another person: nothing is called), SignInDeclined,
    Unavailable when the marketplace does not answer.
    """
    begun = _take_state(channel=channel, state=state, user=user)
    if declined or not code:
        raise SignInDeclined
    adapter = adapter_for(channel)
    try:
        tokens = adapter.exchange_code(code=code)
        identity = adapter.identify(access_token=tokens.access_token)
    except ChannelError as error:
        if isinstance(error.first, SellerMustFix):
            raise SignInDeclined(error.first.reason) from error
        raise Unavailable(f"The sign-in did not succeed: {error.first.reason}") from error
    actor = Actor.person(user)
    connection = _connect(begun, identity, tokens, actor=actor)
    # What follows may fail or wait: the account is connected all the same.
    try:
        connection_options_refresh(connection_id=connection.pk)
    except ChannelError as error:
        connection_note_failure(connection_id=connection.pk, error=error)
    connection.refresh_from_db()
    return connection


def _state_hash(state: str) -> str:
    return hashlib.sha256(state.encode()).hexdigest()


def _take_state(*, channel: str, state: str, user: User) -> OAuthState:
    with transaction.atomic():
        row = (
            OAuthState.objects.select_for_update()
            .filter(state_hash=_state_hash(state), channel=channel, user=user)
            .first()
        )
        if row is None or row.used_at is not None or row.expires_at < timezone.now():
            raise OAuthStateInvalid
        row.used_at = timezone.now()
        row.save(update_fields=["used_at"])
    return row


def _connect(
    begun: OAuthState, identity: AccountIdentity, tokens: TokenSet, *, actor: Actor
) -> ChannelConnection:
    adapter = adapter_for(begun.channel)
    now = timezone.now()
    with transaction.atomic():
        names = dict(adapter.default_settings(site=begun.site))
        row, _ = ChannelConnection.objects.get_or_create(
            channel=begun.channel,
            marketplace_account_id=identity.account_id,
            marketplace_site_id=begun.site,
            defaults={"settings": names},
        )
        row = connection_locked(row.pk)
        # The marketplace's own names may have been corrected under Settings; choices stay.
        row.settings = {**names, **row.settings} | {
            name: value for name, value in names.items() if name not in _CHOSEN
        }
        row.marketplace_account_name = identity.name
        tokens_store(row, tokens)
        row.status = ConnectionStatus.ACTIVE
        row.last_error = ""
        row.last_ok_at = row.signed_in_at = now
        row.disconnected_at = None
        row.refresh_claimed_until = None
        row.connected_by_id = actor.user_id
        row.orders_cursor = row.orders_cursor or now - FIRST_ORDERS
        row.orders_polled_at = None
        row.save()
        emit(
            events.ChannelConnected(entity_id=row.pk, label=row.label, channel=row.channel),
            actor=actor,
        )
        transaction.on_commit(lambda: _after_connecting(row.pk))
    owed_resume(connection_id=row.pk)
    return row


def _after_connecting(connection_id: uuid.UUID) -> None:
    from channels_app import tasks
    from realtrack.core.tasks import kick

    kick(tasks.subscribe_notifications, str(connection_id))
    kick(tasks.poll_orders, str(connection_id))


def connection_options_refresh(*, connection_id: uuid.UUID) -> AccountOptions:
    """Read policies and locations anew. Where there is just one of a kind and none is chosen, it
    is chosen: there is nothing to choose. Raises ChannelError."""
    connection = ChannelConnection.objects.get(pk=connection_id)
    found = adapter_for(connection.channel).account_options(session_of(connection))
    options = {
        kind: [{"id": one.id, "name": one.name, **dict(one.detail)} for one in rows]
        for kind, rows in found.options.items()
    }
    with transaction.atomic():
        row = connection_locked(connection_id)
        row.options = {
            **row.options,
            "kinds": options,
            "problems": [one.reason for one in found.problems],
            "readAt": timezone.now().isoformat(),
        }
        changes = _only_choices(row, options)
        row.save()
        if changes:
            emit(
                events.ChannelConfigured(
                    entity_id=row.pk, label=row.label, channel=row.channel, changes=changes
                ),
                actor=Actor.system("channels.only_choice"),
            )
    return found


def _only_choices(
    row: ChannelConnection, options: Mapping[str, Sequence[Mapping[str, Any]]]
) -> dict[str, list[str]]:
    """Choose what is the only one of its kind (row not saved); returns what was chosen.

    Told in the log: nothing is chosen in silence, and nothing that a person chose is touched.
    """
    changes: dict[str, list[str]] = {}
    chosen = dict(row.settings.get("policies") or {})
    for kind, rows in options.items():
        present = row.settings.get("locationKey") if kind == "location" else chosen.get(kind)
        if present or len(rows) != 1:
            continue
        if kind == "location":
            row.settings["locationKey"] = rows[0]["id"]
        else:
            chosen[kind] = rows[0]["id"]
        changes[kind] = ["", str(rows[0]["name"])]
    row.settings["policies"] = chosen
    return changes


def connection_configure(
    *,
    connection_id: uuid.UUID,
    actor: Actor,
    policies: Mapping[str, str] | None = None,
    location_key: str | None = None,
) -> ChannelConnection:
    """Choose policies (kind → id) and the location; only what the account offers is taken."""
    with transaction.atomic():
        row = connection_locked(connection_id)
        kinds: Mapping[str, Sequence[Mapping[str, Any]]] = row.options.get("kinds") or {}
        before: dict[str, Any] = {
            "policies": row.settings.get("policies") or {},
            "locationKey": row.settings.get("locationKey") or "",
        }
        chosen = dict(before["policies"])
        for kind, option_id in (policies or {}).items():
            offered = {one["id"] for one in kinds.get(kind, ())}
            if kind == "location" or option_id not in offered:
                raise InvalidInput(fields={"policies": f"The account has no such {kind} policy."})
            chosen[kind] = option_id
        row.settings["policies"] = chosen
        if location_key is not None:
            if location_key not in {one["id"] for one in kinds.get("location", ())}:
                raise InvalidInput(fields={"location_key": "The account has no such location."})
            row.settings["locationKey"] = location_key
        after: dict[str, Any] = {
            "policies": chosen,
            "locationKey": row.settings.get("locationKey") or "",
        }
        changes = {
            name: [before[name], after[name]] for name in after if before[name] != after[name]
        }
        row.save()
        if changes:
            emit(
                events.ChannelConfigured(
                    entity_id=row.pk, label=row.label, channel=row.channel, changes=changes
                ),
                actor=actor,
            )
    return row


def connection_location_create(
    *, connection_id: uuid.UUID, location: LocationInput, actor: Actor
) -> ChannelConnection:
    """Make a place that parts ship from on the marketplace, and choose it.

    Raises InvalidInput with the marketplace's reason, Unavailable when it does not answer.
    """
    connection = connection_usable(connection_id)
    has_place = location.postal_code or (location.city and location.region)
    if not location.country or not has_place:
        raise InvalidInput(
            fields={"postal_code": "Type country and postal code, or country, city and state."}
        )
    problems = place_problems(
        country=location.country, region=location.region, postal_code=location.postal_code
    )
    if problems:
        raise InvalidInput(fields=problems)
    adapter, session = adapter_for(connection.channel), session_of(connection)
    try:
        adapter.location_create(session, location)
        connection_options_refresh(connection_id=connection_id)
    except ChannelError as error:
        raise refused(error) from error
    return connection_configure(connection_id=connection_id, actor=actor, location_key=location.key)


def connection_test(*, connection_id: uuid.UUID) -> list[ConnectionCheck]:
    """Try the sign-in and each right; a connection in `error` that answers is well again."""
    connection = ChannelConnection.objects.get(pk=connection_id)
    try:
        checks = adapter_for(connection.channel).test_connection(session_of(connection))
    except ChannelError as error:
        return [ConnectionCheck(name="Sign-in", ok=False, detail=error.first.reason)]
    with transaction.atomic():
        row = connection_locked(connection_id)
        failed = [check for check in checks if not check.ok]
        row.last_error = failed[0].detail if failed else ""
        if not failed:
            row.last_ok_at = timezone.now()
            if row.status == ConnectionStatus.ERROR:
                row.status = ConnectionStatus.ACTIVE
        row.save()
    return checks


def connection_disconnect(
    *, connection_id: uuid.UUID, actor: Actor, listings: str = "keep"
) -> ChannelConnection:
    """Forget the tokens. `listings`: `keep` leaves what is live there; `end` needs it ended first.

    There is no call that revokes a grant at eBay: deleting our copy is disconnecting. Raises
    Conflict when listings are to end and some are still live: they are then being ended.
    """
    if listings not in {"keep", "end"}:
        raise InvalidInput(fields={"listings": "Say keep or end."})
    live = ChannelListing.objects.filter(connection_id=connection_id, is_live=True)
    ids = list(live.values_list("pk", flat=True))
    if listings == "end" and ids:
        with transaction.atomic():
            owed_add(ids, OwedKind.END, lanes=4)
        raise Conflict(
            f"{len(ids)} listings are being ended first; disconnect again when that is done.",
            code="ending_listings",
            extra={"live": len(ids)},
        )
    with transaction.atomic():
        row = connection_locked(connection_id)
        if row.disconnected_at is not None:
            return row
        row.access_token = row.refresh_token = ""
        row.token_expires_at = row.refresh_token_expires_at = None
        row.status = ConnectionStatus.REVOKED
        row.disconnected_at = timezone.now()
        row.last_error = "It was disconnected."
        row.notifications = {}
        row.save()
        emit(
            events.ChannelDisconnected(
                entity_id=row.pk, label=row.label, channel=row.channel, listings=listings
            ),
            actor=actor,
        )
    return row


def connection_subscribe(*, connection_id: uuid.UUID, endpoint: str) -> ChannelConnection:
    """Make sure that notifications come; where they cannot, polling alone finds orders."""
    connection = ChannelConnection.objects.get(pk=connection_id)
    try:
        kept = dict(
            adapter_for(connection.channel).subscribe_notifications(
                session_of(connection), endpoint=endpoint
            )
        )
        kept |= {"state": "on", "error": ""}
    except ChannelError as error:
        kept = {"state": "off", "error": error.first.reason}
    with transaction.atomic():
        row = connection_locked(connection_id)
        row.notifications = {**kept, "checkedAt": timezone.now().isoformat()}
        row.save(update_fields=["notifications", "updated_at"])
    return row


def connection_usable(connection_id: uuid.UUID) -> ChannelConnection:
    """Return the account; raises NotFound, ConnectionUnusable."""
    row = connection_get(connection_id)
    if not row.is_usable:
        raise ConnectionUnusable(f"{row.label} needs to be signed in again.")
    return row


def refused(error: ChannelError) -> InvalidInput | Unavailable | Conflict:
    """A marketplace's refusal as a person's request gets it."""
    first = error.first
    if isinstance(first, SellerMustFix):
        name = first.field if first.field.isidentifier() else "non_field_errors"
        return InvalidInput(first.reason, fields={name: first.reason})
    after = getattr(first, "after", None)
    if after is not None:
        return Unavailable(first.reason, retry_after=float(after))
    return Conflict(first.reason, code=f"marketplace_{first.error_id or 'refused'}")
