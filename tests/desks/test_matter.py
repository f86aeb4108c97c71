"""A matter's page: the moves open to me and only those, made once, with nothing typed ever lost."""

from __future__ import annotations

import io
import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from PIL import Image

from desks.models import ReplyTemplate
from petitions.models import Attachment, Claim
from petitions.moves import petition_moves
from tests.desks.conftest import at_version, suggest
from tests.walk import LIMIT

pytestmark = pytest.mark.django_db


def page_of(sit, who, walk) -> str:
    return sit(who).get(f"/desk/petitions/{walk.reference}/").content.decode()


def offered(page: str) -> set[str]:
    return set(re.findall(r'id="m-([a-z_]+)', page))


def send(sit, walk, who, move, version=None, **values):
    data = at_version(walk.petition, **values)
    if version is not None:
        data["version"] = version
    return sit(who).post(f"/desk/petitions/{walk.reference}/moves/{move}/", data)


def send_order(sit, walk, who, move, **values):
    data = at_version(walk.petition, **values)
    return sit(who).post(f"/desk/petitions/{walk.reference}/orders/{walk.order.pk}/{move}/", data)


@pytest.mark.parametrize("who", ["officer", "station_head", "dispatcher", "supervisor"])
@pytest.mark.parametrize("state", ["submitted", "registered", "assigned", "replied", "concluded"])
def test_exactly_the_moves_open_to_me(sit, walk, cast, who, state):
    walk.to(state)
    mine = {name for name, _label in petition_moves(walk.petition, getattr(cast, who))}
    shown = offered(page_of(sit, who, walk))
    assert mine <= shown
    assert shown - mine <= {"urge"}


def test_register_and_assign_through_the_page(sit, walk):
    walk.to("submitted")
    assert send(sit, walk, "officer", "register").status_code == 302
    answer = send(sit, walk, "dispatcher", "assign", units=["water", "", ""], co_units=["road", ""], note="请办理")
    assert answer["Location"] == f"/desk/petitions/{walk.reference}/"
    assert walk.petition.state == "assigned"
    assert walk.order_of("road").kind == "co"


def test_what_is_missing_is_named_and_the_rest_kept(sit, walk):
    walk.to("registered")
    answer = send(sit, walk, "officer", "propose_decline", reason="正在诉讼中。", channel="")
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "正在诉讼中。" in page
    assert 'aria-invalid="true"' in page


def test_somebody_else_was_quicker(sit, walk):
    walk.to("in_progress")
    old = at_version(walk.petition)["version"]
    walk.order_act("handler", "contact", note="已联系")
    answer = send(sit, walk, "supervisor", "supervise", version=old, reason="久拖不决，需要督办。")
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "The department has been in contact" in page
    assert "久拖不决，需要督办。" in page
    assert walk.petition.supervised_at is None
    # Sent again from the page as it is now, it is done.
    version = re.search(r'name="version" value="(\d+)"', page).group(1)
    assert send(sit, walk, "supervisor", "supervise", version=version, reason="久拖不决。").status_code == 302
    assert walk.petition.supervised_at


def test_what_was_typed_survives_a_move_that_closed(sit, walk):
    walk.to("registered")
    old = at_version(walk.petition)["version"]
    walk.act("dispatcher", "assign", units=["water"])
    answer = send(sit, walk, "dispatcher", "assign", version=old, units=["road"], note="请交通局尽快处理，写了很久。")
    assert answer.status_code == 409
    assert "请交通局尽快处理，写了很久。" in answer.content.decode()
    assert walk.order.department.code == "water"


def test_reminders_of_the_clock_are_no_change(sit, walk):
    from django.utils import timezone

    from journal import actions as journal

    walk.to("registered")
    old = at_version(walk.petition)["version"]
    journal.write(
        matter_type="petition",
        matter_id=walk.petition.pk,
        action="triage_overdue",
        at=timezone.now(),
        from_state="registered",
        to_state="registered",
    )
    assert send(sit, walk, "dispatcher", "assign", version=old, units=["water"]).status_code == 302


def test_the_head_replies_with_a_photo(sit, walk):
    walk.to("in_progress")
    picture = io.BytesIO()
    Image.new("RGB", (30, 20), "green").save(picture, "JPEG")
    file = SimpleUploadedFile("done.jpg", picture.getvalue(), "image/jpeg")
    assert send_order(sit, walk, "head", "reply", **LIMIT, files=file).status_code == 302
    assert walk.petition.state == "replied"
    kept = Attachment.objects.get()
    assert kept.reply.text == LIMIT["text"]
    assert not kept.by_resident


def test_a_bad_file_sends_no_reply(sit, walk):
    walk.to("in_progress")
    file = SimpleUploadedFile("x.jpg", b"no picture", "image/jpeg")
    answer = send_order(sit, walk, "head", "reply", **LIMIT, files=file)
    assert answer.status_code == 422
    assert LIMIT["text"] in answer.content.decode()
    assert walk.petition.state == "in_progress"
    assert not Attachment.objects.exists()


@pytest.mark.parametrize(
    ("move", "who", "values", "sentence"),
    [
        ("reply", "head", {"text": " ", "result_class": "a"}, "Write the reply, as the resident is to read it."),
        ("request_extension", "handler", {"working_days": "3"}, "Write why more time is needed"),
        ("urge", "officer", {"note": ""}, "Write what you ask of the unit."),
    ],
)
def test_what_was_left_empty_is_asked_for_in_words(sit, walk, move, who, values, sentence):
    walk.to("in_progress")
    answer = send_order(sit, walk, who, move, **values)
    assert answer.status_code == 422
    assert sentence in answer.content.decode().split(f'id="m-{move}-{walk.order.pk}"')[1].split("</form>")[0]


