"""The documentation says what the code does: moves, addresses, variables, commands, links."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import get_commands
from django.urls import URLPattern, URLResolver, get_resolver

from scripts import document_glossary, document_moves

ROOT = Path(settings.BASE_DIR)
DOCS = ROOT / "docs"
PAGES = sorted([*ROOT.glob("*.md"), *DOCS.rglob("*.md")])
OWN_APPS = {"accounts", "directory", "journal", "notifications", "dispatch", "petitions", "liaison"}
LINK = re.compile(r"\]\((?!https?://)([^)#]+)?(?:#([^)]+))?\)")


def test_the_tables_of_moves_are_fresh():
    text = (DOCS / "api.md").read_text("utf-8")
    assert text == document_moves.written(text), "run scripts/document_moves.py"


def test_the_glossary_names_every_code():
    """Only the codes and the English: the Chinese comes from the catalogue, which is translated afterwards."""
    text = (DOCS / "glossary.md").read_text("utf-8")
    for title, codes in document_glossary.tables():
        assert f"## {title}" in text, "run scripts/document_glossary.py"
        for code, label in codes:
            assert re.search(rf"\| {re.escape(label)} \| `{re.escape(code)}` \|", text), f"{title}: {code}"


def variables() -> dict[str, bool]:
    """Each variable that the settings read, and whether production must set it."""
    found: dict[str, bool] = {}
    for node in ast.walk(ast.parse((ROOT / "liaison" / "settings.py").read_text("utf-8"))):
        if isinstance(node, ast.Call) and re.fullmatch(r"env\.\w+", ast.unparse(node.func)):
            default = next((ast.unparse(k.value) for k in node.keywords if k.arg == "default"), "env.REQUIRED")
            found[ast.literal_eval(node.args[0])] = default.startswith("_local(") or "env.REQUIRED" in default
    return found


def test_every_variable_is_documented_with_what_production_needs():
    text = (DOCS / "operations.md").read_text("utf-8")
    rows = re.findall(r"^\| `([A-Z0-9_]+)` \|.*\| ([^|]+) \|$", text, re.MULTILINE)
    documented = {name: production.startswith("required") for name, production in rows}
    assert documented == variables()


def api_paths() -> list[str]:
    """Every address below /api/v1/, written as in the documentation."""

    def walk(patterns, prefix=""):
        for each in patterns:
            here = prefix + str(each.pattern)
            if isinstance(each, URLResolver):
                yield from walk(each.url_patterns, here)
            elif isinstance(each, URLPattern) and here.startswith("api/v1/"):
                yield re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", here.removeprefix("api/v1/"))

    return sorted(set(walk(get_resolver().url_patterns)))


@pytest.mark.parametrize("path", api_paths())
def test_every_address_of_the_api_is_documented(path):
    assert f"`{path}`" in (DOCS / "api.md").read_text("utf-8")


def test_no_address_is_documented_that_is_gone():
    rows = re.findall(r"^\| (?:GET|POST|DELETE) \| `([^`]+)`", (DOCS / "api.md").read_text("utf-8"), re.MULTILINE)
    assert set(rows) == set(api_paths())


def test_every_command_is_in_the_readme():
    text = (ROOT / "README.md").read_text("utf-8")
    own = [name for name, app in get_commands().items() if app in OWN_APPS]
    assert [name for name in own if not re.search(rf"`{name}[ `]", text)] == []


def test_every_decision_is_listed():
    listed = (DOCS / "adr" / "README.md").read_text("utf-8")
    assert [file.name for file in (DOCS / "adr").glob("[0-9]*.md") if f"({file.name})" not in listed] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page):
    for target, anchor in LINK.findall(page.read_text("utf-8")):
        file = (page.parent / target).resolve() if target else page
        assert file.exists(), f"{target} does not exist"
        if anchor:
            assert anchor in anchors(file), f"{target}#{anchor}: there is no such heading"


def anchors(file: Path) -> set[str]:
    """The anchors that a page's headings have."""
    heads = re.findall(r"^#+ (.+)$", file.read_text("utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", head.lower()).replace(" ", "-") for head in heads}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_files_named_in_the_text_exist(page):
    """`petitions/access.py` and the like; names with placeholders, and files that the portal makes, are left out."""
    for name in re.findall(r"`([\w\-]+(?:/[\w\-.]+)+\.(?:py|md|toml|json|csv))`", page.read_text("utf-8")):
        if not name.startswith("var/") and page.name != "CHANGELOG.md":
            somewhere = [ROOT, ROOT / "petitions", ROOT / "liaison", page.parent]
            assert any((folder / name).exists() for folder in somewhere), name
