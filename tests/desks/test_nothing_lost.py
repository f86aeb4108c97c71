"""What somebody typed or saw at a desk is not lost: matters that went elsewhere, long pauses, replies sent back."""

from __future__ import annotations

import time
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django.utils.translation import override

from desks.templatetags.desks import marked
from directory import queries
from directory.models import Department
from dispatch.models import Reply, WorkOrder
from petitions.models import Routing
from tests.desks.conftest import at_version, suggest
from tests.desks.test_matter import page_of, send, send_order
from tests.factories import PetitionFactory, WorkOrderFactory, put_into
from tests.petitions.test_attachments import picture
from tests.walk import LIMIT, assert_ok

pytestmark = pytest.mark.django_db
LONG = "已清淤，并安装了新的井盖。" * 20


def test_a_reply_to_an_order_that_was_taken_away_is_kept(sit, walk):
    walk.to("in_progress")
    order, version = walk.order, at_version(walk.petition)
    assert_ok(walk.act("dispatcher", "reassign", units=["road"], note="属道路养护。"))
    address = f"/desk/petitions/{walk.reference}/orders/{order.pk}/reply/"
    answer = sit("head").post(address, {**version, "text": LONG, "result_class": "a"})
    page = answer.content.decode()
    assert answer.status_code == 404
    assert LONG in page
    assert "The work order of Water Bureau has ended meanwhile" in page
    assert walk.order_of("road").state == "assigned"
    assert not Reply.objects.exists()


def test_a_note_on_a_matter_that_became_restricted_is_kept_and_tells_nothing(sit, walk):
    walk.to("registered")
    data = at_version(walk.petition, text=LONG)
    assert_ok(walk.act("dispatcher", "restrict", reason="涉及举报。"))
    pages = [
        sit("officer").post(f"/desk/petitions/{reference}/moves/note/", data)
        for reference in (walk.reference, "A2A2A2A2A2")
    ]
    assert [page.status_code for page in pages] == [404, 404]
    first, other = (page.content.decode() for page in pages)
    assert LONG in first
    assert "has ended meanwhile" not in first + other
    assert LONG in other


def test_a_public_text_for_a_matter_that_went_away_is_kept(sit, walk):
    walk.submit(publish_consent=True)
    data = at_version(walk.petition, title="积水", text=LONG)
    assert_ok(walk.act("dispatcher", "restrict", reason="涉及举报。"))
    answer = sit("officer").post(f"/desk/petitions/{walk.reference}/moves/propose_publication/", data)
    assert answer.status_code == 404
    assert LONG in answer.content.decode()


def test_nothing_typed_is_nothing_there(sit, walk):
    walk.to("registered")
    answer = sit("far_officer").post(f"/desk/petitions/{walk.reference}/moves/register/", at_version(walk.petition))
    assert answer.status_code == 404
    assert "to be copied" not in answer.content.decode()


def test_signing_for_what_went_elsewhere_says_so(sit, walk):
    walk.to("assigned")
    order, version = walk.order, at_version(walk.petition)
    assert_ok(walk.act("dispatcher", "reassign", units=["road"], note="属道路养护。"))
    answer = sit("head").post(f"/desk/unit/orders/{order.pk}/sign/", version, follow=True)
    assert answer.status_code == 200
    assert "not with your unit any more" in answer.content.decode()


def test_files_are_to_be_chosen_again(sit, walk):
    walk.to("in_progress")
    file = SimpleUploadedFile("x.jpg", picture(), "image/jpeg")
    said = "Choose the files again"
    assert said in send_order(sit, walk, "head", "reply", text="", result_class="a", files=file).content.decode()
    assert said not in send_order(sit, walk, "head", "reply", text="", result_class="a").content.decode()


def test_a_reply_that_was_sent_back_is_written_on(sit, walk):
    walk.to("replied")
    text = Reply.objects.get().text
    assert_ok(walk.act("officer", "send_back", reason="请写明时间。"))
    page = page_of(sit, "head", walk)
    assert text in page.split(f'id="m-reply-{walk.order.pk}"')[1].split("</form>")[0]
    paper = sit("dispatcher").get(f"/desk/petitions/{walk.reference}/form/").content.decode()
    assert text not in paper, "what was sent back is no result"


