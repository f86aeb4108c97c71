"""Who else has a matter open, the preview of a merging and its undoing, the public text beside the original."""

from __future__ import annotations

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django.utils.html import escape

from desks.queries import similar_matters, telling
from desks.versions import version_of
from petitions.models import Petition
from tests.desks.conftest import at_version
from tests.factories import PetitionFactory
from tests.walk import Walk

pytestmark = pytest.mark.django_db


def address(walk, more=""):
    return f"/desk/petitions/{walk.reference}/{more}"


@pytest.fixture(autouse=True)
def _nobody_there():
    from django_redis import get_redis_connection

    redis = get_redis_connection("default")
    for key in redis.scan_iter("liaison:presence:*"):
        redis.delete(key)


def test_two_people_see_each_other_and_nobody_else_is_shown(sit, walk):
    walk.to("registered")
    first = sit("dispatcher").get(address(walk)).content.decode()
    assert "Also open at" not in first
    second = sit("officer").get(address(walk)).content.decode()
    assert "<b>Dispatcher</b>" in second
    asked = f"presence/?version={version_of(walk.petition)}"
    again = sit("dispatcher").get(address(walk, asked)).content.decode()
    assert "<b>Officer</b>" in again
    assert "Meanwhile" not in again


def test_the_open_page_is_told_what_others_did(sit, walk):
    walk.to("registered")
    asked = f"presence/?version={version_of(walk.petition)}"
    walk.act("dispatcher", "assign", units=["water"])
    said = sit("officer").get(address(walk, asked)).content.decode()
    assert "Meanwhile somebody has worked on this matter" in said
    assert "Given to a department" in said


@pytest.mark.parametrize(("who", "status"), [("far_officer", 404), ("deputy", 404), ("resident", 404), (None, 302)])
def test_presence_is_for_those_at_work_on_it(sit, walk, who, status):
    walk.submit(deputy="D1")
    assert sit(who).get(address(walk, "presence/?version=1")).status_code == status


def test_without_redis_the_page_stands(sit, walk, monkeypatch):
    from redis.exceptions import ConnectionError as Away

    def away(_name):
        raise Away

    monkeypatch.setattr("desks.presence.get_redis_connection", away)
    walk.to("registered")
    assert sit("officer").get(address(walk)).status_code == 200


def test_a_preview_merges_nothing_then_merging_and_undoing(sit, walk):
    main = Walk(walk.cast).to("registered")
    walk.to("assigned")
    page = sit("dispatcher").get(address(walk, f"merge/?into={main.petition.spoken_reference}")).content.decode()
    assert "The work order of Water Bureau ends" in page
    assert main.petition.text in page
    assert walk.petition.state == "assigned"
    sent = at_version(walk.petition, into=re.search(r'name="into" value="(\w+)"', page).group(1))
    assert sit("dispatcher").post(address(walk, "moves/merge/"), sent).status_code == 302
    shown = sit("dispatcher").get(address(walk)).content.decode()
    assert "possible until" in shown
    assert sit("dispatcher").post(address(walk, "moves/unmerge/"), at_version(walk.petition)).status_code == 302
    assert (walk.petition.state, walk.order.state) == ("assigned", "assigned")


@pytest.mark.parametrize("into", ["", "nonsense", "itself", "closed", "unseen"])
def test_what_cannot_be_the_main_one_is_said_at_once(sit, walk, into):
    main = Walk(walk.cast).to("registered")
    walk.to("registered")
    target = walk.reference if into == "itself" else main.reference if into in ("closed", "unseen") else into
    if into == "closed":
        main.mine("withdraw")
    who = "officer"
    if into == "unseen":
        main.submit(area="TG")
        target = main.reference
    answer = sit(who).get(address(walk, f"merge/?into={target}"))
    assert answer.status_code == 422
    assert f'value="{target}"' in answer.content.decode()


@pytest.mark.parametrize("who", ["supervisor", "head", "deputy"])
def test_only_those_who_merge_get_the_preview(sit, walk, who):
    walk.to("registered")
    assert sit(who).get(address(walk, f"merge/?into={walk.reference}")).status_code == 404


def test_the_changes_of_a_public_text_are_shown_before_anything_is_kept(sit, walk):
    walk.to("replied")
    typed = {"title": "下水道堵塞", "text": walk.petition.text.replace("孩子们", "行人") + "<b>"}
    page = sit("officer").post(address(walk, "public-text/"), typed).content.decode()
    assert "<del>孩子们</del><ins>行人</ins>" in page
    assert "<ins>&lt;b&gt;</ins>" in page
    assert walk.petition.public_text == ""
    kept = {**at_version(walk.petition), **typed, "text": "下水道堵了。"}
    assert sit("officer").post(address(walk, "moves/propose_publication/"), kept).status_code == 302
    assert walk.petition.public_text == "下水道堵了。"
    assert "下水道堵了。" in sit("dispatcher").get(address(walk, "public-text/")).content.decode()


