"""Files of a unit's answer: its unit's own with the draft, the station's once signed, everybody's once passed on."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from petitions.models import Attachment
from petitions.tasks import forget_files
from tests.petitions.test_attachments import pdf, picture, send, with_position
from tests.walk import LIMIT, assert_ok

pytestmark = pytest.mark.django_db


def photo(width=40, name="done.jpg", data=None):
    return SimpleUploadedFile(name, data or picture(size=(width, 30)), "image/jpeg")


def answer(walk, who, move, *files, order=None, take_off=(), **values):
    """Make the move through the API as a form with files."""
    address = f"/api/v1/work-orders/{(order or walk.order).pk}/actions/{move}/"
    data = {**(values or LIMIT), "files": list(files), "take_off": [str(each) for each in take_off]}
    return walk.api(who).post(address, {name: each for name, each in data.items() if each}, format="multipart")


def address_of(walk, file):
    return f"/api/v1/petitions/{walk.reference}/attachments/{file.pk}/"


def readers(walk, file):
    """Who is served the file."""
    cast = ["officer", "station_head", "dispatcher", "supervisor", "handler", "head", "resident", "deputy"]
    cast += ["road_handler", "far_officer", "neighbour", "root", "system_admin"]
    address = address_of(walk, file)
    found = {who for who in cast if walk.api(who).get(address).status_code == 200}
    assert walk.api(None).get(address).status_code == 401
    return found | ({"token"} if walk.holder().get(address).status_code == 200 else set())


UNIT = {"handler", "head"}
STAFF = UNIT | {"officer", "station_head", "dispatcher", "supervisor"}
EVERYBODY = STAFF | {"resident", "deputy", "token"}


@pytest.fixture
def handled(walk):
    walk.submit(deputy="D1")
    walk.act("officer", "register")
    walk.act("dispatcher", "assign", units=["water"])
    assert_ok(walk.order_act("handler", "sign"))
    return walk


def listed(walk, who):
    """The names of the petition's files in its file, and of each reply's."""
    body = walk.api(who).get(f"/api/v1/petitions/{walk.reference}/").json()
    return [f["name"] for f in body["attachments"]], [[f["name"] for f in r["files"]] for r in body["replies"]]


def test_before_the_head_signs_nobody_outside_the_unit_reads_a_file(handled):
    assert_ok(answer(handled, "handler", "draft_reply", photo()))
    kept = Attachment.objects.get()

    assert readers(handled, kept) == UNIT
    assert listed(handled, "head") == ([], [["done.jpg"]])
    assert listed(handled, "officer") == ([], [])
    assert handled.holder().get(f"/api/v1/petitions/{handled.reference}/").json()["attachments"] == []


def test_signed_it_is_the_stations_and_everybodys_when_the_reply_is(handled):
    assert_ok(answer(handled, "handler", "draft_reply", photo()))
    assert_ok(handled.order_act("head", "reply", **LIMIT))
    kept = Attachment.objects.get()

    assert readers(handled, kept) == STAFF, "the station checks the file with the reply"
    assert (kept.reply.state, kept.reply.text, kept.by_resident) == ("signed", LIMIT["text"], False)
    assert listed(handled, "officer") == ([], [["done.jpg"]])
    assert_ok(handled.act("officer", "approve_reply"))
    assert readers(handled, kept) == EVERYBODY
    assert listed(handled, "officer") == (["done.jpg"], [["done.jpg"]])


def test_sent_back_it_goes_on_with_the_rewriting_or_stays_on_record(handled):
    assert_ok(answer(handled, "handler", "draft_reply", photo(40, "old.jpg"), photo(41, "good.jpg")))
    assert_ok(handled.order_act("head", "reply", **LIMIT))
    assert_ok(handled.act("officer", "send_back", reason="照片不清楚。"))
    old, good = Attachment.objects.order_by("pk")

    assert readers(handled, old) == STAFF, "whoever reads the reply that was sent back reads its files"
    assert_ok(answer(handled, "handler", "draft_reply", photo(42, "new.jpg"), take_off=[old.pk]))
    new = Attachment.objects.get(name="new.jpg")
    assert (readers(handled, old), readers(handled, good), readers(handled, new)) == (STAFF, STAFF, UNIT)
    assert_ok(handled.order_act("head", "reply", **LIMIT))
    assert_ok(handled.act("officer", "approve_reply"))
    good.refresh_from_db()
    assert readers(handled, good) == readers(handled, new) == EVERYBODY
    assert good.reply.state == "signed"
    assert listed(handled, "officer") == (["good.jpg", "new.jpg"], [["old.jpg"], ["good.jpg", "new.jpg"]])
    assert forget_files() == 0, "what was objected to stays on record"
    assert readers(handled, old) == STAFF


def test_the_resident_is_told_of_a_file_once_and_of_drafts_never(handled):
    assert_ok(answer(handled, "handler", "draft_reply", photo(40), photo(41)))
    assert_ok(answer(handled, "head", "draft_reply", take_off=[Attachment.objects.first().pk], **LIMIT))
    told = handled.actions_so_far()
    assert (told.count("attach_draft"), told.count("detach"), told.count("attach")) == (2, 1, 0)
    assert_ok(handled.order_act("head", "reply", **LIMIT))
    assert_ok(handled.act("officer", "send_back", reason="照片不清楚。"))
    assert_ok(handled.order_act("head", "reply", **LIMIT))
    assert handled.actions_so_far().count("attach") == 0
    assert_ok(handled.act("officer", "approve_reply"))

    steps = handled.holder().get(f"/api/v1/petitions/{handled.reference}/").json()["timeline"]
    names = [step["action"] for step in steps]
    assert names.count("attach") == 1
    assert not {"attach_draft", "detach"} & set(names)


def test_files_stay_with_the_draft_whoever_saves_it(handled):
    assert_ok(answer(handled, "handler", "draft_reply", photo(40, "a.jpg")))
    assert_ok(handled.order_act("head", "draft_reply", **LIMIT))
    assert_ok(answer(handled, "handler", "draft_reply", photo(40, "again.jpg"), photo(41, "b.jpg")))

    assert listed(handled, "head")[1] == [["a.jpg", "b.jpg"]], "sent twice, it is kept once"


def test_the_head_removes_and_adds_while_signing(handled):
    assert_ok(answer(handled, "handler", "draft_reply", photo(40, "a.jpg"), photo(41, "b.jpg")))
    wrong = Attachment.objects.get(name="a.jpg")
    assert_ok(answer(handled, "head", "reply", photo(42, "c.jpg"), take_off=[wrong.pk]))

    assert listed(handled, "officer")[1] == [["b.jpg", "c.jpg"]]
    assert readers(handled, wrong) == set()


def test_files_are_cleaned_as_all_others(handled):
    assert_ok(answer(handled, "handler", "draft_reply", photo(data=with_position()), photo(data=pdf(), name="x.pdf")))

    for each in Attachment.objects.all():
        with each.file.open("rb") as kept:
            assert b"Wang Fang" not in kept.read()


def refused(response, field):
    assert response.status_code == 400, response.content
    body = response.json()
    assert body["errors"][0]["field"] == field
    return body["detail"]


def test_a_wrong_file_is_named_and_nothing_is_done(handled):
    sentence = refused(answer(handled, "handler", "draft_reply", photo(), photo(name="x.jpg", data=b"text")), "files")

    assert sentence.startswith("“x.jpg”: ")
    assert "Send a photo" in sentence
    assert not Attachment.objects.exists()
    assert not handled.order.replies.exists()
    assert "empty" in refused(answer(handled, "handler", "draft_reply", SimpleUploadedFile("n.jpg", b"")), "files")


def test_no_more_files_than_a_petition_holds(handled, settings):
    settings.ATTACHMENT_MAX_COUNT = 3
    assert_ok(send(handled, picture()))
    assert_ok(answer(handled, "handler", "draft_reply", photo(41)))
    before = set(default_storage.listdir(f"{timezone.now():%Y/%m}")[1])

    sentence = refused(answer(handled, "handler", "draft_reply", photo(42), photo(43, "much.jpg")), "files")
    assert sentence == "“much.jpg”: At most 3 files can be attached."
    assert Attachment.objects.count() == 2
    assert set(default_storage.listdir(f"{timezone.now():%Y/%m}")[1]) == before, "no file is left behind"
    first = Attachment.objects.get(withheld=True)
    assert_ok(answer(handled, "handler", "draft_reply", photo(42), photo(43), take_off=[first.pk]))


def test_more_files_than_any_answer_holds_are_not_looked_at(handled, settings, monkeypatch):
    settings.ATTACHMENT_MAX_COUNT = 2
    looked = []
    monkeypatch.setattr("petitions.actions.answer_files.cleaned", lambda file: looked.append(file.name))
    sentence = refused(
        answer(handled, "handler", "draft_reply", *(photo(40 + n, f"{n}.jpg") for n in range(5))), "files"
    )
    assert looked == ["0.jpg", "1.jpg"]
    assert sentence.count("At most 2 files") == 3


def test_a_storage_that_is_away_is_said_of_the_file(handled, monkeypatch):
    def away(*args, **kwargs):
        raise OSError("away")

    monkeypatch.setattr("django.db.models.fields.files.FieldFile.save", away)
    sentence = refused(answer(handled, "head", "reply", photo()), "files")
    assert sentence == "“done.jpg”: It could not be stored just now. Try it again later."
    assert handled.petition.state == "in_progress"


def test_a_move_that_is_refused_leaves_no_file(handled):
    assert_ok(handled.order_act("handler", "request_extension", reason="等配件", working_days=3))
    month = f"{timezone.now():%Y/%m}"
    before = default_storage.listdir(month)[1] if default_storage.exists(month) else []

    assert answer(handled, "head", "reply", photo()).status_code == 409
    assert not Attachment.objects.exists()
    assert (default_storage.listdir(month)[1] if default_storage.exists(month) else []) == before


@pytest.mark.parametrize("who", ["officer", "dispatcher", "supervisor", "deputy"])
def test_only_the_unit_attaches_to_its_answer(handled, who):
    assert answer(handled, who, "draft_reply", photo()).status_code == 403
    assert answer(handled, "road_handler", "draft_reply", photo()).status_code == 404
    assert not Attachment.objects.exists()


def test_only_the_answers_own_files_are_taken_off(handled):
    """Not the resident's, not one that was signed, not another unit's."""
    assert_ok(send(handled, picture()))
    assert_ok(handled.act("dispatcher", "reassign", units=["water", "road"], note="分别办理。"))
    ours, theirs = handled.order_of("water"), handled.order_of("road")
    assert_ok(handled.order_act("handler", "sign", ours))
    assert_ok(handled.order_act("road_handler", "sign", theirs))
    assert_ok(answer(handled, "handler", "draft_reply", photo(41), order=ours))

    for file in Attachment.objects.all():
        refused(answer(handled, "road_handler", "draft_reply", order=theirs, take_off=[file.pk], **LIMIT), "take_off")
    assert Attachment.objects.filter(reply=None, withheld=True).count() == 0


def test_the_same_file_in_two_drafts_is_nobody_elses_business(handled):
    """Neither the other unit nor the resident notices that it lies there; signed, the petition shows it once."""
    assert_ok(handled.act("dispatcher", "reassign", units=["water", "road"], note="分别办理。"))
    ours, theirs = handled.order_of("water"), handled.order_of("road")
    for who, order in (("handler", ours), ("road_handler", theirs)):
        assert_ok(handled.order_act(who, "sign", order))
        assert_ok(answer(handled, who, "draft_reply", photo(), order=order))
    sent = assert_ok(send(handled, picture(size=(40, 30)))).json()

    drafted = Attachment.objects.filter(withheld=True)
    assert {each.reply.order_id for each in drafted} == {ours.pk, theirs.pk}
    assert sent["id"] not in {each.pk for each in drafted}
    for each in drafted:
        assert readers(handled, each) == (UNIT if each.reply.order_id == ours.pk else {"road_handler"})
    assert_ok(handled.order_act("head", "reply", ours, **LIMIT))
    assert_ok(handled.order_act("road_head", "reply", theirs, **LIMIT))
    assert_ok(handled.act("officer", "approve_reply"))
    shown, by_reply = listed(handled, "officer")
    assert len(shown) == 1
    assert by_reply == [["done.jpg"], ["done.jpg"]], "each answer keeps its own"


def test_what_the_resident_sends_is_not_lost_with_an_answer_that_has_the_same(handled):
    assert_ok(answer(handled, "handler", "draft_reply", photo()))
    assert_ok(handled.order_act("head", "reply", **LIMIT))
    sent = assert_ok(send(handled, picture(size=(40, 30)))).json()
    assert_ok(handled.act("officer", "send_back", reason="照片不清楚。"))
    theirs, own = Attachment.objects.order_by("pk")
    assert_ok(answer(handled, "handler", "draft_reply", take_off=[theirs.pk], **LIMIT))
    forget_files()

    assert own.pk == sent["id"]
    assert readers(handled, own) == EVERYBODY


def test_a_co_units_opinion_has_files_too(handled):
    assert_ok(handled.act("dispatcher", "reassign", units=["water"], co_units=["road"], note="请交通局协助。"))
    order = handled.order_of("road")
    assert_ok(handled.order_act("road_handler", "sign", order))
    assert_ok(
        answer(handled, "road_handler", "draft_reply", photo(), order=order, text="请更换井盖。", result_class="a")
    )

    kept = Attachment.objects.get()
    assert kept.reply.opinion
    assert readers(handled, kept) == {"road_handler"}
    assert_ok(handled.order_act("road_head", "reply", order, text="请更换井盖。"))
    assert readers(handled, kept) == STAFF | {"road_handler"}, "for the unit that leads, as the opinion is"
    lead = handled.order_of("water")
    assert_ok(handled.order_act("handler", "sign", lead))
    assert_ok(handled.order_act("head", "reply", lead, **LIMIT))
    assert_ok(handled.act("officer", "approve_reply"))
    assert readers(handled, kept) == STAFF | {"road_handler"}, "an opinion is never passed on"


def test_the_residents_pages_neither_list_nor_serve_it(handled):
    assert_ok(answer(handled, "handler", "draft_reply", photo()))
    kept = Attachment.objects.get()
    client = Client()
    client.post("/follow/", {"reference": handled.reference, "phone_tail": handled.petition.contact.phone[-4:]})
    files = f"/petitions/{handled.reference}/files/{kept.pk}/"

    assert files not in client.get(f"/petitions/{handled.reference}/").content.decode()
    assert client.get(files).status_code == 404
    assert_ok(handled.order_act("head", "reply", **LIMIT))
    assert client.get(files).status_code == 404
    assert_ok(handled.act("officer", "approve_reply"))
    assert files in client.get(f"/petitions/{handled.reference}/").content.decode()
    assert client.get(files).status_code == 200


# --- what is not wanted any more


def stored(file):
    return default_storage.exists(file.file.name)


def test_what_was_taken_off_goes_with_its_file(handled):
    assert_ok(answer(handled, "handler", "draft_reply", photo(40), photo(41)))
    off, on = Attachment.objects.order_by("pk")
    assert forget_files() == 0
    assert_ok(answer(handled, "handler", "draft_reply", take_off=[off.pk], **LIMIT))

    assert forget_files() == 1
    assert (stored(off), stored(on)) == (False, True)
    assert list(Attachment.objects.all()) == [on]
    assert forget_files() == 0


def end_order(walk, how):
    if how == "returned":
        assert_ok(walk.order_act("handler", "request_return", reason="属交通局。"))
        assert_ok(walk.order_act("dispatcher", "grant_return"))
    else:
        assert_ok(walk.act("dispatcher", "reassign", units=["road"], note="属交通局。"))


@pytest.mark.parametrize("how", ["returned", "taken away"])
def test_the_files_of_a_draft_go_a_day_after_its_order_ended(handled, how):
    assert_ok(answer(handled, "handler", "draft_reply", photo()))
    kept, order = Attachment.objects.get(), handled.order
    end_order(handled, how)

    assert readers(handled, kept) == set()
    assert forget_files() == 0, "an order that was cancelled by a slip is taken up again with its draft"
    order.refresh_from_db()
    order.closed_at = timezone.now() - timedelta(days=1, minutes=1)
    order.save(update_fields=["closed_at"])
    assert forget_files() == 1
    assert not stored(kept)


def test_the_files_of_a_reply_on_record_stay(handled):
    assert_ok(answer(handled, "head", "reply", photo()))
    assert_ok(handled.act("officer", "send_back", reason="照片不清楚。"))
    handled.order.__class__.objects.update(state="cancelled", closed_at=timezone.now() - timedelta(days=9))

    assert forget_files() == 0
    assert stored(Attachment.objects.get())


def test_a_storage_that_does_not_answer_is_asked_again(handled, monkeypatch):
    assert_ok(answer(handled, "handler", "draft_reply", photo()))
    kept = Attachment.objects.get()
    assert_ok(answer(handled, "handler", "draft_reply", take_off=[kept.pk], **LIMIT))

    def away(*args, **kwargs):
        raise OSError("away")

    with monkeypatch.context() as patched:
        patched.setattr(
            type(kept.file.storage._wrapped if hasattr(kept.file.storage, "_wrapped") else kept.file.storage),
            "delete",
            away,
        )
        assert forget_files() == 0
    assert Attachment.objects.exists()
    assert forget_files() == 1
