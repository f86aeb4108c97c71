"""The journal: one append-only table for every matter, and the outbox that hangs on it.

Timeline, audit, notifications and statistics all read the same rows. The database refuses UPDATE, DELETE and
TRUNCATE, and chains each row to the one before it in its matter by a digest, so that history cannot be
rewritten through the application and a rewrite behind its back shows (`manage.py verify_journal`).
"""

from __future__ import annotations

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class Visibility(models.TextChoices):
    """Who may read a row: each level includes those further down."""

    PUBLIC = "public", _("Everybody, once the matter is published")
    PETITIONER = "petitioner", _("The petitioner and staff")
    STAFF = "staff", _("Staff only")


class ActorKind(models.TextChoices):
    """In which capacity somebody acted."""

    RESIDENT = "resident", _("Resident")
    OFFICER = "officer", _("Liaison officer")
    STATION_HEAD = "station_head", _("Station head")
    DISPATCHER = "dispatcher", _("Dispatcher")
    SUPERVISOR = "supervisor", _("Supervisor")
    HANDLER = "handler", _("Handler")
    HEAD = "head", _("Unit head")
    DEPUTY = "deputy", _("Deputy")
    ADMINISTRATOR = "administrator", _("Administrator")
    SYSTEM = "system", _("The portal")


# What the digest covers. `{row}` is NEW in the trigger and a table alias in the verification; the instant is
# written as seconds since 1970, because a timestamp's text depends on the session's time zone.
DIGEST_SQL = (
    "encode(sha256(convert_to(concat_ws('|', {previous}, {row}.id, {row}.matter_type, {row}.matter_id, "
    "{row}.action, extract(epoch from {row}.at), coalesce({row}.actor_id, 0), {row}.actor_kind, "
    "{row}.from_state, {row}.to_state, {row}.visibility, {row}.note, {row}.data::text), 'UTF8')), 'hex')"
)

# What a transaction holds while it appends to one matter's chain.
CHAIN_LOCK_SQL = "hashtextextended({type}, {id})"

CHAIN = pgtrigger.Trigger(
    name="chain",
    when=pgtrigger.Before,
    operation=pgtrigger.Insert,
    declare=[("previous", "text"), ("last", "bigint")],
    # One writer at a time in a chain: the clock writes without the matter's row lock. A number that was drawn before
    # another's, but comes to be written after it, is drawn again, so that the order of numbers is the order of links.
    func=(  # from constants of this module alone
        f"PERFORM pg_advisory_xact_lock({CHAIN_LOCK_SQL.format(type='NEW.matter_type', id='NEW.matter_id')});"  # noqa: S608
        " SELECT id, digest INTO last, previous FROM journal_entry"
        " WHERE matter_type = NEW.matter_type AND matter_id = NEW.matter_id ORDER BY id DESC LIMIT 1;"
        " IF last > NEW.id THEN NEW.id := nextval(pg_get_serial_sequence('journal_entry', 'id')); END IF;"
        " NEW.digest := " + DIGEST_SQL.format(previous="coalesce(previous, '')", row="NEW") + ";"
        " RETURN NEW;"
    ),
)
# In the database, so that a row without its outbox row cannot exist and no second round trip is needed.
ENQUEUE = pgtrigger.Trigger(
    name="enqueue",
    when=pgtrigger.After,
    operation=pgtrigger.Insert,
    func=(
        "INSERT INTO journal_outbox (entry_id, matter_type, at) VALUES (NEW.id, NEW.matter_type, NEW.at); RETURN NULL;"
    ),
)
# Likewise: whatever names deputies is a fact of their duty, and waits to be taken into their files.
NOTE_FACT = pgtrigger.Trigger(
    name="note_fact",
    when=pgtrigger.After,
    operation=pgtrigger.Insert,
    func="IF NEW.data ? 'deputies' THEN INSERT INTO journal_fact (entry_id) VALUES (NEW.id); END IF; RETURN NULL;",
)
NO_TRUNCATE = pgtrigger.Trigger(
    name="no_truncate",
    level=pgtrigger.Statement,
    when=pgtrigger.Before,
    operation=pgtrigger.Truncate,
    func="RAISE EXCEPTION 'the journal is append-only: it cannot be truncated'; RETURN NULL;",
)


class Entry(models.Model):
    """One thing that happened to one matter. Written by `journal.actions.write` only."""

    matter_type = models.CharField(max_length=20)
    matter_id = models.BigIntegerField()
    action = models.CharField(max_length=40)
    at = models.DateTimeField()
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    actor_kind = models.CharField(max_length=16, choices=ActorKind.choices)
    from_state = models.CharField(max_length=24, blank=True, default="")
    to_state = models.CharField(max_length=24, blank=True, default="")
    note = models.TextField(blank=True, default="")
    data = models.JSONField(default=dict)
    visibility = models.CharField(max_length=12, choices=Visibility.choices)
    digest = models.CharField(max_length=64, editable=False, default="")

    class Meta:
        verbose_name = _("journal entry")
        verbose_name_plural = _("journal entries")
        ordering = ["id"]
        indexes = [
            models.Index(fields=["matter_type", "matter_id", "id"], name="journal_by_matter"),
            models.Index(fields=["action", "at"], name="journal_by_action"),
            models.Index(fields=["id"], condition=Q(data__has_key="deputies"), name="journal_facts"),
            # For the auditor: what happened on certain days, what one person did.
            models.Index(fields=["at"], name="journal_by_day"),
            models.Index(fields=["actor", "id"], condition=Q(actor__isnull=False), name="journal_by_actor"),
        ]
        triggers = [
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete),
            NO_TRUNCATE,
            CHAIN,
            ENQUEUE,
            NOTE_FACT,
        ]

    def __str__(self) -> str:
        return f"{self.matter_type} {self.matter_id}: {self.action}"


class Outbox(models.Model):
    """A journal row whose consequences (telling people) are still to be worked out; deleted once they are."""

    entry = models.OneToOneField(Entry, primary_key=True, on_delete=models.DO_NOTHING, related_name="outbox")
    matter_type = models.CharField(max_length=20)
    at = models.DateTimeField()
    attempts = models.PositiveSmallIntegerField(default=0, db_default=0)
    next_attempt_at = models.DateTimeField(null=True)
    error = models.CharField(max_length=200, blank=True, default="", db_default="")

    class Meta:
        verbose_name = _("outbox row")
        verbose_name_plural = _("outbox rows")
        indexes = [models.Index(fields=["matter_type", "entry"], name="outbox_by_type")]

    def __str__(self) -> str:
        return f"outbox {self.pk}"


class Fact(models.Model):
    """A journal row with `data["deputies"]` that is still to be taken into those deputies' duty files.

    A queue and no watermark: numbers are drawn before a transaction ends, so that a row with a lower number may
    come to be seen after one with a higher.
    """

    entry = models.OneToOneField(Entry, primary_key=True, on_delete=models.DO_NOTHING, related_name="fact")

    class Meta:
        verbose_name = _("fact of duty to be filed")
        verbose_name_plural = _("facts of duty to be filed")

    def __str__(self) -> str:
        return f"fact {self.pk}"
