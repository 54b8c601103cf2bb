"""The garage: vehicles that a person looks for again and again, kept by themselves."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from django.db.models import F
from django.utils import timezone

from fitment.models import FitmentModel, GarageVehicle
from realtrack.core.errors import NotFound

if TYPE_CHECKING:
    from settings_app.models import User

# What a garage holds; the least used go.
GARAGE_MAX = 24


def garage_use(
    *, user: User, model_id: uuid.UUID, year: int, engine_id: uuid.UUID | None = None
) -> GarageVehicle:
    """Note that a person looked for this vehicle; raises NotFound for an unknown model."""
    model = FitmentModel.objects.filter(pk=model_id, merged_into=None).first()
    if model is None:
        raise NotFound("There is no such model.")
    now = timezone.now()
    row, is_new = GarageVehicle.objects.get_or_create(
        user=user,
        model=model,
        year=year,
        engine_id=engine_id,
        defaults={"make_id": model.make_id, "used_at": now},
    )
    if not is_new:
        GarageVehicle.objects.filter(pk=row.pk).update(uses=F("uses") + 1, used_at=now)
        row.refresh_from_db()
        return row
    kept = GarageVehicle.objects.filter(user=user).exclude(pk=row.pk).order_by("-uses", "-used_at")
    gone = list(kept.values_list("pk", flat=True)[GARAGE_MAX - 1 :])
    GarageVehicle.objects.filter(pk__in=gone).delete()
    return row


def garage_remove(*, user: User, vehicle_id: uuid.UUID) -> None:
    """Take a vehicle out of a person's own garage; idempotent."""
    GarageVehicle.objects.filter(user=user, pk=vehicle_id).delete()
