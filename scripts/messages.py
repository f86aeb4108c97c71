"""Message catalogues without GNU gettext, which is not on every machine.

    python scripts/messages.py update     add what is new, drop what is gone, keep every translation
    python scripts/messages.py compile    .po → .mo
    python scripts/messages.py missing    list what has no translation; exit code 1 when there is anything

Found are calls of gettext and its relatives (also as `_`) with plain strings in Python files, and Django's
template tags for translation.
"""

import ast
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import polib

PROJECT = Path(__file__).resolve().parent.parent
OUTSIDE = {".venv", "node_modules", "var", "tests", "bench", "scripts", "migrations", ".git"}
# How many of a call's first arguments are text, and whether the first is a context and the last a plural.
CALLS = {
    "_": (1, False, False),
    "gettext": (1, False, False),
    "gettext_lazy": (1, False, False),
    "gettext_noop": (1, False, False),
    "ngettext": (2, False, True),
    "ngettext_lazy": (2, False, True),
    "pgettext": (2, True, False),
    "pgettext_lazy": (2, True, False),
    "npgettext": (3, True, True),
    "npgettext_lazy": (3, True, True),
}
# `_` takes one text: a plural under that name would be read as a single message.
SHORT = {name: ("_",) if shape == (1, False, False) else () for name, shape in CALLS.items()}
TEMPLATE_CALL = re.compile(r"\b(?:_|n?p?gettext)\(")


@dataclass
class Message:
    """One message and the files it stands in."""

    text: str
    plural: str = ""
    context: str | None = None
    files: set[str] = field(default_factory=set)

    @property
    def key(self) -> tuple[str | None, str]:
        """What makes it the same message."""
        return self.context, self.text


def _from_call(call: ast.Call) -> Message | None:
    name = call.func.id if isinstance(call.func, ast.Name) else getattr(call.func, "attr", "")
    if name not in CALLS:
        return None
    count, has_context, has_plural = CALLS[name]
    values = [arg.value for arg in call.args[:count] if isinstance(arg, ast.Constant)]
    texts = [value for value in values if isinstance(value, str)]
    if len(texts) < count or not texts[-1]:
        return None  # a variable: its values are messages elsewhere
    context = texts.pop(0) if has_context else None
    return Message(texts[0], texts[1] if has_plural else "", context)


def in_python(source: str) -> Iterator[Message]:
    """Yield the messages of Python source; raises SyntaxError."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and (message := _from_call(node)):
            yield message


def in_template(source: str) -> Iterator[Message]:
    """Yield the messages of a Django template: Django itself turns its tags into calls."""
    from django.utils.translation.template import templatize  # slow to import, and not needed to compile

    text = templatize(source)
    for start in TEMPLATE_CALL.finditer(text):
        # The call ends at the first bracket that makes it complete.
        for end in re.finditer(r"\)", text[start.end() :]):
            try:
                tree = ast.parse(text[start.start() : start.end() + end.end()].strip(), mode="eval")
            except SyntaxError:
                continue
            if isinstance(tree.body, ast.Call) and (message := _from_call(tree.body)):
                yield message
            break


def aliases(source: str) -> list[str]:
    """Return the names under which Python source imports gettext and its relatives, and which are not looked for."""
    names = (
        name
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.ImportFrom) and node.module in {"django.utils.translation", "gettext"}
        for name in node.names
    )
    known = [each for each in names if each.name in CALLS]
    return [each.asname for each in known if each.asname and each.asname not in SHORT[each.name]]


def found() -> dict[tuple[str | None, str], Message]:
    """Return every message of the project."""
    messages: dict[tuple[str | None, str], Message] = {}
    for file in sorted(PROJECT.rglob("*")):
        place = file.relative_to(PROJECT)
        if file.suffix not in {".py", ".html", ".txt"} or OUTSIDE & set(place.parts):
            continue
        if file.suffix == ".txt" and "templates" not in place.parts:
            continue
        finder = in_python if file.suffix == ".py" else in_template
        for message in finder(file.read_text(encoding="utf-8")):
            messages.setdefault(message.key, message).files.add(place.as_posix())
    return messages


def catalogues() -> list[Path]:
    """Return the .po files."""
    return sorted(PROJECT.glob("locale/*/LC_MESSAGES/*.po"))


def update(catalogue: Path) -> str:
    """Bring one .po file up to date and return what changed, in a sentence."""
    if catalogue.exists():
        old = polib.pofile(str(catalogue), wrapwidth=110)
    else:
        old = polib.POFile()
        old.metadata = {"Content-Type": "text/plain; charset=UTF-8", "Plural-Forms": "nplurals=1; plural=0;"}
    known = {(entry.msgctxt, entry.msgid): entry for entry in old}
    new = polib.POFile(wrapwidth=110)
    new.metadata = {"Language": catalogue.parent.parent.name, **old.metadata}
    messages = found()
    for key, message in sorted(messages.items(), key=lambda pair: (min(pair[1].files), pair[0][1])):
        new.append(_entry(message, known.get(key)))
    new.save(str(catalogue))
    fresh, gone = len(set(messages) - set(known)), len(set(known) - set(messages))
    return f"{catalogue.relative_to(PROJECT)}: {len(new)} messages, {fresh} new, {gone} gone."


def _entry(message: Message, known: polib.POEntry | None) -> polib.POEntry:
    """A message's entry, with its translation if there is one. No line numbers: they change each time."""
    flags = ["python-format"] if re.search(r"%\(\w+\)[sdfr]|%[sdfr]", message.text) else []
    if "python-format" not in flags and re.search(r"\{\w+\}", message.text):
        flags = ["python-brace-format"]
    entry = polib.POEntry(
        msgid=message.text,
        msgctxt=message.context,
        occurrences=[(file, "") for file in sorted(message.files)],
        flags=flags,
        tcomment=known.tcomment if known else "",
    )
    if message.plural:
        entry.msgid_plural = message.plural
        entry.msgstr_plural = (known.msgstr_plural if known else None) or {0: known.msgstr if known else ""}
    else:
        entry.msgstr = known.msgstr if known else ""
    return entry


def missing(catalogue: Path) -> list[str]:
    """Return what is in the code without a translation in this catalogue."""
    entries = polib.pofile(str(catalogue)) if catalogue.exists() else []
    done = {(entry.msgctxt, entry.msgid) for entry in entries if entry.translated()}
    return [f"{min(m.files)}: {m.text}" for key, m in sorted(found().items(), key=str) if key not in done]


def main(what: str) -> int:
    """Do one of the three; returns the exit code."""
    if what == "compile":
        for catalogue in catalogues():
            polib.pofile(str(catalogue)).save_as_mofile(str(catalogue.with_suffix(".mo")))
        return 0
    chinese = PROJECT / "locale" / "zh_Hans" / "LC_MESSAGES" / "django.po"
    if what == "update":
        chinese.parent.mkdir(parents=True, exist_ok=True)
        print("\n".join(update(catalogue) for catalogue in catalogues() or [chinese]))
        return 0
    lines = [line for catalogue in catalogues() or [chinese] for line in missing(catalogue)]
    print("\n".join(lines) or "Every message is translated.")
    return 1 if lines else 0


if __name__ == "__main__":
    if sys.argv[1:] not in (["update"], ["compile"], ["missing"]):
        sys.exit(__doc__)
    sys.exit(main(sys.argv[1]))
