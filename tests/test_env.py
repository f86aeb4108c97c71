"""A setting that is missing or malformed names itself and its expected form, and never repeats its value."""

import pytest
from django.core.exceptions import ImproperlyConfigured

from liaison import env

READERS = {
    "text": (lambda: env.text("X", form="at least 50 random characters", min_length=50), "short", "at least 50"),
    "boolean": (lambda: env.boolean("X"), "perhaps", "true or false"),
    "integer": (lambda: env.integer("X", low=1, high=9), "12", "a whole number from 1 to 9"),
    "integer, not a number": (lambda: env.integer("X", low=1, high=9), "1e0", "a whole number from 1 to 9"),
    "number": (lambda: env.number("X", low=0, high=1), "1.5", "a number from 0 to 1"),
    "number, not a number": (lambda: env.number("X", low=0, high=1), "nan", "a number from 0 to 1"),
    "choice": (lambda: env.choice("X", ("local", "production")), "staging", "one of local, production"),
    "items": (lambda: env.items("X", form="numbers with commas", each=r"\d+"), "1, two", "numbers with commas"),
    "url": (lambda: env.url("X", schemes=("redis", "unix")), "http://secret", "redis:// or unix://"),
}


@pytest.mark.parametrize(("read", "bad", "form"), READERS.values(), ids=READERS)
def test_a_malformed_value(monkeypatch, read, bad, form):
    monkeypatch.setenv("X", bad)
    with pytest.raises(ImproperlyConfigured) as refusal:
        read()
    said = str(refusal.value)

    assert said.startswith("X is malformed")
    assert form in said
    assert bad not in said


@pytest.mark.parametrize(("read", "bad", "form"), READERS.values(), ids=READERS)
@pytest.mark.parametrize("unset", [None, "", "  "])
def test_a_missing_value(monkeypatch, read, bad, form, unset):
    monkeypatch.delenv("X", raising=False)
    if unset is not None:
        monkeypatch.setenv("X", unset)
    with pytest.raises(ImproperlyConfigured, match=r"X is not set\. Expected: ") as refusal:
        read()

    assert form in str(refusal.value)


@pytest.mark.parametrize(
    ("read", "raw", "value"),
    [
        (lambda: env.text("X", form="a word"), " word ", "word"),
        (lambda: env.boolean("X"), "ON", True),
        (lambda: env.boolean("X"), "no", False),
        (lambda: env.integer("X", low=-5, high=9), "-5", -5),
        (lambda: env.number("X", low=0, high=1), "0.25", 0.25),
        (lambda: env.choice("X", ("a", "b")), "b", "b"),
        (lambda: env.items("X", form="names"), "a, b,,", ["a", "b"]),
        (lambda: env.url("X", schemes=("unix",)), "unix:///run/x.sock", "unix:///run/x.sock"),
    ],
)
def test_a_value_that_fits(monkeypatch, read, raw, value):
    monkeypatch.setenv("X", raw)

    assert read() == value


def test_a_default_is_made_only_when_it_is_needed(monkeypatch):
    monkeypatch.setenv("X", "here")
    assert env.text("X", form="a word", default=lambda: pytest.fail("not needed")) == "here"
    monkeypatch.delenv("X")
    assert env.text("X", form="a word", default=lambda: "made") == "made"
