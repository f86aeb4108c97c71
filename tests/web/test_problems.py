"""Every error under /api/ is a problem document in the caller's language."""

import uuid

import pytest

EN = {"Accept-Language": "en"}


def problem_of(answer):
    assert answer["Content-Type"] == "application/problem+json"
    body = answer.json()
    assert body["status"] == answer.status_code
    assert {"type", "title", "status", "detail", "errors"} <= body.keys()
    assert body["request_id"] == answer["X-Request-ID"]
    return body


@pytest.mark.parametrize(
    ("how", "status", "kind", "detail", "errors"),
    [
        ("refused", 409, "refused", "The matter is closed.", []),
        (
            "refused-field",
            400,
            "invalid",
            "That is no number.",
            [{"field": "phone", "detail": "That is no number."}],
        ),
        ("not-found", 404, "not-found", None, []),
        ("forbidden", 403, "forbidden", None, []),
        ("suspicious", 400, "malformed", None, []),
        ("database", 503, "unavailable", None, []),
        ("bug", 500, "internal", None, []),
        ("model", 400, "invalid", "Too long.", [{"field": "name", "detail": "Too long."}]),
        (
            "nested",
            400,
            "invalid",
            None,
            [{"field": "items.1.name", "detail": "Missing."}, {"field": "", "detail": "No."}],
        ),
        ("plain-list", 400, "invalid", "No.", [{"field": "", "detail": "No."}]),
        ("teapot", 418, "malformed", "Short.", []),
    ],
)
def test_exceptions_of_a_view(calm, how, status, kind, detail, errors):
    body = problem_of(calm.get(f"/api/test/fail/{how}/", headers=EN))
    assert (body["status"], body["type"], body["errors"]) == (status, f"urn:liaison:problem:{kind}", errors)
    if detail:
        assert body["detail"] == detail
    for secret in ("secret reason", "10.1.2.3", "13800138000", "Petition matches"):
        assert secret not in str(body)


def test_bug_is_logged_with_its_number_but_without_the_person(calm, capsys, caplog):
    caplog.handler.setFormatter(__import__("liaison.logs").logs.CleanLine("{message}", style="{"))
    calm.get("/api/test/fail/bug/")
    assert "RuntimeError" in caplog.text
    assert "13800138000" not in caplog.text


@pytest.mark.parametrize("path", ["/api/", "/api/nothing/", "/api/v1/nothing/here/"])
def test_unknown_address(client, path, db):
    assert problem_of(client.get(path, headers=EN))["title"] == "Not found"


def test_method_not_allowed(client):
    answer = client.get("/api/test/take/")
    assert set(answer["Allow"].split(", ")) == {"POST", "OPTIONS"}
    assert problem_of(answer)["status"] == 405


def test_method_not_allowed_outside_drf(client):
    answer = client.get("/api/test/plain/")
    assert set(answer["Allow"].split(", ")) == {"POST", "OPTIONS"}
    assert problem_of(answer)["status"] == 405


def test_csrf_outside_drf(client):
    client.handler.enforce_csrf_checks = True
    assert problem_of(client.post("/api/test/plain/", {"text": "x"}))["status"] == 403


def test_sign_in_needed(client, db):
    answer = client.get("/api/v1/inbox/")
    assert problem_of(answer)["type"] == "urn:liaison:problem:not-authenticated"
    assert answer["WWW-Authenticate"] == "Token"


def test_wrong_token(client, db):
    answer = client.get("/api/v1/inbox/", headers={"Authorization": "Token nonsense"})
    assert problem_of(answer)["status"] == 401


def test_throttled_says_how_long(client):
    key = uuid.uuid4()
    assert client.get(f"/api/test/throttled/?key={key}").status_code == 200
    answer = client.get(f"/api/test/throttled/?key={key}", headers=EN)
    assert 3500 < int(answer["Retry-After"]) <= 3600
    assert problem_of(answer)["detail"] == f"Please wait {answer['Retry-After']} seconds and try again."


def test_other_media(client):
    answer = client.post("/api/test/take/", "text=x", content_type="application/x-www-form-urlencoded")
    assert problem_of(answer)["status"] == 415


def test_no_such_format(client):
    answer = client.post("/api/test/take/", "{}", content_type="application/json", headers={"Accept": "text/csv"})
    assert problem_of(answer)["status"] == 406


def test_invalid_host(client):
    assert problem_of(client.get("/api/nothing/", headers={"Host": "evil.example"}))["status"] == 400


def test_chinese_unless_asked_otherwise(client):
    chinese = problem_of(client.post("/api/test/take/", "{}", content_type="application/json"))
    english = problem_of(client.post("/api/test/take/", "{}", content_type="application/json", headers=EN))
    assert english["errors"] == [{"field": "text", "detail": "This field is required."}]
    assert chinese["errors"] != english["errors"]


@pytest.mark.parametrize(("how", "status"), [("not-found", 404), ("forbidden", 403), ("suspicious", 400), ("bug", 500)])
def test_pages_answer_with_pages(calm, db, how, status):
    answer = calm.get(f"/test/fail/{how}/")
    assert answer.status_code == status
    assert answer["Content-Type"].startswith("text/html")
    assert "13800138000" not in answer.content.decode()


@pytest.fixture
def real_addresses(settings):
    settings.ROOT_URLCONF = "liaison.urls"


def test_schema_tells_of_problems(client, real_addresses):
    schema = client.get("/api/schema/?format=json").json()
    assert "Problem" in schema["components"]["schemas"]
    answer = schema["paths"]["/api/v1/inbox/"]["get"]["responses"]["default"]
    assert "application/problem+json" in answer["content"]


@pytest.mark.parametrize("query", ["lang=en", "lang=zh-hans", "lang=..%2F..%2Fx", "lang=xx", "version=9", "format=xml"])
def test_schema_in_any_language(client, real_addresses, query):
    assert client.get(f"/api/schema/?{query}").status_code in (200, 404)


def test_docs_need_no_inline_script_or_style(client):
    page = client.get("/api/docs/")
    text = page.content.decode()
    assert "<style" not in text
    assert "<script>" not in text
    assert "'unsafe" not in page["Content-Security-Policy"]
    script = client.get("/api/docs/?script=")
    assert script["Content-Type"] == "application/javascript"
    assert "/api/schema/" in script.content.decode().replace("\\u002D", "-").replace("../schema", "/api/schema")
