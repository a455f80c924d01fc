from django.contrib import admin

from outreach.contact.models import Consent, HandsetDisplay, SenderNumber


@admin.register(SenderNumber)
class SenderNumberAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ["number", "use", "label", "municipality", "active"]
    list_filter = ["use", "active"]
    search_fields = ["number", "label"]
    raw_id_fields = ["municipality"]


@admin.register(HandsetDisplay)
class HandsetDisplayAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ["gateway", "carrier", "shown_as", "tested_on"]


@admin.register(Consent)
class ConsentAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """The ledger is only ever added to: a change of mind is another line."""

    list_display = ["at", "channel", "purpose", "given", "source"]
    list_filter = ["channel", "purpose", "given"]
    search_fields = ["number"]
    raw_id_fields = ["noted_by"]

    def has_change_permission(self, *args: object, **kwargs: object) -> bool:
        return False

    def has_delete_permission(self, *args: object, **kwargs: object) -> bool:
        return False
