"""Enter the demo's cast, stations and deputies. Running it again changes nothing, and heals what is missing.

Demo data only, hence outside any app's actions: stations and deputies of a real place are entered by the system
administrator. Passwords: one for the whole installation, random, kept in the file beside the second factors'
secrets; a file of the same installation is read back, so that what it says stays true.
"""

import json
import os
import secrets
from collections.abc import Iterable
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any

from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import generate_totp_secret
from allauth.mfa.utils import decrypt, encrypt
from django.conf import settings
from django.contrib.auth.hashers import check_password, make_password
from django.db import transaction

from accounts.actions import appoint_administrator
from accounts.crypto import CannotDecrypt
from accounts.models import User
from deputies.models import Deputy, DeputyLevel
from directory.models import Area, Department, Membership, Office
from liaison import demo_deputies, demo_people
from liaison.demo_people import Person
from stations.models import Station, StationKind

TERM = 3


@transaction.atomic
def create(*, file: Path, now: datetime) -> list[dict[str, Any]]:
    """Enter everything and write `file` (mode 0600); return the accounts as written. Raises `ValueError` without a
    directory to hang them on, or where `file` is not one of ours."""
    home, parts, communities = _places()
    departments = list(Department.objects.order_by("pk"))
    people = [
        *demo_people.commission(home, parts),
        *demo_people.administrators(),
        *demo_people.stations(communities),
        *demo_people.units(departments),
        *demo_people.deputies(communities),
        *demo_people.residents(home),
    ]
    kept = _read(file)
    password = next((entry["password"] for entry in kept.values() if entry.get("password")), "") or _new_password()
    users = _users(people, password, now)
    keys = _second_factors([users[p.username] for p in people if p.is_staff_account], kept)
    _offices(people, users)
    _memberships(people, users, departments)
    _stations(communities, users)
    _deputies(people, communities, users)
    demo_deputies.create(home=home, parts=parts, communities=communities)
    for person in people:
        if person.role.startswith("admin_"):
            appoint_administrator(user=users[person.username], kind=person.unit_code)
    accounts = [_entry(person, password, keys) for person in people]
    _write(file, accounts)
    return accounts


def _new_password() -> str:
    return secrets.token_urlsafe(12)


def _places() -> tuple[Area, list[Area], list[Area]]:
    home = Area.objects.filter(code=settings.HOME_AREA).first()
    if home is None:
        raise ValueError(f"There is no area {settings.HOME_AREA}. Run: manage.py load_directory directory/demo")
    below = list(Area.objects.filter(path__startswith=home.path).order_by("code"))
    parts = [area for area in below if area.level == "subdistrict"]
    return home, parts, [area for area in below if area.level == "community"]


def _read(file: Path) -> dict[str, dict[str, Any]]:
    if not file.exists():
        return {}
    try:
        return {entry["username"]: entry for entry in json.loads(file.read_text("utf-8"))["accounts"]}
    except (ValueError, KeyError, TypeError):
        raise ValueError(f"{file} is not a list of demo accounts. Move it away and run this again.") from None


def _users(people: list[Person], password: str, now: datetime) -> dict[str, User]:
    """One hash for all: hashing two hundred passwords would take minutes, and they are the same password."""
    names = [person.username for person in people]
    known = {user.username: user for user in User.objects.filter(username__in=names)}
    hashes = {user.password for user in known.values() if user.has_usable_password()}
    shared = next((one for one in hashes if check_password(password, one)), "") or make_password(password)
    for person in people:
        user = known.get(person.username)
        if user is None:
            user = User.objects.create_user(
                person.username, phone=person.phone, display_name=person.display_name, date_joined=now
            )
            known[person.username] = user
        if person.is_staff_account and user.password != shared:
            user.password = shared
            user.save(update_fields=["password"])
    return known


def _second_factors(staff: Iterable[User], kept: dict[str, dict[str, Any]]) -> dict[str, str]:
    """Return each one's secret: the stored one where it can be read, else the file's, else a new one."""
    users = {user.pk: user for user in staff}
    stored = Authenticator.objects.filter(user__in=users, type=Authenticator.Type.TOTP)
    keys = {users[row.user_id].username: key for row in stored if (key := _readable(row))}
    fresh = [user for user in users.values() if user.username not in keys]
    Authenticator.objects.filter(user__in=fresh, type=Authenticator.Type.TOTP).delete()
    for user in fresh:
        keys[user.username] = kept.get(user.username, {}).get("totp_secret") or generate_totp_secret()
    Authenticator.objects.bulk_create(
        Authenticator(user=user, type=Authenticator.Type.TOTP, data={"secret": encrypt(keys[user.username])})
        for user in fresh
    )
    return keys


def _readable(row: Authenticator) -> str:
    try:
        return decrypt(row.data["secret"])
    except (CannotDecrypt, KeyError):
        return ""


def _offices(people: list[Person], users: dict[str, User]) -> None:
    areas = {area.code: area for area in Area.objects.all()}
    Office.objects.bulk_create(
        [
            Office(user=users[person.username], area=areas[person.unit_code], role=person.role)
            for person in people
            if person.role in ("dispatcher", "supervisor")
        ],
        ignore_conflicts=True,
    )


def _memberships(people: list[Person], users: dict[str, User], departments: list[Department]) -> None:
    by_code = {department.code: department for department in departments}
    Membership.objects.bulk_create(
        [
            Membership(user=users[person.username], department=by_code[person.unit_code], role=person.role)
            for person in people
            if person.role in ("handler", "head")
        ],
        ignore_conflicts=True,
    )


def _stations(communities: list[Area], users: dict[str, User]) -> None:
    for area in communities:
        Station.objects.get_or_create(
            code=demo_people.station_code(area),
            defaults={
                "name": demo_people.station_name(area),
                "name_en": f"Deputies' Liaison Station, {area.name_en}",
                "kind": StationKind.LIAISON_STATION,
                "area": area,
                "address": f"{area.name}党群服务中心一楼",
                "latitude": area.latitude,
                "longitude": area.longitude,
                "officer": users[f"officer-{demo_people.slug(area)}"],
                "head": users[f"station-{demo_people.slug(area)}"],
            },
        )


def _deputies(people: list[Person], communities: list[Area], users: dict[str, User]) -> None:
    stations = {station.area_id: station for station in Station.objects.filter(area__in=communities)}
    areas = {area.code: area for area in communities}
    for person in people:
        if person.role != "deputy":
            continue
        area = areas[person.unit_code]
        deputy, created = Deputy.objects.get_or_create(
            code=f"deputy-{area.code}",
            defaults={
                "user": users[person.username],
                "name": person.display_name,
                "name_en": demo_people.in_latin(person.display_name),
                "level": DeputyLevel.COUNTY,
                "term": TERM,
                "electoral_district": f"{area.name}选区",
                "area": area,
            },
        )
        if created:
            stations[area.pk].deputies.add(deputy)


def _entry(person: Person, password: str, keys: dict[str, str]) -> dict[str, Any]:
    staff = person.is_staff_account
    return asdict(person) | {
        "password": password if staff else "",
        "totp_secret": keys.get(person.username, ""),
    }


def _write(file: Path, accounts: list[dict[str, Any]]) -> None:
    """Written beside and moved into place: never half a file, never readable by others."""
    file.parent.mkdir(parents=True, exist_ok=True)
    beside = file.with_name(f"{file.name}.{os.getpid()}.new")
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as out:
        json.dump({"accounts": accounts}, out, ensure_ascii=False, indent=1)
    beside.replace(file)
