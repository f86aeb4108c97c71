"""How to reach a petitioner, and what the petitioner agreed to: record, correct, erase (PIPL art 13-29, 44-47)."""

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts import crypto
from accounts.models import Consent, ConsentKind, Contact, Language
from accounts.queries import ConsentTexts, consent_texts
from accounts.refusals import Refused
from accounts.strict import clean_text
from common.prepared import insert, insert_all

LONGEST_NAME = 100


class CannotRecordContact(Refused):
    """The contact or its consents cannot be recorded as given."""


class CannotCorrectContact(Refused):
    """The correction cannot be entered."""


class CannotWithdrawConsent(Refused):
    """There is no such consent to withdraw."""


def record_contact(
    *,
    name: str,
    phone: str,
    language: str,
    consents: Mapping[str, bool],
    version: str,
    now: datetime,
    phone_needed: bool = True,
) -> Contact:
    """Record a contact and the answer to each consent asked for; two INSERTs.

    In: `consents` maps kinds (`ConsentKind`) to the answer; `version` is the version of the texts shown. Who comes
    in person may give a name alone (`phone_needed=False`).
    Out: the saved contact. Raises `CannotRecordContact`, its `field` one of name, phone, language,
    consent_version, consents.
    """
    texts = _checked_texts(consents, version, now)
    contact = Contact(
        name=_checked_name(name, CannotRecordContact),
        phone=_checked_phone(phone, CannotRecordContact) if phone_needed or phone.strip() else "",
        language=_checked_language(language),
        created_at=now,
    )
    # No savepoint of its own: the caller's transaction is the one that counts, and a savepoint costs two statements.
    with transaction.atomic(savepoint=False):
        insert(contact)
        insert_all(
            [
                Consent(contact=contact, kind=kind, version=texts.texts[kind].version, given=given, at=now)
                for kind, given in consents.items()
            ]
        )
    return contact


def _checked_texts(consents: Mapping[str, bool], version: str, now: datetime) -> ConsentTexts:
    texts = consent_texts(now=now)
    if version != texts.version:
        sentence = _("The consent texts have changed. Please read version %(version)s and agree again.")
        raise CannotRecordContact(sentence % {"version": texts.version}, field="consent_version")
    for kind in consents:
        if kind not in texts.texts:
            raise CannotRecordContact(
                _("There is no consent of the kind “%(kind)s”.") % {"kind": kind}, field="consents"
            )
    if not consents.get(ConsentKind.PROCESSING):
        sentence = _("We need your consent to the processing of your details, or we cannot take up the matter.")
        raise CannotRecordContact(sentence, field="consents")
    return texts


def _checked_name(name: str, refusal: type[Refused]) -> str:
    try:
        name = clean_text(name)
    except ValueError as error:
        raise refusal(str(error), field="name") from None
    if len(name) > LONGEST_NAME:
        sentence = _("A name may have at most %(limit)d characters.") % {"limit": LONGEST_NAME}
        raise refusal(sentence, field="name")
    return name


def _checked_phone(phone: str, refusal: type[Refused]) -> str:
    try:
        return crypto.normalise_phone(phone)
    except ValueError as error:
        raise refusal(str(error), field="phone") from None


def _checked_language(language: str) -> str:
    if language not in Language.values:
        sentence = _("Choose one of these languages: %(languages)s.") % {"languages": ", ".join(Language.values)}
        raise CannotRecordContact(sentence, field="language")
    return language


@transaction.atomic
def correct_contact(*, contact: Contact, name: str, phone: str, now: datetime) -> Contact:
    """Correct name and telephone number (PIPL art 46). Raises `CannotCorrectContact` once the contact is erased."""
    locked = Contact.objects.select_for_update().get(pk=contact.pk)
    if locked.erased_at:
        raise CannotCorrectContact(_("These details have been erased; they cannot be corrected any more."))
    locked.name = _checked_name(name, CannotCorrectContact)
    locked.phone = _checked_phone(phone, CannotCorrectContact)
    locked.save(update_fields=["name", "phone", "phone_index"])
    return locked


@transaction.atomic
def withdraw_consent(*, contact: Contact, kind: str, now: datetime) -> Consent:
    """Withdraw one consent (PIPL art 15); withdrawing twice keeps the first time.

    Raises `CannotWithdrawConsent` where it was never given. What follows from it (unpublishing, for one) is the
    caller's part.
    """
    consent = Consent.objects.select_for_update().filter(contact=contact, kind=kind, given=True).first()
    if consent is None:
        raise CannotWithdrawConsent(_("This consent was not given, so there is nothing to withdraw."))
    if consent.withdrawn_at is None:
        consent.withdrawn_at = now
        consent.save(update_fields=["withdrawn_at"])
    return consent


@transaction.atomic
def erase_contact(*, contact: Contact, now: datetime) -> Contact:
    """Blank name and telephone number for good (PIPL art 47); row and consents stay, as proof of what was agreed."""
    locked = Contact.objects.select_for_update().get(pk=contact.pk)
    if locked.erased_at is None:
        locked.name, locked.phone, locked.erased_at = "", "", now
        locked.save(update_fields=["name", "phone", "phone_index", "erased_at"])
    return locked
