"""Master data of accounts in the Django admin. Contacts are not here: nobody browses petitioners."""

from allauth.account.decorators import secure_admin_login
from django.contrib import admin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.forms import AdminUserCreationForm, UserChangeForm
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin
from unfold.forms import AdminPasswordChangeForm

from accounts.models import AdminRole, ConsentText, User

# The admin's own sign-in page asks for no second factor: it leads to ours.
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]


@admin.register(User)
class UserAdmin(DjangoUserAdmin, ModelAdmin):
    """Accounts, without telephone numbers."""

    form = UserChangeForm
    add_form = AdminUserCreationForm
    change_password_form = AdminPasswordChangeForm
    list_display = ("username", "display_name", "is_active", "is_staff", "last_login")
    list_filter = ("is_active", "is_staff")
    search_fields = ("username", "display_name")
    ordering = ("username",)
    show_full_result_count = False  # no counting of a whole table
    readonly_fields = ("last_login", "date_joined")
    fieldsets = (
        (None, {"fields": ("username", "password")}),
        (_("Person"), {"fields": ("display_name", "email", "language")}),
        (_("Access"), {"fields": ("is_active", "is_staff", "is_superuser", "groups")}),
        (_("Times"), {"fields": ("last_login", "date_joined")}),
    )
    add_fieldsets = (
        (None, {"classes": ("wide",), "fields": ("username", "usable_password", "password1", "password2")}),
    )


@admin.register(AdminRole)
class AdminRoleAdmin(ModelAdmin):
    """The three administrators."""

    list_display = ("user", "kind")
    list_filter = ("kind",)
    autocomplete_fields = ("user",)


@admin.register(ConsentText)
class ConsentTextAdmin(ModelAdmin):
    """New versions only: what somebody has agreed to is not reworded afterwards."""

    list_display = ("kind", "version", "in_force_from")
    list_filter = ("kind",)
    ordering = ("-in_force_from", "kind")

    def has_change_permission(self, request: HttpRequest, obj: ConsentText | None = None) -> bool:
        """Texts are read, not edited."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: ConsentText | None = None) -> bool:
        """Texts are proof; they stay."""
        return False
