"""The listing: one part for sale, in eBay's 76 columns and what the business adds."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Length, Upper
from django_fsm import FSMField, transition

from listings import enums
from listings.enums import ListingStatus
from listings.models.columns import AspectColumns, OfferColumns, SafetyColumns, ShippingColumns
from listings.models.revision import service_history
from listings.transitions import sources_of
from realtrack.core.models import UuidModel
from settings_app.enums import UserRole

if TYPE_CHECKING:
    from settings_app.models import User

models.CharField.register_lookup(Length)


class ListingQuerySet(models.QuerySet["Listing"]):
    """Chains that each reader of listings needs."""

    def visible_to(self, user: User) -> ListingQuerySet:
        """Narrow to what this person may see: a part with a team is for its members and admins."""
        if user.role == UserRole.ADMIN:
            return self
        return self.filter(Q(team__isnull=True) | Q(team__in=user.teams.all()))


class LiveManager(models.Manager["Listing"]):
    """Everything but what lies in the trash."""

    def get_queryset(self) -> ListingQuerySet:
        return ListingQuerySet(self.model, using=self._db).filter(deleted_at__isnull=True)

    def visible_to(self, user: User) -> ListingQuerySet:
        """As `ListingQuerySet.visible_to`."""
        return self.get_queryset().visible_to(user)


class ItemColumns(models.Model):
    """What stands beside the 76 columns and describes the item."""

    item_specifics = models.JSONField(default=dict, blank=True)
    video_id = models.CharField(max_length=64, blank=True, default="")
    ean = models.CharField(max_length=14, blank=True, default="")
    vat_percent = models.DecimalField(max_digits=5, decimal_places=2, null=True, blank=True)
    currency = models.CharField(max_length=3, default="USD")
    cost = models.DecimalField(max_digits=10, decimal_places=2, null=True, blank=True)
    part_source = models.CharField(
        max_length=20, choices=enums.PartSource.choices, blank=True, default=""
    )
    weight = models.DecimalField(max_digits=8, decimal_places=3, null=True, blank=True)
    weight_unit = models.CharField(
        max_length=2, choices=enums.WeightUnit.choices, default=enums.WeightUnit.POUND
    )
    package_length = models.DecimalField(max_digits=7, decimal_places=2, null=True, blank=True)
    package_width = models.DecimalField(max_digits=7, decimal_places=2, null=True, blank=True)
    package_height = models.DecimalField(max_digits=7, decimal_places=2, null=True, blank=True)
    size_unit = models.CharField(
        max_length=2, choices=enums.SizeUnit.choices, default=enums.SizeUnit.INCH
    )
    team = models.ForeignKey(
        "settings_app.Team", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        abstract = True


class LifeColumns(models.Model):
    """State, version and what is derived."""

    status = FSMField(choices=ListingStatus.choices, default=ListingStatus.DRAFT, max_length=20)
    version = models.PositiveIntegerField(default=1)
    deleted_at = models.DateTimeField(null=True, blank=True)
    published_at = models.DateTimeField(null=True, blank=True)
    created_by = models.UUIDField(null=True, blank=True)
    updated_by = models.UUIDField(null=True, blank=True)
    ebay_listing_id = models.CharField(max_length=64, blank=True, default="")
    shopify_product_id = models.CharField(max_length=64, blank=True, default="")
    person_fields = ArrayField(models.CharField(max_length=64), default=list, blank=True)
    description_hash = models.CharField(max_length=64, blank=True, default="")
    mpn_normalised = models.CharField(max_length=65, blank=True, default="")
    oe_numbers_normalised = ArrayField(models.TextField(), default=list, blank=True)
    interchange_normalised = ArrayField(models.TextField(), default=list, blank=True)

    class Meta:
        abstract = True


def _known(field: str, values: list[str], *, may_be_empty: bool = True) -> models.CheckConstraint:
    allowed = ["", *values] if may_be_empty else values
    return models.CheckConstraint(
        condition=Q(**{f"{field}__in": allowed}), name=f"listing_{field[:24]}_known"
    )


def _zero_or_more(field: str) -> models.CheckConstraint:
    condition = Q(**{f"{field}__isnull": True}) | Q(**{f"{field}__gte": 0})
    return models.CheckConstraint(condition=condition, name=f"listing_{field[:24]}_min")


class Listing(
    OfferColumns, ShippingColumns, AspectColumns, SafetyColumns, ItemColumns, LifeColumns, UuidModel
):
    """One part for sale. `quantity` is a copy of the ledger that only `inventory` writes."""

    # The class is made of columns in the order of the file; the id stands last in the table.
    objects = LiveManager()
    all_objects = ListingQuerySet.as_manager()
    history = service_history()

    class Meta:
        db_table = "listings"
        default_manager_name = "objects"
        base_manager_name = "all_objects"
        ordering: ClassVar[list[str]] = ["-created_at", "-id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                Upper("custom_label_sku"),
                condition=Q(deleted_at__isnull=True),
                name="uniq_listing_live_sku",
            ),
            models.CheckConstraint(condition=Q(title__length__lte=80), name="listing_title_max"),
            models.CheckConstraint(condition=Q(version__gte=1), name="listing_version_min"),
            models.CheckConstraint(condition=~Q(custom_label_sku=""), name="listing_sku_present"),
            _known("status", ListingStatus.values, may_be_empty=False),
            _known("action", enums.FileAction.values),
            _known("relationship", enums.Relationship.values),
            _known("condition_id", enums.Condition.values),
            _known("format", enums.SellingFormat.values),
            _known("duration", enums.Duration.values),
            _known("returns_accepted_option", enums.ReturnsAccepted.values),
            _known("returns_within_option", enums.ReturnsWithin.values),
            _known("refund_option", enums.Refund.values),
            _known("return_shipping_cost_paid_by", enums.ReturnShippingPaidBy.values),
            _known("responsible_person_1_type", enums.ResponsiblePersonType.values),
            _known("part_source", enums.PartSource.values),
            _known("weight_unit", enums.WeightUnit.values, may_be_empty=False),
            _known("size_unit", enums.SizeUnit.values, may_be_empty=False),
            *(
                _zero_or_more(field)
                for field in (
                    "start_price",
                    "quantity",
                    "buy_it_now_price",
                    "best_offer_auto_accept_price",
                    "minimum_best_offer_price",
                    "shipping_service_1_cost",
                    "shipping_service_2_cost",
                    "max_dispatch_time",
                    "cost",
                    "weight",
                    "package_length",
                    "package_width",
                    "package_height",
                    "vat_percent",
                )
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(
                fields=["status", "-created_at"],
                condition=Q(deleted_at__isnull=True),
                name="idx_listing_status",
            ),
            models.Index(
                fields=["-deleted_at"],
                condition=Q(deleted_at__isnull=False),
                name="idx_listing_deleted",
            ),
            models.Index(fields=["-updated_at"], name="idx_listing_updated"),
            models.Index(fields=["-created_at", "-id"], name="idx_listing_created"),
            models.Index(
                fields=["mpn_normalised"], condition=~Q(mpn_normalised=""), name="idx_listing_mpn"
            ),
            models.Index(
                fields=["ebay_listing_id"],
                condition=~Q(ebay_listing_id=""),
                name="idx_listing_ebay_id",
            ),
        ]

    def __str__(self) -> str:
        return self.title or self.custom_label_sku or str(self.pk)

    @property
    def is_deleted(self) -> bool:
        """True while it lies in the trash."""
        return self.deleted_at is not None

    # One method per target, its sources from the one table in `listings.transitions`. They only
    # check and set the attribute; `listing_transition` is what writes.
    @transition(field="status", source=sources_of(ListingStatus.DRAFT), target=ListingStatus.DRAFT)
    def to_draft(self) -> None:
        """Take back to the workbench."""

    @transition(field="status", source=sources_of(ListingStatus.READY), target=ListingStatus.READY)
    def to_ready(self) -> None:
        """Say that a marketplace could take it."""

    @transition(
        field="status", source=sources_of(ListingStatus.PUBLISHED), target=ListingStatus.PUBLISHED
    )
    def to_published(self) -> None:
        """Say that it is live on at least one marketplace."""

    @transition(field="status", source=sources_of(ListingStatus.SOLD), target=ListingStatus.SOLD)
    def to_sold(self) -> None:
        """Say that the last one was sold."""

    @transition(
        field="status", source=sources_of(ListingStatus.DELISTED), target=ListingStatus.DELISTED
    )
    def to_delisted(self) -> None:
        """Say that it was taken off the marketplaces."""

    @transition(
        field="status", source=sources_of(ListingStatus.ARCHIVED), target=ListingStatus.ARCHIVED
    )
    def to_archived(self) -> None:
        """Put away for good."""
