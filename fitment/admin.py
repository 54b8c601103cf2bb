"""Reference data for admins, and fitments to look at."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import QuerySet
from django.forms import ModelForm
from django.http import HttpRequest
from typing_extensions import override

from fitment.models import (
    FitmentChassisCode,
    FitmentEngine,
    FitmentMake,
    FitmentMakeAlias,
    FitmentModel,
    FitmentModelAlias,
    FitmentModelYear,
    FitmentSubmodel,
    InterchangeChange,
    InterchangeNumber,
    PartFitment,
)
from fitment.models.reference import ReferenceModel
from fitment.naming import name_key
from fitment.services.reference import reference_save
from realtrack.core.web.access import actor_of
from realtrack.core.web.admin import ReadOnlyAdmin


class ReferenceAdmin(admin.ModelAdmin[Any]):
    """Saves through the service, so that the seed leaves alone what the staff wrote.

    Nothing is deleted: fitments rest on these rows; a wrong one is merged or renamed.
    """

    exclude: ClassVar[tuple[str, ...]] = ("source", "person_fields", "merged_into")
    list_per_page = 50

    @override
    def save_model(
        self, request: HttpRequest, obj: ReferenceModel, form: ModelForm[Any], change: bool
    ) -> None:
        if isinstance(obj, FitmentMakeAlias | FitmentModelAlias):
            obj.key = name_key(obj.alias)
        reference_save(
            obj, changed=list(form.changed_data), is_new=not change, actor=actor_of(request)
        )

    @override
    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(FitmentMake)
class MakeAdmin(ReferenceAdmin):
    list_display = ("name", "slug", "source", "updated_at")
    list_filter = ("source",)
    search_fields = ("name", "slug")
    prepopulated_fields: ClassVar[dict[str, Sequence[str]]] = {"slug": ("name",)}


@admin.register(FitmentModel)
class ModelAdmin(ReferenceAdmin):
    list_display = ("name", "make", "slug", "source", "updated_at")
    list_filter = ("source", "make")
    list_select_related = ("make",)
    search_fields = ("name", "slug", "make__name")
    autocomplete_fields = ("make",)
    prepopulated_fields: ClassVar[dict[str, Sequence[str]]] = {"slug": ("name",)}


@admin.register(FitmentModelYear)
class ModelYearAdmin(ReferenceAdmin):
    list_display = ("model", "year", "source")
    list_select_related = ("model",)
    search_fields = ("model__name", "=year")
    autocomplete_fields = ("model",)


@admin.register(FitmentEngine)
class EngineAdmin(ReferenceAdmin):
    list_display = ("code", "displacement_l", "cylinders", "layout", "fuel_type", "aspiration")
    list_filter = ("fuel_type", "aspiration", "cylinders")
    search_fields = ("code",)


@admin.register(FitmentSubmodel)
class SubmodelAdmin(ReferenceAdmin):
    list_display = ("name", "model", "source")
    list_select_related = ("model",)
    search_fields = ("name", "model__name")
    autocomplete_fields = ("model",)


@admin.register(FitmentMakeAlias)
class MakeAliasAdmin(ReferenceAdmin):
    exclude = (*ReferenceAdmin.exclude, "key")
    list_display = ("alias", "make", "kind", "caution", "source")
    list_filter = ("kind", "source")
    list_select_related = ("make",)
    search_fields = ("alias", "make__name")
    autocomplete_fields = ("make",)


@admin.register(FitmentModelAlias)
class ModelAliasAdmin(ReferenceAdmin):
    exclude = (*ReferenceAdmin.exclude, "key")
    list_display = ("alias", "model", "kind", "note", "source")
    list_filter = ("kind", "source")
    list_select_related = ("model",)
    search_fields = ("alias", "model__name")
    autocomplete_fields = ("model",)


@admin.register(FitmentChassisCode)
class ChassisCodeAdmin(ReferenceAdmin):
    list_display = ("code", "make", "year_start", "year_end", "is_certain", "stands_alone")
    list_filter = ("is_certain", "us_sold", "make")
    list_select_related = ("make",)
    search_fields = ("code", "make__name")
    autocomplete_fields = ("make",)


@admin.register(PartFitment)
class PartFitmentAdmin(ReadOnlyAdmin):
    """To look; changes go through the pages, whose services log them."""

    list_display = (
        "listing",
        "make",
        "model",
        "year_start",
        "year_end",
        "engine",
        "source",
        "verified",
        "rejected_at",
    )
    list_filter = ("source", "verified")
    list_select_related = ("listing", "make", "model", "engine")
    search_fields = ("listing__custom_label_sku", "model__name")


@admin.register(InterchangeNumber)
class InterchangeNumberAdmin(ReadOnlyAdmin):
    """To look; changes go through the pages, so that each can be taken back."""

    list_display = ("number", "brand", "side", "group", "replaced_by", "source")
    list_filter = ("source", "side")
    list_select_related = ("group", "replaced_by")
    search_fields = ("number", "number_key", "brand", "group__label")


@admin.register(InterchangeChange)
class InterchangeChangeAdmin(ReadOnlyAdmin):
    """What was changed of equal numbers, with the groups before and after."""

    list_display = ("label", "action", "by", "created_at", "undone_at")

    @override
    def get_queryset(self, request: HttpRequest) -> QuerySet[InterchangeChange]:
        # The list needs no groups, of which a file may have touched thousands.
        return super().get_queryset(request).defer("before", "after", "refused")

    list_filter = ("action",)
    list_select_related = ("by",)
    search_fields = ("label",)
