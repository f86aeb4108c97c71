"""Publication: only with consent, only through an approved text, out again at once."""

import pytest

from petitions.models import Petition
from tests.walk import assert_ok

pytestmark = pytest.mark.django_db
TEXT = {"title": "校门口积水", "text": "校门口的下水道堵塞，雨天积水。"}


def publish(walk):
    assert_ok(walk.act("officer", "propose_publication", **TEXT))
    assert_ok(walk.act("dispatcher", "publish"))


def listed(walk):
    return [row["reference"] for row in walk.api().get("/api/v1/public/petitions/").json()["results"]]


def test_the_public_reads_the_approved_text_and_not_the_residents(walk):
    walk.to("submitted")
    assert listed(walk) == []

    publish(walk)

    one = assert_ok(walk.api().get(f"/api/v1/public/petitions/{walk.reference}/")).json()
    assert (one["title"], one["text"]) == (TEXT["title"], TEXT["text"])
    assert listed(walk) == [walk.reference]
    assert "孩子们" not in str(one)


def test_nothing_is_published_that_was_not_proposed(walk):
    walk.to("submitted")

    assert walk.act("dispatcher", "publish").status_code == 409
    assert listed(walk) == []


@pytest.mark.parametrize("move", ["propose_publication", "publish", "refuse_publication"])
def test_without_consent_there_is_no_way_to_publication(walk, move):
    walk.submit(publish_consent=False)
    values = {"propose_publication": TEXT, "publish": {}, "refuse_publication": {"reason": "x"}}

    assert walk.act("dispatcher", move, **values[move]).status_code == 409
    assert walk.petition.publication == "private"


def test_a_refused_publication_can_be_proposed_anew(walk):
    walk.to("submitted")
    assert_ok(walk.act("dispatcher", "refuse_publication", reason="涉及他人。"))

    publish(walk)

    assert listed(walk) == [walk.reference]


@pytest.mark.parametrize("number", ["13912345678", "139 1234 5678", "１３９１２３４５６７８", "139-1234-5678"])
def test_the_residents_number_is_not_published(walk, number):
    walk.to("submitted")

    answer = walk.act("officer", "propose_publication", title="积水", text=f"请致电{number}。")

    assert answer.json()["errors"][0]["field"] == "text"


def test_withdrawing_takes_it_out_at_once_and_for_good(walk):
    walk.to("submitted")
    publish(walk)

    assert_ok(walk.mine("unpublish"))

    assert listed(walk) == []
    assert walk.api().get(f"/api/v1/public/petitions/{walk.reference}/").status_code == 404
    petition = walk.petition
    assert (petition.publication, petition.public_text) == ("private", "")
    assert walk.act("dispatcher", "refuse_publication", reason="x").status_code == 409
    assert walk.act("officer", "propose_publication", **TEXT).status_code == 409


def test_a_new_text_of_a_published_petition_waits_for_approval(walk):
    walk.to("submitted")
    publish(walk)

    assert_ok(walk.act("officer", "propose_publication", title="新", text="新的文本。"))

    assert listed(walk) == []


def test_restricting_unpublishes(walk):
    walk.to("submitted")
    publish(walk)

    assert_ok(walk.act("officer", "restrict"))

    assert listed(walk) == []


def test_the_public_timeline_holds_no_words_of_residents_or_staff(walk):
    walk.to("awaiting_evaluation")
    assert_ok(walk.mine("evaluate", process="satisfied", result="dissatisfied", comment="秘密评价"))
    publish(walk)

    shown = walk.api().get(f"/api/v1/public/petitions/{walk.reference}/").content.decode()

    assert "秘密评价" not in shown
    assert "下周一前清淤" in shown


def test_words_of_the_private_text_find_nothing_in_public(walk):
    walk.to("submitted")
    publish(walk)

    assert walk.api().get("/api/v1/public/petitions/", {"search": "积水"}).json()["results"]
    assert not walk.api().get("/api/v1/public/petitions/", {"search": "孩子们"}).json()["results"]
    assert Petition.objects.matching("孩子们").exists()
