"""The trained router: category from text; unit from list, text and history together. See `ranking.rank`."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import numpy as np

from dispatch.router import packing, storage
from dispatch.router.duplicates import DuplicateIndex, Message
from dispatch.router.examples import Example
from dispatch.router.history import Case
from dispatch.router.learner import Learner, Sources, case_of
from dispatch.router.rules import Share
from dispatch.router.snapshot import Directory
from dispatch.router.textmodel import CannotTrain, TextModel
from dispatch.router.types import Candidate, Matter, Reason

FIELDS = (
    "channel", "kind", "category_1", "category_2", "category_3", "area_2", "area_3", "area_4",
)  # fmt: skip
FEWEST_TEXTS = 100  # messages with a category before the text is asked for one
FEWEST_CLOSINGS = 50  # below, the responsibility list alone knows better
KEYWORD_SAY = 0.2  # of the keywords beside a trained text model
UNKNOWN_CATEGORY = 0.15  # a guess below this is not worth asking the history about
QUICK = 1.0  # days: what is known now is what was known when such a case came in, so trust is learned from it
RESEMBLING = 0.2  # cosine from which a case is worth showing beside a candidate
FEWEST_CO = 3  # cases in which a co-unit took part before it is proposed
CHINA = timezone(timedelta(hours=8))


@dataclass(frozen=True, slots=True)
class Closing:
    """A closed matter as the database knows it; `train` and `RouterModel.observe` learn from it.

    `unit` is the one that finally answered. Times need a time zone, or are taken as China's.
    """

    id: str
    title: str
    text: str
    category: str | None
    area: str | None
    unit: str
    opened: datetime
    closed: datetime
    channel: str = ""
    kind: str = ""
    co_units: tuple[str, ...] = ()


@dataclass(slots=True)
class RouterModel:
    """What was learned. Loaded once a worker; `observe` keeps it following between the nightly trainings."""

    units: Learner
    text: TextModel | None = None
    names: tuple[str, ...] = FIELDS
    together: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    manifest: dict[str, Any] = field(default_factory=dict)
    cases: DuplicateIndex = field(default_factory=DuplicateIndex)
    handled_by: dict[str, str] = field(default_factory=dict)

    @property
    def version(self) -> str:
        """Which model this is: from the checksum of what it learned."""
        return str(self.manifest.get("version", "unsaved"))

    def categories(self, matter: Matter, directory: Directory, guesses: tuple[Candidate, ...]) -> tuple[Candidate, ...]:
        """Categories from text model and keywords together, those in the directory only, best first."""
        if self.text is None or not (matter.title or matter.text):
            return guesses
        p = self.text.probabilities(matter.title, matter.text)
        scores = {label: float(v) for label, v in zip(self.text.labels, p, strict=True)}
        scores = {code: v * (1 - KEYWORD_SAY) for code, v in scores.items() if code in directory.categories}
        why = {guess.code: guess.reasons for guess in guesses}
        for guess in guesses:
            scores[guess.code] = scores.get(guess.code, 0.0) + KEYWORD_SAY * guess.score
        best = sorted(scores, key=lambda code: (-scores[code], code))[:5]
        return tuple(
            Candidate(code, scores[code], self._text_reason(matter, code) + why.get(code, ())) for code in best
        )

    def departments(
        self,
        matter: Matter,
        directory: Directory,
        categories: tuple[Candidate, ...],
        listed: dict[str, Share],
    ) -> dict[str, Share]:
        """Units in force with calibrated probabilities; the list alone where too little was closed."""
        follower = self.units.follower
        if follower is None or follower.closings < FEWEST_CLOSINGS:
            return listed
        asked: list[tuple[str | None, float]] = [
            (c.code, c.score) for c in categories[:3] if c.score >= UNKNOWN_CATEGORY
        ]
        rest = max(1.0 - sum(score for _, score in asked), 0.0)
        if rest > 0.2 or not asked:  # what is left speaks without a category
            asked.append((None, rest))
        total = sum(score for _, score in asked)
        scores: dict[str, float] = defaultdict(float)
        for code, score in asked:
            for unit, p in self._probabilities(matter, code, directory, listed).items():
                scores[unit] += p * score / total
        return self._explained(matter, categories, directory, listed, scores)

    def threshold(self, precision: float = 0.95) -> float:
        """From which score on the first unit was right this often lately; above 1 where never."""
        return self.units.threshold(precision)

    def observe(self, closing: Closing, directory: Directory) -> None:
        """Take in one closing at once (about a millisecond); the text model waits for the next training."""
        example = example_of(closing, directory)
        if example.closed - example.opened <= QUICK and self.units.follower is not None:
            labels, sources = self.units.sources(example)
            self.units.pool.learn(sources, labels.index(closing.unit) if closing.unit in labels else None)
        self.units.observe(example)
        _count_together(self.together, closing)

    def remember(self, closing: Closing) -> None:
        """Keep a case's text in memory so that later matters can be said to resemble it. Never saved with the model."""
        self.cases.add(Message(closing.id, closing.title, closing.text, area=closing.area or ""))
        self.handled_by[closing.id] = closing.unit

    def save(self, path: Path | str, described: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """Write the model file and return its manifest (version, window, figures, checksums)."""
        packed = storage.Packed()
        packing.pack_learner(self.units, packed, "units")
        packing.pack_text(self.text, packed, "category")
        packed.plain["names"] = list(self.names)
        packed.plain["together"] = {key: dict(counts) for key, counts in sorted(self.together.items())}
        self.manifest = storage.save(packed, path, {**self.manifest, **(described or {})})
        return self.manifest

    @classmethod
    def load(cls, path: Path | str) -> RouterModel:
        """Read a model file. Raises storage.ModelUnusable (missing, corrupt, of another version)."""
        packed = storage.load(path)
        try:
            together = defaultdict(Counter, {k: Counter(v) for k, v in packed.plain["together"].items()})
            units = packing.unpack_learner(packed, "units")
            names = tuple(packed.plain["names"])
            return cls(units, packing.unpack_text(packed, "category"), names, together, packed.manifest)
        except (KeyError, TypeError, ValueError, IndexError) as problem:
            raise storage.ModelCorrupt(f"The model file {path} lacks a part: {problem!r}.") from problem

    def _probabilities(
        self, matter: Matter, category: str | None, directory: Directory, listed: dict[str, Share]
    ) -> dict[str, float]:
        opened = _days(matter.at)
        fields = _fields(category, matter.area, matter.channel, matter.kind, directory)
        asked = Example("", matter.title, matter.text, fields, "", opened, opened)
        also = {unit: share.score for unit, share in listed.items()}
        labels, sources = self.units.sources(asked, also)
        labels, sources = _in_force(labels, sources, matter, directory, also)
        if not labels:
            return {}
        p = self.units.probabilities(sources)
        return {unit: float(v) for unit, v in zip(labels, p, strict=True)}

    def _explained(
        self,
        matter: Matter,
        categories: tuple[Candidate, ...],
        directory: Directory,
        listed: dict[str, Share],
        scores: dict[str, float],
    ) -> dict[str, Share]:
        best = sorted(scores, key=lambda unit: (-scores[unit], unit))[:8]
        category = categories[0].code if categories else None
        fields = _fields(category, matter.area, matter.channel, matter.kind, directory)
        case = case_of(Example("", matter.title, "", fields, ""))
        supported = self._supported(case, best, matter, directory)
        alike = self._resembled(matter, directory)
        found: dict[str, Share] = {}
        for unit in best:
            reasons = [supported[unit]] if unit in supported else []
            reasons += [Reason("similar", {"cases": alike[unit]})] if unit in alike else []
            said = listed.get(unit)
            reasons += said.reasons[:1] if said else []
            if self.units.text is not None and (spoken := self._unit_words(matter, unit)):
                reasons.append(Reason("text", {"words": spoken}))
            elif categories:
                reasons += [r for r in categories[0].reasons if r.code in ("text", "keywords")][:1]
            co_units = said.co_units if said and said.co_units else self._co_units(unit, category, matter, directory)
            found[unit] = Share(scores[unit], co_units, reasons)
        return found

    def _supported(self, case: Case, units: list[str], matter: Matter, directory: Directory) -> dict[str, Reason]:
        """How often each unit, or the one whose work it took over, handled such cases lately."""
        follower = self.units.follower
        if follower is None:
            return {}
        before = {directory.current(old, _day(matter.at)): old for old in follower.units if old not in units}
        known = {unit: unit if unit in follower.units else before.get(unit, unit) for unit in units}
        seen = follower.support(case, known.values(), _days(matter.at))
        found: dict[str, Reason] = {}
        for unit, name in known.items():
            if name in seen:
                where = {k: v for k, v in seen[name].fields.items() if v}
                counts = {"cases": round(seen[name].cases), "of": round(seen[name].of)}
                found[unit] = Reason("history", {**counts, "where": where})
        return found

    def _resembled(self, matter: Matter, directory: Directory) -> dict[str, list[str]]:
        """Ids of remembered cases with like words, by the unit that does their unit's work now."""
        found: dict[str, list[str]] = defaultdict(list)
        if len(self.cases):
            asked = Message("", matter.title, matter.text, area=matter.area or "")
            for match in self.cases.find(asked, RESEMBLING, 6):
                unit = directory.current(self.handled_by[match.id], _day(matter.at))
                if unit:
                    found[unit].append(match.id)
        return found

    def _unit_words(self, matter: Matter, unit: str) -> list[str]:
        text = self.units.text
        return text.words(matter.title, matter.text, unit) if text else []

    def _text_reason(self, matter: Matter, category: str) -> tuple[Reason, ...]:
        spoken = self.text.words(matter.title, matter.text, category) if self.text else []
        return (Reason("text", {"words": spoken, "category": category}),) if spoken else ()

    def _co_units(self, unit: str, category: str | None, matter: Matter, directory: Directory) -> tuple[str, ...]:
        counts = self.together.get(f"{unit}\x1f{category or ''}", Counter())
        cases = counts[""]
        often = [co for co, n in counts.most_common() if co and n >= FEWEST_CO and n >= cases / 2]
        current = (directory.current(co, _day(matter.at)) for co in often)
        return tuple(dict.fromkeys(co for co in current if co and co != unit))


def train(
    closings: Sequence[Closing], directory: Directory, *, use_list: bool = True, now: datetime | None = None
) -> RouterModel:
    """Fit a model from closed matters. Raises CannotTrain where they cannot teach anything.

    `use_list`: learn how far to trust the responsibility list as well (False where the list was made from these
    very closings, which would make it look better than it is).
    """
    examples = [example_of(closing, directory) for closing in closings]
    texts = sum(bool(closing.text or closing.title) for closing in closings)
    learner = Learner.fit(
        examples,
        use_text=texts >= max(FEWEST_TEXTS, len(closings) / 2) and len({e.label for e in examples}) > 1,
        fields=FIELDS,
        opinion=_list_opinion(closings, directory) if use_list and directory.rules else None,
    )
    model = RouterModel(learner, _category_text(closings), FIELDS)
    for closing in closings:
        _count_together(model.together, closing)
    days = [closing.closed for closing in closings]
    model.manifest = {
        "window": [min(days).isoformat(), max(days).isoformat()],
        "closings": len(closings),
        "units": len({closing.unit for closing in closings}),
        "trained_at": (now or datetime.now(UTC)).isoformat(),
    }
    return model


def example_of(closing: Closing, directory: Directory) -> Example:
    """The closing as a learner takes it: categories and areas from the broadest to the closest."""
    fields = _fields(closing.category, closing.area, closing.channel, closing.kind, directory)
    opened, closed = _days(closing.opened), _days(closing.closed)
    return Example(closing.id, closing.title, closing.text, fields, closing.unit, opened, max(opened, closed))


def _list_opinion(closings: Sequence[Closing], directory: Directory) -> Any:
    by_id = {closing.id: closing for closing in closings}

    def opinion(example: Example) -> dict[str, float]:
        closing = by_id[example.id]
        shares = directory.rule_index.shares(closing.category, closing.area, _day(closing.opened))
        return {unit: share.score for unit, share in shares.items()}

    return opinion


def _category_text(closings: Sequence[Closing]) -> TextModel | None:
    known = [c for c in closings if c.category and (c.text or c.title)]
    common = {code for code, n in Counter(c.category for c in known).items() if n >= 5}
    known = [c for c in known if c.category in common]
    if len(known) < FEWEST_TEXTS or len(common) < 2:
        return None
    return TextModel.fit([c.title for c in known], [c.text for c in known], [c.category or "" for c in known])


def _count_together(together: dict[str, Counter[str]], closing: Closing) -> None:
    counts = together[f"{closing.unit}\x1f{closing.category or ''}"]
    counts[""] += 1  # all cases, beside those of each co-unit
    counts.update(closing.co_units)


def _fields(category: str | None, area: str | None, channel: str, kind: str, directory: Directory) -> dict[str, str]:
    """Fields by level from the root down, so that a new category is still known by its parent."""
    found = {"channel": channel, "kind": kind}
    for name, chain in (
        ("category", directory.category_chains.get(category or "", ())),
        ("area", directory.area_chains.get(area or "", ())),
    ):
        found |= {f"{name}_{level}": code for level, code in enumerate(reversed(chain), 1)}
    return found


def _in_force(
    labels: list[str], sources: Sources, matter: Matter, directory: Directory, listed: Mapping[str, float]
) -> tuple[list[str], Sources]:
    """Move the work of retired units to their successors; leave out units gone or of another place."""
    day = _day(matter.at)
    now = [directory.current(label, day) for label in labels]
    kept = list(dict.fromkeys(unit for unit in now if unit and (unit in listed or _reaches(unit, matter, directory))))
    place = {unit: i for i, unit in enumerate(kept)}
    columns = np.array([place.get(unit or "", -1) for unit in now])
    merged: Sources = {}
    for name, row in sources.items():
        held = np.bincount(columns[columns >= 0], row[columns >= 0], minlength=len(kept)).astype(np.float64)
        # What units no longer there had is shared by the others; the list's own doubt stays doubt.
        merged[name] = held / max(float(held.sum()), 1e-9) if name != "list" else held
    return kept, merged


def _reaches(unit: str, matter: Matter, directory: Directory) -> bool:
    """True where the unit's area lies around the matter's place or within it."""
    home = directory.departments[unit].area
    if home is None or matter.area is None or matter.area not in directory.areas or home not in directory.areas:
        return True
    return home in directory.area_chains[matter.area] or matter.area in directory.area_chains[home]


def _days(at: datetime) -> float:
    return (at if at.tzinfo else at.replace(tzinfo=CHINA)).timestamp() / 86400


def _day(at: datetime) -> date:
    return (at.astimezone(CHINA) if at.tzinfo else at).date()


__all__ = ["CannotTrain", "Closing", "RouterModel", "example_of", "train"]
