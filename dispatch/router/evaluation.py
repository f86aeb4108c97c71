"""Measure a learner on examples that it has not seen: once, or test-then-train in time order."""

from __future__ import annotations

import resource
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass

import numpy as np
from sklearn.metrics import f1_score

from dispatch.router.calibration import Floats, coverage_at, expected_calibration_error
from dispatch.router.examples import Example
from dispatch.router.learner import Learner, Replay, fit_text

PRECISION = 0.95


@dataclass(slots=True)
class Answers:
    """What was said and what was true, in order."""

    truth: list[str]
    first: list[str]
    confidence: list[float]
    in_three: list[bool]
    automatic: list[bool]

    def add(self, truth: str, labels: Sequence[str], p: Floats, threshold: float) -> None:
        """Note one answer, and whether it would have been acted on without a person."""
        best = np.argsort(-p, kind="stable")[:3]
        self.truth.append(truth)
        self.first.append(labels[best[0]] if len(best) else "")
        self.confidence.append(float(p[best[0]]) if len(best) else 0.0)
        self.automatic.append(self.confidence[-1] >= threshold)
        self.in_three.append(truth in [labels[i] for i in best])


@dataclass(frozen=True, slots=True)
class Figures:
    """The figures of `evaluate_router`."""

    rows_train: int
    rows_test: int
    labels: int
    accuracy: float
    macro_f1: float
    top3: float
    coverage_at_95_precision: float
    expected_calibration_error: float
    automatic_coverage: float
    automatic_precision: float | None
    fit_seconds: float
    ms_per_text: float
    peak_mb: int

    def as_dict(self) -> dict[str, float | int | None]:
        """Rounded, for JSON."""
        return {k: round(v, 4) if isinstance(v, float) else v for k, v in asdict(self).items()}


def evaluate(
    train: Sequence[Example],
    test: Sequence[Example],
    *,
    use_text: bool,
    fields: Sequence[str] = (),
    in_time_order: bool = False,
    refit: int = 0,
) -> Figures:
    """Fit on `train`, ask about each of `test` one by one, compare.

    `in_time_order`: each test example is learned from when it closes, before later ones are asked about, and the
    text model is fitted anew every `refit` examples (0: never). Raises CannotTrain as `Learner.fit` does.
    """
    started = time.perf_counter()
    learner = Learner.fit(train, use_text=use_text, fields=fields)
    fit_seconds = time.perf_counter() - started
    started = time.perf_counter()
    if in_time_order:
        answers, refitting = _in_time_order(learner, train, test, refit)
    else:
        answers, refitting = _at_once(learner, test), 0.0
    spent = time.perf_counter() - started - refitting
    labels = {e.label for e in train}
    return _figures(answers, len(train), len(labels), fit_seconds + refitting, spent)


def _at_once(learner: Learner, test: Sequence[Example]) -> Answers:
    answers = Answers([], [], [], [], [])
    threshold = learner.threshold(PRECISION)
    for example in test:
        answers.add(example.label, *learner.predict(example), threshold)
    return answers


def _in_time_order(
    learner: Learner, train: Sequence[Example], test: Sequence[Example], refit: int
) -> tuple[Answers, float]:
    answers, refitting = Answers([], [], [], [], []), 0.0
    replay = Replay(learner)
    known = list(train)
    threshold = learner.threshold(PRECISION)
    for number, example in enumerate(sorted(test, key=lambda e: (e.opened, e.id)), 1):
        said = replay.meet(example)
        if learner.follower is not None:  # a text model's own does not move until it is fitted anew
            threshold = learner.threshold(PRECISION)
        if said is not None:
            answers.add(example.label, *said, threshold)
        known.append(example)
        if refit and learner.text is not None and number % refit == 0:
            started = time.perf_counter()
            learner.text = fit_text([e for e in known if e.closed <= example.opened])
            threshold = learner.threshold(PRECISION)
            refitting += time.perf_counter() - started
    return answers, refitting


def _figures(answers: Answers, trained: int, labels: int, fit_seconds: float, spent: float) -> Figures:
    right = np.array([said == true for said, true in zip(answers.first, answers.truth, strict=True)])
    confidence = np.array(answers.confidence)
    automatic = np.array(answers.automatic)
    return Figures(
        rows_train=trained,
        rows_test=len(right),
        labels=labels,
        accuracy=float(right.mean()),
        macro_f1=float(f1_score(answers.truth, answers.first, average="macro", zero_division=0)),
        top3=float(np.mean(answers.in_three)),
        coverage_at_95_precision=coverage_at(confidence, right, PRECISION)[0],
        expected_calibration_error=expected_calibration_error(confidence, right),
        automatic_coverage=float(automatic.mean()),
        automatic_precision=float(right[automatic].mean()) if automatic.any() else None,
        fit_seconds=fit_seconds,
        ms_per_text=1000 * spent / max(len(right), 1),
        peak_mb=peak_mb(),
    )


def peak_mb() -> int:
    """The most memory this process has held."""
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most // (1024 * 1024) if sys.platform == "darwin" else most // 1024
