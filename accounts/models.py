"""Who signs in, whom we may call back, what they agreed to, and the counters that slow down guessing."""

from typing import Any, ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.contrib.auth.validators import UnicodeUsernameValidator
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts import crypto
from accounts.fields import BlindIndexField, EncryptedTextField

PHONE_PURPOSE = "phone"  # one purpose for users and contacts: a resident finds one's own petitions by it


class Language(models.TextChoices):
    CHINESE = "zh-hans", _("Simplified Chinese")
    ENGLISH = "en", _("English")


def phone_index(phone: str) -> str:
    """Return the blind index of a telephone number in any spelling. Raises ValueError as `normalise_phone`."""
    return crypto.blind_index(crypto.normalise_phone(phone), purpose=PHONE_PURPOSE)


class UserManager(BaseUserManager["User"]):
    """Creates users with normalised names and telephone numbers."""

    def create_user(self, username: str, password: str | None = None, phone: str = "", **extra: Any) -> "User":
        """Create a user; without a password the account signs in by one-time code only."""
        phone = crypto.normalise_phone(phone) if phone else ""
        user = self.model(username=self.model.normalize_username(username), phone=phone, **extra)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, username: str, password: str | None = None, **extra: Any) -> "User":
        """Create a user for whom the Django admin is wholly open (`manage.py createsuperuser`)."""
        return self.create_user(username, password, is_staff=True, is_superuser=True, **extra)

    def by_phone(self, phone: str) -> models.QuerySet["User"]:
        """Return the user (at most one) with this telephone number."""
        return self.filter(phone_index=phone_index(phone))


class User(AbstractBaseUser, PermissionsMixin):
    """A person who signs in: staff by password and TOTP, residents and deputies by one-time code.

    What they may do follows from memberships in higher floors, never from a field here.
    """

    username = models.CharField(_("user name"), max_length=150, unique=True, validators=[UnicodeUsernameValidator()])
    display_name = models.CharField(_("name shown"), max_length=100, blank=True, default="")
    email = models.EmailField(_("e-mail address"), blank=True, default="")
    phone = EncryptedTextField(_("telephone number"), blank=True, default="")
    phone_index = BlindIndexField(source="phone", purpose=PHONE_PURPOSE)
    language = models.CharField(_("language"), max_length=10, choices=Language.choices, default=Language.CHINESE)
    is_active = models.BooleanField(_("may sign in"), default=True)
    is_staff = models.BooleanField(_("may open the administrator's pages"), default=False)
    date_joined = models.DateTimeField(_("created at"), default=timezone.now)

    objects = UserManager()

    USERNAME_FIELD = "username"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        verbose_name = _("user")
        verbose_name_plural = _("users")
        indexes = [models.Index(fields=["display_name"], name="accounts_user_by_name")]
        constraints = [
            models.UniqueConstraint(
                fields=["phone_index"], condition=~models.Q(phone_index=""), name="accounts_user_phone_unique"
            )
        ]

    def __str__(self) -> str:
        return self.display_name or self.username

    def get_full_name(self) -> str:
        return str(self)

    def get_short_name(self) -> str:
        return str(self)

    @property
    def signs_in_by_password(self) -> bool:
        """Staff have a password (and need a second factor); residents and deputies have none."""
        return self.has_usable_password()


class AdminRole(models.Model):
    """One of the three administrators of MLPS level 3; OneToOne, so that nobody holds two."""

    class Kind(models.TextChoices):
        SYSTEM = "system", _("system administrator")
        SECURITY = "security", _("security administrator")
        AUDITOR = "auditor", _("auditor")

    user = models.OneToOneField(User, on_delete=models.CASCADE, related_name="admin_role", verbose_name=_("user"))
    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices)

    class Meta:
        verbose_name = _("administrator")
        verbose_name_plural = _("administrators")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(kind__in=["system", "security", "auditor"]), name="accounts_adminrole_kind"
            )
        ]

    def __str__(self) -> str:
        return f"{self.user} ({self.get_kind_display()})"


