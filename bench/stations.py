"""A unified reception day of Suzhou's size: 1,249 stations and 2,673 deputies.

    .venv/bin/python -m bench.stations [--visits 2000] [--pages 60]

Makes a database of its own on the project's embedded servers and removes it. Prints how long the planning in one action
takes (at most 10 s), how many SQL statements the live page takes (at most 12), and its p95 on the empty day and after
the visits (at most 1.5 times).
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import time
from datetime import timedelta
from typing import Any

STATIONS, DEPUTIES, SUBDISTRICTS = 1249, 2673, 100


def main() -> int:
    """Measure; return 0 when every bar is held."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--visits", type=int, default=2000)
    parser.add_argument("--pages", type=int, default=60)
    options = parser.parse_args()
    from bench.servers import Servers

    servers = Servers(f"unified_{os.getpid()}")
    servers.create("day")
    os.environ.update({**servers.environment("day"), "DJANGO_SETTINGS_MODULE": "liaison.settings"})
    try:
        return measure(options)
    finally:
        from django.db import connections

        connections.close_all()
        servers.drop("day")
        servers.leave()


def measure(options: argparse.Namespace) -> int:
    """Plan the day, look at its page, log visits, look again."""
    import django

    django.setup()
    from django.conf import settings
    from django.core.management import call_command
    from django.utils import timezone

    settings.ALLOWED_HOSTS = ["*"]
    call_command("migrate", verbosity=0, interactive=False)
    call_command("collectstatic", verbosity=0, interactive=False)  # the names of the files in the pages
    city, officer = build()
    planned, seconds = plan(city, officer)
    print(f"planned in one action: {planned.receptions} stations, {planned.duties} deputies in {seconds:.2f} s")
    print(f"  without a deputy: {len(planned.without_deputy)}; left out: {len(planned.skipped)}")
    held = planned.receptions == STATIONS and planned.duties == DEPUTIES and seconds <= 10
    begin(planned.day, officer)
    empty, count = look(planned.day, officer, options.pages)
    print(f"live page, empty day: {count} statements, p50 {p(empty, 50):.1f} ms, p95 {p(empty, 95):.1f} ms")
    log_visits(planned.day, options.visits, timezone.now())
    full, count_full = look(planned.day, officer, options.pages)
    ratio = p(full, 95) / p(empty, 95)
    print(f"live page, {options.visits} visits: {count_full} statements, p50 {p(full, 50):.1f} ms,"
          f" p95 {p(full, 95):.1f} ms = {ratio:.2f} x the empty day's")  # fmt: skip
    held = held and count <= 12 and count_full <= 12 and ratio < 1.5
    print("held" if held else "NOT HELD")
    return 0 if held else 1


def p(times: list[float], percent: int) -> float:
    """The percentile, in milliseconds."""
    return statistics.quantiles(times, n=100, method="inclusive")[percent - 1] * 1000


def build() -> tuple[Any, Any]:
    """A city of a hundred sub-districts, its stations, deputies attached to one or two of them, and a supervisor."""
    from accounts.models import User
    from deputies.models import Deputy
    from directory.models import Area, Office
    from stations.models import Station

    city = Area.objects.create(code="S", name="水城", level="city", path="S.")
    districts = Area.objects.bulk_create(
        Area(code=f"S{n}", name=f"街道{n}", level="subdistrict", parent=city, path=f"S.S{n}.")
        for n in range(SUBDISTRICTS)
    )
    communities = Area.objects.bulk_create(
        Area(code=f"C{n}", name=f"社区{n}", level="community", parent=(up := districts[n % SUBDISTRICTS]),
             path=f"{up.path}C{n}.", latitude=31 + n / 5000, longitude=120 + n % 37 / 50)
        for n in range(STATIONS)
    )  # fmt: skip
    stations = Station.objects.bulk_create(
        Station(code=f"st{n}", name=f"联络站{n}", kind="liaison_station", area=area, latitude=area.latitude,
                longitude=area.longitude)
        for n, area in enumerate(communities)
    )  # fmt: skip
    deputies = Deputy.objects.bulk_create(
        Deputy(code=f"D{n}", name=f"代表{n}", level="county", term=7, area=communities[n % STATIONS])
        for n in range(DEPUTIES)
    )
    through = Station.deputies.through
    through.objects.bulk_create(
        [through(station=stations[n % STATIONS], deputy=deputy) for n, deputy in enumerate(deputies)]
        + [
            through(station=stations[(n * 7 + 1) % STATIONS], deputy=deputy)
            for n, deputy in enumerate(deputies)
            if n % 3 == 0
        ]
    )
    officer = User.objects.create_user("supervisor", display_name="Supervisor", language="en")
    Office.objects.create(user=officer, area=city, role="supervisor")
    return city, officer


