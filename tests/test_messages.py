"""Everything that a person reads exists in Simplified Chinese (default) and English."""

import ast
import csv
import importlib.util
import re
import string
from collections import Counter
from datetime import timedelta
from html.parser import HTMLParser
from pathlib import Path

import polib
import pytest
from django.conf import settings
from django.template.base import Lexer, TokenType
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.models import Contact
from directory.models import Area
from journal.models import Entry
from liaison import demo_people
from petitions.audience import messages_for

PROJECT = Path(settings.BASE_DIR)
HAN = re.compile(r"[\u3400-\u9fff]")
LATIN = re.compile(r"[A-Za-z]")


def _tool():
    """scripts/messages.py, which is no package."""
    spec = importlib.util.spec_from_file_location("messages_tool", PROJECT / "scripts" / "messages.py")
    module = importlib.util.module_from_spec(spec)
    # dataclasses look their module up by name while it is being made
    importlib.import_module("sys").modules["messages_tool"] = module
    spec.loader.exec_module(module)
    return module


tool = _tool()
CATALOGUE = PROJECT / "locale" / "zh_Hans" / "LC_MESSAGES" / "django.po"
PO = polib.pofile(str(CATALOGUE))


# --- The catalogue ----------------------------------------------------------------------------------------------


def test_every_message_of_the_code_is_translated():
    assert tool.missing(CATALOGUE) == []


def test_the_catalogue_is_clean():
    assert [entry.msgid for entry in PO if entry.fuzzy] == []
    assert [entry.msgid for entry in PO if entry.obsolete] == []
    assert [entry.msgid for entry in PO if not entry.translated()] == []
    assert PO.metadata["Plural-Forms"].startswith("nplurals=1;")
    assert PO.metadata["Content-Type"] == "text/plain; charset=UTF-8"
    assert PO.metadata["Language"] == "zh_Hans"


def test_what_is_installed_is_what_is_written():
    compiled = CATALOGUE.with_suffix(".mo")
    assert compiled.exists(), "Run: python scripts/messages.py compile"
    known = {(entry.msgctxt, entry.msgid): entry for entry in polib.mofile(str(compiled))}
    stale = [e.msgid for e in PO if _words(known.get((e.msgctxt, e.msgid))) != _words(e)]
    assert stale == [], "Run: python scripts/messages.py compile"


def _words(entry) -> list[str]:
    if entry is None:
        return []
    return list(entry.msgstr_plural.values()) if entry.msgid_plural else [entry.msgstr]


PERCENT = re.compile(r"%(?:\(\w+\))?[sdrf]|%%")


def placeholders(text: str, flags: list[str]) -> Counter:
    """Return what stands for a value in a message, each as often as it stands there."""
    found = Counter(PERCENT.findall(text)) if "python-format" in flags else Counter()
    if "python-brace-format" in flags:
        found += Counter(name for _text, name, _form, _conversion in string.Formatter().parse(text) if name is not None)
    return found


def _wrong_places(entry) -> bool:
    originals = [entry.msgid, entry.msgid_plural] if entry.msgid_plural else [entry.msgid]
    # The plural names the number where the singular may not; Chinese follows the plural.
    wanted = placeholders(originals[-1], entry.flags)
    return any(placeholders(text, entry.flags) != wanted for text in _words(entry))


def test_every_placeholder_is_kept():
    assert [entry.msgid for entry in PO if _wrong_places(entry)] == []


def test_no_translation_is_left_in_english():
    same = [e.msgid for e in PO if e.msgid in _words(e) and LATIN.search(PERCENT.sub("", e.msgid))]
    assert same == []


def test_chinese_has_chinese_punctuation():
    """No comma, stop, bracket or question mark of the narrow kind between or after Chinese characters."""
    narrow = re.compile(r"[\u3400-\u9fff][,;?!()]|[\u3400-\u9fff]\.(?!\w)|[\u3400-\u9fff]:(?!\d)")
    assert [text for entry in PO for text in _words(entry) if narrow.search(text)] == []


def test_people_are_addressed_politely_and_things_by_one_name():
    """The glossary's words (shared/design): 诉求, 承办单位, 联络站, 您."""
    unwanted = re.compile(r"你|投诉|上访|处理单位|联系站|承办部门|签收单")
    assert [text for entry in PO for text in _words(entry) if unwanted.search(text)] == []


def test_borrowed_sentences_are_word_for_word_those_of_the_libraries():
    import allauth
    import django_filters
    import drf_spectacular
    import rest_framework
    import unfold
    from django.contrib.auth import password_validation
    from django.forms import models
    from django.utils import timesince

    files = [Path(module.__file__) for module in (password_validation, timesince, models)]
    for package in (rest_framework, django_filters, drf_spectacular, unfold, allauth):
        root = Path(package.__file__).parent
        files += [file for file in root.rglob("*") if file.suffix in {".py", ".html"}]
    there = {message.text for file in files for message in _messages(file)}
    ours = {message.text for message in _messages(PROJECT / "liaison" / "borrowed_messages.py")}
    assert ours - there == set()


