"""Probabilities that mean what they say, and the figures that show whether they do."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

Floats = NDArray[np.float64]
FEWEST = 20  # fewer answers than this cannot show a probability
BLOCK = 500  # answers over which a precision is judged
MARGIN = 0.01  # aim a point higher than promised: tomorrow is a little worse than yesterday


@dataclass(frozen=True, slots=True)
class Scaling:
    """Margins → probabilities: softmax(`slope` × margin + `bias`), one bias a label."""

    slope: float
    bias: Floats

    def probabilities(self, margins: Floats) -> Floats:
        """One row of probabilities for each row of margins."""
        return softmax(self.slope * margins + self.bias)


def softmax(scores: Floats) -> Floats:
    """Rows of scores as rows of probabilities."""
    raised = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return raised / raised.sum(axis=-1, keepdims=True)


def fit_scaling(margins: Floats, truth: NDArray[np.int64]) -> Scaling:
    """Slope and biases of greatest likelihood; biases are held near zero where a label is rare."""
    count, labels = margins.shape
    answers = np.arange(count), truth

    def loss(parameters: Floats) -> tuple[float, Floats]:
        slope, bias = np.exp(parameters[0]), parameters[1:]
        p = softmax(slope * margins + bias)
        value = -np.log(np.maximum(p[answers], 1e-12)).sum() + 0.5 * (bias**2).sum()
        error = p.copy()
        error[answers] -= 1.0
        slant = slope * (error * margins).sum()
        return value, np.concatenate([[slant], error.sum(axis=0) + bias])

    if count < FEWEST:
        return Scaling(1.0, np.zeros(labels))
    found = minimize(loss, np.zeros(1 + labels), jac=True, method="L-BFGS-B", options={"maxiter": 200})
    return Scaling(float(np.exp(found.x[0])), found.x[1:])


def expected_calibration_error(confidence: Floats, right: NDArray[np.bool_], bins: int = 10) -> float:
    """Mean gap between how sure the router was and how often it was right, over equal-width bins."""
    if not len(confidence):
        return 0.0
    place = np.minimum((confidence * bins).astype(int), bins - 1)
    gaps = (abs(confidence[place == b].sum() - right[place == b].sum()) for b in range(bins))
    return float(sum(gaps) / len(confidence))


def coverage_at(confidence: Floats, right: NDArray[np.bool_], precision: float = 0.95) -> tuple[float, float]:
    """The largest share of matters answered at this precision, and the threshold that gives it.

    Found on the very answers it is reported for: an upper bound. `threshold_for` is what a deployment uses.
    """
    order = np.argsort(-confidence, kind="stable")
    running = np.cumsum(right[order]) / np.arange(1, len(order) + 1)
    good = np.flatnonzero((running >= precision) & _last_of_ties(confidence[order]))
    if not len(good):
        return 0.0, 1.01
    last = int(good[-1])
    return (last + 1) / len(order), float(confidence[order][last])


def threshold_for(confidence: Floats, right: NDArray[np.bool_], precision: float = 0.95) -> float:
    """The lowest threshold that would have kept `precision` lately; 1.01 (never) where none would.

    In: past answers in order of time. The worst of the latest four blocks of 500 decides, because units change in
    bursts and an average over months hides them (docs/router.md). With few answers the lower end of a 90 % Wilson
    interval must hold instead, so that a lucky handful opens no door.
    """
    if len(right) < 2 * BLOCK:
        return _threshold(confidence, right, precision, 1.2816)
    ends = range(len(right), max(len(right) - 4 * BLOCK, BLOCK - 1), -BLOCK)
    aim = precision + MARGIN
    return max(_threshold(confidence[e - BLOCK : e], right[e - BLOCK : e], aim, 0.0) for e in ends)


def _threshold(confidence: Floats, right: NDArray[np.bool_], precision: float, z: float) -> float:
    order = np.argsort(-confidence, kind="stable")
    n = np.arange(1, len(order) + 1)
    p = np.cumsum(right[order]) / n
    low = (p + z * z / (2 * n) - z * np.sqrt(p * (1 - p) / n + z * z / (4 * n * n))) / (1 + z * z / n)
    good = np.flatnonzero((low >= precision) & (n >= FEWEST) & _last_of_ties(confidence[order]))
    return float(confidence[order][int(good[-1])]) if len(good) else 1.01


def _last_of_ties(ordered: Floats) -> NDArray[np.bool_]:
    # A threshold cannot part answers of equal confidence: only the last of them is a place to stop.
    return np.append(ordered[1:] != ordered[:-1], True)