class ContactQuerySet(models.QuerySet["Contact"]):
    def by_phone(self, phone: str) -> "ContactQuerySet":
        """Return the contacts with this telephone number, in any spelling. Raises ValueError if it is none."""
        return self.filter(phone_index=phone_index(phone))


class Contact(models.Model):
    """How to reach one petition's petitioner: as little as the matter needs (PIPL art 6)."""

    name = EncryptedTextField(pgettext_lazy("person", "name"), blank=True, default="")
    phone = EncryptedTextField(_("telephone number"), blank=True, default="")
    phone_index = BlindIndexField(source="phone", purpose=PHONE_PURPOSE, db_index=True)
    language = models.CharField(_("language"), max_length=10, choices=Language.choices, default=Language.CHINESE)
    created_at = models.DateTimeField(_("created at"))
    erased_at = models.DateTimeField(_("erased at"), null=True, blank=True)

    objects = ContactQuerySet.as_manager()

    class Meta:
        verbose_name = _("contact")
        verbose_name_plural = _("contacts")

    def __str__(self) -> str:
        return f"contact {self.pk}"

    @property
    def phone_tail(self) -> str:
        """The last four digits, by which a resident follows a petition without an account."""
        return self.phone[-4:]


class ConsentKind(models.TextChoices):
    """What a resident agrees to, each separately (PIPL art 14, 23, 25)."""

    PROCESSING = "processing", _("processing")
    PUBLICATION = "publication", _("publication")
    SHARING = "sharing", _("sharing with handling units")


class ConsentText(models.Model):
    """The words somebody agreed to. A text is never edited once in force: a change is a new version."""

    kind = models.CharField(_("kind"), max_length=20, choices=ConsentKind.choices)
    version = models.CharField(_("version"), max_length=20)
    body_zh = models.TextField(_("text in Chinese"))
    body_en = models.TextField(_("text in English"))
    in_force_from = models.DateTimeField(_("in force from"))

    class Meta:
        verbose_name = _("consent text")
        verbose_name_plural = _("consent texts")
        constraints = [
            models.UniqueConstraint(fields=["kind", "version"], name="accounts_consenttext_unique"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.version}"


class Consent(models.Model):
    """One answer of one contact to one consent text, by version; kept when withdrawn, with the time."""

    contact = models.ForeignKey(Contact, on_delete=models.CASCADE, related_name="consents")
    kind = models.CharField(max_length=20, choices=ConsentKind.choices)
    version = models.CharField(max_length=20)
    given = models.BooleanField()
    at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["contact", "kind"], name="accounts_consent_unique"),
            models.CheckConstraint(
                condition=models.Q(withdrawn_at__isnull=True) | models.Q(given=True),
                name="accounts_consent_withdrawn_was_given",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.version}"


class Attempt(models.Model):
    """Failures for one scope and key, in PostgreSQL so that a Redis that is down opens no door (attempts.py)."""

    scope = models.CharField(max_length=40)
    key_hash = models.CharField(max_length=64)
    failures = models.PositiveIntegerField()
    last_at = models.DateTimeField(db_index=True)
    locked_until = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["scope", "key_hash"], name="accounts_attempt_unique")]

    def __str__(self) -> str:
        return f"{self.scope} attempt {self.pk}"


class OneTimeCode(models.Model):
    """A code sent by SMS: only its keyed hash is kept, it expires, works once, and bears few tries."""

    phone_index = models.CharField(max_length=64)
    code_hash = models.CharField(max_length=64)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    tries = models.PositiveSmallIntegerField(default=0)
    used_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["phone_index", "-created_at"], name="accounts_code_by_phone"),
            models.Index(fields=["created_at"], name="accounts_code_by_age"),
        ]

    def __str__(self) -> str:
        return f"one-time code {self.pk}"
