"""The notice board of a station: what is public, and nothing else; for a screen, for paper, for programs."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from deputies.actions import file_facts, load_rules
from deputies.models import Deputy
from journal import actions as journal
from stations.models import Reception, ReceptionDuty
from tests.factories import PetitionFactory

pytestmark = pytest.mark.django_db
ADDRESSES = ("/stations/east/board/", "/stations/east/board/print/?size=a3", "/api/v1/public/stations/east/board/")


def shown(address):
    answer = Client(HTTP_ACCEPT_LANGUAGE="en").get(address)
    assert answer.status_code == 200
    return answer.content.decode()


def reception(cast, days, **changes):
    begins = timezone.now() + timedelta(days=days)
    values = {"state": "published", "published_at": timezone.now(), **changes}
    found = Reception.objects.create(
        station=cast.station["east"], starts_at=begins, ends_at=begins + timedelta(hours=2),
        state_since=timezone.now(), topic=f"议题{days}", **values,
    )  # fmt: skip
    ReceptionDuty.objects.create(reception=found, deputy=cast.seat)
    return found


def petition(cast, title, **changes):
    now = timezone.now()
    values = {
        "area": cast.area["EB"], "station": cast.station["east"], "state": "concluded", "ended_at": now,
        "publication": "published", "public_title": title, "public_text": "公开文本。", "published_at": now, **changes,
    }  # fmt: skip
    return PetitionFactory(**values)


@pytest.mark.parametrize("address", ADDRESSES)
def test_only_what_is_public_hangs_on_the_wall(cast, address):
    load_rules()
    reception(cast, 3)
    reception(cast, 5, state="planned", published_at=None)
    reception(cast, -5)
    petition(cast, "路灯恢复照明")
    petition(cast, "正在办理的事", state="in_progress", ended_at=None)
    petition(cast, "没有公开的事", publication="private", public_text="", published_at=None)
    petition(cast, "别处的事", station=cast.station["tea"], area=cast.area["TG"])
    fact = {"deputies": [cast.seat.pk], "station": cast.station["east"].pk}
    journal.write(matter_type="reception", matter_id=1, action="held", at=timezone.now(), data=fact)
    file_facts(now=timezone.now())

    page = shown(address)

    for seen in ("Deputy He", "议题3", "路灯恢复照明", "正在办理的事", "Reception of constituents"):
        assert seen in page
    for unseen in ("议题5", "议题-5", "没有公开的事", "别处的事", "孩子们", "oints"):
        assert unseen not in page


def test_the_screen_refreshes_itself_without_a_script(cast):
    answer = Client().get("/stations/east/board/")

    assert answer["Refresh"] == "60"
    assert "/stations/east/code.svg" in answer.content.decode()
    assert "board-a4" in shown("/stations/east/board/print/")
    assert "board-a3" in shown("/stations/east/board/print/?size=a3")
    assert "board-a4" in shown("/stations/east/board/print/?size=<b>")


def test_a_closed_or_unknown_station_has_no_board(cast):
    cast.station["tea"].is_active = False
    cast.station["tea"].save()

    for code in ("tea", "nowhere"):
        assert Client().get(f"/stations/{code}/board/").status_code == 404
        assert Client().get(f"/stations/{code}/board/print/").status_code == 404
        assert Client().get(f"/api/v1/public/stations/{code}/board/").status_code == 404
    assert Client().get("/deputies/D1/portrait/").status_code == 404  # has none


@pytest.mark.parametrize("address", ADDRESSES)
def test_a_full_board_costs_no_more_statements(cast, address):
    def cost():
        shown(address)
        with CaptureQueriesContext(connection) as found:
            shown(address)
        return len(found)

    def more(start):
        for n in range(start, start + 5):
            reception(cast, n + 1)
            petition(cast, f"事项{n}")
            petition(cast, f"在办{n}", state="in_progress", ended_at=None)
            cast.station["east"].deputies.add(
                Deputy.objects.create(code=f"X{n}", name="陈代表", level="county", term=7, area=cast.area["EB"])
            )

    more(0)
    few = cost()
    more(5)
    assert cost() == few
