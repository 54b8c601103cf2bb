"""The adapters' memory in tables: shared by all workers, kept over restarts."""

from __future__ import annotations

import datetime
import uuid
from typing import Any

from django.db.models import Q
from django.utils import timezone

from channels_app.models import ChannelCache, ChannelPicture

# A picture that ends soon is uploaded anew, so that it does not end between upload and publish.
_SPARE = datetime.timedelta(days=1)


class TableStore:
    """`AdapterStore` over `channel_caches` and `channel_pictures`."""

    def get(self, key: str) -> Any | None:
        """Return a kept answer that is still good, or None."""
        row = ChannelCache.objects.filter(pk=key, expires_at__gt=timezone.now()).first()
        return row.value if row else None

    def put(self, key: str, value: Any, *, seconds: float) -> None:
        """Keep an answer for a while."""
        now = timezone.now()
        ChannelCache.objects.update_or_create(
            pk=key,
            defaults={
                "channel": key.partition(":")[0],
                "value": value,
                "fetched_at": now,
                "expires_at": now + datetime.timedelta(seconds=seconds),
            },
        )

    def picture_url(self, connection_id: uuid.UUID, content_hash: str) -> str:
        """Return where this picture lies in the account's own store, or an empty string."""
        good = Q(expires_at__isnull=True) | Q(expires_at__gt=timezone.now() + _SPARE)
        rows = ChannelPicture.objects.filter(
            good, connection_id=connection_id, content_hash=content_hash
        )
        return rows.values_list("url", flat=True).first() or ""

    def picture_keep(
        self,
        connection_id: uuid.UUID,
        content_hash: str,
        *,
        url: str,
        external_id: str,
        expires_at: datetime.datetime | None,
    ) -> None:
        """Keep where an uploaded picture lies."""
        ChannelPicture.objects.update_or_create(
            connection_id=connection_id,
            content_hash=content_hash,
            defaults={"url": url, "external_id": external_id, "expires_at": expires_at},
        )
