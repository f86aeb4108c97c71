"""The deputy's desk, duty files, the queue, who is behind, and the public pages: what each person sees and does."""

import pytest
from django.core.files.storage import FileSystemStorage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from accounts.actions import appoint_administrator
from deputies.actions import file_facts, load_rules
from deputies.models import Appeal, Deputy, DutyEntry, DutyPolicy, Evidence, ScoringRule
from journal import actions as journal
from petitions.models import Claim, Petition
from tests.factories import PetitionFactory
from tests.petitions.test_attachments import picture

pytestmark = pytest.mark.django_db
OTHERS = ("handler", "resident", "neighbour", "root", "system_admin")


@pytest.fixture
def duty(walk, sit, tmp_path, monkeypatch):
    monkeypatch.setattr(Evidence._meta.get_field("file"), "storage", FileSystemStorage(tmp_path))
    load_rules()
    walk.to("assigned")
    return walk


def enter(client, **changes):
    values = {"item": "training", "title": "初任培训", "on": str(timezone.localdate()), "text": "", **changes}
    files = values.pop("files", SimpleUploadedFile("it.jpg", picture(), "image/jpeg"))
    return client.post(reverse("desks:duty_enter", args=["D1"]), {**values, **({"files": files} if files else {})})


def test_the_desk_shows_what_the_deputy_follows_and_nothing_of_other_peoples_words(duty, sit):
    page = sit("deputy").get(reverse("desks:deputy")).content.decode()
    petition = duty.petition
    assert petition.title not in page
    assert petition.spoken_reference in page  # among those nobody follows yet

    sit("deputy").post(reverse("desks:claim", args=[petition.reference]))
    page = sit("deputy").get(reverse("desks:deputy")).content.decode()
    assert petition.title in page
    assert "claimed by me" in page
    assert "Urge Water Bureau" in page


@pytest.mark.parametrize("name", ["deputy", "claimable", "duty_queue", "duty_files", "duty_late", "duty"])
def test_whose_desk_it_is(duty, sit, name):
    allowed = {
        "deputy": {"deputy"},
        "claimable": {"deputy"},
        "duty": {"deputy", "officer", "station_head", "dispatcher", "supervisor"},
    }.get(name, {"officer", "station_head", "dispatcher", "supervisor"})
    for who in ("deputy", "officer", "station_head", "dispatcher", "supervisor", *OTHERS):
        assert sit(who).get(reverse(f"desks:{name}")).status_code == (200 if who in allowed else 404), who


def test_urging_from_the_desk_keeps_to_the_pause(duty, sit):
    sit("deputy").post(reverse("desks:claim", args=[duty.reference]))
    address = reverse("desks:deputy_urge", args=[duty.order.pk])
    client = sit("deputy")
    assert "The unit was urged." in client.post(address, {"note": "请尽快。"}, follow=True).content.decode()
    assert "5 working days" in client.post(address, {"note": "请尽快。"}, follow=True).content.decode()
    assert duty.order.urged_count == 1


def test_entering_verifying_and_reading_the_file(duty, sit):
    deputy = sit("deputy")
    refused = enter(deputy, files=None)
    assert refused.status_code == 422
    assert "初任培训" in refused.content.decode()  # what was typed is kept
    assert enter(deputy).status_code == 302
    entry = DutyEntry.objects.get()
    assert "初任培训" in sit("officer").get(reverse("desks:duty_queue")).content.decode()
    assert "初任培训" not in sit("far_officer").get(reverse("desks:duty_queue")).content.decode()
    assert sit("far_officer").post(reverse("desks:duty_decide", args=[entry.pk, "verify"])).status_code == 404

    sit("officer").post(reverse("desks:duty_decide", args=[entry.pk, "verify"]))
    file_facts(now=timezone.now())
    page = sit("deputy").get(reverse("desks:duty")).content.decode()
    assert "<b>2</b>" in page
    assert str(entry.deputy.duty_records.get().entry_id) in page
    evidence = reverse("desks:duty_evidence", args=[entry.evidence.get().pk])
    assert sit("deputy").get(evidence).status_code == sit("dispatcher").get(evidence).status_code == 200
    for who in ("far_officer", "far_dispatcher", *OTHERS):
        assert sit(who).get(evidence).status_code == 404
        assert sit(who).get(reverse("desks:duty_file", args=["D1"])).status_code == 404
        assert enter(sit(who)).status_code == 404


