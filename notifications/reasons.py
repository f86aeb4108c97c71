"""Why a message could not be sent, in words. The database keeps a code, which cannot hold a number."""

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

REASONS = {
    "timeout": _("The gateway did not answer in time."),
    "unreachable": _("The gateway could not be reached."),
    "broken": _("The gateway reported a fault of its own."),
    "nonsense": _("The gateway’s answer could not be understood."),
    "refused": _("The gateway did not take the message."),
    "rejected": _("The gateway rejected the message for good."),
    "no_address": _("There is no number or address to send to."),
    "mail_rejected": _("The mail server rejected the address."),
    "mail_failed": _("The mail server did not take the message."),
    "fault": _("Sending failed through a fault of the portal."),
    "interrupted": _("Sending was interrupted each time."),
    "expired": _("It was too late to send it."),
    "erased": _("The contact has been erased."),
}


def sentence(code: str) -> str:
    """Return the reason in the language in force; empty for none."""
    return str(REASONS.get(code) or gettext("For an unknown reason.")) if code else ""
