"""Visits without a network: sealed on the device, sent by themselves, each exactly once."""

from __future__ import annotations

import re
from typing import Any

import pytest

from petitions.models import Petition
from stations.models import Visit
from tests.browser.test_desk_keyboard import sign_in
from tests.cast import RESIDENT_PHONE
from tests.petitions.test_attachments import picture

NEW = "/desk/visits/new/"
# What lies in the browser's database, as text: nothing that was said may be found in it.
DUMP = """async () => {
  const asked = (request) => new Promise((yes) => { request.onsuccess = () => yes(request.result); });
  const db = await asked(indexedDB.open("visits", 1));
  const all = (name) => asked(db.transaction(name).objectStore(name).getAll());
  const boxes = await all("box"), keys = await all("keys");
  const text = (bytes) => new TextDecoder("utf-8").decode(bytes)
    + new TextDecoder("utf-16le").decode(bytes.slice(0, bytes.byteLength & ~1));
  const sealed = boxes.flatMap((box) => [box.words.data, ...box.photos.map((photo) => photo.data)]);
  db.close();
  return {
    text: JSON.stringify(boxes) + sealed.map(text).join(),
    boxes: boxes.length,
    extractable: keys.map((each) => each.key.extractable),
    algorithms: keys.map((each) => each.key.algorithm.name),
  };
}"""


def write(page: Any, words: str, *, phone: str = RESIDENT_PHONE, do: str = "keep") -> None:
    page.fill("#id_words", words)
    page.fill("#id_name", "王芳")
    page.fill("#id_phone", phone)
    page.check("#id_told")
    page.click(f"button[name=do][value={do}]")


def ready(visitor: Any) -> Any:
    """The page, with the worker awake and the page kept for later."""
    page = visitor.go(NEW)
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    for _ in range(100):
        if page.evaluate("caches.match('/desk/visits/new/').then(Boolean)"):
            return page
        page.wait_for_timeout(100)
    raise AssertionError("the page was not kept for later")


def waiting(page: Any) -> int:
    return page.locator("[data-rows] [data-state=waiting]").count()


def at_rest(page: Any) -> None:
    """The round of sending is over, whatever came of it."""
    page.wait_for_selector("[data-box][aria-busy=false]", state="attached")


def arrived(page: Any, number: int) -> None:
    page.wait_for_function(
        "(n) => document.querySelectorAll('[data-rows] [data-state=arrived]').length === n", arg=number
    )


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_five_visits_without_a_network_arrive_once(visit: Any, town: Any, language: str) -> None:
    visitor = visit(language=language)
    sign_in(visitor, town.deputy)
    page = ready(visitor)
    visitor.context.set_offline(True)
    page.reload()
    for number in range(5):
        write(
            page,
            f"第{number + 1}件事：楼道灯坏了没人修。",
            phone=f"1380000{number:04d}",
            do="raise" if number == 4 else "keep",
        )
        page.wait_for_function("(n) => document.querySelectorAll('[data-rows] li').length === n", arg=number + 1)
    kept = page.evaluate(DUMP)
    assert kept["boxes"] == 5
    assert kept["extractable"] == [False]
    assert kept["algorithms"] == ["AES-GCM"]
    for secret in ("楼道灯", "王芳", "13800000001", "group_size"):
        assert secret not in kept["text"]
    page.reload()
    page.wait_for_function("() => document.querySelectorAll('[data-rows] [data-state=waiting]').length === 5")
    assert "楼道灯" not in page.inner_text("[data-box]")
    assert Visit.objects.count() == 0

    visitor.context.set_offline(False)
    page.wait_for_function("() => document.querySelectorAll('[data-rows] [data-state=waiting]').length === 0")
    arrived(page, 5)

    assert sorted(Visit.objects.values_list("words", flat=True)) == sorted(
        f"第{number + 1}件事：楼道灯坏了没人修。" for number in range(5)
    )
    assert Petition.objects.count() == 1
    assert page.evaluate(DUMP)["boxes"] == 0
    assert not visitor.axe()