def test_class_b_needs_a_date(sit, walk):
    walk.to("in_progress")
    answer = send_order(sit, walk, "head", "reply", text="计划明年改造。", result_class="b")
    assert answer.status_code == 422
    assert walk.petition.state == "in_progress"


def test_a_handler_drafts_and_the_head_finds_the_draft(sit, walk):
    walk.to("in_progress")
    assert "reply" not in offered(page_of(sit, "handler", walk)) - {"draft_reply"}
    send_order(sit, walk, "handler", "draft_reply", **LIMIT)
    page = page_of(sit, "head", walk)
    assert LIMIT["text"] in page.split(f'id="m-reply-{walk.order.pk}"')[1]


def test_return_extension_and_handing_on(sit, walk):
    walk.to("in_progress")
    send_order(sit, walk, "handler", "hand_to", handler="head")
    assert walk.order.handler.username == "head"
    assert send_order(sit, walk, "handler", "request_extension", reason="等待配件", working_days="3").status_code == 302
    assert "grant_extension" in offered(page_of(sit, "dispatcher", walk))
    assert send_order(sit, walk, "dispatcher", "grant_extension", ruling="同意").status_code == 302


def test_internal_notes_are_for_those_at_work(sit, walk):
    walk.submit(deputy="D1")
    send(sit, walk, "officer", "note", text="家属情绪激动，请注意方式。")
    assert "家属情绪激动" in page_of(sit, "dispatcher", walk)
    deputy = page_of(sit, "deputy", walk)
    assert "家属情绪激动" not in deputy
    assert "13912345678" not in deputy


def test_candidates_with_reasons_and_one_key(sit, walk):
    suggest(walk.to("registered").petition, "water", "road")
    page = page_of(sit, "dispatcher", walk)
    assert "data-first-here" in page
    assert "Water Bureau" in page
    assert "下水道" in page
    assert "data-first-here" not in page_of(sit, "officer", walk)


def test_templates_are_filled_in(sit, walk):
    ReplyTemplate.objects.create(name="标准答复", text="您的诉求 {reference} 已由{unit}核实。{nothing}")
    walk.to("in_progress")
    page = page_of(sit, "head", walk)
    assert f"您的诉求 {walk.petition.spoken_reference} 已由Water Bureau核实。{{nothing}}" in page


def test_the_public_text_stands_beside_the_original(sit, walk):
    walk.to("replied")
    words = walk.petition.text
    send(sit, walk, "officer", "propose_publication", title="下水道", text=words.replace("孩子们", "行人"))
    page = page_of(sit, "dispatcher", walk)
    assert "<del>孩子们</del>" in page
    assert "<ins>行人</ins>" in page


def test_the_residents_others_are_shown_to_those_who_may(sit, walk):
    walk.to("registered")
    first = walk.reference
    walk.to("registered")
    page = sit("officer").get(f"/desk/petitions/{walk.reference}/related/").content.decode()
    assert f"/desk/petitions/{first}/" in page
    walk.submit(deputy="D1")
    assert (
        f"/desk/petitions/{first}/"
        not in sit("deputy").get(f"/desk/petitions/{walk.reference}/related/").content.decode()
    )


def test_the_form_on_paper(sit, walk):
    walk.to("replied")
    page = sit("dispatcher").get(f"/desk/petitions/{walk.reference}/form/").content.decode()
    assert walk.petition.spoken_reference in page
    assert LIMIT["text"] in page


@pytest.mark.parametrize("who", ["dispatcher", "supervisor", "officer", "handler"])
def test_staff_see_who_follows_the_matter_and_not_who_did(sit, walk, cast, who):
    walk.to("in_progress")
    claim = Claim.objects.create(petition=walk.petition, deputy=cast.seat, at=walk.petition.submitted_at)
    assert f"<dt>Followed by</dt><dd>{cast.seat}</dd>" in page_of(sit, who, walk)
    Claim.objects.filter(pk=claim.pk).update(ended_at=walk.petition.submitted_at, reason="已转交。")
    assert "<dt>Followed by</dt>" not in page_of(sit, who, walk)


@pytest.mark.parametrize("who", ["dispatcher", "supervisor", "officer", "handler", "head"])
def test_statements_are_constant(sit, walk, who):
    walk.to("in_progress")
    client, taken = sit(who), []
    for number in (2, 20):
        for _ in range(number):
            walk.act("officer", "note", text="又看了一次。")
            walk.order_act("officer", "urge", note="请尽快。")
        client.get(f"/desk/petitions/{walk.reference}/")
        with CaptureQueriesContext(connection) as seen:
            client.get(f"/desk/petitions/{walk.reference}/")
        taken.append([q["sql"][:90] for q in seen if "SAVEPOINT" not in q["sql"]])
    assert len(taken[0]) == len(taken[1])
    assert len(taken[1]) <= 15, "\n".join(taken[1])


def test_residents_moves_are_not_made_here(sit, walk):
    walk.to("awaiting_evaluation")
    assert send(sit, walk, "dispatcher", "evaluate", process="satisfied", result="satisfied").status_code == 404
    assert send(sit, walk, "dispatcher", "nonsense").status_code == 404
    assert send(sit, walk, "dispatcher", "note", version="x", text="a").status_code == 404


def test_the_place_is_shown_on_a_map(sit, walk):
    walk.submit(latitude=22.7, longitude=114.35)
    page = sit("officer").get(f"/desk/petitions/{walk.reference}/").content.decode()
    assert 'data-map="points"' in page
    walk.submit()
    assert 'data-map="points"' not in sit("officer").get(f"/desk/petitions/{walk.reference}/").content.decode()