def test_rejected_appealed_and_ruled_on_by_page(duty, sit):
    enter(sit("deputy"))
    entry = DutyEntry.objects.get()
    sit("officer").post(reverse("desks:duty_decide", args=[entry.pk, "reject"]), {"reason": "看不清。"})
    assert "看不清" in sit("deputy").get(reverse("desks:duty")).content.decode()
    sit("deputy").post(reverse("desks:duty_decide", args=[entry.pk, "appeal"]), {"text": "有签到表。"})
    appeal = Appeal.objects.get()
    rule = reverse("desks:duty_rule", args=[appeal.pk])
    sit("officer").post(rule, {"granted": "yes", "ruling": "好。"})
    assert Appeal.objects.get().state == "open"
    assert sit("deputy").post(rule, {"granted": "yes", "ruling": "好。"}).status_code == 404
    sit("dispatcher").post(rule, {"granted": "yes", "ruling": "属实。"})
    entry.refresh_from_db()
    assert (Appeal.objects.get().state, entry.state) == ("granted", "verified")


def test_who_is_behind_is_told_to_those_who_look_after_them(duty, sit):
    assert "Deputy He" in sit("officer").get(reverse("desks:duty_late")).content.decode()
    assert "Deputy He" not in sit("far_officer").get(reverse("desks:duty_late")).content.decode()
    journal.write(
        matter_type="reception", matter_id=1, action="held", at=timezone.now(), data={"deputies": [duty.cast.seat.pk]}
    )
    file_facts(now=timezone.now())
    assert "Deputy He" not in sit("officer").get(reverse("desks:duty_late")).content.decode()


def test_the_public_page_gives_facts_and_no_points_nor_telephone(duty, client):
    journal.write(
        matter_type="reception", matter_id=1, action="held", at=timezone.now(), data={"deputies": [duty.cast.seat.pk]}
    )
    file_facts(now=timezone.now())
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    page = client.get("/deputies/D1/").content.decode()
    assert "Reception of constituents" in page
    assert "East Bank station" in page
    assert "points" not in page
    assert f"?deputy={duty.cast.seat.code}" in page
    DutyPolicy.objects.update(show_rankings=True)
    assert "3 points this year" in client.get("/deputies/D1/").content.decode()
    Deputy.objects.update(is_active=False)
    assert client.get("/deputies/D1/").status_code == 404


def test_the_public_list_by_level_area_group_and_station(duty, client, django_assert_max_num_queries):
    cast = duty.cast
    for number in range(60):
        code = f"X{number:02}"
        Deputy.objects.create(code=code, name="代表", level="township", term=3, area=cast.area["TG"])
    assert "D1" in client.get("/deputies/?station=east").content.decode()
    assert "X00" not in client.get("/deputies/?station=east").content.decode()
    assert "X00" in client.get("/deputies/?area=HS&level=township").content.decode()
    assert "D1/" not in client.get("/deputies/?area=HS").content.decode()
    for odd in ("?cursor=x", "?level=nothing&area=none&group=%00", "?q=" + "x" * 500):
        assert client.get(f"/deputies/{odd}").status_code in (200, 400, 404)
    with django_assert_max_num_queries(6):
        assert 'rel="next"' in client.get("/deputies/").content.decode()


def test_the_desk_takes_as_many_statements_for_fifty_matters_as_for_five(duty, sit, django_assert_max_num_queries):
    cast = duty.cast
    client = sit("deputy")
    for _number in range(50):
        petition = PetitionFactory(area=cast.area["EB"], station=cast.station["east"], state="assigned")
        Claim.objects.create(petition=petition, deputy=cast.seat, at=timezone.now())
    client.get(reverse("desks:deputy"))
    with django_assert_max_num_queries(26):
        client.get(reverse("desks:deputy"))
    assert Petition.objects.count() == 51


HEAD = "code,name,level,term,area,stations"


def upload(line):
    return {"file": SimpleUploadedFile("deputies.csv", f"{HEAD}\n{line}\n".encode())}


def test_administrators_look_at_a_file_before_they_load_it(cast, sit):
    appoint_administrator(user=cast.system_admin, kind="system")
    admin = sit("system_admin")
    looked = admin.post("/admin/tools/deputies/", upload("N1,王代表,county,7,EB,east"))
    assert (looked.status_code, Deputy.objects.count()) == (200, 1)
    assert "N1" in looked.content.decode()
    admin.post("/admin/tools/deputies/", {"token": looked.context["token"]})
    assert Deputy.objects.get(code="N1").stations.get().code == "east"
    bad = admin.post("/admin/tools/deputies/", upload("N2,王代表,county,7,XX,east"))
    assert bad.status_code == 422
    assert "XX" in bad.content.decode()
    assert admin.post("/admin/tools/deputies/", {}).status_code == 422


def test_a_rule_is_added_and_ended_in_the_admin_but_never_changed(cast, sit):
    load_rules()
    appoint_administrator(user=cast.system_admin, kind="system")
    admin = sit("system_admin")
    rule = ScoringRule.objects.get(item="reception")
    address = f"/admin/deputies/scoringrule/{rule.pk}/change/"
    assert admin.get(address).status_code == 200
    admin.post(address, {"points": 99, "valid_until": "2027-01-01"})
    rule.refresh_from_db()
    assert (rule.points, str(rule.valid_until)) == (3, "2027-01-01")
