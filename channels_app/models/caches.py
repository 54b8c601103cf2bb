"""What need not be asked or sent twice: uploaded pictures, categories and their aspects."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from channels_app.enums import Channel
from channels_app.models.connection import ChannelConnection
from realtrack.core.models import UuidModel


class ChannelPicture(UuidModel):
    """A picture in a marketplace's own store, by account and content."""

    connection = models.ForeignKey(
        ChannelConnection, on_delete=models.CASCADE, related_name="pictures"
    )
    content_hash = models.CharField(max_length=64)
    url = models.TextField()
    external_id = models.CharField(max_length=100, blank=True, default="")
    # Unused pictures go at this time; used ones stay while listed.
    expires_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "channel_pictures"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["connection", "content_hash"], name="uniq_channel_picture"
            ),
        ]

    def __str__(self) -> str:
        return self.url


class ChannelCache(models.Model):
    """A read of a marketplace's own tables, for a while; survives restarts.

    `key` names question and site: `ebay:100:aspects:33710`. A refusal for lack of calls (429) is
    never kept as an answer.
    """

    key = models.CharField(max_length=200, primary_key=True)
    channel = models.CharField(max_length=30, choices=Channel.choices)
    value = models.JSONField()
    fetched_at = models.DateTimeField()
    expires_at = models.DateTimeField()

    class Meta:
        db_table = "channel_caches"
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["expires_at"], name="idx_channel_cache_expires"),
        ]

    def __str__(self) -> str:
        return self.key
