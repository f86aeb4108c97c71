"""The only writers of this app, by subject: contacts and consents, one-time codes, tokens, housekeeping."""

from accounts.actions.administrators import CannotAppointAdministrator, appoint_administrator
from accounts.actions.codes import (
    CannotRequestCode,
    CannotVerifyCode,
    IssuedCode,
    TooManyCodes,
    request_code,
    send_code,
    verify_code,
)
from accounts.actions.contacts import (
    CannotCorrectContact,
    CannotRecordContact,
    CannotWithdrawConsent,
    correct_contact,
    erase_contact,
    record_contact,
    withdraw_consent,
)
from accounts.actions.housekeeping import forget_expired
from accounts.actions.security import end_sessions, lift_lockout
from accounts.actions.tokens import (
    CannotIssueToken,
    issue_token,
    reset_second_factor,
    revoke_tokens,
    sign_in_for_token,
)

__all__ = [
    "CannotAppointAdministrator",
    "CannotCorrectContact",
    "CannotIssueToken",
    "CannotRecordContact",
    "CannotRequestCode",
    "CannotVerifyCode",
    "CannotWithdrawConsent",
    "IssuedCode",
    "TooManyCodes",
    "appoint_administrator",
    "correct_contact",
    "end_sessions",
    "erase_contact",
    "forget_expired",
    "issue_token",
    "lift_lockout",
    "record_contact",
    "request_code",
    "reset_second_factor",
    "revoke_tokens",
    "send_code",
    "sign_in_for_token",
    "verify_code",
    "withdraw_consent",
]
