"""Hand one claimed delivery to its channel. Calls the network, writes nothing."""

import smtplib
from datetime import datetime
from urllib.parse import urlsplit
from uuid import NAMESPACE_URL, uuid5

from django.conf import settings
from django.core.mail import EmailMessage

from notifications.gateways import GatewayError, sms_gateway
from notifications.models import Channel, Delivery


def hand_over(delivery: Delivery) -> None:
    """Send it; returning means that the gateway or mail server has it. Raises GatewayError."""
    if delivery.channel == Channel.SMS:
        _send_sms(delivery)
    elif delivery.channel == Channel.EMAIL:
        _send_mail(delivery)


def is_needless(delivery: Delivery, now: datetime) -> str:
    """Return why nobody is served by sending it now; empty when somebody is."""
    if delivery.expires_at is not None and delivery.expires_at <= now:
        return "expired"
    if delivery.contact is not None and delivery.contact.erased_at is not None:
        return "erased"
    return ""


def _send_sms(delivery: Delivery) -> None:
    if not delivery.telephone:
        raise GatewayError("no_address", permanent=True)
    sms_gateway().send(phone=delivery.telephone, text=_text(delivery, " "), key=_key(delivery))


def _send_mail(delivery: Delivery) -> None:
    if not delivery.mailbox:
        raise GatewayError("no_address", permanent=True)
    mail = EmailMessage(
        subject=delivery.subject,
        body=_text(delivery, "\n\n"),
        to=[delivery.mailbox],
        headers={"Message-ID": f"<{_key(delivery)}@{urlsplit(settings.SITE_URL).hostname}>"},
    )
    try:
        mail.send()
    except smtplib.SMTPRecipientsRefused:
        raise GatewayError("mail_rejected", permanent=True) from None
    except (smtplib.SMTPException, OSError):
        raise GatewayError("mail_failed") from None
    except ValueError:  # an address that cannot be written into a header
        raise GatewayError("mail_rejected", permanent=True) from None


def _text(delivery: Delivery, gap: str) -> str:
    """The body, and the full address of its link where there is one."""
    return f"{delivery.body}{gap}{settings.SITE_URL}{delivery.url}" if delivery.url else delivery.body


def _key(delivery: Delivery) -> str:
    """The same at each attempt: by it the gateway recognises a message it already has."""
    return str(uuid5(NAMESPACE_URL, f"{settings.SITE_URL}/deliveries/{delivery.pk}/{delivery.created_at.timestamp()}"))
