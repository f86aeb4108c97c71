"""Bulk moves: a preview that does nothing, then one result a row."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from desks.versions import version_of
from journal.models import Entry
from petitions.models import Petition
from tests.desks.conftest import suggest

pytestmark = pytest.mark.django_db


@pytest.fixture
def three(walk):
    """Two in triage with candidates, one answered already."""
    found = []
    for state in ("registered", "registered", "replied"):
        walk.to(state)
        found.append(suggest(walk.petition, "water", "road"))
    return found


def chosen(petitions) -> list[str]:
    return [f"{petition.reference}:{version_of(petition)}" for petition in petitions]


def states(petitions) -> list[str]:
    return [Petition.objects.get(pk=petition.pk).state for petition in petitions]


def test_the_preview_does_nothing(sit, three):
    before = Entry.objects.count()
    page = sit("dispatcher").post("/desk/bulk/", {"move": "assign_first", "row": chosen(three)}).content.decode()
    assert page.count("Water Bureau") == 2
    assert "Not possible now" in page
    assert "Do it for 2 matters" in page
    assert Entry.objects.count() == before


def test_each_row_has_its_result(sit, three):
    rows = chosen(three)
    page = sit("dispatcher").post("/desk/bulk/", {"move": "assign_first", "step": "run", "row": rows}).content.decode()
    assert "2 were done" in page
    assert states(three) == ["assigned", "assigned", "replied"]


def test_a_row_that_moved_meanwhile_is_refused_alone(sit, walk, three):
    rows = chosen(three)
    walk.reference = three[0].reference
    walk.act("officer", "note", text="Somebody looked.")
    page = sit("dispatcher").post("/desk/bulk/", {"move": "assign_first", "step": "run", "row": rows}).content.decode()
    assert "somebody else has worked" in page
    assert states(three) == ["registered", "assigned", "replied"]


def test_whose_texts_would_be_published_is_said_before(sit, walk, three):
    for matter, who in zip(three[:2], ("officer", "dispatcher"), strict=True):
        walk.reference = matter.reference
        walk.act("dispatcher", "propose_publication", title="旧", text="旧的文本。")
        walk.act(who, "propose_publication", title="积水", text="校门口积水。")
    rows = chosen(three)
    with CaptureQueriesContext(connection) as seen:
        page = sit("dispatcher").post("/desk/bulk/", {"move": "publish", "row": rows}).content.decode()
    lines = [line.partition("</td></tr>")[0] for line in page.split('<th scope="row"')[1:]]
    said = [line.partition("Public text proposed by: ")[2] for line in lines]
    assert [words.partition(" · ")[0] for words in said] == [str(walk.cast.officer), str(walk.cast.dispatcher), ""]
    assert sum("DISTINCT ON" in query["sql"] for query in seen) == 1
    page = sit("dispatcher").post("/desk/bulk/", {"move": "publish", "step": "run", "row": rows}).content.decode()
    assert "2 were done" in page
    assert "Public text proposed by:" not in page
    published = [Petition.objects.get(pk=petition.pk).publication for petition in three]
    assert published == ["published", "published", "consented"]


def test_words_are_asked_for(sit, three):
    answer = sit("dispatcher").post("/desk/bulk/", {"move": "note", "step": "run", "row": chosen(three), "text": ""})
    assert answer.status_code == 422
    answer = sit("dispatcher").post(
        "/desk/bulk/", {"move": "note", "step": "run", "row": chosen(three), "text": "Seen"}
    )
    assert Entry.objects.filter(action="note").count() == 3


def test_assign_to_a_unit(sit, three):
    data = {"move": "assign", "step": "run", "row": chosen(three[:2]), "units": ["road", "", ""]}
    sit("dispatcher").post("/desk/bulk/", data)
    assert {petition.lead_unit.code for petition in Petition.objects.filter(state="assigned")} == {"road"}


def test_urging_goes_to_the_orders(sit, walk):
    walk.to("in_progress")
    data = {"move": "urge", "step": "run", "row": chosen([walk.petition]), "note": "Please hurry."}
    page = sit("officer").post("/desk/bulk/", data).content.decode()
    assert "1 was done" in page
    assert walk.order.urged_count == 1


def test_a_move_not_offered_is_not_found(sit, three):
    assert sit("officer").post("/desk/bulk/", {"move": "assign_first", "row": chosen(three)}).status_code == 404
    assert sit("dispatcher").post("/desk/bulk/", {"move": "decline", "row": []}).status_code == 404


def test_rows_outside_ones_scope_are_left_out(sit, three):
    page = sit("far_dispatcher").post("/desk/bulk/", {"move": "note", "row": chosen(three)}).content.decode()
    assert "Nothing was chosen" in page
