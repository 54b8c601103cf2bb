"""Groups of equal numbers over the API: read, changed, imported, taken back."""

from __future__ import annotations

import uuid
from typing import Any

from djangorestframework_camel_case.parser import CamelCaseMultiPartParser
from drf_spectacular.utils import inline_serializer
from rest_framework import serializers as drf
from rest_framework.request import Request
from rest_framework.response import Response

from fitment import interchange as reads
from fitment.api.paging import paged
from fitment.enums import InterchangeAction, InterchangeSide, InterchangeSource
from fitment.models import InterchangeChange, InterchangeGroup
from fitment.services import interchange as service
from fitment.services.interchange_book import NUMBERS_MAX, NumberIn
from fitment.services.interchange_import import interchange_import
from realtrack.core.api.schema import api_schema
from realtrack.core.api.serializers import ListQuery, StrictSerializer
from realtrack.core.api.views import ApiView, page_of
from realtrack.core.rights import Right


class InterchangeNumberOut(drf.Serializer[Any]):
    """A number of a group; `replaced_by_id` fits in its place, but not the other way round."""

    id = drf.UUIDField()
    number = drf.CharField()
    brand = drf.CharField(allow_blank=True)
    side = drf.ChoiceField(choices=InterchangeSide.choices, allow_blank=True)
    replaced_by_id = drf.UUIDField(allow_null=True)
    source = drf.ChoiceField(choices=InterchangeSource.choices)  # type: ignore[assignment]  # a field of that name


class InterchangeGroupOut(drf.Serializer[Any]):
    """A group with its numbers."""

    id = drf.UUIDField()
    label = drf.CharField()  # type: ignore[assignment]  # a field of that name
    note = drf.CharField(allow_blank=True)
    numbers = InterchangeNumberOut(many=True)


class InterchangeChangeOut(drf.Serializer[Any]):
    """A change; `group_id` is the group that it left behind, `undone_at` when it was taken back."""

    id = drf.UUIDField()
    action = drf.ChoiceField(choices=InterchangeAction.choices)
    label = drf.CharField()  # type: ignore[assignment]  # a field of that name
    group_id = drf.UUIDField(allow_null=True)
    counts = drf.DictField(child=drf.IntegerField())
    created_at = drf.DateTimeField()
    undone_at = drf.DateTimeField(allow_null=True)


class InterchangeNumberBody(StrictSerializer):
    """A number as it is written; brand and side where they matter."""

    number = drf.CharField(max_length=65)
    brand = drf.CharField(max_length=65, required=False, allow_blank=True, default="")
    side = drf.ChoiceField(
        choices=InterchangeSide.choices, required=False, allow_blank=True, default=""
    )


class InterchangeGroupBody(StrictSerializer):
    """A new group."""

    numbers = drf.ListField(child=InterchangeNumberBody(), min_length=1, max_length=NUMBERS_MAX)
    label = drf.CharField(  # type: ignore[assignment]  # a field of that name
        max_length=120, required=False, allow_blank=True, default=""
    )
    note = drf.CharField(max_length=300, required=False, allow_blank=True, default="")


class InterchangeNumbersBody(StrictSerializer):
    """Numbers to add."""

    numbers = drf.ListField(child=InterchangeNumberBody(), min_length=1, max_length=NUMBERS_MAX)


class InterchangeMergeBody(StrictSerializer):
    """The group that takes the numbers in."""

    into_id = drf.UUIDField()


class InterchangeSplitBody(StrictSerializer):
    """Numbers that become a group of their own."""

    number_ids = drf.ListField(child=drf.UUIDField(), min_length=1, max_length=NUMBERS_MAX)
    label = drf.CharField(  # type: ignore[assignment]  # a field of that name
        max_length=120, required=False, allow_blank=True, default=""
    )


class InterchangeReplaceBody(StrictSerializer):
    """The number that replaces this one; null: none does."""

    replaced_by_id = drf.UUIDField(allow_null=True)


class InterchangeFileBody(StrictSerializer):
    """A CSV with the columns number and equal."""

    file = drf.FileField(max_length=255, allow_empty_file=True)


class InterchangeGroupQuery(ListQuery):
    """`q` begins a number or a label."""

    q = drf.CharField(required=False, allow_blank=True, default="", max_length=100)


class InterchangeEqualsQuery(StrictSerializer):
    """A part number, however it is written."""

    number = drf.CharField(max_length=65)


def _group(row: InterchangeGroup) -> dict[str, Any]:
    return dict(InterchangeGroupOut(row).data)


def _numbers(rows: list[dict[str, str]]) -> list[NumberIn]:
    return [NumberIn(number=one["number"], brand=one["brand"], side=one["side"]) for one in rows]


def _changed(change: InterchangeChange, status: int = 200) -> Response:
    return Response(InterchangeChangeOut(change).data, status=status)


class GroupListView(ApiView):
    """Groups of equal numbers."""

    rights = {"GET": Right.FITMENT_VIEW, "POST": Right.FITMENT_EDIT}

    @api_schema(
        query=InterchangeGroupQuery,
        response=paged("InterchangeGroupList", "groups", InterchangeGroupOut(many=True)),
        summary="Groups of equal part numbers",
    )
    def get(self, request: Request) -> Response:
        del request
        query = self.query(InterchangeGroupQuery)
        found = reads.groups_list(q=query["q"])
        rows = found.prefetch_related("numbers")[query["offset"] : query["offset"] + query["limit"]]
        data = [_group(row) for row in rows]
        return page_of("groups", data, total=found.count(), query=query)

    @api_schema(
        request=InterchangeGroupBody,
        response=InterchangeChangeOut,
        status=201,
        summary="Make a group of equal numbers",
    )
    def post(self, request: Request) -> Response:
        del request
        body = self.body(InterchangeGroupBody)
        change = service.group_create(
            numbers=_numbers(body["numbers"]), label=body["label"], note=body["note"],
            actor=self.actor,
        )  # fmt: skip
        return _changed(change, 201)