def _messages(file: Path):
    source = file.read_text(encoding="utf-8")
    if "gettext" not in source and "trans" not in source:
        return []
    return list((tool.in_python if file.suffix == ".py" else tool.in_template)(source))


# --- The code: nothing said outside the catalogue ---------------------------------------------------------------

TEMPLATES = sorted(
    file
    for file in PROJECT.glob("**/templates/**/*")
    if file.suffix in {".html", ".txt"} and not tool.OUTSIDE & set(file.relative_to(PROJECT).parts)
)
# The other language's name in its own words, brand and technical names, an invented reference.
SAID_AS_IT_IS = {"中文", "English", "PS-2611-4F7K-9", "Atom", "API", "PDF", "SMS"}
READ_ALOUD = {"alt", "aria-label", "title", "placeholder", "data-label", "label"}


class _Said(HTMLParser):
    """Collects what a page says: text nodes and the attributes that are read out."""

    def __init__(self) -> None:
        super().__init__()
        self.said: list[str] = []
        self._silent = 0

    def handle_starttag(self, tag, attrs):
        self._silent += tag in {"script", "style", "kbd", "code"}
        values = dict(attrs)
        spoken = READ_ALOUD | ({"content"} if values.get("name") == "description" else set())
        self.said += [value for name, value in attrs if name in spoken and value]

    def handle_endtag(self, tag):
        self._silent -= tag in {"script", "style", "kbd", "code"}

    def handle_data(self, data):
        if not self._silent:
            self.said.append(data)


def hard_coded(source: str) -> list[str]:
    """Return the words of a template that no translation reaches."""
    kept, inside = [], False
    for token in Lexer(source).tokenize():
        name = token.contents.split()[:1] if token.token_type == TokenType.BLOCK else []
        if name and name[0] in {"blocktranslate", "blocktrans", "comment"}:
            inside = True
        elif name and name[0] in {"endblocktranslate", "endblocktrans", "endcomment"}:
            inside = False
        elif name and name[0] == "block" and token.contents.endswith(("_class", "action")):
            inside = True  # a class name or an address, not words
        elif name and name[0] == "endblock":
            inside = False
        elif token.token_type == TokenType.TEXT and not inside:
            kept.append(token.contents)
    parser = _Said()
    parser.feed("".join(kept))
    found = (" ".join(text.split()) for text in parser.said)
    return [text for text in found if text not in SAID_AS_IT_IS and (LATIN.search(text) or HAN.search(text))]


@pytest.mark.parametrize("file", TEMPLATES, ids=lambda file: file.relative_to(PROJECT).as_posix())
def test_templates_say_nothing_outside_the_catalogue(file):
    assert hard_coded(file.read_text(encoding="utf-8")) == []


def test_the_search_for_hard_coded_words_finds_them():
    assert hard_coded('<p class="x">Hello</p>') == ["Hello"]
    assert hard_coded('<img alt="图">{% blocktranslate %}fine{% endblocktranslate %}') == ["图"]
    assert hard_coded('<p>{% translate "fine" %} {{ name }} – 12 %</p>') == []


# Where Chinese in Python is material, not speech: words to recognise, invented data, texts kept in both languages.
CHINESE_MATERIAL = (
    "accounts/migrations/",
    "desks/demo",
    "directory/loader/",
    "dispatch/router/",
    "liaison/demo",
    "liaison/formats/",
    "liaison/replay.py",
    "liaison/smoke.py",
    "petitions/emergencies.py",
    "petitions/search.py",
    "stations/finder.py",
    "stations/forms.py",
)


def _chinese_literals(file: Path) -> list[str]:
    tree = ast.parse(file.read_text(encoding="utf-8"))
    owners = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    docs = {id(node.body[0].value) for node in ast.walk(tree) if isinstance(node, owners) and ast.get_docstring(node)}
    texts = (
        n for n in ast.walk(tree) if isinstance(n, ast.Constant) and isinstance(n.value, str) and id(n) not in docs
    )
    return [node.value for node in texts if HAN.search(node.value)]


def test_python_speaks_chinese_only_through_the_catalogue():
    found = {}
    for file in PROJECT.rglob("*.py"):
        place = file.relative_to(PROJECT).as_posix()
        if (tool.OUTSIDE - {"migrations"}) & set(Path(place).parts) or place.startswith(CHINESE_MATERIAL):
            continue
        if literals := _chinese_literals(file):
            found[place] = literals
    assert found == {}


def test_gettext_is_imported_under_the_names_that_are_looked_for():
    """A call under another name, such as `_l`, would never reach the catalogue."""
    found = {}
    for file in PROJECT.rglob("*.py"):
        place = file.relative_to(PROJECT)
        if tool.OUTSIDE & set(place.parts):
            continue
        if names := tool.aliases(file.read_text(encoding="utf-8")):
            found[place.as_posix()] = names
    assert found == {}


def test_other_names_of_gettext_are_noticed():
    start = "from django.utils.translation import "
    assert tool.aliases(start + "gettext_lazy as _l, gettext as _") == ["_l"]
    assert tool.aliases(start + "ngettext as _") == ["_"]
    assert tool.aliases(start + "gettext_lazy, ngettext, override as speaking") == []


