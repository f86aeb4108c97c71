"""Checking in with the camera: a station's own code, held before a browser that has no reader of its own."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone
from PIL import Image
from playwright.sync_api import Browser

from stations.actions.codes import code_for
from stations.models import Station, Visit
from stations.posters import png
from tests.browser.conftest import CHROMIUM, QUIET
from tests.browser.test_desk_keyboard import sign_in
from tests.browser.test_visits_offline import arrived, at_rest, ready, write

SIZE = (640, 480)


def says(page: Any, what: str) -> None:
    """The button says what its data hold for this."""
    page.wait_for_function(f"() => (b => b.innerText === b.dataset.{what})(document.querySelector('[data-scan]'))")


def poster(station: Station) -> bytes:
    return png(code_for(station=station, now=timezone.now()))


def film(folder: Path, code: bytes | None) -> Path:
    """What the camera sees: a wall, and on it a code, a little askew, small and grey as in a stairwell."""
    wall = Image.new("L", SIZE, 150)
    if code is not None:
        poster = Image.open(io.BytesIO(code)).convert("L").resize((230, 230)).point(lambda light: 60 + light // 2)
        wall.paste(poster.rotate(7, expand=True, fillcolor=150, resample=Image.Resampling.BICUBIC), (190, 110))
    picture = io.BytesIO()
    wall.convert("RGB").save(picture, "JPEG", quality=70)
    file = folder / "film.mjpeg"
    file.write_bytes(picture.getvalue() * 4)
    return file


@contextmanager
def camera(chromium: Browser, folder: Path, code: bytes | None) -> Iterator[Browser]:
    """A browser whose camera shows this code."""
    browser = chromium.browser_type.launch(
        executable_path=str(CHROMIUM),
        args=[
            *QUIET,
            "--use-fake-device-for-media-stream",
            f"--use-file-for-fake-video-capture={film(folder, code)}",
        ],
    )
    try:
        yield browser
    finally:
        browser.close()


@pytest.mark.parametrize("language", ["zh-hans", "en"])
@pytest.mark.parametrize("network", [True, False])
def test_a_deputy_checks_in_by_the_stations_code(
    visit: Any, chromium: Browser, town: Any, tmp_path: Path, language: str, network: bool
) -> None:
    town.seat.stations.add(town.station["tea"])
    with camera(chromium, tmp_path, poster(town.station["tea"])) as browser:
        visitor = visit(browser=browser, language=language, permissions=["camera"])
        sign_in(visitor, town.deputy)
        page = ready(visitor)
        assert page.evaluate("'BarcodeDetector' in window") is False, "the library is what is tested here"
        if not network:
            page.wait_for_function("() => caches.match('/static/qr/index.js').then(Boolean)")
            visitor.context.set_offline(True)
            page.reload()
        page.click("[data-scan]")
        page.wait_for_function("() => document.querySelector('[name=check_in]').value === 'qr'")
        assert page.input_value("#id_station") == "tea"
        assert page.inner_text("[data-scan]") == page.get_attribute("[data-scan]", "data-done")
        assert page.is_hidden("[data-scanner]")
        assert not visitor.axe()
        write(page, "楼道灯坏了没人修。")
        visitor.context.set_offline(False)
        arrived(page, 1)
        at_rest(page)
    kept = Visit.objects.get()
    assert (kept.station.code, kept.check_in) == ("tea", "qr")


def test_another_station_chosen_afterwards_is_by_hand(visit: Any, chromium: Browser, town: Any, tmp_path: Path) -> None:
    town.seat.stations.add(town.station["tea"])
    with camera(chromium, tmp_path, poster(town.station["tea"])) as browser:
        visitor = visit(browser=browser, permissions=["camera"])
        sign_in(visitor, town.deputy)
        page = ready(visitor)
        page.click("[data-scan]")
        page.wait_for_function("() => document.querySelector('[name=check_in]').value === 'qr'")
        page.select_option("#id_station", "east")
        write(page, "楼道灯坏了没人修。")
        arrived(page, 1)
    kept = Visit.objects.get()
    assert (kept.station.code, kept.check_in) == ("east", "hand")


def test_a_code_of_another_station_is_said(visit: Any, chromium: Browser, town: Any, tmp_path: Path) -> None:
    far = Station.objects.create(code="far", name="远站", kind="liaison_station", area=town.area["EB"])
    with camera(chromium, tmp_path, poster(far)) as browser:
        visitor = visit(browser=browser, permissions=["camera"])
        sign_in(visitor, town.deputy)
        page = ready(visitor)
        before = page.input_value("#id_station")
        page.click("[data-scan]")
        says(page, "wrong")
        assert (page.input_value("#id_station"), page.input_value("[name=check_in]")) == (before, "")


def test_the_camera_is_stopped_or_refused(visit: Any, chromium: Browser, town: Any, tmp_path: Path) -> None:
    with camera(chromium, tmp_path, None) as browser:
        visitor = visit(browser=browser, permissions=["camera"])
        sign_in(visitor, town.deputy)
        page = ready(visitor)
        ask = page.inner_text("[data-scan]")
        page.click("[data-scan]")
        page.wait_for_selector("[data-scanner]:visible")
        page.click("[data-scan]")
        page.wait_for_selector("[data-scanner]", state="hidden")
        page.wait_for_function("(ask) => document.querySelector('[data-scan]').innerText === ask", arg=ask)
        refused = visit(browser=browser)
        sign_in(refused, town.deputy)
        page = ready(refused)
        page.click("[data-scan]")
        says(page, "failed")
