"""Which units handled such cases lately: follows units as they are renamed, merged and given new work.

Two learners over the same table of contexts (every field's value, and every pair of values):
counts that fade with a half-life, backed off from the most general context to the most specific; and a linear
model that learns from each closing at once. Both cost well under a millisecond a case.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from dispatch.router.calibration import Floats, softmax

Table = NDArray[np.float32]

HALF_LIFE = 30.0  # days, of the counts by context
LATELY, LONG = 0.5, 60.0  # days, of the counts by unit alone: the burst of today against the usual
PRIOR = 1.0  # how many cases the more general context is worth
STEP = 0.3  # of the linear model (AdaGrad)
MOST_ROWS = 40_000  # contexts kept apart; further ones share rows by hash, so that memory has an end
SOURCES = ("history", "lately", "usual", "pattern")
TINY = 1e-4


@dataclass(frozen=True, slots=True)
class Case:
    """What is known of a case before it is handled: field values, and words of its text where it has one."""

    fields: Mapping[str, str]
    words: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Support:
    """In which context a unit was seen: the fields' values, the unit's cases there, all cases (faded counts)."""

    fields: Mapping[str, str]
    cases: float
    of: float


@dataclass(slots=True)
class Follower:
    """Distributions over units, by source, that follow the closings. Times are days as floats."""

    names: tuple[str, ...]
    order: tuple[int, ...] = ()  # contexts from general to specific
    units: dict[str, int] = field(default_factory=dict)
    rows: dict[str, int] = field(default_factory=dict)
    counts: Table = field(default_factory=lambda: np.zeros((64, 16), np.float32))
    seen_at: NDArray[np.float64] = field(default_factory=lambda: np.zeros(64))
    weights: Table = field(default_factory=lambda: np.zeros((64, 16), np.float32))
    slopes: Table = field(default_factory=lambda: np.full((64, 16), 0.01, np.float32))
    lately: Floats = field(default_factory=lambda: np.zeros(16))
    usual: Floats = field(default_factory=lambda: np.zeros(16))
    clock: float = 0.0
    closings: int = 0

    @classmethod
    def of(cls, names: Sequence[str], cases: Iterable[Case]) -> Follower:
        """A follower without history for these fields; `cases` show how specific each field is."""
        contexts = _contexts(len(names))
        seen: list[set[tuple[str, ...]]] = [set() for _ in contexts]
        for case in cases:
            values = [case.fields.get(name, "") for name in names]
            for held, context in zip(seen, contexts, strict=True):
                held.add(tuple(values[i] for i in context))
        order = sorted(range(len(contexts)), key=lambda i: (len(seen[i]), contexts[i]))
        return cls(tuple(names), tuple(order))

    def sources(self, case: Case, at: float) -> Floats:
        """One row for each of SOURCES, one column for each unit in `units`: what each source thinks."""
        n = len(self.units)
        keys = self._keys(case)
        return np.vstack(
            [
                self._backed_off(keys[: len(self.order)], at),
                _shares(self.lately[:n] * 0.5 ** ((at - self.clock) / LATELY)),
                _shares(self.usual[:n]),
                softmax(self._scores(keys)),
            ]
        )

    def learn(self, case: Case, unit: str, at: float) -> None:
        """Take in a closing: this unit answered such a case, known at this time."""
        which = self._column(unit)
        keys = self._keys(case)
        rows = [self._row(key) for key in keys]
        self._learn_pattern(rows, which)
        context = np.array(rows[: len(self.order)])
        self.counts[context] *= (0.5 ** (np.maximum(at - self.seen_at[context], 0) / HALF_LIFE))[:, None]
        self.counts[context, which] += 1.0
        self.seen_at[context] = np.maximum(at, self.seen_at[context])
        passed = max(at - self.clock, 0.0)
        self.lately *= 0.5 ** (passed / LATELY)
        self.usual *= 0.5 ** (passed / LONG)
        self.lately[which] += 1.0
        self.usual[which] += 1.0
        self.clock = max(at, self.clock)
        self.closings += 1

    def support(self, case: Case, units: Iterable[str], at: float) -> dict[str, Support]:
        """For each of these units the most specific context in which it was seen; units never seen are left out."""
        wanted = {unit: self.units[unit] for unit in units if unit in self.units}
        contexts = _contexts(len(self.names))
        keys = self._keys(case)
        found: dict[str, Support] = {}
        for place in range(len(self.order) - 1, -1, -1):
            row = self.rows.get(keys[place])
            if row is None:
                continue
            faded = self.counts[row] * 0.5 ** (max(at - self.seen_at[row], 0.0) / HALF_LIFE)
            names = [self.names[i] for i in contexts[self.order[place]]]
            for unit in [unit for unit, which in wanted.items() if faded[which] >= 0.5]:
                held = {name: case.fields.get(name, "") for name in names}
                found[unit] = Support(held, float(faded[wanted.pop(unit)]), float(faded.sum()))
            if not wanted:
                break
        return found

    def _keys(self, case: Case) -> list[str]:
        values = [case.fields.get(name, "") for name in self.names]
        contexts = _contexts(len(self.names))
        keys = ["\x1f".join([str(i), *(values[j] for j in contexts[i])]) for i in self.order]
        return [*keys, "bias", *(f"word\x1f{word}" for word in case.words)]

    def _backed_off(self, keys: list[str], at: float) -> Floats:
        p = _shares(self.usual[: len(self.units)])
        for key in keys:
            row = self.rows.get(key)
            if row is None:
                continue
            faded = self.counts[row, : len(self.units)] * 0.5 ** (max(at - self.seen_at[row], 0.0) / HALF_LIFE)
            p = (faded + PRIOR * p) / (float(faded.sum()) + PRIOR)
        return p

    def _scores(self, keys: list[str]) -> Floats:
        rows = [self.rows[key] for key in keys if key in self.rows]
        return self.weights[rows, : len(self.units)].sum(axis=0).astype(np.float64)

    def _learn_pattern(self, rows: list[int], which: int) -> None:
        n = len(self.units)
        unique = np.unique(rows)
        step = -softmax(self.weights[unique, :n].sum(axis=0).astype(np.float64))
        step[which] += 1.0
        self.slopes[unique, :n] += (step * step).astype(np.float32)
        self.weights[unique, :n] += (STEP * step / np.sqrt(self.slopes[unique, :n])).astype(np.float32)

    def _column(self, unit: str) -> int:
        which = self.units.setdefault(unit, len(self.units))
        if which >= self.counts.shape[1]:
            self._widen(self.counts.shape[0], self.counts.shape[1] * 2)
        return which

    def _row(self, key: str) -> int:
        if key in self.rows:
            return self.rows[key]
        if len(self.rows) >= MOST_ROWS:
            return crc32(key.encode()) % MOST_ROWS
        row = self.rows[key] = len(self.rows)
        if row >= self.counts.shape[0]:
            self._widen(self.counts.shape[0] * 2, self.counts.shape[1])
        return row

    def _widen(self, rows: int, columns: int) -> None:
        self.counts = _grown(self.counts, rows, columns, 0.0)
        self.weights = _grown(self.weights, rows, columns, 0.0)
        self.slopes = _grown(self.slopes, rows, columns, 0.01)
        self.seen_at = np.concatenate([self.seen_at, np.zeros(rows - len(self.seen_at))])
        self.lately = np.concatenate([self.lately, np.zeros(columns - len(self.lately))])
        self.usual = np.concatenate([self.usual, np.zeros(columns - len(self.usual))])


_CONTEXTS: dict[int, list[tuple[int, ...]]] = {}


def _contexts(fields: int) -> list[tuple[int, ...]]:
    """Every field and every pair of fields, as positions."""
    if fields not in _CONTEXTS:
        singles = [(i,) for i in range(fields)]
        _CONTEXTS[fields] = [*singles, *combinations(range(fields), 2)]
    return _CONTEXTS[fields]


def _shares(counts: Floats) -> Floats:
    # Every unit keeps a little: one seen for the first time today must not be impossible.
    raised = counts + TINY
    return raised / raised.sum() if len(raised) else raised


def _grown(table: Table, rows: int, columns: int, filling: float) -> Table:
    made = np.full((rows, columns), filling, np.float32)
    made[: table.shape[0], : table.shape[1]] = table
    return made