class GroupView(ApiView):
    """One group."""

    rights = {"GET": Right.FITMENT_VIEW, "DELETE": Right.FITMENT_EDIT}

    @api_schema(response=InterchangeGroupOut, summary="A group of equal numbers")
    def get(self, request: Request, group_id: uuid.UUID) -> Response:
        del request
        return Response(_group(reads.group_get(group_id)))

    @api_schema(
        response=InterchangeChangeOut, summary="Delete a group; its change can be taken back"
    )
    def delete(self, request: Request, group_id: uuid.UUID) -> Response:
        del request
        return _changed(service.group_delete(group_id=group_id, actor=self.actor))


class GroupNumbersView(ApiView):
    """Numbers of a group."""

    rights = {"POST": Right.FITMENT_EDIT}

    @api_schema(
        request=InterchangeNumbersBody,
        response=InterchangeChangeOut,
        summary="Add numbers to a group",
    )
    def post(self, request: Request, group_id: uuid.UUID) -> Response:
        del request
        numbers = _numbers(self.body(InterchangeNumbersBody)["numbers"])
        return _changed(service.numbers_add(group_id=group_id, numbers=numbers, actor=self.actor))


class GroupMergeView(ApiView):
    """Two groups become one."""

    rights = {"POST": Right.FITMENT_EDIT}

    @api_schema(
        request=InterchangeMergeBody,
        response=InterchangeChangeOut,
        summary="Merge a group into another",
    )
    def post(self, request: Request, group_id: uuid.UUID) -> Response:
        del request
        keep_id = self.body(InterchangeMergeBody)["into_id"]
        return _changed(service.groups_merge(gone_id=group_id, keep_id=keep_id, actor=self.actor))


class GroupSplitView(ApiView):
    """One group becomes two."""

    rights = {"POST": Right.FITMENT_EDIT}

    @api_schema(
        request=InterchangeSplitBody,
        response=InterchangeChangeOut,
        summary="Split numbers off a group",
    )
    def post(self, request: Request, group_id: uuid.UUID) -> Response:
        del request
        body = self.body(InterchangeSplitBody)
        change = service.group_split(
            group_id=group_id, number_ids=body["number_ids"], label=body["label"],
            actor=self.actor,
        )  # fmt: skip
        return _changed(change)


class NumberView(ApiView):
    """One number."""

    rights = {"PATCH": Right.FITMENT_EDIT, "DELETE": Right.FITMENT_EDIT}

    @api_schema(
        request=InterchangeReplaceBody,
        response=InterchangeChangeOut,
        summary="Say which number replaces this one",
    )
    def patch(self, request: Request, number_id: uuid.UUID) -> Response:
        del request
        by_id = self.body(InterchangeReplaceBody)["replaced_by_id"]
        return _changed(service.number_replaced(number_id=number_id, by_id=by_id, actor=self.actor))

    @api_schema(response=InterchangeChangeOut, summary="Take a number out of its group")
    def delete(self, request: Request, number_id: uuid.UUID) -> Response:
        del request
        return _changed(service.number_remove(number_id=number_id, actor=self.actor))


class InterchangeImportView(ApiView):
    """Equal numbers from a file."""

    rights = {"POST": Right.FITMENT_EDIT}
    parser_classes = (CamelCaseMultiPartParser,)

    @api_schema(
        request={"multipart/form-data": InterchangeFileBody},
        response=inline_serializer(
            "InterchangeImported",
            {"change": InterchangeChangeOut(), "refused": drf.ListField(child=drf.DictField())},
        ),
        status=201,
        summary="Import equal numbers from a CSV",
    )
    def post(self, request: Request) -> Response:
        del request
        file = self.body(InterchangeFileBody)["file"]
        change = interchange_import(name=file.name, content=file.read(), actor=self.actor)
        data = {"change": InterchangeChangeOut(change).data, "refused": change.refused}
        return Response(data, status=201)


class ChangeListView(ApiView):
    """What was changed."""

    rights = {"GET": Right.FITMENT_VIEW}

    @api_schema(
        query=ListQuery,
        response=paged("InterchangeChangeList", "changes", InterchangeChangeOut(many=True)),
        summary="Changes of equal numbers, newest first",
    )
    def get(self, request: Request) -> Response:
        del request
        query = self.query(ListQuery)
        found = reads.changes_list()
        rows = found[query["offset"] : query["offset"] + query["limit"]]
        data = list(InterchangeChangeOut(rows, many=True).data)
        return page_of("changes", data, total=found.count(), query=query)


class ChangeUndoView(ApiView):
    """Take a change back."""

    rights = {"POST": Right.FITMENT_EDIT}

    @api_schema(response=InterchangeChangeOut, summary="Take a change of equal numbers back")
    def post(self, request: Request, change_id: uuid.UUID) -> Response:
        del request
        return _changed(service.change_undo(change_id=change_id, actor=self.actor))


class EqualsView(ApiView):
    """Which numbers stand for one."""

    rights = {"GET": Right.FITMENT_VIEW}

    @api_schema(
        query=InterchangeEqualsQuery,
        response=inline_serializer(
            "InterchangeEquals", {"numbers": drf.ListField(child=drf.CharField())}
        ),
        summary="The numbers that fit in the place of this one",
    )
    def get(self, request: Request) -> Response:
        del request
        number = self.query(InterchangeEqualsQuery)["number"]
        return Response({"numbers": reads.numbers_equal(number)})
