"""The select that is written in one go says what Django's says."""

import pytest
from django import forms
from django.test.html import parse_html

from common.widgets import LongSelect

CHOICES = [("", "—"), ("a", "Drain & <water>"), ("Roads", [("b", "Surface"), ("c", "“Signs”")]), ("d", "Trees")]


class Form(forms.Form):
    plain = forms.ChoiceField(choices=CHOICES, widget=forms.Select(attrs={"class": "short"}))
    long = forms.ChoiceField(choices=CHOICES, widget=LongSelect(attrs={"class": "short"}))


@pytest.mark.parametrize("value", ["", "a", "c", "nobody knows it", '"><script>'])
def test_it_says_what_djangos_says(value):
    form = Form({"plain": value, "long": value})
    plain, long = str(form["plain"]).replace("plain", "field"), str(form["long"]).replace("long", "field")

    assert parse_html(long) == parse_html(plain)
    assert (" selected" in long) == (value in ("", "a", "c"))
