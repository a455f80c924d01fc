"""Accounts, organisations and qualifications, for administrators. The access log can be read and not changed."""

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.http import HttpRequest

from outreach.people.models import AccessLog, Membership, Organisation, Qualification, Skill, User


class MembershipInline(admin.TabularInline):  # type: ignore[type-arg]
    model = Membership
    extra = 0
    raw_id_fields = ["municipality", "organisation"]


@admin.register(User)
class StaffAdmin(UserAdmin):  # type: ignore[type-arg]
    inlines = [MembershipInline]


@admin.register(Organisation)
class OrganisationAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ["name", "kind", "municipality", "phone", "sample"]
    search_fields = ["name"]
    raw_id_fields = ["municipality"]


@admin.register(Qualification)
class QualificationAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ["person", "skill", "issuer", "valid_from", "valid_to"]
    list_filter = ["skill"]
    raw_id_fields = ["person"]


admin.site.register(Skill)


@admin.register(AccessLog)
class AccessLogAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ["at", "user", "action", "subject"]
    search_fields = ["subject", "user__username"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False