def test_a_head_sees_which_drafts_wait(sit, walk):
    walk.to("in_progress")
    assert "Draft to sign" not in sit("head").get("/desk/unit/?tab=answer").content.decode()
    send_order(sit, walk, "handler", "draft_reply", **LIMIT)
    assert "Draft to sign" in sit("head").get("/desk/unit/?tab=answer").content.decode()
    assert "Draft to sign" not in sit("handler").get("/desk/unit/?tab=answer").content.decode()


@pytest.mark.parametrize(("tab", "limit"), [("sign", "sign_due_at"), ("contact", "contact_due_at")])
def test_what_is_due_first_comes_first(sit, cast, tab, limit):
    now, made = timezone.now(), []
    for hours in (5, 1, 3):
        petition = PetitionFactory(area=cast.area["EB"])
        order = WorkOrderFactory(petition=petition, department=cast.unit["water"])
        limits = {"sign_due_at": now + timedelta(days=9), "contact_due_at": now + timedelta(days=9)}
        limits |= {limit: now + timedelta(hours=hours), "internal_due_at": now + timedelta(days=30 - hours)}
        WorkOrder.objects.filter(pk=order.pk).update(**limits)
        made.append((hours, petition.reference))
    page = sit("head").get(f"/desk/unit/?tab={tab}").content.decode()
    wanted = [reference for _hours, reference in sorted(made)]
    spoken = [f"{each[:5]}-{each[5:]}" for each in wanted]
    assert sorted(spoken, key=page.index) == spoken


def test_the_live_tabs_keep_the_filters(sit, walk):
    walk.to("registered")
    asked = "tab=triage&search=%E4%B8%8B%E6%B0%B4%E9%81%93&category=drain"
    client = sit("dispatcher")
    first = client.get(f"/desk/tabs/?{asked}").content.decode()
    assert f'hx-get="/desk/tabs/?{asked.replace("&", "&amp;")}"' in first
    assert 'id="tab-triage" href="/desk/?tab=triage&amp;search=' in first
    assert first.count("aria-current") == 1
    assert client.get(f"/desk/?{asked}").content.decode().count(f"/desk/tabs/?{asked.replace('&', '&amp;')}") == 1


@pytest.mark.parametrize("address", ["/desk/?tab=triage", "/desk/tabs/?tab=triage", "/desk/unit/"])
def test_after_a_long_pause_the_whole_page_goes_to_the_sign_in(sit, address):
    shown = "https://portal.example/desk/?tab=triage&category=drain"
    answer = sit(None).get(address, headers={"hx-request": "true", "hx-current-url": shown})
    assert answer.status_code == 204
    assert answer["HX-Redirect"] == "/accounts/login/?next=/desk/%3Ftab%3Dtriage%26category%3Ddrain"
    plain = sit(None).get(address)
    assert plain.status_code == 302
    assert plain["Location"].startswith("/accounts/login/?next=/desk/")


@pytest.mark.parametrize("shown", ["http://[", "", "https://elsewhere.example//x"])
def test_an_address_nobody_can_read_leads_to_the_sign_in_all_the_same(sit, shown):
    answer = sit(None).get("/desk/tabs/", headers={"hx-request": "true", "hx-current-url": shown})
    assert answer.status_code == 204
    assert answer["HX-Redirect"].startswith("/accounts/login/?next=/")


@pytest.mark.parametrize("version", ["²", "x", ""])
def test_a_version_that_is_no_number_is_no_fault_of_the_server(sit, walk, version):
    walk.to("assigned")
    address = f"/desk/petitions/{walk.reference}/moves/note/"
    assert sit("dispatcher").post(address, {"version": version, "text": LONG}).status_code == 404
    assert sit("head").post(f"/desk/unit/orders/{walk.order.pk}/sign/", {"version": version}).status_code == 404


def named(walk, *helpers: str):
    suggest(walk.to("registered").petition, "water", "road")
    routing = Routing.objects.get(petition__reference=walk.reference)
    routing.departments[0]["co_units"] = list(helpers)
    routing.save(update_fields=["departments"])


