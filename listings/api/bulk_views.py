"""One edit on many listings: looked at first, done, taken back."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

from drf_spectacular.utils import inline_serializer
from rest_framework import serializers as drf
from rest_framework.request import Request
from rest_framework.response import Response

from listings import fields, selectors, services
from listings.api.base import changes_by_name
from listings.services import Append, BulkEdit, BulkResult, Replace
from listings.services.bulk_edits import MAX_IDS
from realtrack.core.api.schema import api_schema
from realtrack.core.api.serializers import StrictSerializer
from realtrack.core.api.views import ApiView
from realtrack.core.errors import InvalidInput
from realtrack.core.rights import Right

_EDITS_MAX = 100  # more than anybody types; each is applied to each listing
_TEXT_MAX = 500_000  # characters of a description
_FAILED = inline_serializer(
    "BulkFailure",
    {"id": drf.UUIDField(), "code": drf.CharField(), "reason": drf.CharField()},
    many=True,
)
_BULK = inline_serializer(
    "BulkAnswer",
    {
        "updated": drf.IntegerField(),
        "same": drf.IntegerField(),
        "failed": _FAILED,
        "run_id": drf.UUIDField(),
    },
)
_SET, _PERCENT, _REPLACE, _APPEND, _PREPEND = VERBS = (
    "set", "percent", "replace", "append", "prepend",
)  # fmt: skip


class EditBody(StrictSerializer):
    """What happens to one field: `value` is the new value, the percentage, or the text."""

    verb = drf.ChoiceField(choices=VERBS)
    # The field's name in the API, or `C:` and the name of an aspect (for `set`).
    field = drf.CharField(max_length=80)
    value = drf.JSONField(required=False, allow_null=True)
    find = drf.CharField(required=False, max_length=200, trim_whitespace=False)
    match_case = drf.BooleanField(required=False, default=True)


class BulkBody(StrictSerializer):
    """`POST /api/listings/bulk`: one edit on up to 500 listings.

    `changes` sets fields by their names; `edits` are verbs, of which all `set` come first, then
    percentages, then replacements, then additions.
    """

    ids = drf.ListField(child=drf.UUIDField(), min_length=1, max_length=MAX_IDS)
    changes = drf.DictField(required=False)
    edits = drf.ListField(child=EditBody(), required=False, max_length=_EDITS_MAX)
    price_percent = drf.DecimalField(
        max_digits=6,
        decimal_places=2,
        min_value=Decimal(-99),
        max_value=Decimal(1000),
        required=False,
    )
    delete = drf.BooleanField(required=False)


class BulkView(ApiView):
    """One change on many listings."""

    rights = {"POST": Right.LISTINGS_EDIT}

    @api_schema(request=BulkBody, response=_BULK, summary="Bulk edit")
    def post(self, request: Request) -> Response:
        del request
        body = self.body(BulkBody)
        result = services.listing_bulk(
            ids=body["ids"],
            edit=edit_of(body),
            actor=self.actor,
            visible=selectors.visible_ids(body["ids"], user=self.user),
        )
        return Response(bulk_answer(result))


class BulkPreviewView(ApiView):
    """What a bulk edit would do."""

    rights = {"POST": Right.LISTINGS_EDIT}

    @api_schema(
        request=BulkBody,
        response=inline_serializer(
            "BulkPreview",
            {"rows": drf.ListField(child=drf.DictField()), "total": drf.IntegerField()},
        ),
        summary="Preview of a bulk edit",
    )
    def post(self, request: Request) -> Response:
        del request
        body = self.body(BulkBody)
        visible = set(selectors.visible_ids(body["ids"], user=self.user))
        ids = [one for one in body["ids"] if one in visible]
        rows = [
            {
                "id": row.id,
                "sku": row.sku,
                "title": row.title,
                "before": row.before,
                "after": row.after,
                "refused": row.refused or None,
            }
            for row in services.bulk_preview(ids=ids, edit=edit_of(body))
        ]
        return Response({"rows": rows, "total": len(rows)})


class BulkUndoView(ApiView):
    """Take a bulk edit back."""

    rights = {"POST": Right.LISTINGS_EDIT}

    @api_schema(response=_BULK, summary="Undo a bulk edit")
    def post(self, request: Request, run_id: uuid.UUID) -> Response:
        del request
        selectors.bulk_run_check(run_id, user=self.user)
        return Response(bulk_answer(services.bulk_undo(run_id=run_id, actor=self.actor)))


def edit_of(body: Mapping[str, Any]) -> BulkEdit:
    """The bulk edit that a body asks for; a status among the changes is a move."""
    changes = changes_by_name(body.get("changes", {}))
    edits: Sequence[Mapping[str, Any]] = body.get("edits", ())
    aspects: dict[str, list[str]] = {}
    for place, edit in enumerate(edits):
        if edit["verb"] != _SET:
            continue
        name = str(edit["field"])
        if name[:2].casefold() == "c:" and name not in fields.names_by_api():
            aspects[name[2:].strip()] = _values(edit, place)
        else:
            changes |= changes_by_name({name: edit.get("value")})
    status = changes.pop("status", "")
    return BulkEdit(
        changes=changes,
        aspects=aspects,
        price_percent=body.get("price_percent"),
        percents={
            _name(edit): _percent(edit, place)
            for place, edit in enumerate(edits)
            if edit["verb"] == _PERCENT
        },
        replaces=[
            Replace(
                field=_name(edit),
                find=edit.get("find", ""),
                put=_text(edit, place),
                match_case=edit["match_case"],
            )
            for place, edit in enumerate(edits)
            if edit["verb"] == _REPLACE
        ],
        appends=[
            Append(field=_name(edit), text=_text(edit, place), in_front=edit["verb"] == _PREPEND)
            for place, edit in enumerate(edits)
            if edit["verb"] in {_APPEND, _PREPEND}
        ],
        status=str(status or ""),
        delete=body.get("delete", False),
    )


def bulk_answer(result: BulkResult) -> dict[str, Any]:
    """`{updated, same, failed, runId}`."""
    return {
        "updated": result.updated,
        "same": result.same,
        "failed": [{"id": one.id, "code": one.code, "reason": one.reason} for one in result.failed],
        "run_id": result.run_id,
    }


def _name(edit: Mapping[str, Any]) -> str:
    """The database name; an unknown one stays and is refused by it."""
    return fields.names_by_api().get(edit["field"], str(edit["field"]))


def _percent(edit: Mapping[str, Any], place: int) -> Decimal:
    value = edit.get("value")
    try:
        if isinstance(value, bool) or not isinstance(value, str | int | float):
            raise InvalidOperation
        return Decimal(str(value)).quantize(Decimal("0.01"))
    except InvalidOperation as error:
        message = "Send a percentage, such as -4 or 10."
        raise InvalidInput(fields={f"edits.{place}.value": message}) from error


def _text(edit: Mapping[str, Any], place: int) -> str:
    value = edit.get("value")
    if value is None and edit["verb"] == _REPLACE:
        return ""
    if not isinstance(value, str) or len(value) > _TEXT_MAX:
        raise InvalidInput(fields={f"edits.{place}.value": "Send a text."})
    return value


def _values(edit: Mapping[str, Any], place: int) -> list[str]:
    value = edit.get("value")
    given = [] if value is None else value if isinstance(value, list) else [value]
    if not all(isinstance(one, str) for one in given):
        raise InvalidInput(fields={f"edits.{place}.value": "Send a text, or a list of texts."})
    return [str(one) for one in given]
