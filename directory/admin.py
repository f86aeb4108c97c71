"""Master data for administrators. Trees get their shape from `load_directory`: code and parent stay as loaded."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin, TabularInline

from directory import queries
from directory.models import (
    Area,
    CalendarDay,
    Category,
    CoUnit,
    Department,
    Membership,
    Office,
    Responsibility,
    ServiceLevel,
)


class DirectoryAdmin(ModelAdmin):
    """What is saved here counts at once in this process and within a minute in the others."""

    list_per_page = 50

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        queries.invalidate()

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        super().delete_model(request, obj)
        queries.invalidate()

    def delete_queryset(self, request: HttpRequest, queryset: Any) -> None:
        super().delete_queryset(request, queryset)
        queries.invalidate()


class TreeAdmin(DirectoryAdmin):
    """The tree in its order, each node under its parent.

    A node's place is read-only here, as moving it moves all below it; `load_directory` does that.
    """

    readonly_fields: ClassVar = ["code", "parent", "path"]
    search_fields: ClassVar = ["code", "name", "name_en"]
    ordering: ClassVar = ["path"]
    list_per_page = 200

    @admin.display(description=_("name"), ordering="path")
    def placed(self, node: Any) -> str:
        """The name, moved in by its depth below the root."""
        return "\u2003" * (node.path.count(".") - 1) + node.label

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False


@admin.register(Area)
class AreaAdmin(TreeAdmin):
    list_display: ClassVar = ["placed", "code", "name", "name_en", "level"]
    list_filter: ClassVar = ["level"]
    list_select_related: ClassVar = ["parent"]


@admin.register(Category)
class CategoryAdmin(TreeAdmin):
    list_display: ClassVar = ["placed", "code", "name_en", "words", "restricted", "is_active"]
    list_filter: ClassVar = ["restricted", "is_active"]
    list_select_related: ClassVar = ["parent"]

    @admin.display(description=_("words that residents use for it"))
    def words(self, category: Category) -> str:
        return "、".join(category.keywords[:6])


class MembershipInline(TabularInline):
    model = Membership
    extra = 0
    autocomplete_fields: ClassVar = ["user"]


@admin.register(Department)
class DepartmentAdmin(DirectoryAdmin):
    list_display: ClassVar = ["code", "name", "name_en", "kind", "area", "active_from", "active_until"]
    list_filter: ClassVar = ["kind"]
    list_select_related: ClassVar = ["area"]
    search_fields: ClassVar = ["code", "name", "name_en"]
    autocomplete_fields: ClassVar = ["area", "successor"]
    inlines: ClassVar = [MembershipInline]


@admin.register(Office)
class OfficeAdmin(DirectoryAdmin):
    list_display: ClassVar = ["user", "role", "area"]
    list_filter: ClassVar = ["role"]
    list_select_related: ClassVar = ["user", "area"]
    autocomplete_fields: ClassVar = ["user", "area"]


class CoUnitInline(TabularInline):
    model = CoUnit
    extra = 0
    autocomplete_fields: ClassVar = ["department"]


@admin.register(Responsibility)
class ResponsibilityAdmin(DirectoryAdmin):
    list_display: ClassVar = ["category", "area", "lead", "valid_from", "valid_until", "priority", "weight"]
    list_select_related: ClassVar = ["category", "area", "lead"]
    search_fields: ClassVar = ["category__name", "category__code", "area__name", "lead__name"]
    autocomplete_fields: ClassVar = ["category", "area", "lead"]
    date_hierarchy = "valid_from"
    inlines: ClassVar = [CoUnitInline]


@admin.register(ServiceLevel)
class ServiceLevelAdmin(DirectoryAdmin):
    list_display: ClassVar = ["kind", "urgency", "sign_hours", "sign_wd", "reply_wd", "extension_wd", "statutory_days"]
    list_filter: ClassVar = ["kind"]


@admin.register(CalendarDay)
class CalendarDayAdmin(DirectoryAdmin):
    list_display: ClassVar = ["date", "is_workday", "note"]
    date_hierarchy = "date"
