"""Write the generated part of docs/glossary.md: what the code calls things, in Chinese, in English, as code.

`python scripts/document_glossary.py` writes. The Chinese comes from locale/: run it again after translating
(`make messages`). `tests/test_docs.py` fails when a code is missing.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent
FILE = PROJECT / "docs" / "glossary.md"
MARK = re.compile(r"(<!-- generated -->\n).*?(<!-- end -->)", re.DOTALL)

if __name__ == "__main__":
    sys.path.insert(0, str(PROJECT))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "liaison.settings")
    import django

    django.setup()

from django.utils.translation import gettext, override  # noqa: E402

from accounts.models import AdminRole, ConsentKind  # noqa: E402
from deputies.models import DeputyLevel  # noqa: E402
from directory.models import Area, Department, PetitionKind, Urgency  # noqa: E402
from dispatch import lifecycle as orders  # noqa: E402
from dispatch.models import OrderKind, ReplyState, RequestKind, RequestState, ResultClass  # noqa: E402
from journal.models import ActorKind, Visibility  # noqa: E402
from notifications.models import State as DeliveryState  # noqa: E402
from petitions import lifecycle as petitions  # noqa: E402
from petitions.models import Channel  # noqa: E402
from stations.models import StationKind  # noqa: E402

CHOICES = {
    "States of a petition": petitions.State,
    "States of a work order": orders.OrderState,
    "Capacities in the journal": ActorKind,
    "Types of petition": PetitionKind,
    "Urgency": Urgency,
    "Channels": Channel,
    "Publication": petitions.Publication,
    "Ratings": petitions.Rating,
    "Kinds of work order": OrderKind,
    "Requests of a unit": RequestKind,
    "States of a request": RequestState,
    "Result classes": ResultClass,
    "States of a reply": ReplyState,
    "Who reads a journal row": Visibility,
    "States of a delivery": DeliveryState,
    "Consents": ConsentKind,
    "Administrators": AdminRole.Kind,
    "Levels of area": Area.Level,
    "Kinds of unit": Department.Kind,
    "Kinds of station": StationKind,
    "Levels of deputy": DeputyLevel,
}


def tables() -> Iterator[tuple[str, list[tuple[str, str]]]]:
    """Yield each table's title with its codes and English labels."""
    with override("en"):
        for title, choices in CHOICES.items():
            yield title, [(str(code), str(label)) for code, label in choices.choices]
        for title, moves in (("Moves on a petition", petitions.MOVES), ("Moves on a work order", orders.MOVES)):
            yield title, [(name, str(move.label)) for name, move in moves.items()]


def written(text: str) -> str:
    """Return `text` with the generated part made anew."""
    body = "".join(f"\n## {title}\n\n{_table(codes)}" for title, codes in tables())
    return MARK.sub(lambda found: found[1] + body + "\n" + found[2], text)


def _table(codes: list[tuple[str, str]]) -> str:
    with override("zh-hans"):
        rows = [f"| {gettext(label)} | {label} | `{code}` |\n" for code, label in codes]
    return "| 中文 | English | code |\n|---|---|---|\n" + "".join(rows)


if __name__ == "__main__":
    FILE.write_text(written(FILE.read_text("utf-8")), "utf-8")
