"""Makes, models, years, engines, submodels, aliases and chassis codes.

`FitmentModelYear` is what ACES calls a base vehicle (make, model, year). Ids of the trade's
licensed tables have no column here: they are a customer's own and belong to that customer's mapping.
"""

from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from typing_extensions import override

from fitment.enums import AliasKind, ReferenceSource
from realtrack.core.models import UuidModel

# The first cars with a model year of the schema's own lower bound, and a sane upper one.
YEAR_MIN, YEAR_MAX = 1896, 2100


class ReferenceModel(UuidModel):
    """A reference row: who it comes from, and which of its fields the staff own."""

    source = models.CharField(
        max_length=10, choices=ReferenceSource.choices, default=ReferenceSource.STAFF
    )
    person_fields = ArrayField(models.CharField(max_length=40), default=list, blank=True)

    class Meta:
        abstract = True


class FitmentMake(ReferenceModel):
    """A make, such as Toyota; `merged_into` is set when the staff found it to be another one."""

    name = models.CharField(max_length=100)
    slug = models.SlugField(max_length=100, unique=True)
    merged_into = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="merged"
    )

    class Meta:
        db_table = "fitment_makes"
        ordering = ("name",)
        verbose_name = "make"

    @override
    def __str__(self) -> str:
        return self.name


class FitmentModel(ReferenceModel):
    """A model of a make, such as Camry."""

    make = models.ForeignKey(FitmentMake, on_delete=models.PROTECT, related_name="models")
    name = models.CharField(max_length=100)
    slug = models.SlugField(max_length=100)
    merged_into = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="merged"
    )

    class Meta:
        db_table = "fitment_models"
        ordering = ("name",)
        verbose_name = "model"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=("make", "slug"), name="fitment_model_slug"),
        ]

    @override
    def __str__(self) -> str:
        return self.name


class FitmentModelYear(ReferenceModel):
    """A year in which a model was sold: the base vehicle."""

    model = models.ForeignKey(FitmentModel, on_delete=models.CASCADE, related_name="years")
    year = models.PositiveSmallIntegerField()

    class Meta:
        db_table = "fitment_model_years"
        ordering = ("year",)
        verbose_name = "model year"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=("model", "year"), name="fitment_model_year"),
            models.CheckConstraint(
                condition=Q(year__gte=YEAR_MIN, year__lte=YEAR_MAX),
                name="fitment_year_sane",
            ),
        ]

    @override
    def __str__(self) -> str:
        return str(self.year)


class FitmentEngine(ReferenceModel):
    """An engine as words tell it apart, such as `2.5L I4 Hybrid`; shared by makes."""

    code = models.CharField(max_length=50, unique=True)
    displacement_l = models.DecimalField(max_digits=4, decimal_places=1, null=True, blank=True)
    cylinders = models.PositiveSmallIntegerField(null=True, blank=True)
    layout = models.CharField(max_length=4, blank=True, help_text="I, V, H or W")
    fuel_type = models.CharField(max_length=30, blank=True)
    aspiration = models.CharField(max_length=30, blank=True)
    merged_into = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="merged",
        db_index=False,
    )

    class Meta:
        db_table = "fitment_engines"
        ordering = ("displacement_l", "code")
        verbose_name = "engine"

    @override
    def __str__(self) -> str:
        return self.code


class FitmentModelYearEngine(ReferenceModel):
    """An engine that a model had in a year."""

    model_year = models.ForeignKey(
        FitmentModelYear, on_delete=models.CASCADE, related_name="engine_links"
    )
    engine = models.ForeignKey(FitmentEngine, on_delete=models.PROTECT, related_name="year_links")

    class Meta:
        db_table = "fitment_model_year_engines"
        verbose_name = "engine of a model year"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=("model_year", "engine"), name="fitment_model_year_engine"
            ),
        ]

    @override
    def __str__(self) -> str:
        return f"{self.model_year_id}: {self.engine_id}"


class FitmentSubmodel(ReferenceModel):
    """A trim or badge of a model, such as LE or 325i."""

    model = models.ForeignKey(FitmentModel, on_delete=models.CASCADE, related_name="submodels")
    name = models.CharField(max_length=100)
    merged_into = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="merged",
        db_index=False,
    )

    class Meta:
        db_table = "fitment_submodels"
        ordering = ("name",)
        verbose_name = "submodel"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=("model", "name"), name="fitment_submodel_name"),
        ]

    @override
    def __str__(self) -> str:
        return self.name


