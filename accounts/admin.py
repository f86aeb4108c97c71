"""Master data of accounts in the Django admin. Contacts are not here: nobody browses petitioners."""

from http import HTTPStatus
from typing import Any

from allauth.account.decorators import secure_admin_login
from django.contrib import admin
from django.contrib.admin.utils import unquote
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin
from unfold.forms import AdminPasswordChangeForm, UserChangeForm, UserCreationForm

from accounts.actions import appoint_administrator, reset_second_factor, revoke_tokens
from accounts.models import AdminRole, ConsentText, User

# The admin's own sign-in page asks for no second factor: it leads to ours.
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]


class AccountForm(UserChangeForm):
    """An account, with the way to a new password in the reader's language."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["password"].help_text = format_html(
            '<a class="underline" href="../password/">{}</a>', _("Give this account a new password")
        )


@admin.register(User)
class UserAdmin(DjangoUserAdmin, ModelAdmin):
    """Accounts, without telephone numbers."""

    form = AccountForm
    add_form = UserCreationForm
    add_form_template = None  # Django’s only says that more can be filled in afterwards
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
    # No choice of having no password: who signs in by a code gets an account by the first code, not here.
    add_fieldsets = ((None, {"classes": ("wide",), "fields": ("username", "password1", "password2")}),)
    actions = ("reset_second_factor",)

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> tuple[str, ...]:
        """Only a superuser gives rights away, or a security administrator could take them all."""
        own = tuple(super().get_readonly_fields(request, obj))
        return own if request.user.is_superuser else (*own, "is_staff", "is_superuser", "groups")

    def has_change_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        """Nor is a superuser's account, its password included, open to anybody else."""
        if obj is not None and obj.is_superuser and not request.user.is_superuser:
            return False
        return super().has_change_permission(request, obj)

    def user_change_password(self, request: HttpRequest, id: str, form_url: str = "") -> HttpResponse:
        """A password set anew ends the user's API tokens too."""
        response = super().user_change_password(request, id, form_url)
        if request.method == "POST" and response.status_code == HTTPStatus.FOUND:
            revoke_tokens(user=User.objects.get(pk=unquote(id)))
        return response

    @admin.action(description=_("Reset the second factor (telephone lost)"), permissions=["change"])
    def reset_second_factor(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        """The next sign-in sets up a new one."""
        for user in queryset:
            if self.has_change_permission(request, user):
                reset_second_factor(user=user)
        self.message_user(request, _("The second factor was reset. It is set up anew at the next sign-in."))


@admin.register(AdminRole)
class AdminRoleAdmin(ModelAdmin):
    """The three administrators."""

    list_display = ("user", "kind")
    list_filter = ("kind",)
    autocomplete_fields = ("user",)

    def get_readonly_fields(self, request: HttpRequest, obj: AdminRole | None = None) -> tuple[str, ...]:
        """Nobody passes from one kind to another."""
        return ("user", "kind") if obj else ()

    def save_model(self, request: HttpRequest, obj: AdminRole, form: Any, change: bool) -> None:
        """A role comes with what it may open; saved again, it gets what a newer portal has added."""
        obj.pk = appoint_administrator(user=obj.user, kind=obj.kind).pk


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
