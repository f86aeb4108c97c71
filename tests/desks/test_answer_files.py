"""The files of an answer on a matter's page: seen, added, taken off; a wrong one costs nothing but itself."""

from __future__ import annotations

import dataclasses
import re

import pytest
from django.core.files.storage import default_storage
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from petitions import actions
from petitions.api.commands import ORDER_COMMANDS
from petitions.models import Attachment
from tests.desks.test_matter import page_of, send_order
from tests.petitions.test_answer_files import address_of, photo
from tests.walk import LIMIT, assert_ok

pytestmark = pytest.mark.django_db
TEXT = LIMIT["text"]


@pytest.fixture
def handled(walk):
    return walk.to("in_progress")


def form_of(page, walk, move):
    """One move's form as the page has it."""
    return page.split(f'id="m-{move}-{walk.order.pk}"')[1].split("</form>")[0]


def offered_off(form):
    return re.findall(r'name="take_off" value="(\d+)"', form)


def test_a_handler_attaches_and_the_head_finds_opens_and_signs(sit, handled):
    sent = send_order(sit, handled, "handler", "draft_reply", **LIMIT, files=[photo(40, "a.jpg"), photo(41, "b.jpg")])
    assert sent.status_code == 302
    one, two = Attachment.objects.order_by("pk")
    for move, who in (("draft_reply", "handler"), ("reply", "head")):
        form = form_of(page_of(sit, who, handled), handled, move)
        assert offered_off(form) == [str(one.pk), str(two.pk)]
        assert address_of(handled, one) in form
    assert sit("head").get(address_of(handled, one)).status_code == 200

    assert (
        send_order(sit, handled, "head", "reply", **LIMIT, take_off=[one.pk], files=photo(42, "c.jpg")).status_code
        == 302
    )
    assert handled.petition.state == "replied"
    page = page_of(sit, "officer", handled)
    assert "a.jpg" not in page
    assert "b.jpg" in page
    assert "c.jpg" in page


def test_nobody_else_finds_it_on_the_page(sit, handled):
    send_order(sit, handled, "handler", "draft_reply", **LIMIT, files=photo())
    kept = Attachment.objects.get()
    for who in ("officer", "dispatcher", "supervisor"):
        assert address_of(handled, kept) not in page_of(sit, who, handled)
        assert sit(who).get(address_of(handled, kept)).status_code == 404


def test_a_reply_that_was_sent_back_is_written_on_with_its_files(sit, handled):
    send_order(sit, handled, "head", "reply", **LIMIT, files=photo())
    assert_ok(handled.act("officer", "send_back", reason="请写明时间。"))
    kept = Attachment.objects.get()
    assert offered_off(form_of(page_of(sit, "handler", handled), handled, "draft_reply")) == [str(kept.pk)]
    assert address_of(handled, kept) in page_of(sit, "officer", handled), "who sent it back sees what"


@pytest.mark.parametrize(("who", "move"), [("handler", "draft_reply"), ("head", "reply")])
def test_a_wrong_file_costs_neither_the_words_nor_the_good_files(sit, handled, who, move):
    files = [photo(40, "good.jpg"), photo(name="bad.jpg", data=b"no picture"), photo(41, "fine.jpg")]
    answer = send_order(sit, handled, who, move, **LIMIT, files=files)
    page = answer.content.decode()

    assert answer.status_code == 422
    assert handled.petition.state == "in_progress"
    assert "“bad.jpg”: Send a photo" in page
    assert "kept with the draft" in page
    assert "Choose the files again" not in page
    form = form_of(page, handled, move)
    assert TEXT in form
    assert len(offered_off(form)) == 2
    version = re.search(r'name="version" value="(\d+)"', form).group(1)
    again = sit(who).post(
        f"/desk/petitions/{handled.reference}/orders/{handled.order.pk}/{move}/", {**LIMIT, "version": version}
    )
    assert again.status_code == 302, "sent again as it is, it is done"
    assert [each.name for each in Attachment.objects.order_by("pk")] == ["good.jpg", "fine.jpg"]


def test_one_too_many_is_named_and_the_others_are_kept(sit, handled, settings):
    settings.ATTACHMENT_MAX_COUNT = 1
    page = send_order(sit, handled, "handler", "draft_reply", **LIMIT, files=[photo(40), photo(41, "much.jpg")])
    assert "“much.jpg”: At most 1 files can be attached." in page.content.decode()
    assert [each.name for each in Attachment.objects.all()] == ["done.jpg"]


def test_what_is_marked_stays_marked_when_something_is_missing(sit, handled):
    send_order(sit, handled, "handler", "draft_reply", **LIMIT, files=photo())
    kept = Attachment.objects.get()
    answer = send_order(sit, handled, "head", "reply", text="", result_class="a", take_off=[kept.pk])
    form = form_of(answer.content.decode(), handled, "reply")
    assert answer.status_code == 422
    assert f'value="{kept.pk}" checked' in form
    kept.refresh_from_db()
    assert kept.reply


def test_meanwhile_the_handler_saved_again(sit, handled):
    """The head signs what the page showed, never files that came since."""
    version = re.search(r'name="version" value="(\d+)"', page_of(sit, "head", handled)).group(1)
    send_order(sit, handled, "handler", "draft_reply", **LIMIT, files=photo())
    answer = sit("head").post(
        f"/desk/petitions/{handled.reference}/orders/{handled.order.pk}/reply/", {**LIMIT, "version": version}
    )
    assert answer.status_code == 409
    assert handled.petition.state == "in_progress"


def test_a_move_that_fails_at_its_end_leaves_no_file(sit, handled, monkeypatch):
    """The answer itself was done; what fails is the transaction around it, which the page has opened."""

    def and_then(**given):
        actions.draft_reply(**given)
        assert Attachment.objects.exists()
        raise RuntimeError("the connection is gone")

    command = dataclasses.replace(ORDER_COMMANDS["draft_reply"], action=and_then)
    monkeypatch.setitem(ORDER_COMMANDS, "draft_reply", command)
    month = f"{timezone.now():%Y/%m}"
    before = set(default_storage.listdir(month)[1]) if default_storage.exists(month) else set()
    with pytest.raises(RuntimeError, match="gone"):
        send_order(sit, handled, "handler", "draft_reply", **LIMIT, files=photo())
    assert not Attachment.objects.exists()
    assert (set(default_storage.listdir(month)[1]) if default_storage.exists(month) else set()) == before


def test_statements_are_as_many_for_eight_files_as_for_one(sit, handled):
    taken = []
    for number in (1, 8):
        files = [photo(40 + 10 * number + each) for each in range(number)]
        assert send_order(sit, handled, "handler", "draft_reply", **LIMIT, files=files).status_code == 302
        client = sit("head")
        client.get(f"/desk/petitions/{handled.reference}/")
        with CaptureQueriesContext(connection) as seen:
            client.get(f"/desk/petitions/{handled.reference}/")
        taken.append(len([query for query in seen if "SAVEPOINT" not in query["sql"]]))
    assert Attachment.objects.count() == 9
    assert taken[0] == taken[1] <= 15
