"""How good is a router on closings it has not seen? Asked in the order of submission, told only what was closed."""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

import numpy as np

from dispatch import router
from dispatch.router.calibration import coverage_at, expected_calibration_error
from dispatch.router.model import Closing, RouterModel

PRECISION = 0.95
MOST_JUDGED = 5000  # latest closings asked about: a few seconds
FEWEST_JUDGED = 30  # below, chance decides: nothing is promoted over a version in use


@dataclass(frozen=True)
class Judgement:
    """Figures of one model on unseen closings; `baseline` is the commonest unit by category and place."""

    asked: int
    top1: float
    top3: float
    calibration_error: float
    coverage_at_95: float
    baseline_top1: float

    def better_than(self, other: Judgement) -> bool:
        """Right more often at first; where equal, among the first three; where equal again, better calibrated."""
        return self._key() > other._key()

    def _key(self) -> tuple[float, float, float]:
        return round(self.top1, 4), round(self.top3, 4), -round(self.calibration_error, 4)

    def as_dict(self) -> dict[str, Any]:
        """Rounded, to be kept."""
        return {k: round(v, 4) if isinstance(v, float) else v for k, v in asdict(self).items()}


def judge(
    model: RouterModel | None,
    known: Iterable[Closing],
    unseen: Sequence[Closing],
    directory: router.Directory,
) -> Judgement:
    """Ask about each of `unseen` when it was submitted; the model learns of each when it was closed, as in a worker.

    `known`: what the baseline may know beforehand. The model has changed afterwards. `None`: the list alone.
    """
    asked = sorted(unseen, key=lambda c: (c.opened, c.id))[-MOST_JUDGED:]
    commonest = Commonest(known)
    waiting: list[tuple[datetime, int, Closing]] = []
    confidence, first, three, simple = [], [], [], []
    for number, closing in enumerate(asked):
        while waiting and waiting[0][0] <= closing.opened:
            _at, _number, closed = heapq.heappop(waiting)
            commonest.learn(closed)
            if model is not None:
                model.observe(closed, directory)
        heapq.heappush(waiting, (closing.closed, number, closing))
        units = router.rank(matter_of(closing), directory, model).departments[:3]
        codes = [unit.code for unit in units]
        confidence.append(units[0].score if units else 0.0)
        first.append(codes[:1] == [closing.unit])
        three.append(closing.unit in codes)
        simple.append(commonest.guess(closing) == closing.unit)
    if model is not None:
        for _at, _number, closed in sorted(waiting):
            model.observe(closed, directory)
    return _judgement(confidence, first, three, simple)


def _judgement(confidence: list[float], first: list[bool], three: list[bool], simple: list[bool]) -> Judgement:
    if not first:
        return Judgement(0, 0.0, 0.0, 0.0, 0.0, 0.0)
    said, right = np.array(confidence), np.array(first)
    return Judgement(
        asked=len(first),
        top1=float(right.mean()),
        top3=float(np.mean(three)),
        calibration_error=float(expected_calibration_error(said, right)),
        coverage_at_95=float(coverage_at(said, right, PRECISION)[0]),
        baseline_top1=float(np.mean(simple)),
    )


def matter_of(closing: Closing) -> router.Matter:
    """The question whose answer the closing is."""
    return router.Matter(
        closing.title, closing.text, closing.category, closing.area, closing.opened, closing.channel, closing.kind
    )


class Commonest:
    """The simplest router there is: the unit that answered most matters of this category in this place."""

    def __init__(self, known: Iterable[Closing]) -> None:
        self.seen: dict[tuple[str | None, str | None], Counter[str]] = {}
        for closing in known:
            self.learn(closing)

    def learn(self, closing: Closing) -> None:
        """Count one closing."""
        for key in self._keys(closing):
            self.seen.setdefault(key, Counter())[closing.unit] += 1

    def guess(self, closing: Closing) -> str:
        """The commonest unit, from the most exact key that was ever seen."""
        for key in self._keys(closing):
            if key in self.seen:
                return self.seen[key].most_common(1)[0][0]
        return ""

    @staticmethod
    def _keys(closing: Closing) -> tuple[tuple[str | None, str | None], ...]:
        return (closing.category, closing.area), (closing.category, None), (None, closing.area), (None, None)