@pytest.mark.parametrize(
    ("typed", "field", "sentence"),
    [
        ({"title": "下水道堵塞", "text": " "}, "text", "Write the public text."),
        ({"title": "", "text": "校门口积水。"}, "title", "Give the public text a title."),
        (
            {"title": "积水", "text": "请致电 139 1234 5678。<b>"},
            "text",
            "the resident&#x27;s telephone number",
        ),
        ({"title": "长" * 121, "text": "校门口积水。"}, "title", "no more than 120 characters"),
        ({"title": "积水", "text": "很" * 5001}, "text", "no more than 5000 characters"),
        ({"title": "积水", "text": "左\u202e右"}, "text", "Remove the control characters from this text."),
    ],
)
def test_a_public_text_that_will_not_do_comes_back_on_its_own_page(sit, walk, typed, field, sentence):
    walk.to("replied")
    answer = sit("officer").post(address(walk, "moves/propose_publication/"), at_version(walk.petition, **typed))
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "What was changed" in page  # the page beside the original, not the matter's
    at_field = page.partition(f'id="pt-{field}-e"')[2].partition("</ul>")[0]
    assert sentence in at_field
    assert page.count('class="errors"') == 1
    assert f'aria-describedby="pt-{field}-e" autofocus' in page
    assert f'name="title" value="{typed["title"]}"' in page
    assert f">{escape(typed['text'])}</textarea>" in page
    assert page.count(f'name="version" value="{version_of(walk.petition)}"') == 1
    assert (walk.petition.publication, walk.petition.public_text) == ("consented", "")


def test_a_public_text_for_a_matter_that_moved_on_is_told_what_happened(sit, walk):
    walk.to("replied")
    client, stale = sit("officer"), at_version(walk.petition, title="积水", text="校门口积水，我改了很久。")
    walk.act("dispatcher", "propose_publication", title="另一个", text="调度员写的文本。")
    looked = client.post(address(walk, "public-text/"), stale).content.decode()
    assert f'name="version" value="{stale["version"]}"' in looked  # looking at the changes passes over nothing
    answer = client.post(address(walk, "moves/propose_publication/"), stale)
    page = answer.content.decode()
    assert answer.status_code == 409
    told = page.partition('role="alert"')[2].partition("</div>")[0]
    assert f"<b>Public text proposed</b> · {walk.cast.dispatcher}" in told
    assert "Nothing you typed is lost." in told
    assert ">校门口积水，我改了很久。</textarea>" in page
    assert walk.petition.public_text == "调度员写的文本。"
    again = {**stale, "version": version_of(walk.petition)}
    assert f'name="version" value="{again["version"]}"' in page
    assert client.post(address(walk, "moves/propose_publication/"), again).status_code == 302
    assert walk.petition.public_text == "校门口积水，我改了很久。"


def test_a_public_text_is_not_lost_when_the_consent_was_withdrawn(sit, walk):
    walk.to("replied")
    stale = at_version(walk.petition, title="积水", text="校门口积水，我改了很久。")
    assert walk.mine("unpublish").status_code == 200
    answer = sit("officer").post(address(walk, "moves/propose_publication/"), stale)
    assert answer.status_code == 409
    assert "积水\n\n校门口积水，我改了很久。" in answer.content.decode()
    assert "The move you began is no longer open." in answer.content.decode()
    assert walk.petition.public_text == ""


@pytest.mark.parametrize("who", ["handler", "deputy", "supervisor"])
def test_a_public_text_is_the_stations_and_the_dispatchers(sit, walk, who):
    walk.to("in_progress")
    Petition.objects.update(deputy=walk.cast.seat)
    data = at_version(walk.petition, title="积水", text="校门口积水。")
    answer = sit(who).post(address(walk, "moves/propose_publication/"), data)
    assert answer.status_code == 422
    assert "is not yours to do on this petition." in answer.content.decode()
    assert walk.petition.public_text == ""


def test_the_form_of_a_public_text_needs_its_version(sit, walk):
    walk.to("replied")
    typed = {"title": "积水", "text": "校门口积水。"}
    assert sit("officer").post(address(walk, "moves/propose_publication/"), typed).status_code == 404
    assert sit("officer").get(address(walk, "moves/propose_publication/")).status_code == 405
    page = sit("officer").post(address(walk, "public-text/"), {**typed, "version": "x"}).content.decode()
    assert f'name="version" value="{version_of(walk.petition)}"' in page


