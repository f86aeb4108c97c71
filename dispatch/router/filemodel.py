"""A learner trained from a file: saved and loaded without a directory, for one's own experiments."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from dispatch.router import packing, storage
from dispatch.router.learner import Learner
from dispatch.router.tables import read_examples


def train_file(
    path: str | Path,
    model: str | Path,
    *,
    text: Sequence[str],
    label: str,
    fields: Sequence[str] = (),
    time: str = "",
) -> dict[str, Any]:
    """Fit a learner from a CSV file and write it. Returns the manifest. Raises BadTable, CannotTrain, OSError."""
    examples = read_examples(path, text=text, label=label, fields=fields, time=time)
    learner = Learner.fit(examples, use_text=bool(text), fields=fields)
    packed = storage.Packed()
    packing.pack_learner(learner, packed, "units")
    days = [datetime.fromtimestamp(e.opened * 86400, UTC).isoformat() for e in examples] if time else []
    described = {
        "kind": "file",
        "window": [min(days), max(days)] if days else None,
        "rows": len(examples),
        "labels": len({e.label for e in examples}),
        "threshold_at_95": round(learner.threshold(0.95), 4),
        "trained_at": datetime.now(UTC).isoformat(),
    }
    return storage.save(packed, model, described)


def load_file_model(path: str | Path) -> Learner:
    """Read what `train_file` wrote. Raises storage.ModelUnusable."""
    packed = storage.load(path)
    try:
        return packing.unpack_learner(packed, "units")
    except (KeyError, TypeError, ValueError, IndexError) as problem:
        raise storage.ModelCorrupt(f"The model file {path} lacks a part: {problem!r}.") from problem
