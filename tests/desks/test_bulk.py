"""Bulk moves: a preview that does nothing and says what the run will do, then one result a row; nothing is lost."""

from __future__ import annotations

import re
from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from directory import queries
from dispatch.models import WorkOrder
from journal.models import Entry
from petitions import actions
from petitions.models import Petition
from tests.desks.bulkform import chosen, kept, post, urged
from tests.desks.conftest import suggest
from tests.walk import Walk, assert_ok

pytestmark = pytest.mark.django_db


@pytest.fixture
def three(walk):
    """Two in triage with candidates, one answered already."""
    found = []
    for state in ("registered", "registered", "replied"):
        walk.to(state)
        found.append(suggest(walk.petition, "water", "road"))
    return found


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
    rows = chosen(three, "water")
    page = sit("dispatcher").post("/desk/bulk/", {"move": "assign_first", "step": "run", "row": rows}).content.decode()
    assert "2 were done" in page
    assert states(three) == ["assigned", "assigned", "replied"]


def test_a_row_that_moved_meanwhile_is_refused_alone(sit, walk, three):
    rows = chosen(three, "water")
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


def test_a_move_not_offered_is_not_found(sit, three):
    assert sit("officer").post("/desk/bulk/", {"move": "assign_first", "row": chosen(three)}).status_code == 404
    assert sit("dispatcher").post("/desk/bulk/", {"move": "decline", "row": []}).status_code == 404


def test_rows_outside_ones_scope_are_left_out(sit, three):
    page = sit("far_dispatcher").post("/desk/bulk/", {"move": "note", "row": chosen(three)}).content.decode()
    assert "Nothing was chosen" in page


def test_what_was_typed_stays_with_the_rows_that_were_refused(sit, walk, three):
    rows, client = chosen(three), sit("dispatcher")
    walk.reference = three[0].reference
    assert_ok(walk.act("officer", "note", text="Somebody looked."))
    page = post(client, "note", rows, step="run", text="Written for long")
    assert "2 were done" in page
    assert "somebody else has worked" in page
    assert re.search(r"Liaison officer Officer, \d\d:\d\d: Internal note\.", page)
    assert Entry.objects.filter(note="Written for long").count() == 2
    assert kept(page) == chosen(three[:1])  # at the version it has now
    assert ">Written for long</textarea>" in page
    again = post(client, "note", kept(page), step="run", text="Written for long")
    assert "1 was done" in again
    assert kept(again) == []
    assert Entry.objects.filter(note="Written for long", matter_id=three[0].pk).count() == 1


def test_the_choice_of_a_unit_stays_too(sit, walk, three):
    rows = chosen(three[:2])
    walk.reference = three[0].reference
    assert_ok(walk.act("officer", "note", text="Somebody looked."))
    page = post(sit("dispatcher"), "assign", rows, step="run", units=["road", "", ""], note="By Friday")
    assert states(three) == ["registered", "assigned", "replied"]
    assert re.search(r'<option selected value="road">', page)
    assert ">By Friday</textarea>" in page


def test_a_row_another_has_taken_says_who_and_what_was_typed_is_shown(sit, walk, three):
    rows = chosen(three[:1])
    walk.reference = three[0].reference
    assert_ok(walk.act("dispatcher", "assign", units=["road"]))
    page = post(sit("dispatcher"), "assign", rows, step="run", units=["water", "", ""], note="Typed with care")
    assert "0 were done" in page
    assert "Not possible now: it is “Assigned”" in page
    assert re.search(r"Dispatcher Dispatcher assigned it to Road Bureau \(\d\d:\d\d\)\.", page)
    assert kept(page) == []
    assert '<div class="said">Typed with care</div>' in page


def test_when_all_is_done_no_form_is_left(sit, three):
    page = post(sit("dispatcher"), "note", chosen(three), step="run", text="Seen")
    assert "3 were done" in page
    assert "bulk-run" not in page
    assert "This is what you typed" not in page


def test_a_row_that_is_gone_is_counted(sit, walk, three):
    Petition.objects.filter(pk=three[0].pk).update(restricted=True)
    page = post(sit("officer"), "note", chosen(three), step="run", text="Seen")
    assert "1 of the chosen matters is not open to you any more." in page
    assert "2 were done" in page


def test_the_preview_says_what_happened_since_the_list(sit, walk, three):
    rows = chosen(three[:2])
    walk.reference = three[0].reference
    assert_ok(walk.act("officer", "note", text="Somebody looked."))
    page = post(sit("dispatcher"), "note", rows)
    assert page.count("Liaison officer Officer, ") == 1
    assert kept(page) == chosen(three[:2])  # seen, so the run goes by it
    assert "2 were done" in post(sit("dispatcher"), "note", kept(page), step="run", text="Seen")


def test_no_resident_is_named(sit, walk):
    walk.to("registered")
    rows = chosen([walk.petition])
    actions.supplement(petition=walk.petition, by=walk.cast.resident, now=timezone.now(), text="Also the next street.")
    page = post(sit("dispatcher"), "note", rows)
    assert re.search(r"<li>Resident, \d\d:\d\d: The resident added\.</li>", page)


