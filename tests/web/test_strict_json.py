"""Bodies are read strictly; what is wrong is named."""

import contextlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from liaison import strict_json
from liaison.strict_json import NotJSONError, NotTextError, loads


@pytest.fixture
def post(client):
    def send(raw, **more):
        kind = more.pop("content_type", "application/json")
        # `post` would encode the body as the charset says.
        return client.generic("POST", "/api/test/take/", raw, kind, headers={"Accept-Language": "en"}, **more)

    return send


def test_good_body(post):
    assert post('{"text": "路灯坏了\\n\\tA", "count": 3}').json() == {"text": "路灯坏了\n\tA", "count": 3}


@pytest.mark.parametrize(
    "raw",
    [
        b"{",
        b"{'text': 1}",
        b'{"text": NaN}',
        b'{"text": Infinity}',
        b'{"text": -Infinity}',
        b'{"text": "a", "text": "b"}',
        b'{"text": "a"} x',
        b'\xef\xbb\xbf{"text": "a"}',
        '{"text": "路灯"}'.encode("gbk"),
        '{"text": "路灯"}'.encode("utf-16"),
        b'{"text": "\xed\xa0\x80"}',
        b'{"text": "a\x00b"}',
        b'{"count": 1e999}',
        b'{"count": 9223372036854775808}',
        b'{"count": ' + b"9" * 5000 + b"}",
        b"[" * 100_000,
        b'{"a":' * 20_000 + b"1" + b"}" * 20_000,
        b"nul",
        b" ",
    ],
)
def test_what_is_no_json(post, raw):
    answer = post(raw)
    assert answer.status_code == 400
    assert answer.json()["type"] == "urn:liaison:problem:malformed"
    assert answer.json()["detail"]


@pytest.mark.parametrize(
    ("raw", "field"),
    [
        (r'{"text": "a\u0000b"}', "text"),
        (r'{"text": "a\u0007b"}', "text"),
        (r'{"text": "\ud800"}', "text"),
        (r'{"text": "ok", "items": [{"name": "a"}, {"name": "\u001b[2J"}]}', "items.1.name"),
        (r'{"te\u0000xt": "x"}', "te?xt"),
    ],
)
def test_control_characters_name_the_field(post, raw, field):
    answer = post(raw)
    assert answer.status_code == 400
    assert [error["field"] for error in answer.json()["errors"]] == [field]


@pytest.mark.parametrize("raw", ["[]", "1", '"text"', "null", "true", '[{"text": "x"}]'])
def test_something_else_than_an_object(post, raw):
    answer = post(raw)
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["detail"]


@pytest.mark.parametrize(
    ("raw", "field"),
    [
        ('{"text": "' + "x" * 21 + '"}', "text"),
        ('{"text": 1, "count": "x"}', "count"),
        ('{"text": {"a": 1}}', "text"),
        ('{"text": "x", "items": [{"name": "a"}, 7]}', "items.1"),
        ('{"text": "x", "items": {"name": "a"}}', "items"),
    ],
)
def test_wrong_type_names_the_field(post, raw, field):
    answer = post(raw)
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["field"] == field


def test_oversize(post, settings):
    answer = post('{"text": "' + "x" * settings.DATA_UPLOAD_MAX_MEMORY_SIZE + '"}')
    assert answer.status_code == 413
    assert answer.json()["type"] == "urn:liaison:problem:too-large"


@pytest.mark.parametrize("length", ["5", "0", ""])
def test_length_that_lies_reads_no_further(post, settings, length):
    assert post('{"text": "' + "x" * 10**6 + '"}', CONTENT_LENGTH=length).status_code == 400


@pytest.mark.parametrize(
    ("kind", "status"),
    [
        ("application/json; charset=utf-8", 200),
        ("application/json; charset=gbk", 415),
        ("application/json; charset=rot13", 415),
        ("text/plain", 415),
        ("nonsense", 415),
    ],
)
def test_charset_and_type(post, kind, status):
    assert post(b'{"text": "x"}', content_type=kind).status_code == status


@given(st.binary(max_size=200))
def test_any_bytes_give_a_value_or_a_refusal(raw):
    with contextlib.suppress(NotJSONError, NotTextError):
        loads(raw)


json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63) + 1, 2**63 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs", "Cc"])),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from('abcd[]{}"\\'), inner, max_size=4),
    max_leaves=20,
)


@given(json_values)
def test_every_decent_value_passes(value):
    assert loads(json.dumps(value)) == value
    assert strict_json._depth(json.dumps(value)) <= strict_json.MAX_DEPTH
