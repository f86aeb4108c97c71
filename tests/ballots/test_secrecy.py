"""No vote can be tied to a code or a person by anything that is stored: column, key, order, row version, length.

The main test holds the same election twice, with the same codes used in the same order, and lets only who votes what
differ. Then it compares everything in the database, row versions and places on the disk included. What is equal
however the votes were dealt out cannot tell how they were.
"""

from __future__ import annotations

import json
import logging
import random
from itertools import pairwise

import pytest
from cryptography.exceptions import InvalidTag
from django.core.cache import cache
from django.db import connection
from rest_framework.test import APIClient

from ballots import actions, codes, urn
from ballots.models import Code, Participation, Poll, Urn
from journal.models import Entry
from tests.ballots.polls import a_poll, close
from tests.cast import at

pytestmark = pytest.mark.django_db(transaction=True)

VOTERS = 24
SHARES = ["satisfied"] * 12 + ["basically"] * 7 + ["dissatisfied"] * 5
FIXED = [f"{codes.ALPHABET[n]}7PQ4MXA" for n in range(VOTERS)]
OURS = ("ballots_code", "ballots_participation", "ballots_urn", "ballots_poll")


def stored() -> dict[str, list[tuple[object, ...]]]:
    """Everything in the database, each row with its place (ctid) and the transactions that wrote or locked it.

    Transaction numbers become ranks, so that two runs can be compared; a sealed urn shows its length.
    """
    found, numbers = {}, set()
    with connection.cursor() as cursor:
        for table in sorted(connection.introspection.table_names(cursor)):
            cursor.execute(
                f"SELECT xmin::text, xmax::text, to_jsonb(t) - 'sealed' - 'opened_at' - 'closed_at', t::text"
                f" FROM {table} t ORDER BY t.ctid"
            )
            found[table] = cursor.fetchall()
            numbers |= {int(row[n]) for row in found[table] for n in (0, 1)}
    rank = {number: place for place, number in enumerate(sorted(numbers))}
    return {
        table: [
            (place, rank[int(row[0])], rank[int(row[1])], str(row[2]), len(row[3])) for place, row in enumerate(rows)
        ]
        for table, rows in found.items()
    }


def election(monkeypatch, votes):
    """Vote in the order of FIXED; return what is stored before and after counting, and the result."""
    with connection.cursor() as cursor:
        cursor.execute(f"TRUNCATE {', '.join(OURS)} RESTART IDENTITY CASCADE")
    cache.clear()
    slips = iter(FIXED)
    monkeypatch.setattr(codes, "new_code", lambda: next(slips))
    monkeypatch.setattr(actions.secrets, "token_hex", lambda length: "5a" * length)
    poll = a_poll(opened=False)
    actions.issue(poll=poll, number=VOTERS)
    poll = actions.open_poll(poll=poll, now=at("2026-11-20 19:00"))
    for code, vote in zip(FIXED, votes, strict=True):
        answer = APIClient().post("/api/v1/votes/cast/", {"code": code, "marks": {"report": vote}}, format="json")
        assert answer.status_code == 204
    before = stored()
    poll = actions.close_poll(poll=poll, now=at("2026-11-20 20:00"))
    return before, stored(), poll.result


def dealt(seed):
    votes = list(SHARES)
    random.Random(seed).shuffle(votes)
    return votes


def test_what_is_stored_is_the_same_whoever_voted_what(transactional_db, monkeypatch):
    first = election(monkeypatch, dealt(1))

    for votes in (dealt(2), sorted(SHARES), sorted(SHARES, reverse=True)):
        assert election(monkeypatch, votes) == first
    assert first[2]["papers"] == VOTERS
    assert sum(len(first[0][table]) for table in OURS) == 2 * VOTERS + 2


def test_the_comparison_notices_a_single_leak(transactional_db, monkeypatch):
    """So that the test above is known to be able to fail: a careless store is found out by it."""
    seal = urn.with_paper

    def careless(poll, salt, sealed, marks):
        Poll.objects.filter(pk=poll.pk).update(question_en=marks["report"])
        return seal(poll, salt, sealed, marks)

    monkeypatch.setattr(urn, "with_paper", careless)

    assert election(monkeypatch, sorted(SHARES))[0] != election(monkeypatch, sorted(SHARES, reverse=True))[0]