# --- assigning to the candidate that was shown


def test_the_run_assigns_to_the_unit_the_preview_showed(sit, three):
    client = sit("dispatcher")
    page = post(client, "assign_first", chosen(three[:1]))
    assert kept(page) == chosen(three[:1], "water")
    suggest(three[0], "road", "water")  # the router looked again
    assert "1 was done" in post(client, "assign_first", kept(page), step="run")
    assert Petition.objects.get(pk=three[0].pk).lead_unit.code == "water"


def test_a_unit_that_is_no_candidate_any_more_is_refused(sit, three):
    rows = chosen(three[:2], "water")
    suggest(three[0], "road")
    page = post(sit("dispatcher"), "assign_first", rows, step="run")
    assert "The router does not propose this any more: Water Bureau." in page
    assert states(three[:2]) == ["registered", "assigned"]
    assert kept(page) == chosen(three[:1], "road")  # what would happen now is shown, and sent


def test_a_unit_that_ended_is_refused(sit, walk, three):
    walk.cast.unit["water"].active_until = date(2021, 1, 1)
    walk.cast.unit["water"].save()
    queries.invalidate()
    page = post(sit("dispatcher"), "assign_first", chosen(three[:1], "water"), step="run")
    assert "The router does not propose this any more: Water Bureau." in page
    assert states(three[:1]) == ["registered"]


def name_helpers(petition, *codes: str) -> None:
    """Let the router name these co-units with its first candidate."""
    view = suggest(petition, "water").routing
    view.refresh_from_db()
    view.departments[0]["co_units"] = list(codes)
    view.save()


def test_co_units_are_shown_and_no_others_are_given_orders(sit, three):
    client = sit("dispatcher")
    name_helpers(three[0], "road")
    page = post(client, "assign_first", chosen(three[:1]))
    assert "Water Bureau, with Road Bureau" in page
    name_helpers(three[0], "park")
    refused = post(client, "assign_first", kept(page), step="run")
    assert "The router does not propose this any more: Water Bureau, with Road Bureau." in refused
    assert not WorkOrder.objects.filter(matter_id=three[0].pk).exists()
    assert "1 was done" in post(client, "assign_first", kept(refused), step="run")
    assert set(urged(three[0])) == {"water", "park"}


def test_no_unit_is_assigned_that_no_preview_showed(sit, three):
    page = post(sit("dispatcher"), "assign_first", chosen(three[:1]), step="run")
    assert "Look at the preview first." in page
    assert states(three[:1]) == ["registered"]


# --- why a move is not possible


def test_why_a_text_cannot_be_published(sit, walk):
    walk.to("registered")
    assert "Propose a public text first." in post(sit("dispatcher"), "publish", chosen([walk.petition]))
    Petition.objects.update(publication="private")
    assert "has not agreed to publication" in post(sit("dispatcher"), "publish", chosen([walk.petition]))


def test_a_restricted_matter_says_so(sit, walk):
    walk.submit(text="村主任贪污工程款，请查处。", kind="accusation")
    assert walk.petition.restricted
    assert "takes the restricted route" in post(sit("supervisor"), "publish", chosen([walk.petition]))


def test_a_move_that_is_open_elsewhere_only_says_so(sit, walk):
    """Dispatchers are offered to publish; on the matter of a place they do not dispatch for, it is not theirs."""
    walk.to("replied")
    east = walk.cast.station["east"]
    east.head = walk.cast.far_dispatcher
    east.save()
    page = post(sit("far_dispatcher"), "publish", chosen([walk.petition]))
    assert "“Publish” is not yours to do on this petition." in page


# --- who is offered which move


@pytest.mark.parametrize(
    ("who", "moves"),
    [
        ("dispatcher", ["assign_first", "assign", "approve_reply", "publish", "register", "note", "urge"]),
        ("supervisor", ["publish", "register", "note", "urge"]),
        ("officer", ["approve_reply", "register", "note", "urge"]),
        ("station_head", ["approve_reply", "register", "note"]),
        ("deputy", ["urge"]),
    ],
)
def test_moves_are_offered_to_those_who_may_make_them(sit, walk, who, moves):
    walk.submit(deputy="D1")
    page = sit(who).get("/desk/?tab=all").content.decode()
    offered = page.partition('<select id="bulk-move"')[2].partition("</select>")[0]
    assert re.findall(r'<option value="([a-z_]+)">', offered) == moves
    every = {"assign_first", "assign", "approve_reply", "publish", "register", "note", "urge"}
    for move in every:
        answer = sit(who).post("/desk/bulk/", {"move": move, "row": chosen([walk.petition])})
        assert answer.status_code == (200 if move in moves else 404), move


@pytest.mark.parametrize("who", ["officer", "station_head"])
def test_a_station_passes_replies_on(sit, walk, who):
    first = walk.to("replied").petition
    second = Walk(walk.cast).to("replied").petition
    page = post(sit(who), "approve_reply", chosen([first, second]), step="run")
    assert "2 were done" in page
    assert states([first, second]) == ["awaiting_evaluation"] * 2
