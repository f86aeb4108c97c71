"""Input taken strictly: unknown fields named, invisible and broken characters refused, Unicode normalised."""

import re
import threading
import unicodedata
from collections.abc import Mapping
from typing import Any

from django.utils.functional import cached_property
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.settings import api_settings
from rest_framework.utils.serializer_helpers import BindingDict

# C0, DEL and C1 controls; the line and paragraph separators; overrides of the writing direction, which make a
# text read other than it is stored (Unicode TR 36); lone surrogates, which UTF-8 and PostgreSQL cannot hold.
BROKEN = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]")
LINE_MARKS = re.compile(r"[\n\r\t]")


def clean_text(value: str, *, multiline: bool = False) -> str:
    """Return `value` trimmed, in Unicode NFC, with `\\n` line ends.

    Raises ValueError with a translated sentence where it holds a control character (line breaks and tabs are
    allowed when `multiline`), a direction override or half a surrogate pair.
    """
    value = value.strip()
    if BROKEN.search(LINE_MARKS.sub("", value) if multiline else value):
        raise ValueError(_("Remove the control characters from this text."))
    return unicodedata.normalize("NFC", value.replace("\r\n", "\n").replace("\r", "\n"))


class CleanCharField(serializers.CharField):
    """A string, and only a string (`1` and `true` are refused), passed through `clean_text`."""

    default_error_messages = {"invalid": gettext_lazy("This must be a string.")}

    def __init__(self, *, multiline: bool = False, **kwargs: Any) -> None:
        self.multiline = multiline
        super().__init__(**kwargs)

    def run_validation(self, data: Any = serializers.empty) -> Any:
        if isinstance(data, str):
            try:
                data = clean_text(data, multiline=self.multiline)
            except ValueError as error:
                raise serializers.ValidationError(str(error), code="control_characters") from None
        return super().run_validation(data)

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            self.fail("invalid")
        return super().to_internal_value(data)


class StrictBooleanField(serializers.BooleanField):
    """`true` or `false`, and nothing that might have meant one of them: it also records what somebody agreed to."""

    def to_internal_value(self, data: Any) -> bool:
        if not isinstance(data, bool):
            self.fail("invalid", input=data)
        return data


class StrictSerializer(serializers.Serializer):
    """A serializer that refuses fields it does not know, naming each: a typing error must not pass in silence.

    Its fields are made once a thread and language and used again: DRF copies all of them for every request, which
    costs more than reading the input. Nothing of a request stays in a field but its parent, which is set anew; the
    messages of its validators stay in the language in which they were first needed.
    """

    _made = threading.local()

    @cached_property
    def fields(self) -> BindingDict:
        """The fields, bound to this serializer."""
        made: dict[Any, BindingDict] = self._made.__dict__.setdefault("fields", {})
        key = (type(self), get_language())
        if key not in made:
            made[key] = BindingDict(self)
            for name, field in self.get_fields().items():
                made[key][name] = field
        fields = made[key]
        fields.serializer = self
        for field in fields.values():
            field.parent = self
        return fields

    def run_validation(self, data: Any = serializers.empty) -> Any:
        if data is None and self.parent is None:  # DRF's sentence for this exists in English only
            sentence = self.error_messages["invalid"].format(datatype="null")
            raise serializers.ValidationError({api_settings.NON_FIELD_ERRORS_KEY: [sentence]}, code="invalid")
        return super().run_validation(data)

    def to_internal_value(self, data: Any) -> Any:
        # multipart forms carry their token beside the fields
        unknown = set(data) - set(self.fields) - {"csrfmiddlewaretoken"} if isinstance(data, Mapping) else set()
        known_errors: dict[str, Any] = {}
        try:
            value = super().to_internal_value(data)
        except serializers.ValidationError as error:
            if not unknown:
                raise
            known_errors = dict(error.detail) if isinstance(error.detail, dict) else {}
        if unknown:
            sentence = _("There is no such field.")
            raise serializers.ValidationError(known_errors | {_shown(name): [sentence] for name in sorted(unknown)})
        return value


def _shown(name: str) -> str:
    """A field name as somebody sent it, safe to send back: short, printable."""
    return "".join(character if character.isprintable() else "?" for character in str(name)[:60])
