"""Several opinions, one probability: a log-linear pool whose weights are learned, then Platt's correction of the first.

p(unit) ∝ Π source(unit) ^ weight. A source that was right when it was sure gets a say; one that was not loses it.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from dispatch.router.calibration import Floats, softmax, threshold_for

FLOOR = 1e-4  # the least a source may give: no single one can veto
STEP = 0.05
REMEMBERED = 2000  # latest answers kept, for the threshold
CORRECTED_BY = 800  # of those, the latest that the correction is fitted to: confidence drifts faster
REFIT_EVERY = 100
RETHINK = 50  # answers after which the threshold is found anew


@dataclass(slots=True)
class Pool:
    """Weights by source name, and the correction (slope and shift on the log-odds of the first candidate)."""

    weights: dict[str, float]
    slopes: dict[str, float] = field(default_factory=dict)
    correction: tuple[float, float] = (1.0, 0.0)
    answers: deque[tuple[float, bool]] = field(default_factory=lambda: deque(maxlen=REMEMBERED))
    learned: int = 0
    # What the threshold was last found for, and the threshold before correction: asked with every matter.
    _lowest: tuple[tuple[float, int] | None, float] = field(default=(None, 1.01), repr=False, compare=False)

    @classmethod
    def of(cls, sources: Sequence[str]) -> Pool:
        """A pool in which every source has the same say."""
        return cls({name: 1.0 / len(sources) for name in sources})

    def mix(self, sources: Mapping[str, Floats]) -> Floats:
        """Probabilities over units, uncorrected. All sources have the same units; absent sources have no say."""
        logs, weights = self._logs(sources)
        return softmax(weights @ logs)

    def corrected(self, mixed: Floats) -> Floats:
        """The same order, with the first candidate's probability set to how often such firsts were right."""
        if len(mixed) < 2 or self.correction == (1.0, 0.0):
            return mixed
        first = int(mixed.argmax())
        before = float(np.clip(mixed[first], 1e-6, 1 - 1e-6))
        after = self._correct(before)
        others = np.minimum(mixed * (1 - after) / (1 - before), after)
        others[first] = after
        return others

    def learn(self, sources: Mapping[str, Floats], truth: int | None) -> None:
        """Move the weights towards what would have given the truth (its column) more probability.

        `None`: a unit that no source knew answered; only the doubt grows.
        """
        logs, weights = self._logs(sources)
        p = softmax(weights @ logs)
        self.answers.append((float(p.max()), int(p.argmax()) == truth))
        if truth is not None:
            for name, slope in zip(sources, logs[:, truth] - logs @ p, strict=True):
                self.slopes[name] = self.slopes.get(name, 0.01) + float(slope) ** 2
                self.weights[name] = self.weights.get(name, 0.0) + STEP * float(slope) / self.slopes[name] ** 0.5
        self.learned += 1
        if self.learned % REFIT_EVERY == 0:
            self.correction = fit_correction(list(self.answers)[-CORRECTED_BY:])

    def threshold(self, precision: float) -> float:
        """The probability from which the first candidate was right this often lately; above 1 where never.

        Cheap enough to ask with every matter, and it must be: it moves whenever the correction does.
        """
        if not self.answers:
            return 1.01
        asked = precision, self.learned // RETHINK
        if self._lowest[0] != asked:
            confidence = np.array([p for p, _ in self.answers])
            right = np.array([hit for _, hit in self.answers])
            self._lowest = asked, threshold_for(confidence, right, precision)
        lowest = self._lowest[1]
        return self._correct(lowest) if lowest <= 1 else lowest

    def _correct(self, p: float) -> float:
        if self.correction == (1.0, 0.0):
            return p
        slope, shift = self.correction
        p = min(max(p, 1e-6), 1 - 1e-6)
        return float(1 / (1 + np.exp(-(slope * np.log(p / (1 - p)) + shift))))

    def _logs(self, sources: Mapping[str, Floats]) -> tuple[Floats, Floats]:
        logs = np.log(np.vstack(list(sources.values())) + FLOOR)
        return logs, np.array([self.weights.get(name, 0.0) for name in sources])


def fit_correction(answers: Sequence[tuple[float, bool]]) -> tuple[float, float]:
    """Platt: slope and shift so that σ(slope · logit(p) + shift) is how often the first candidate was right."""
    if len(answers) < 200:
        return 1.0, 0.0
    p = np.clip(np.array([confidence for confidence, _ in answers]), 1e-6, 1 - 1e-6)
    right = np.array([hit for _, hit in answers], np.float64)
    design = np.column_stack([np.log(p / (1 - p)), np.ones(len(p))])
    found = np.array([1.0, 0.0])
    for _ in range(25):  # Newton's steps; a little ridge towards "no correction"
        fitted = 1 / (1 + np.exp(-design @ found))
        slant = design.T @ (fitted - right) + (found - [1.0, 0.0])
        bend = (design * (fitted * (1 - fitted))[:, None]).T @ design + np.eye(2)
        found = found - np.linalg.solve(bend, slant)
    return float(max(found[0], 0.1)), float(found[1])
