"""How a text message leaves the house. Which gateway: the setting SMS_GATEWAY.

A gateway is called with an idempotency key that is the same at each attempt of one delivery: a worker that
dies between the call and the commit sends again, and a gateway that honours the key delivers once. That is the one
place where a message may go out twice (at-least-once); a gateway without such keys may then send a duplicate.
"""

import json
import time
from dataclasses import dataclass
from typing import Any, Protocol

import requests
from django.conf import settings
from requests.auth import AuthBase

CONNECT_TIMEOUT = 3  # seconds
READ_TIMEOUT = 5  # seconds between two pieces of the answer
TOTAL_TIMEOUT = 10  # seconds for the whole answer
MAX_ANSWER = 64 * 1024
TEMPORARY = {408, 425, 429}  # the 4xx that mean "later", not "never"


class GatewayError(Exception):
    """The message was not taken. `code` is one of `notifications.reasons`, never the gateway's own words."""

    def __init__(self, code: str, *, permanent: bool = False) -> None:
        super().__init__(code)
        self.code, self.permanent = code, permanent


class SmsGateway(Protocol):
    """Hand over one text message; returning means that it was taken. Raises GatewayError."""

    def send(self, *, phone: str, text: str, key: str) -> None: ...


def sms_gateway() -> SmsGateway:
    """Return the gateway of this deployment."""
    if settings.SMS_GATEWAY == "outbox":
        return OutboxGateway()
    return HttpSmsGateway(
        url=settings.SMS_GATEWAY_URL,
        token=settings.SMS_GATEWAY_TOKEN,
        template=settings.SMS_GATEWAY_BODY,
        success=settings.SMS_GATEWAY_SUCCESS,
    )


class OutboxGateway:
    """Takes every message and does nothing with it: the delivery itself is what the outbox page shows."""

    def send(self, *, phone: str, text: str, key: str) -> None:
        """Take the message."""


class _Bearer(AuthBase):
    """As an object, because a header of our own would give way to a ~/.netrc."""

    def __init__(self, token: str) -> None:
        self.token = token

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers["Authorization"] = f"Bearer {self.token}"
        return request


@dataclass(frozen=True)
class HttpSmsGateway:
    """POST JSON to a provider.

    `template` is the body, with {phone}, {text} and {key} in its strings. `success` is "name=value": the field
    of the JSON answer (dots go deeper) that says the message was taken. Redirects are not followed: a number
    does not go to an address nobody configured.
    """

    url: str
    token: str
    template: Any
    success: str

    def send(self, *, phone: str, text: str, key: str) -> None:
        """Hand over one message. Raises GatewayError: permanent for 4xx, else worth another attempt."""
        body = _filled(self.template, {"{phone}": phone, "{text}": text, "{key}": key})
        deadline = time.monotonic() + TOTAL_TIMEOUT
        try:
            with requests.post(
                self.url,
                json=body,
                headers={"Idempotency-Key": key, "Accept": "application/json"},
                auth=_Bearer(self.token),
                timeout=(CONNECT_TIMEOUT, READ_TIMEOUT),
                allow_redirects=False,
                stream=True,
            ) as answer:
                _check_status(answer.status_code)
                self._check_answer(_read(answer, deadline))
        # The exceptions of requests quote address and headers: neither their text nor their chain is kept.
        except requests.Timeout:
            raise GatewayError("timeout") from None
        except requests.RequestException:
            raise GatewayError("unreachable") from None

    def _check_answer(self, raw: bytes) -> None:
        try:
            answer = json.loads(raw)
        except (ValueError, RecursionError):
            raise GatewayError("nonsense") from None
        name, _, expected = self.success.partition("=")
        for part in name.split("."):
            if not isinstance(answer, dict) or part not in answer:
                raise GatewayError("nonsense")
            answer = answer[part]
        found = answer if isinstance(answer, str) else json.dumps(answer)
        if found != expected:
            raise GatewayError("refused")


def _check_status(status: int) -> None:
    if 200 <= status < 300:
        return
    if 400 <= status < 500 and status not in TEMPORARY:
        raise GatewayError("rejected", permanent=True)
    raise GatewayError("broken")


def _read(answer: requests.Response, deadline: float) -> bytes:
    """Read the answer, but not without end: the read timeout alone starts anew at each byte."""
    found = b""
    for piece in answer.iter_content(1024):
        found += piece
        if len(found) > MAX_ANSWER:
            raise GatewayError("nonsense")
        if time.monotonic() > deadline:
            raise GatewayError("timeout")
    return found


def _filled(template: Any, words: dict[str, str]) -> Any:
    """Return the template with the words put into its strings; a word is never read as a template itself."""
    if isinstance(template, dict):
        return {name: _filled(inner, words) for name, inner in template.items()}
    if isinstance(template, list):
        return [_filled(inner, words) for inner in template]
    if isinstance(template, str):
        return "".join(words.get(part, part) for part in _parts(template, words))
    return template


def _parts(template: str, words: dict[str, str]) -> list[str]:
    parts = [template]
    for word in words:
        parts = [piece for part in parts for piece in _split(part, word)]
    return parts


def _split(text: str, word: str) -> list[str]:
    before, *rest = text.split(word)
    return [before, *(piece for part in rest for piece in (word, part))]