@pytest.mark.parametrize(("proposer", "publisher"), [("officer", "dispatcher"), ("dispatcher", "dispatcher")])
def test_whoever_publishes_reads_who_proposed_the_text(sit, walk, proposer, publisher):
    walk.to("registered")
    page = sit(publisher).get(address(walk, "")).content.decode()
    assert "Public text proposed by:" not in page
    walk.act(proposer, "propose_publication", title="校门积水", text="学校门口积水。")
    page = sit(publisher).get(address(walk, "")).content.decode()
    form = page.partition('id="m-publish"')[2].partition("</form>")[0]
    assert f"Public text proposed by: {getattr(walk.cast, proposer)} · " in form
    assert f'<time datetime="{timezone.localdate().isoformat()}' in form
    sit(publisher).post(address(walk, "moves/publish/"), at_version(walk.petition))
    assert walk.petition.publication == "published"
    steps = sit("officer").get(address(walk, "")).content.decode().partition('class="timeline dense"')[2]
    for label, who in (("Public text proposed", proposer), ("Published", publisher)):
        step = steps.partition(f"<h3>{label}</h3>")[2].partition("</li>")[0]
        assert f'<small class="quiet">{getattr(walk.cast, who)} · ' in step


def test_no_public_text_without_consent(sit, walk):
    walk.submit(publish_consent=False)
    assert sit("officer").get(address(walk, "public-text/")).status_code == 404


def test_statements_do_not_grow(sit, walk):
    main = Walk(walk.cast).to("registered")
    walk.to("in_progress")
    client, taken = sit("dispatcher"), []
    for number in (1, 10):
        for _ in range(number):
            walk.act("officer", "note", text="又看了一次。")
            main.act("officer", "note", text="又看了一次。")
        for page in (f"merge/?into={main.reference}", "presence/?version=1", "public-text/"):
            client.get(address(walk, page))
            with CaptureQueriesContext(connection) as seen:
                client.get(address(walk, page))
            taken.append(len(seen))
    assert taken[:3] == taken[3:]


def test_whoever_approves_the_public_text_sees_its_title_too(sit, walk):
    walk.to("registered")
    walk.act("officer", "propose_publication", title="校门积水", text="学校门口积水。")
    page = sit("dispatcher").get(f"/desk/petitions/{walk.reference}/").content.decode()
    titles = page.partition("Public, changes marked")[2].partition("</p>")[0]
    assert "<ins>" in titles or "<del>" in titles


def test_the_staff_sign_in_is_not_the_residents_navigation(sit):
    page = sit().get("/accounts/login/").content.decode()
    assert "Residents’ pages" in page
    assert 'href="/submit/"' not in page


def test_matters_that_share_telling_words_are_found(sit, walk, cast):
    walk.submit(title="学校门口的下水道堵塞", text="学校门口的下水道堵塞，一下雨就积水，孩子没法走路。")
    others = {"area": cast.area["WB"], "station": cast.station["east"]}
    like = PetitionFactory(title="下水道堵塞积水", text="菜市场的下水道堵塞，下雨积水。", **others)
    PetitionFactory(title="广场舞太吵", text="晚上广场舞的音响太吵，老人睡不着。", **others)
    far = PetitionFactory(title="下水道堵塞积水", text="菜市场的下水道堵塞，下雨积水。", area=cast.area["TG"])
    assert similar_matters(walk.petition, cast.dispatcher) == [like], "of the same sub-district"
    assert far.area_id != like.area_id
    shown = sit("dispatcher").get(address(walk, "related/")).content.decode()
    assert "Similar matters here" in shown
    assert like.reference in shown
    assert far.reference not in shown


def test_words_that_everybody_uses_and_numbers_tell_nothing(walk, monkeypatch):
    shares = {"下水道": 0.4, "堵塞": 0.03, "积水": 0.01, "路灯": 0.02, "井盖": 0.01}
    monkeypatch.setattr("petitions.models.PetitionQuerySet.common_words", lambda rows, column: shares)
    assert telling(["下水道", "堵塞", "积水", "路灯", "井盖", "窨井"]) == ["窨井", "积水", "井盖", "路灯"]
    assert telling(["下水道", "堵塞", "积水"]) == ["积水", "堵塞", "下水道"], "three at least"
    walk.submit(title="2026 12 31", text="2026 12 31 318 319")
    assert similar_matters(walk.petition, walk.cast.dispatcher) == []
