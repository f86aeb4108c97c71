"""The three administrators of MLPS level 3: what each may open in the Django admin follows from the kind."""

from django.contrib.auth.models import Permission
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from accounts.models import AdminRole, User
from accounts.refusals import Refused

# kind: what it may do, as (app, model or "" for all, verbs). The system administrator keeps master data, the
# security administrator accounts, the auditor only reads; none of them handles petitions.
MAY: dict[str, tuple[tuple[str, str, tuple[str, ...]], ...]] = {
    AdminRole.Kind.SYSTEM: (
        ("directory", "", ("view", "add", "change", "delete")),
        ("stations", "", ("view", "add", "change", "delete")),
        ("deputies", "", ("view", "add", "change", "delete")),
        ("desks", "replytemplate", ("view", "add", "change", "delete")),
        ("notifications", "", ("view", "change")),
    ),
    AdminRole.Kind.SECURITY: (
        ("accounts", "user", ("view", "add", "change")),
        ("accounts", "adminrole", ("view",)),
        ("accounts", "consenttext", ("view", "add")),
    ),
    AdminRole.Kind.AUDITOR: (
        ("accounts", "user", ("view",)),
        ("accounts", "adminrole", ("view",)),
        ("accounts", "consenttext", ("view",)),
        ("admin", "logentry", ("view",)),
        ("journal", "entry", ("view",)),
        ("notifications", "", ("view",)),
    ),
}


class CannotAppointAdministrator(Refused):
    """This user cannot be given this kind of administration."""


@transaction.atomic
def appoint_administrator(*, user: User, kind: str) -> AdminRole:
    """Make `user` an administrator of `kind`, with the permissions that belong to it; doing it twice changes nothing.

    Raises `CannotAppointAdministrator` where the kind is unknown or the user holds another: nobody holds two.
    """
    if kind not in MAY:
        sentence = _("Choose one of these kinds: %(kinds)s.") % {"kinds": ", ".join(MAY)}
        raise CannotAppointAdministrator(sentence, field="kind")
    User.objects.select_for_update().get(pk=user.pk)
    held = AdminRole.objects.filter(user=user).first()
    if held and held.kind != kind:
        raise CannotAppointAdministrator(_("This user already holds another administrator's role."), field="user")
    user.is_staff = True
    user.save(update_fields=["is_staff"])
    user.user_permissions.set(Permission.objects.filter(_wanted(kind)))
    return held or AdminRole.objects.create(user=user, kind=kind)


def _wanted(kind: str) -> Q:
    wanted = Q(pk__in=[])
    for app, model, verbs in MAY[kind]:
        place = Q(content_type__app_label=app) & (Q(content_type__model=model) if model else Q())
        verb = Q(pk__in=[])
        for name in verbs:
            verb |= Q(codename__startswith=f"{name}_")
        wanted |= place & verb
    return wanted