def plan(city: Any, officer: Any) -> tuple[Any, float]:
    """The one action, timed."""
    from datetime import time as clock

    from django.utils import timezone

    from directory.calendar import local_day
    from stations.actions.days import DayPlan, plan_day
    from stations.models import Station

    now = timezone.now()
    asked = DayPlan(
        area=city, date=local_day(now) + timedelta(days=5), starts=clock(9), ends=clock(17), topic="统一接待日"
    )
    stations = list(Station.objects.select_related("area"))
    start = time.monotonic()
    planned = plan_day(plan=asked, stations=stations, by=officer, now=now)
    return planned, time.monotonic() - start


def begin(day: Any, officer: Any) -> None:
    """Announce the day; four of five stations are open, two of three deputies have come."""
    from django.db.models import F, Func, Value
    from django.utils import timezone

    from stations.actions.days import publish_day
    from stations.models import Reception, ReceptionDuty

    publish_day(day=day, by=officer, now=timezone.now())
    now = timezone.now()
    mod = Func(F("pk"), Value(5), function="mod")
    Reception.objects.filter(day=day).alias(rest=mod).exclude(rest=0).update(state="open", opened_at=now)
    ReceptionDuty.objects.filter(reception__day=day).alias(rest=Func(F("pk"), Value(3), function="mod")).exclude(
        rest=0
    ).update(attended=True, attended_at=now)


def look(day: Any, officer: Any, pages: int) -> tuple[list[float], int]:
    """Open the live page so many times; return its times in seconds and its number of statements."""
    from django.conf import settings
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.contrib.sessions.backends.db import SessionStore
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    from accounts.second_factor import PASSED

    session = SessionStore()
    session[SESSION_KEY] = str(officer.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = officer.get_session_auth_hash()
    session[PASSED] = True
    session.save()
    client = Client()
    client.cookies[settings.SESSION_COOKIE_NAME] = session.session_key
    address = f"/desk/days/{day.pk}/"
    for _ in range(5):
        answer = client.get(address)
    assert answer.status_code == 200, answer.status_code
    with CaptureQueriesContext(connection) as captured:
        client.get(address)
    count = len(captured)  # now: the log is emptied by the next request
    times = []
    for _ in range(pages):
        start = time.monotonic()
        assert client.get(address).status_code == 200
        times.append(time.monotonic() - start)
    return times, count


def log_visits(day: Any, number: int, now: Any) -> None:
    """Visits spread over the stations; every third raised a petition, some of them assigned and answered."""
    import uuid

    from accounts.models import Contact, User
    from directory.models import Department
    from petitions.models import Petition
    from petitions.references import new_reference
    from stations.models import Reception, Visit

    writer = User.objects.create_user("writer", display_name="Writer")
    unit = Department.objects.create(
        code="unit", name="水务局", area=day.area, kind="bureau", active_from=now.date().replace(month=1, day=1)
    )
    receptions = list(Reception.objects.filter(day=day).select_related("station"))
    visits = Visit.objects.bulk_create(
        Visit(key=uuid.uuid4(), digest="x", logged_by=writer, logged_at=now, came_at=now, station=one.station,
              area_id=one.station.area_id, reception=one, group_size=1 + n % 3, words="下水道堵了。")
        for n in range(number) for one in [receptions[n * 13 % len(receptions)]]
    )  # fmt: skip
    raised = visits[::3]
    contacts = Contact.objects.bulk_create(Contact(name="", phone="", created_at=now) for _ in raised)
    Petition.objects.bulk_create(
        Petition(reference=new_reference(), state="assigned", state_since=now, channel="visit", title="下水道",
                 text="堵了。",
                 area_id=visit.area_id, station_id=visit.station_id, contact=contact, submitted_at=now, visit=visit,
                 routed_at=now, lead_unit=unit if n % 2 else None, replied_at=now if n % 5 == 1 else None)
        for n, (visit, contact) in enumerate(zip(raised, contacts, strict=True))
    )  # fmt: skip


if __name__ == "__main__":
    sys.exit(main())
