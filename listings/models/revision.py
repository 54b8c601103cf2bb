"""Revisions: one row per version of a listing, with every column but the description.

Kept by django-simple-history's table maker. Its signals stay off: `listings.services` writes each
row itself, in the transaction of the change. The description stands once per content in
`listing_texts` and is found by its hash.
"""

from __future__ import annotations

import hashlib
from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from simple_history.models import HistoricalRecords

from listings.enums import ChangeReason
from realtrack.core.ids import uuid7
from realtrack.core.triggers import append_only


class ListingText(models.Model):
    """A description, once per content."""

    hash = models.CharField(max_length=64, primary_key=True)
    content = models.TextField()

    class Meta:
        db_table = "listing_texts"

    def __str__(self) -> str:
        return self.hash[:12]


def text_hash(content: str) -> str:
    """The key of a description: SHA-256 in hex, or empty for an empty text."""
    return hashlib.sha256(content.encode()).hexdigest() if content else ""


class RevisionFields(models.Model):
    """What a revision knows beside the listing's columns of that version."""

    status_before = models.CharField(max_length=20, blank=True, default="")
    change_reason = models.CharField(max_length=20, choices=ChangeReason.choices)
    changed_fields = ArrayField(models.CharField(max_length=64), default=list)
    actor_kind = models.CharField(max_length=20)
    actor_label = models.CharField(max_length=200, blank=True, default="")
    run_id = models.UUIDField(null=True, blank=True)

    class Meta:
        abstract = True


class ServiceHistory(HistoricalRecords):  # type: ignore[misc]  # the library has no types
    """History whose rows the services write: model signals of the library do nothing here."""

    # The list of a listing's revisions is read by listing and version, never by date.
    _date_indexing: ClassVar[bool] = False

    def post_save(self, *args: object, **kwargs: object) -> None:
        """Write nothing: see the module's text."""

    def post_delete(self, *args: object, **kwargs: object) -> None:
        """Write nothing: a listing is deleted by a service, which writes the revision."""

    def pre_delete(self, *args: object, **kwargs: object) -> None:
        """Keep the history: it outlives the listing."""

    def get_meta_options(self, model: type[models.Model]) -> dict[str, object]:
        """Add the keys and the triggers that make the table append-only."""
        options: dict[str, object] = super().get_meta_options(model)
        options["ordering"] = ("-version",)
        options["constraints"] = [
            models.UniqueConstraint(fields=["id", "version"], name="uniq_listing_revision")
        ]
        options["triggers"] = append_only("listing_revisions")
        return options


def service_history() -> ServiceHistory:
    """The history of the listing's table, as `listing_revisions`."""
    return ServiceHistory(
        custom_model_name="ListingRevision",
        table_name="listing_revisions",
        bases=(RevisionFields,),
        excluded_fields=["description"],
        history_id_field=models.UUIDField(default=uuid7),
        history_change_reason_field=models.CharField(max_length=500, null=True),
        history_user_id_field=models.UUIDField(null=True, blank=True),
        no_db_index=["team"],
    )