# --- The demo's data --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["areas", "categories", "departments"])
def test_the_demo_directory_has_names_in_both_languages(name):
    with (PROJECT / "directory" / "demo" / f"{name}.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) > 20
    assert [row["code"] for row in rows if not HAN.search(row["name"])] == []
    assert [row["code"] for row in rows if not LATIN.search(row["name_en"]) or HAN.search(row["name_en"])] == []


def test_every_name_of_the_demo_can_be_read_in_latin_letters():
    names = [demo_people.name(number) for number in range(800)]
    assert [name for name in names if HAN.search(demo_people.in_latin(name))] == []
    assert demo_people.in_latin("陈文静") == "Chen Wenjing"


# --- The answers of the API -------------------------------------------------------------------------------------

SPOKEN = pytest.mark.parametrize(("language", "script"), [("zh-hans", HAN), ("en", LATIN)])
NEVER = {"zh-hans": LATIN, "en": HAN}


def _is_said_in(language: str, script: re.Pattern[str], *sentences: str) -> None:
    for sentence in sentences:
        assert script.search(sentence), sentence
        assert not NEVER[language].search(sentence), sentence


def _caller(language: str, **extra: str) -> APIClient:
    return APIClient(HTTP_ACCEPT_LANGUAGE=language, **extra)


@SPOKEN
def test_a_wrong_field_is_explained(walk, language, script):
    answer = _caller(language).post("/api/v1/petitions/", walk.payload(text=None, phone="12"), format="json")
    problem = answer.json()
    assert {error["field"] for error in problem["errors"]} >= {"text"}
    _is_said_in(language, script, problem["title"], problem["detail"], *(e["detail"] for e in problem["errors"]))


@SPOKEN
def test_a_refusal_is_explained(walk, language, script):
    walk.submit()
    caller = _caller(language, HTTP_AUTHORIZATION=f"Bearer {walk.access}")
    early = {"process": "satisfied", "result": "satisfied"}
    answer = caller.post(f"/api/v1/petitions/{walk.reference}/evaluate/", early, format="json")
    assert answer.status_code == 409
    _is_said_in(language, script, answer.json()["title"], answer.json()["detail"])


@pytest.mark.django_db
@SPOKEN
@pytest.mark.parametrize("path", ["/api/v1/nothing/", "/api/v1/worklist/"])
def test_what_is_not_there_or_not_open_is_explained(language, script, path):
    answer = _caller(language).get(path)
    assert answer.status_code in {401, 404}
    _is_said_in(language, script, answer.json()["title"], answer.json()["detail"])


@SPOKEN
def test_states_and_timelines_are_labelled(walk, language, script):
    walk.to("concluded")
    seen = (
        _caller(language, HTTP_AUTHORIZATION=f"Bearer {walk.access}").get(f"/api/v1/petitions/{walk.reference}/").json()
    )
    _is_said_in(language, script, seen["state_label"], *(step["label"] for step in seen["timeline"]))
    _is_said_in(language, script, *(step["by"] for step in seen["timeline"]))


@pytest.mark.parametrize(("language", "day"), [("zh-hans", "%Y年%-m月%-d日"), ("en", "%-d %B %Y")])
def test_text_messages_name_the_last_day_in_the_readers_language(walk, language, day):
    walk.to("assigned")
    Contact.objects.update(language=language)
    entry = Entry.objects.get(matter_id=walk.petition.pk, action="assign")
    body = next(m.body for m in messages_for(entry, walk.petition, site="https://x") if m.channel == "sms")
    last = timezone.localtime(walk.petition.due_at) - timedelta(microseconds=1)
    assert last.strftime(day) in body
    assert NEVER[language].search(body.replace(walk.petition.spoken_reference, "").replace("https://x", "")) is None


# --- The pages --------------------------------------------------------------------------------------------------

PAGES = (
    "/ /submit/ /follow/ /published/ /stations/ /help/ /privacy/ /contact/ /accessibility/ /offline/ "
    "/accounts/login/ /accounts/code/ /no-such-page/"
)
# Words that Chinese readers see in Latin letters.
TECHNICAL = re.compile(r"English|JavaScript|Cookie|Web|AA|PDF|Atom|MB|JPEG|PNG|WebP|[0-9a-f]{8}")


class _Page(_Said):
    """Also leaves out what the page marks as being in the other language, and technical values."""

    def handle_starttag(self, tag, attrs):
        if tag == "button" and dict(attrs).get("lang"):
            self._silent += 1
        super().handle_starttag(tag, attrs)

    def handle_endtag(self, tag):
        if tag == "button" and self._silent:
            self._silent = 0
        super().handle_endtag(tag)


@pytest.mark.parametrize("path", PAGES.split())
@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_pages_speak_one_language(client, cast, settings, path, language):
    settings.STORAGES = settings.STORAGES | {
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    }
    assert Area.objects.exists()
    page = _Page()
    page.feed(client.get(path, headers={"accept-language": language}).content.decode())
    said = [TECHNICAL.sub("", " ".join(text.split())) for text in page.said]
    assert [text for text in said if NEVER[language].search(text)] == []
