"""The only writer of deputies, their duty file and its rules. One verb a function."""

from deputies.actions.appeals import CannotAppeal, CannotRule, appeal_entry, appeal_record, rule
from deputies.actions.entries import CannotEnter, CannotVerify, Duty, NotYours, enter, reject, verify
from deputies.actions.records import file_facts
from deputies.actions.rules import CannotChangeRule, Worth, add_rule, end_rule, load_rules
from deputies.actions.telling import tell

__all__ = [
    "CannotAppeal",
    "CannotChangeRule",
    "CannotEnter",
    "CannotRule",
    "CannotVerify",
    "Duty",
    "NotYours",
    "Worth",
    "add_rule",
    "appeal_entry",
    "appeal_record",
    "end_rule",
    "enter",
    "file_facts",
    "load_rules",
    "reject",
    "rule",
    "tell",
    "verify",
]
