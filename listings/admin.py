"""Support views: everything can be read, nothing changed past the services."""

from __future__ import annotations

from django.contrib import admin
from django.db.models import Model, QuerySet
from django.http import HttpRequest

from listings.models import Listing, ListingProposal, ListingRevision, ListingSearch, SavedSearch


class ReadOnlyAdmin(admin.ModelAdmin[Model]):
    """Lists and shows; no adding, changing or deleting."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        del request
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        del request, obj
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        del request, obj
        return False


class ListingAdmin(ReadOnlyAdmin):
    """Listings, the trash included."""

    list_display = ("custom_label_sku", "title", "status", "version", "updated_at", "deleted_at")
    list_filter = ("status",)
    search_fields = ("custom_label_sku", "title", "mpn_normalised")
    ordering = ("-updated_at",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Model]:
        del request
        return Listing.all_objects.all()


class RevisionAdmin(ReadOnlyAdmin):
    """Versions of listings."""

    list_display = ("id", "version", "change_reason", "actor_kind", "actor_label", "history_date")
    list_filter = ("change_reason", "actor_kind")
    search_fields = ("id", "custom_label_sku")


class ProposalAdmin(ReadOnlyAdmin):
    """What machines proposed."""

    list_display = ("listing", "field", "source", "confidence", "state", "created_at")
    list_filter = ("state", "source")


class SearchAdmin(ReadOnlyAdmin):
    """What lists and search read."""

    list_display = ("sku_key", "brand", "part_type", "price", "stock_free", "health", "is_live")
    search_fields = ("sku_key", "title_key")


class SavedSearchAdmin(ReadOnlyAdmin):
    """Saved searches of staff."""

    list_display = ("name", "owner", "is_shared", "query")


admin.site.register(Listing, ListingAdmin)
admin.site.register(ListingRevision, RevisionAdmin)
admin.site.register(ListingProposal, ProposalAdmin)
admin.site.register(ListingSearch, SearchAdmin)
admin.site.register(SavedSearch, SavedSearchAdmin)