@pytest.mark.parametrize("where", ["list", "matter"])
def test_one_key_gives_the_co_units_their_orders_too(sit, walk, where):
    named(walk, "road", "nowhere")
    client = sit("dispatcher")
    assert (
        "Road Bureau" in client.get("/desk/?tab=triage").content.decode().split("with-helpers")[1].split("</small>")[0]
    )
    if where == "list":
        client.post(f"/desk/petitions/{walk.reference}/assign-first/", at_version(walk.petition, unit="water"))
    else:
        form = page_of(sit, "dispatcher", walk).split("data-first-here")[1].split("</form>")[0]
        assert 'name="co_units" value="road"' in form
        send(sit, walk, "dispatcher", "assign", units=["water"], co_units=["road"])
    orders = WorkOrder.objects.filter(reference=walk.reference).values_list("department__code", "kind")
    assert set(orders) == {("water", "lead"), ("road", "co")}


def test_a_unit_that_was_dissolved_is_not_offered(sit, walk):
    named(walk)
    Department.objects.filter(code="water").update(active_until=timezone.localdate() - timedelta(days=1))
    queries.invalidate()
    offered = page_of(sit, "dispatcher", walk).split('class="candidates"')[1].split("</ol>")[0]
    assert "Water Bureau" not in offered
    assert offered.index("Road Bureau") < offered.index('name="units" value="road"')


def test_what_colleagues_write_to_each_other_is_not_for_the_resident(walk):
    walk.to("in_progress")
    assert_ok(walk.order_act("handler", "contact", note="老人情绪激动，子女在外地。"))
    assert_ok(walk.order_act("officer", "urge", note="媒体在问，今天办完。"))
    page = walk.cast.browser("resident").get(f"/petitions/{walk.reference}/").content.decode()
    assert "The department has been in contact" in page
    assert "老人情绪激动" not in page
    assert "媒体在问" not in page
    told = walk.api("resident").get(f"/api/v1/petitions/{walk.reference}/").content.decode()
    assert "老人情绪激动" not in told
    assert "媒体在问" not in told


def test_supervision_takes_the_same_statements_for_many(sit, cast):
    client, taken = sit("supervisor"), []
    for number in (5, 45):
        for _ in range(number):
            petition = PetitionFactory(area=cast.area["EB"], lead_unit=cast.unit["water"], failures=2)
            put_into(petition, "in_progress")
            order = WorkOrderFactory(petition=petition, department=cast.unit["water"])
            late = timezone.now() - timedelta(days=1)
            WorkOrder.objects.filter(pk=order.pk).update(internal_due_at=late, state="signed")
            other = WorkOrderFactory(petition=petition, department=cast.unit["road"], kind="separate")
            WorkOrder.objects.filter(pk=other.pk).update(state="pending_ledger")
        client.get("/desk/supervision/")
        with CaptureQueriesContext(connection) as seen:
            page = client.get("/desk/supervision/").content.decode()
        taken.append([query["sql"][:90] for query in seen if "SAVEPOINT" not in query["sql"]])
    assert page.count('name="order"') == 50
    assert len(taken[0]) == len(taken[1])
    assert len(taken[1]) <= 15, "\n".join(taken[1])


def test_changes_are_marked_in_a_moment_whatever_the_texts_are():
    before = time.process_time()
    for old, new in (("哈" * 5000, "哈呵" * 2500), ("ab" * 2500, "ba" * 2499 + "<c>")):
        found = marked(old, new)
        kept = found.replace("<del>", "\0").replace("</del>", "\0")
        kept = "".join(part for number, part in enumerate(kept.split("\0")) if number % 2 == 0)
        assert kept.replace("<ins>", "").replace("</ins>", "") == new.replace("<", "&lt;").replace(">", "&gt;")
    assert time.process_time() - before < 5, "seconds; the library is told to stop after a fifth of one"


def test_the_day_a_file_expires_is_the_local_one(cast):
    from desks.exports import _ready
    from desks.models import Export

    late = timezone.datetime.fromisoformat("2026-03-02T17:30:00+00:00")  # the third, in Shanghai
    export = Export(pk=1, rows=3, expires_at=late, language="en")
    with override("en"):
        assert "3 March 2026" in _ready(export, cast.dispatcher).body
