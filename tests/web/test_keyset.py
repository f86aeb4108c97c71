"""Paging that neither skips nor repeats."""

from datetime import date, timedelta

import pytest

from accounts.keyset import read_cursor, write_cursor
from directory.models import CalendarDay


@pytest.fixture
def days(db):
    """Ten days with only three different notes."""
    start = date(2031, 1, 1)
    return CalendarDay.objects.bulk_create(
        CalendarDay(date=start + timedelta(days=n), is_workday=n % 2 == 0, note=f"note {n % 3}") for n in range(10)
    )


def walk(client, address):
    rows, pages = [], []
    while address:
        page = client.get(address).json()
        rows += [row["date"] for row in page["results"]]
        pages.append(page)
        address = page["next"]
    return rows, pages


@pytest.mark.parametrize("order", ["date", "-date", "note", "-note", "is_workday,-note", "-is_workday,note,-date"])
@pytest.mark.parametrize("size", [1, 3, 5, 10, 11])
def test_forth_and_back(client, days, order, size):
    expected = [
        str(day.date)
        for day in CalendarDay.objects.order_by(*order.split(","), "-pk" if order.startswith("-") else "pk")
    ]
    rows, pages = walk(client, f"/api/test/days/?order={order}&page_size={size}")
    assert rows == expected
    back, address = [], pages[-1]["previous"]
    while address:
        page = client.get(address).json()
        back = [row["date"] for row in page["results"]] + back
        address = page["previous"]
    assert back + [row["date"] for row in pages[-1]["results"]] == expected
    assert pages[0]["previous"] is None


def test_row_added_meanwhile_moves_nothing(client, days):
    first = client.get("/api/test/days/?page_size=5").json()
    CalendarDay.objects.create(date=date(2030, 1, 1), is_workday=True)
    second = client.get(first["next"]).json()
    assert second["results"][0]["date"] == "2031-01-06"


def test_page_after_the_last_row_leads_back(client, days):
    rows, pages = walk(client, "/api/test/days/?page_size=5")
    CalendarDay.objects.filter(date__gte="2031-01-06").delete()
    empty = client.get(pages[0]["next"]).json()
    assert empty["results"] == []
    last = client.get(empty["previous"]).json()
    assert [row["date"] for row in last["results"]] == rows[:5]
    assert last["next"] is None


@pytest.mark.parametrize(
    "cursor",
    ["x", "%00", "é", "bnVsbA", "W10", "W3RydWVd", "!!!!", "A" * 2000]
    + [write_cursor(False, values) for values in ([], ["x"], [1], [None, None], ["2031-01-01", "x", 3], [{"a": 1}])]
    + [write_cursor(False, ["2031-01-01\x00"]), write_cursor(True, [[1]]), write_cursor(False, [True])],
)
def test_nonsense_cursor_is_a_problem_not_a_fault(client, days, cursor):
    answer = client.get("/api/test/days/", {"cursor": cursor} if cursor != "%00" else None)
    if cursor == "%00":
        return
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["field"] == "cursor"


@pytest.mark.parametrize("size", ["0", "-1", "x", "1.5", "", "9" * 30, "²", "٣"])
def test_nonsense_page_size(client, days, size):
    answer = client.get("/api/test/days/", {"page_size": size})
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["field"] == "page_size"


def test_page_size_is_capped(client, days):
    assert len(client.get("/api/test/days/?page_size=5000").json()["results"]) == 10


def test_cursor_goes_there_and_back():
    fields = [(CalendarDay._meta.get_field("date"), False), (CalendarDay._meta.get_field("note"), False)]
    written = write_cursor(True, [date(2031, 1, 1), "注"])
    assert read_cursor(written, fields) == (True, [date(2031, 1, 1), "注"])


def test_page_starts_in_the_middle_of_the_index(days):
    from accounts.keyset import after

    condition = after(["-date", "-pk"], [date(2031, 1, 5), 5], [False, False])
    assert '"date" <= 2031-01-05' in str(CalendarDay.objects.filter(condition).query)
