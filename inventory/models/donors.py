"""Donor cars: what was paid, which parts came off, and the templates of a tear-down."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower

from fitment.models import FitmentEngine, FitmentMake, FitmentModel
from inventory.enums import DonorState, Side, TitleStatus
from listings.models import Listing
from realtrack.core.models import UuidModel
from settings_app.models import Team, User

MAX_MILEAGE = 2_000_000  # miles; more is a slip of the finger


class DonorQuerySet(models.QuerySet["DonorCar"]):
    """Chains that each reader of cars needs."""

    def visible_to(self, user: User) -> DonorQuerySet:
        """Narrow to what this person may see: a car with a team is for its members and admins."""
        if user.role == "admin":
            return self
        return self.filter(Q(team__isnull=True) | Q(team__in=user.teams.all()))


class DonorCar(UuidModel):
    """A car that is taken apart. Make, model and engine are rows of the reference data if known.

    Money is in the business's currency, mileage in miles.
    """

    stock_number = models.CharField(max_length=20, unique=True)
    vin = models.CharField(max_length=17, blank=True, default="")
    vin_confirmed = models.BooleanField(default=False)
    year = models.PositiveSmallIntegerField(null=True, blank=True)
    make = models.ForeignKey(
        FitmentMake, null=True, blank=True, on_delete=models.PROTECT, related_name="donors"
    )
    model = models.ForeignKey(
        FitmentModel, null=True, blank=True, on_delete=models.PROTECT, related_name="donors"
    )
    engine = models.ForeignKey(
        FitmentEngine, null=True, blank=True, on_delete=models.PROTECT, related_name="donors"
    )
    trim = models.CharField(max_length=80, blank=True, default="")
    body = models.CharField(max_length=80, blank=True, default="")
    drive = models.CharField(max_length=80, blank=True, default="")
    engine_words = models.CharField(max_length=120, blank=True, default="")
    transmission = models.CharField(max_length=80, blank=True, default="")
    mileage = models.PositiveIntegerField(null=True, blank=True)
    exterior_colour = models.CharField(max_length=60, blank=True, default="")
    paint_code = models.CharField(max_length=20, blank=True, default="")
    interior_code = models.CharField(max_length=20, blank=True, default="")
    title_status = models.CharField(
        max_length=10, choices=TitleStatus.choices, default=TitleStatus.UNKNOWN
    )
    cost = models.DecimalField(max_digits=10, decimal_places=2, default=0)
    tow_cost = models.DecimalField(max_digits=10, decimal_places=2, default=0)
    other_cost = models.DecimalField(max_digits=10, decimal_places=2, default=0)
    place = models.CharField(max_length=60, blank=True, default="")
    team = models.ForeignKey(
        Team, null=True, blank=True, on_delete=models.SET_NULL, related_name="donors"
    )
    state = models.CharField(max_length=12, choices=DonorState.choices, default=DonorState.ARRIVED)
    notes = models.TextField(blank=True, default="")
    # Numbers of its parts: `D-00012-007` is the seventh; never given twice.
    parts_numbered = models.PositiveIntegerField(default=0)
    version = models.PositiveIntegerField(default=1)
    created_by = models.UUIDField(null=True, blank=True)

    objects = DonorQuerySet.as_manager()

    class Meta:
        db_table = "donor_cars"
        ordering: ClassVar[list[str]] = ["-created_at", "-id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["vin"], condition=~Q(vin=""), name="donor_vin_once"),
            models.CheckConstraint(
                condition=Q(cost__gte=0) & Q(tow_cost__gte=0) & Q(other_cost__gte=0),
                name="donor_cost_min",
            ),
            models.CheckConstraint(
                condition=Q(mileage__isnull=True) | Q(mileage__lte=MAX_MILEAGE),
                name="donor_mileage_range",
            ),
            models.CheckConstraint(
                condition=Q(state__in=DonorState.values), name="donor_state_known"
            ),
            models.CheckConstraint(
                condition=Q(title_status__in=TitleStatus.values), name="donor_title_status_known"
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["state", "-created_at"], name="idx_donor_state"),
        ]

    def __str__(self) -> str:
        return f"{self.stock_number} {self.name}".strip()

    @property
    def name(self) -> str:
        """The car in words, such as `2014 Toyota Camry SE`; empty where nothing is known."""
        words = (
            str(self.year or ""),
            self.make.name if self.make else "",
            self.model.name if self.model else "",
            self.trim,
        )
        return " ".join(word for word in words if word)


class Teardown(UuidModel):
    """One list of parts that was ticked; its key makes them once, however often it is sent."""

    donor = models.ForeignKey(DonorCar, on_delete=models.PROTECT, related_name="teardowns")
    idempotency_key = models.CharField(max_length=100)
    run_id = models.UUIDField()
    created_by = models.UUIDField(null=True, blank=True)

    class Meta:
        db_table = "donor_teardowns"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["donor", "idempotency_key"], name="teardown_key_once"),
        ]

    def __str__(self) -> str:
        return f"{self.donor_id}: {self.idempotency_key}"


class DonorPart(UuidModel):
    """A part of a car: its listing, and how far it came between the car and the shelf."""

    donor = models.ForeignKey(DonorCar, on_delete=models.PROTECT, related_name="parts")
    listing = models.OneToOneField(Listing, on_delete=models.PROTECT, related_name="donor_part")
    teardown = models.ForeignKey(Teardown, on_delete=models.PROTECT, related_name="parts")
    part_type = models.CharField(max_length=80)
    side = models.CharField(max_length=12, choices=Side.choices, default=Side.NONE)
    minutes_to_pull = models.PositiveSmallIntegerField(null=True, blank=True)
    pulled_at = models.DateTimeField(null=True, blank=True)
    pulled_by = models.UUIDField(null=True, blank=True)
    scrapped_at = models.DateTimeField(null=True, blank=True)
    scrap_reason = models.CharField(max_length=200, blank=True, default="")
    # What a sheet knows the part by, so that its next one finds it; empty for ticked parts.
    given_key = models.CharField(max_length=160, blank=True, default="", db_default="")

    class Meta:
        db_table = "donor_parts"
        ordering: ClassVar[list[str]] = ["created_at", "id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            # A car has one of each ticked part; a sheet may name five relays.
            models.UniqueConstraint(
                "donor",
                Lower("part_type"),
                "side",
                condition=Q(given_key=""),
                name="donor_part_ticked_once",
            ),
            models.UniqueConstraint(
                fields=["donor", "given_key"],
                condition=~Q(given_key=""),
                name="donor_part_given_once",
            ),
            models.CheckConstraint(condition=Q(side__in=Side.values), name="donor_part_side_known"),
            models.CheckConstraint(condition=~Q(part_type=""), name="donor_part_type_present"),
        ]

    def __str__(self) -> str:
        return f"{self.part_type} {self.side}".strip()


class TeardownTemplate(UuidModel):
    """Which parts of a kind of car are usually worth pulling."""

    name = models.CharField(max_length=60, unique=True)

    class Meta:
        db_table = "teardown_templates"
        ordering: ClassVar[list[str]] = ["name"]

    def __str__(self) -> str:
        return self.name


class TeardownTemplateItem(UuidModel):
    """A line of a template; `rank` 1 is pulled first, minutes are an estimate."""

    template = models.ForeignKey(TeardownTemplate, on_delete=models.CASCADE, related_name="items")
    rank = models.PositiveSmallIntegerField()
    part_type = models.CharField(max_length=80)
    side = models.CharField(max_length=12, choices=Side.choices, default=Side.NONE)
    minutes_to_pull = models.PositiveSmallIntegerField(null=True, blank=True)

    class Meta:
        db_table = "teardown_template_items"
        ordering: ClassVar[list[str]] = ["rank", "part_type", "side"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["template", "part_type", "side"], name="template_item_once"
            ),
            models.CheckConstraint(
                condition=Q(side__in=Side.values), name="template_item_side_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.rank}. {self.part_type}"