def test_no_column_could_hold_a_time_or_a_serial_number(db):
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT table_name, column_name, data_type FROM information_schema.columns WHERE table_name = ANY(%s)",
            [["ballots_code", "ballots_participation", "ballots_urn"]],
        )
        columns = set(cursor.fetchall())

    assert columns == {
        ("ballots_code", "code_hash", "character varying"),
        ("ballots_code", "poll_id", "bigint"),
        ("ballots_participation", "code_hash", "character varying"),
        ("ballots_participation", "poll_id", "bigint"),
        ("ballots_urn", "poll_id", "bigint"),
        ("ballots_urn", "salt", "character varying"),
        ("ballots_urn", "sealed", "bytea"),
    }


def test_after_counting_nothing_tells_the_order_of_voting(transactional_db, monkeypatch):
    before, after, _result = election(monkeypatch, dealt(1))

    hashes = [codes.hashed(code) for code in FIXED]
    rows = after["ballots_participation"]
    assert [json.loads(row[3])["code_hash"] for row in rows] == sorted(hashes) != hashes  # the place follows the hash
    assert len({row[1] for row in rows}) == 1  # one transaction wrote them all
    # Voting left no mark on the codes' own rows: neither written nor locked by the voter's transaction.
    assert len({row[1] for row in before["ballots_code"]}) == 1
    assert {row[2] for row in before["ballots_code"]} == {row[2] for row in after["ballots_code"]} == {0}
    assert after["ballots_urn"] == []


def test_the_urn_looks_unrelated_after_each_vote_and_never_changes_its_length(transactional_db):
    poll = a_poll(minimum=1)
    seen = []
    for code in actions.issue(poll=poll, number=6):
        actions.cast(code=code, marks={"report": "satisfied"}, address="127.0.0.1", now=at("2026-11-20 19:00"))
        seen.append(bytes(Urn.objects.get().sealed))

    assert len(set(seen)) == 6
    assert len({len(each) for each in seen}) == 1
    shared = [sum(a == b for a, b in zip(one, other, strict=True)) for one, other in pairwise(seen)]
    assert max(shared) <= 6  # of 44 bytes: chance


def test_without_the_key_or_for_another_poll_the_urn_stays_shut(transactional_db, settings):
    poll, other = a_poll(), a_poll()
    box = Urn.objects.get(poll=poll)
    assert urn.opened(poll, box.salt, bytes(box.sealed))[0] == 0

    with pytest.raises(InvalidTag):
        urn.opened(other, box.salt, bytes(box.sealed))
    settings.BLIND_INDEX_KEY = "x" * 50
    with pytest.raises(InvalidTag):
        urn.opened(poll, box.salt, bytes(box.sealed))


def test_a_paper_put_in_or_taken_out_by_the_back_door_shows(transactional_db):
    poll = a_poll(minimum=1)
    for code in actions.issue(poll=poll, number=3):
        actions.cast(code=code, marks={"report": "satisfied"}, address="127.0.0.1", now=at("2026-11-20 19:00"))
    Participation.objects.filter(pk=Participation.objects.first().pk).delete()

    with pytest.raises(actions.UrnDoesNotAgree):
        close(poll)
    assert Poll.objects.get().is_open
    assert Urn.objects.exists()


def test_neither_log_nor_journal_hears_of_a_vote(transactional_db, caplog):
    poll = a_poll()
    (code,) = actions.issue(poll=poll, number=1)
    entries = Entry.objects.count()
    with caplog.at_level(logging.DEBUG):
        for _twice in range(2):
            APIClient().post("/api/v1/votes/cast/", {"code": code, "marks": {"report": "satisfied"}}, format="json")

    ours = [record for record in caplog.records if not record.name.startswith("django.db")]
    assert not [record for record in ours if code in record.getMessage() or "satisfied" in record.getMessage()]
    assert Entry.objects.count() == entries
    assert Code.objects.count() == 1
