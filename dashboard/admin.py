from __future__ import annotations

from django.contrib import admin

from dashboard.models import SalesRecord
from realtrack.core.web.admin import ReadOnlyAdmin


@admin.register(SalesRecord)
class SalesRecordAdmin(ReadOnlyAdmin):
    list_display = ("sold_at", "listing", "channel", "quantity_sold", "sale_price", "reversed_at")
    list_filter = ("channel",)
