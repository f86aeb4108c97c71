"""Figures as tables, and what became slower since an earlier run."""

from __future__ import annotations

from typing import Any

Figures = dict[str, Any]
SLOWER = 1.25


def table(found: Figures) -> str:
    """Return a table for each data set."""
    lines: list[str] = []
    for size, figures in found["sizes"].items():
        lines += ["", f"{int(size):,} petitions, {figures.get('bytes', 0) / 1e6:,.0f} MB", _head()]
        lines += [_line(name, row) for name, row in figures["scenarios"].items()]
        for part in ("sweep", "routing", "flood"):
            if part in figures:
                lines.append(f"{part}: {figures[part]}")
    return "\n".join(lines)


def _head() -> str:
    return f"{'':34}{'median ms':>10}{'p95 ms':>10}{'a second':>10}{'SQL':>6}{'ratio':>8}{'failed':>8}"


def _line(name: str, row: Figures) -> str:
    ratio = f"{row['ratio']:.3f}" if row.get("ratio") else ""
    statements = row["statements"] if row.get("statements") is not None else ""
    cells = f"{row['median']:>10.1f}{row['p95']:>10.1f}{row['per_second']:>10.1f}{statements:>6}{ratio:>8}"
    return f"{name:34}{cells}{row['failed'] or '':>8}"


def failures(found: Figures) -> int:
    """Return how many requests did not succeed."""
    rows = [row for figures in found["sizes"].values() for row in figures["scenarios"].values()]
    return sum(row["failed"] for row in rows)


def compared(old: Figures, new: Figures) -> str:
    """Return what became slower than in an earlier run: by ratio to the bare view where there is one."""
    lines = ["", f"Against {old.get('at', 'the earlier run')} (slower by a quarter or more, or more statements):"]
    for size, figures in new["sizes"].items():
        before = old["sizes"].get(size, {}).get("scenarios", {})
        for name, row in figures["scenarios"].items():
            if name in before and (told := _change(before[name], row)):
                lines.append(f"{int(size):>9,}  {name:34} {told}")
    return "\n".join(lines if len(lines) > 2 else [*lines, "nothing"])


def _change(before: Figures, after: Figures) -> str:
    told = []
    if before.get("ratio") and after.get("ratio"):
        if after["ratio"] * SLOWER < before["ratio"]:
            told.append(f"ratio {before['ratio']:.3f} → {after['ratio']:.3f}")
    elif after["median"] > before["median"] * SLOWER:
        told.append(f"median {before['median']:.1f} → {after['median']:.1f} ms")
    if (after.get("statements") or 0) > (before.get("statements") or 0):
        told.append(f"statements {before.get('statements')} → {after.get('statements')}")
    return ", ".join(told)
