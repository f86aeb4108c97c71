"""Broken text is refused with a sentence, and every request has a number."""

import pytest

from liaison.logs import scrub

BROKEN = ["/%00", "/a%00b/", "/%ff%fe/", "/?q=%00", "/?q=%ff", "/?%c3=1", "/?q=%ed%a0%80", "/?q=a&%00=b"]


@pytest.mark.parametrize("prefix", ["", "/api/v1"])
@pytest.mark.parametrize("path", BROKEN)
def test_broken_address(client, prefix, path, db):
    answer = client.get(prefix + path, headers={"Accept-Language": "en"})
    assert answer.status_code == 400
    if prefix:
        assert answer.json()["detail"] == "The request contains characters that are not valid UTF-8 text."
    else:
        assert answer["Content-Type"].startswith("text/html")


def test_good_text_passes(client, db):
    assert client.get("/api/test/fail/not-found/?q=%E8%B7%AF%E7%81%AF+a%2Bb").status_code == 404


@pytest.mark.parametrize("raw", [b"text=%00", b"text=%ff", b"%ff=1", b"text=\xff\xfe", "text=路灯坏了".encode("gbk")])
def test_broken_form(client, raw, db):
    answer = client.post("/test/form/", raw, content_type="application/x-www-form-urlencoded")
    assert answer.status_code == 400


@pytest.mark.parametrize("value", [b"a\x00b", b"\xff\xfe"])
def test_broken_multipart(client, value, db):
    raw = b'--x\r\nContent-Disposition: form-data; name="text"\r\n\r\n' + value + b"\r\n--x--\r\n"
    answer = client.post("/test/form/", raw, content_type="multipart/form-data; boundary=x")
    assert answer.status_code == 400


@pytest.mark.parametrize(
    "kind", ["multipart/form-data", "multipart/form-data; boundary=\x00", "multipart/form-data; boundary="]
)
def test_multipart_without_boundary(client, kind, db):
    assert client.post("/test/form/", b"x", content_type=kind).status_code == 400


def test_good_form_passes(client):
    answer = client.post("/test/form/", {"text": "路灯坏了"})
    assert answer.content.decode() == "路灯坏了"
    answer = client.post("/test/form/", "text=%E8%B7%AF", content_type="application/x-www-form-urlencoded")
    assert answer.content.decode() == "路"


def test_oversize_form(client, settings, db):
    raw = "text=" + "x" * settings.DATA_UPLOAD_MAX_MEMORY_SIZE
    assert client.post("/test/form/", raw, content_type="application/x-www-form-urlencoded").status_code == 413


@pytest.mark.parametrize("length", ["abc", "-1", "1.5", "²"])
def test_length_that_is_no_number(client, length, db):
    answer = client.post("/api/test/take/", "{}", content_type="application/json", CONTENT_LENGTH=length)
    assert answer.status_code == 400


def test_body_without_length(client):
    answer = client.post(
        "/api/test/take/", "{}", content_type="application/json", CONTENT_LENGTH="", HTTP_TRANSFER_ENCODING="chunked"
    )
    assert answer.status_code == 411


@pytest.mark.parametrize("value", ["Token \xff\xfe", "Bearer é", "\xff"])
def test_authorization_that_is_no_ascii(client, value, db):
    assert client.get("/api/v1/inbox/", HTTP_AUTHORIZATION=value).status_code == 400


@pytest.mark.parametrize("cookie", ["\xff\xfe", "sessionid=\xff", "csrftoken=\x00", "django_language=\x00", "=;;=,"])
def test_broken_cookies_are_ignored(client, cookie, db):
    assert client.get("/api/v1/inbox/", HTTP_COOKIE=cookie).status_code == 401


@pytest.mark.parametrize("language", ["\xff", "x" * 5000, "zh;q=\x00", "*", ",,,;q"])
def test_broken_language_is_ignored(client, language):
    assert client.get("/healthz", HTTP_ACCEPT_LANGUAGE=language).status_code == 200


def test_number_of_the_proxy_is_kept(client):
    assert client.get("/healthz", headers={"X-Request-ID": "edge-0123456789"})["X-Request-ID"] == "edge-0123456789"


@pytest.mark.parametrize("offered", ["", "short", "x" * 65, "with space 123", "new\nline-1234", "标识标识标识标识"])
def test_other_numbers_are_replaced(client, offered):
    given = client.get("/healthz", HTTP_X_REQUEST_ID=offered)["X-Request-ID"]
    assert len(given) == 32
    assert given != offered


@pytest.mark.parametrize(
    ("line", "clean"),
    [
        ("to 13800138000 failed", "to [telephone] failed"),
        ("to +86 138-0013-8000", "to [telephone]"),
        ("to 0755-28398000.", "to [telephone]."),
        ("li.na@example.cn said", "[e-mail] said"),
        ("id 11010519491231002X", "id [identity number]"),
        ("Authorization: Bearer abc.def-123456", "Authorization: [removed] [removed]"),
        ("GET /x?phone=13800138000&q=1", "GET /x?phone=[removed]&q=1"),
        ('{"code": "123456"}', '{"code": [removed]"}'),
        ("boom\nDETAIL:  Failing row contains (1, 王芳).\nrest", "boom\nDETAIL: [removed]\nrest"),
        ("petition 12345 order 1700000000 in 0.25 s", "petition 12345 order 1700000000 in 0.25 s"),
        ("2026-11-22 06:14:05,123 delivery 7: attempt 1", "2026-11-22 06:14:05,123 delivery 7: attempt 1"),
    ],
)
def test_log_lines_name_nobody(line, clean):
    assert scrub(line) == clean