def test_when_the_answer_to_the_first_sending_is_lost_it_is_still_one_visit(visit: Any, town: Any) -> None:
    visitor = visit()
    sign_in(visitor, town.deputy)
    page = ready(visitor)
    network = {"loses": True}
    lost: set[str] = set()

    def lose(route: Any) -> None:
        """The server takes it in, and its answer never comes back: each one's, however often it is sent."""
        if network["loses"] and route.request.method == "POST":
            route.fetch()
            lost.add(route.request.post_data_json["key"])
            route.abort("connectionreset")
        else:
            route.continue_()

    visitor.context.set_offline(True)
    for number in range(5):
        write(page, f"第{number + 1}件事：路灯不亮。", phone=f"1380000{number:04d}", do="raise")
        page.wait_for_function("(n) => document.querySelectorAll('[data-rows] li').length === n", arg=number + 1)
    assert Visit.objects.count() == 0
    page.route(re.compile(r"/api/v1/visits/$"), lose)
    visitor.context.set_offline(False)
    for _ in range(300):
        if len(lost) == 5:
            break
        page.wait_for_timeout(100)
    at_rest(page)
    assert len(lost) == 5
    assert waiting(page) == 5
    assert Visit.objects.count() == 5  # taken in, though the device does not know

    network["loses"] = False
    page.reload()
    arrived(page, 5)
    assert Visit.objects.count() == Petition.objects.count() == 5
    assert waiting(page) == 0


def test_a_conflict_is_shown_and_settled_by_the_writer(visit: Any, town: Any) -> None:
    officer = visit()
    sign_in(officer, town.officer)
    write(ready(officer), "楼道灯坏了。")
    arrived(officer.page, 1)

    deputy = visit()
    sign_in(deputy, town.deputy)
    page = ready(deputy)
    write(page, "楼道的灯坏了一周。")
    page.wait_for_selector("[data-rows] [data-state=refused]")
    assert "colleague" in page.inner_text("[data-rows]")
    assert not deputy.axe()
    page.click("[data-rows] button >> nth=0")  # keep both
    arrived(page, 1)
    assert Visit.objects.count() == 2


def test_signing_out_deletes_what_is_on_the_device(visit: Any, town: Any) -> None:
    visitor = visit()
    sign_in(visitor, town.deputy)
    page = ready(visitor)
    page.route(re.compile(r"/api/v1/visits/$"), lambda route: route.abort())
    write(page, "小区门口乱停车。")
    page.wait_for_selector("[data-rows] [data-state=waiting]")

    visitor.go("/accounts/logout/")
    page.wait_for_selector("[data-unsent]:not([hidden])")
    page.click("[data-signout] button")
    page.wait_for_url(f"{visitor.site}/")
    assert page.evaluate("indexedDB.databases().then((all) => all.map((each) => each.name))") == []
    assert page.evaluate("caches.keys().then((all) => all.filter((each) => each.startsWith('visit')))") == []


def test_another_person_on_the_same_telephone_neither_sees_nor_sends_it(visit: Any, town: Any) -> None:
    visitor = visit()
    sign_in(visitor, town.deputy)
    page = ready(visitor)
    page.route(re.compile(r"/api/v1/visits/$"), lambda route: route.abort())
    write(page, "小区门口乱停车。")
    page.wait_for_selector("[data-rows] [data-state=waiting]")
    page.unroute(re.compile(r"/api/v1/visits/$"))

    sign_in(visitor, town.officer)  # the deputy's session ended, nobody signed out
    page = visitor.go(NEW)
    page.wait_for_selector("[data-others-note]:not([hidden])")
    assert page.locator("[data-rows] li").count() == 0
    at_rest(page)
    assert Visit.objects.count() == 0

    sign_in(visitor, town.deputy)
    visitor.go(NEW)
    arrived(page, 1)
    assert Visit.objects.get().logged_by == town.deputy


def test_a_photo_goes_with_it(visit: Any, town: Any, tmp_path: Any) -> None:
    file = tmp_path / "photo.jpg"
    file.write_bytes(picture(size=(2400, 1800)))
    visitor = visit()
    sign_in(visitor, town.deputy)
    page = ready(visitor)
    visitor.context.set_offline(True)
    page.set_input_files("#id_photos", str(file))
    write(page, "路面塌陷，请尽快围挡。", do="raise")
    page.wait_for_selector("[data-rows] [data-state=waiting]")
    visitor.context.set_offline(False)
    arrived(page, 1)
    assert Visit.objects.get().photos.count() == 1
    assert Petition.objects.get().attachments.count() == 1


def test_without_javascript_it_is_an_ordinary_form(visit: Any, town: Any) -> None:
    visitor = visit(javascript=False)
    sign_in(visitor, town.deputy)
    page = visitor.go(NEW)
    write(page, "楼道灯坏了。", do="raise")
    page.wait_for_url(re.compile(r"/desk/visits/\d+/"))
    assert Petition.objects.get().visit == Visit.objects.get()
