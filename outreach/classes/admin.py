"""The programme's data, for administrators: years, ratios, courses."""

from django.contrib import admin

from outreach.classes.models import Course, ProgrammeYear, SchemeRule


class SchemeRuleInline(admin.TabularInline):  # type: ignore[type-arg]
    model = SchemeRule
    extra = 0


@admin.register(ProgrammeYear)
class ProgrammeYearAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ["fiscal_year", "target_sites", "reminder_day_before_at", "reminder_same_day_at", "source"]
    inlines = [SchemeRuleInline]


@admin.register(Course)
class CourseAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ["name", "level", "audience", "minutes", "skill", "dispatched", "position"]
    list_filter = ["level", "audience"]
