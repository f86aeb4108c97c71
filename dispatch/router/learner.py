"""One learner for one label: text, history and any further opinion, pooled into calibrated probabilities."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from dispatch.router.calibration import Floats
from dispatch.router.examples import Example
from dispatch.router.history import SOURCES, TINY, Case, Follower
from dispatch.router.keywords import normalise
from dispatch.router.pool import Pool
from dispatch.router.textfeatures import words
from dispatch.router.textmodel import CannotTrain, TextModel

WARM_UP = 0.15  # share of the history that only fills the counts before the weights are learned
TEXT_SHARE = 0.7  # share that the text model sees while the weights are learned on the rest
MOST_TEXTS = 20_000  # latest messages that the text model is fitted to: keeps the nightly fit within minutes
TITLE_WORDS = 20

Opinion = Callable[[Example], Mapping[str, float]]


@dataclass(slots=True)
class Learner:
    """Probabilities of a label for an example; learns from each closing, and from all of them in `fit`."""

    pool: Pool
    text: TextModel | None = None
    follower: Follower | None = None

    @classmethod
    def fit(
        cls,
        examples: Sequence[Example],
        *,
        use_text: bool,
        fields: Sequence[str] = (),
        opinion: Opinion | None = None,
    ) -> Learner:
        """Fit from handled matters.

        In: `fields` to use (constant ones are dropped), and `opinion`, a further source asked for each example
        (the responsibility list). Raises CannotTrain where the examples cannot teach anything.
        """
        ordered = sorted(examples, key=lambda e: (e.opened, e.id))
        names = _varying(ordered, fields)
        if not names and not use_text:
            raise CannotTrain("There is nothing to learn from: no text, and no field with more than one value.")
        if not names:
            return cls(Pool.of(["text"]), fit_text(ordered))
        learner = cls(Pool.of([*SOURCES, *(["text"] if use_text else []), *(["list"] if opinion else [])]))
        start = int(len(ordered) * (TEXT_SHARE if use_text else WARM_UP))
        learner.follower = Follower.of(names, (case_of(e) for e in ordered))
        learner.text = fit_text(ordered[:start]) if use_text else None
        replay = Replay(learner, opinion)
        for number, example in enumerate(ordered):
            replay.meet(example, ask=number >= start)
        replay.finish()
        learner.text = fit_text(ordered) if use_text else None
        return learner

    def sources(self, example: Example, also: Mapping[str, float] | None = None) -> tuple[list[str], Sources]:
        """The labels known, and what each source thinks of them. `also`: the list's opinion, by label."""
        if self.follower is None:
            text = _required(self.text)
            return list(text.labels), {"text": text.probabilities(example.title, example.text)}
        labels = [*self.follower.units, *(unit for unit in also or () if unit not in self.follower.units)]
        rows = self.follower.sources(case_of(example), example.opened)
        wide = np.full((len(SOURCES), len(labels)), TINY)
        wide[:, : rows.shape[1]] = rows
        found: Sources = dict(zip(SOURCES, wide, strict=True))
        if self.text is not None:
            p = dict(zip(self.text.labels, self.text.probabilities(example.title, example.text), strict=True))
            found["text"] = np.array([p.get(label, TINY) for label in labels])
        if also is not None:
            found["list"] = np.array([also.get(label, 0.0) for label in labels]) + TINY
        return labels, found

    def probabilities(self, sources: Sources) -> Floats:
        """Calibrated probabilities from the sources."""
        if self.follower is None:
            return sources["text"]
        return self.pool.corrected(self.pool.mix(sources))

    def predict(self, example: Example, also: Mapping[str, float] | None = None) -> tuple[list[str], Floats]:
        """Labels and their probabilities."""
        labels, sources = self.sources(example, also)
        return labels, self.probabilities(sources)

    def threshold(self, precision: float) -> float:
        """From which probability on the first label was right this often, on answers given before the truth came."""
        if self.follower is None:
            return _required(self.text).threshold(precision)
        return self.pool.threshold(precision)

    def observe(self, example: Example) -> None:
        """Take in a closing at once. The text model waits for the next `fit`."""
        if self.follower is not None:
            self.follower.learn(case_of(example), example.label, example.closed)


Sources = dict[str, Floats]


@dataclass(slots=True)
class Replay:
    """Examples in order of opening: each is asked about when it opens and learned from only when it closes."""

    learner: Learner
    opinion: Opinion | None = None
    waiting: list[tuple[float, int, Example, tuple[list[str], Sources] | None]] = field(default_factory=list)
    met: int = 0

    def meet(self, example: Example, ask: bool = True) -> tuple[list[str], Floats] | None:
        """Learn what closed before this opened, then say what is thought of it.

        None where not asked, and before anything was learned that could be said.
        """
        self._close(until=example.opened)
        asked = None
        if ask and (self.learner.follower is None or self.learner.follower.units):
            asked = self.learner.sources(example, self.opinion(example) if self.opinion else None)
        self.met += 1
        heapq.heappush(self.waiting, (example.closed, self.met, example, asked))
        return (asked[0], self.learner.probabilities(asked[1])) if asked else None

    def finish(self) -> None:
        """Learn from everything still waiting."""
        self._close(until=float("inf"))

    def _close(self, until: float) -> None:
        while self.waiting and self.waiting[0][0] <= until:
            _, _, example, asked = heapq.heappop(self.waiting)
            if asked is not None and self.learner.follower is not None:
                labels, sources = asked
                truth = labels.index(example.label) if example.label in labels else None
                self.learner.pool.learn(sources, truth)
            self.learner.observe(example)


def case_of(example: Example) -> Case:
    """The example as the history sees it."""
    title = words(normalise(example.title))[:TITLE_WORDS] if example.title else []
    return Case(example.fields, tuple(dict.fromkeys(word for word in title if len(word) > 1)))


def fit_text(examples: Sequence[Example]) -> TextModel:
    latest = examples[-MOST_TEXTS:]
    return TextModel.fit([e.title for e in latest], [e.text for e in latest], [e.label for e in latest])


def _varying(examples: Sequence[Example], fields: Sequence[str]) -> tuple[str, ...]:
    return tuple(name for name in fields if len({e.fields.get(name, "") for e in examples}) > 1)


def _required(text: TextModel | None) -> TextModel:
    if text is None:
        raise CannotTrain("The model holds neither text nor history.")
    return text