class FitmentSubmodelYear(ReferenceModel):
    """A year in which a submodel was sold."""

    submodel = models.ForeignKey(FitmentSubmodel, on_delete=models.CASCADE, related_name="years")
    year = models.PositiveSmallIntegerField()

    class Meta:
        db_table = "fitment_submodel_years"
        verbose_name = "submodel year"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=("submodel", "year"), name="fitment_submodel_year"),
        ]

    @override
    def __str__(self) -> str:
        return str(self.year)


class FitmentMakeAlias(ReferenceModel):
    """Another way to write a make: Chevy, VW, Merc."""

    make = models.ForeignKey(FitmentMake, on_delete=models.CASCADE, related_name="aliases")
    alias = models.CharField(max_length=100)
    key = models.CharField(max_length=100, help_text="Letters and digits only", db_index=True)
    kind = models.CharField(max_length=12, choices=AliasKind.choices, default=AliasKind.ALIAS)
    caution = models.CharField(max_length=200, blank=True)

    class Meta:
        db_table = "fitment_make_aliases"
        ordering = ("alias",)
        verbose_name = "make alias"
        verbose_name_plural = "make aliases"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=("make", "alias"), name="fitment_make_alias"),
        ]

    @override
    def __str__(self) -> str:
        return self.alias


class FitmentModelAlias(ReferenceModel):
    """Another way to write a model: F150, CRV; a badge (325i) keeps its name as submodel."""

    model = models.ForeignKey(FitmentModel, on_delete=models.CASCADE, related_name="aliases")
    alias = models.CharField(max_length=100)
    key = models.CharField(max_length=100, help_text="Letters and digits only", db_index=True)
    kind = models.CharField(max_length=12, choices=AliasKind.choices, default=AliasKind.ALIAS)
    note = models.CharField(max_length=200, blank=True)

    class Meta:
        db_table = "fitment_model_aliases"
        ordering = ("alias",)
        verbose_name = "model alias"
        verbose_name_plural = "model aliases"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=("model", "alias"), name="fitment_model_alias"),
        ]

    @override
    def __str__(self) -> str:
        return self.alias


class FitmentChassisCode(ReferenceModel):
    """A generation's code with its US model years: E46, W211, XV50."""

    make = models.ForeignKey(FitmentMake, on_delete=models.CASCADE, related_name="chassis_codes")
    code = models.CharField(max_length=20)
    year_start = models.PositiveSmallIntegerField()
    year_end = models.PositiveSmallIntegerField()
    us_sold = models.BooleanField(default=True)
    is_certain = models.BooleanField(default=True)
    stands_alone = models.BooleanField(
        default=False,
        help_text="May be searched for in a text without its make beside it",
    )
    notes = models.CharField(max_length=200, blank=True)
    car_models = models.ManyToManyField(
        FitmentModel, through="FitmentChassisModel", related_name="chassis_codes"
    )

    class Meta:
        db_table = "fitment_chassis_codes"
        ordering = ("code", "year_start")
        verbose_name = "chassis code"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=("make", "code", "year_start"), name="fitment_chassis_code"
            ),
            models.CheckConstraint(
                condition=Q(year_end__gte=F("year_start")), name="fitment_chassis_years"
            ),
        ]

    @override
    def __str__(self) -> str:
        return self.code


class FitmentChassisModel(ReferenceModel):
    """A model that a chassis code stands for."""

    chassis = models.ForeignKey(
        FitmentChassisCode, on_delete=models.CASCADE, related_name="model_links"
    )
    model = models.ForeignKey(FitmentModel, on_delete=models.CASCADE, related_name="chassis_links")

    class Meta:
        db_table = "fitment_chassis_models"
        verbose_name = "model of a chassis code"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=("chassis", "model"), name="fitment_chassis_model"),
        ]

    @override
    def __str__(self) -> str:
        return f"{self.chassis_id}: {self.model_id}"


class FitmentReferenceState(models.Model):
    """One row whose version rises with every change, so that processes know their copy is old."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    version = models.PositiveBigIntegerField(default=0)
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        db_table = "fitment_reference_state"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(condition=Q(id=1), name="fitment_state_single")
        ]

    @override
    def __str__(self) -> str:
        return str(self.version)
