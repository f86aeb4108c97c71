"""Find the same matter sent again: an index of character 3-grams that grows by one message in a millisecond.

Candidates come from the rarer grams of the new message, are compared by the cosine of their gram counts, and place,
time and person add or take evidence. Nothing is recomputed when a message is added or closed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from dispatch.router.keywords import normalise

Grams = NDArray[np.uint32]

MOST_CHARACTERS = 3000
MOST_POSTINGS = 40_000  # ids read for one question: the rarest grams first, so that its time has an end
VERIFIED = 40  # candidates compared exactly
SAMPLE = 4  # one gram in four is indexed …
SHORT = 160  # … but all of them where a message has fewer
SEGMENT = 2048  # messages gathered before they are sorted into a segment
LIKELY = 0.65  # cosine from which two messages are one matter without further evidence (docs/router.md)
_NOT_WORDS = re.compile(r"[\W_]+")
_RUNS = re.compile(r"(.)\1{2,}")


@dataclass(frozen=True, slots=True)
class Message:
    """A message to compare. `day` in days; person and area where known ("" otherwise)."""

    id: str
    title: str
    text: str
    day: float | None = None
    area: str = ""
    person: str = ""


@dataclass(frozen=True, slots=True)
class Match:
    """A message like the one asked about: `score` is the evidence in [0, 1], `cosine` that of the text alone."""

    id: str
    score: float
    cosine: float
    same_person: bool


@dataclass(slots=True)
class _Segment:
    """Postings sorted by gram: `grams[i]` stands in message number `docs[i]`."""

    grams: Grams
    docs: NDArray[np.int32]


@dataclass(slots=True)
class DuplicateIndex:
    """Open and recent messages, ready to be compared with a new one. Messages are added and removed one at a time."""

    messages: list[Message | None] = field(default_factory=list)
    numbers: dict[str, int] = field(default_factory=dict)
    grams: list[Grams] = field(default_factory=list)
    counts: list[NDArray[np.float32]] = field(default_factory=list)
    segments: list[_Segment] = field(default_factory=list)
    _fresh: dict[int, list[int]] = field(default_factory=dict)
    _fresh_messages: int = 0

    def __len__(self) -> int:
        return len(self.numbers)

    def add(self, message: Message) -> None:
        """Add a message; one with the same id is replaced."""
        self.remove(message.id)
        grams, counts = gram_counts(message.title, message.text)
        number = len(self.messages)
        self.messages.append(message)
        self.grams.append(grams)
        self.counts.append(counts / max(float(np.sqrt(counts @ counts)), 1e-9))
        self.numbers[message.id] = number
        indexed = grams if len(grams) < SHORT else grams[grams % SAMPLE == 0]
        for gram in indexed.tolist():
            self._fresh.setdefault(gram, []).append(number)
        self._fresh_messages += 1
        if self._fresh_messages >= SEGMENT:
            self._settle()

    def remove(self, id: str) -> None:
        """Forget a message (closed, merged, withdrawn). Unknown ids are fine."""
        number = self.numbers.pop(id, None)
        if number is not None:
            # Its postings stay until segments merge; without a message they lead nowhere.
            self.messages[number] = None
            self.grams[number] = np.empty(0, np.uint32)
            self.counts[number] = np.empty(0, np.float32)

    def find(self, message: Message, least: float = LIKELY, most: int = 10) -> list[Match]:
        """Messages that are probably the same matter, best first; the message itself is left out."""
        grams, counts = gram_counts(message.title, message.text)
        if not len(grams):
            return []
        unit = counts / float(np.sqrt(counts @ counts))
        found = []
        for number in self._candidates(grams):
            other = self.messages[number]
            if other is None or other.id == message.id:
                continue
            cosine = _cosine(grams, unit, self.grams[number], self.counts[number])
            score = evidence(cosine, message, other)
            if score >= least:
                same = bool(message.person) and message.person == other.person
                found.append(Match(other.id, round(score, 4), round(cosine, 4), same))
        return sorted(found, key=lambda m: (-m.score, -m.cosine, m.id))[:most]

    def _candidates(self, grams: Grams) -> list[int]:
        """Numbers of the messages that share most of the rarer grams."""
        starts = [np.searchsorted(s.grams, grams, "left") for s in self.segments]
        ends = [np.searchsorted(s.grams, grams, "right") for s in self.segments]
        fresh = [self._fresh.get(gram, []) for gram in grams.tolist()]
        frequency = np.array([len(docs) for docs in fresh])
        for start, end in zip(starts, ends, strict=True):
            frequency += end - start
        order = np.argsort(frequency, kind="stable")
        order = order[frequency[order] > 0]
        order = order[np.cumsum(frequency[order]) <= MOST_POSTINGS]
        read: list[Sequence[int] | NDArray[np.int32]] = [fresh[gram] for gram in order]
        rarity = np.log1p(len(self.messages) / np.maximum(frequency, 1))
        weights = [np.repeat(rarity[order], [len(docs) for docs in read])]
        for segment, start, end in zip(self.segments, starts, ends, strict=True):
            read += [segment.docs[start[gram] : end[gram]] for gram in order]
            weights.append(np.repeat(rarity[order], (end - start)[order]))
        if not any(len(docs) for docs in read):
            return []
        found = np.concatenate(read).astype(np.int32)
        shared = np.bincount(found, np.concatenate(weights), minlength=len(self.messages))
        few = min(4 * VERIFIED, len(shared))
        best = np.argpartition(-shared, few - 1)[:few]
        best = best[shared[best] > 0]
        # Long messages share much with everything: their number of indexed grams is divided out.
        size = np.array([max(len(self.grams[number]), 1) for number in best])
        per_gram = shared[best] / np.sqrt(np.where(size < SHORT, size, size / SAMPLE))
        order = np.lexsort((best, -per_gram))
        return [int(number) for number in best[order][:VERIFIED]]

    def _settle(self) -> None:
        grams = np.repeat(np.array(list(self._fresh), np.uint32), [len(docs) for docs in self._fresh.values()])
        docs = np.array([doc for docs in self._fresh.values() for doc in docs], np.int32)
        self.segments.append(_sorted_segment([grams], [docs]))
        self._fresh, self._fresh_messages = {}, 0
        # Segments of like size merge, so that there are few of them and each message is moved a few times only.
        while len(self.segments) > 1 and len(self.segments[-2].docs) < 2 * len(self.segments[-1].docs):
            last, before = self.segments.pop(), self.segments.pop()
            merged = [before, last]
            self.segments.append(_sorted_segment([s.grams for s in merged], [s.docs for s in merged]))


def gram_counts(title: str, text: str) -> tuple[Grams, NDArray[np.float32]]:
    """Hashed character 3-grams of title and text, sorted, and how often each stands there."""
    # Rows of asterisks where a number was masked made strangers look alike: only letters, digits and Han count,
    # and a character typed many times over counts twice.
    kept = _RUNS.sub(r"\1\1", _NOT_WORDS.sub("", normalise(title + text[:MOST_CHARACTERS])))
    codes = np.frombuffer(kept.encode("utf-32-le"), np.uint32).astype(np.uint64)
    if len(codes) < 3:
        return np.empty(0, np.uint32), np.empty(0, np.float32)
    mixed = (codes[:-2] * np.uint64(0x9E3779B97F4A7C15)) ^ (codes[1:-1] * np.uint64(0xC2B2AE3D27D4EB4F) >> np.uint64(7))
    mixed = (mixed ^ (codes[2:] * np.uint64(0x165667B19E3779F9) >> np.uint64(13))) * np.uint64(0xFF51AFD7ED558CCD)
    grams, counts = np.unique((mixed >> np.uint64(32)).astype(np.uint32), return_counts=True)
    return grams, counts.astype(np.float32)


def evidence(cosine: float, one: Message, other: Message) -> float:
    """Text, person, place and time as one score in [0, 1]; what is not known neither adds nor takes."""
    score = cosine
    if one.person and one.person == other.person:
        score += 0.1 * (1 - cosine)
    if one.area and other.area and one.area != other.area:
        score -= 0.1
    if one.day is not None and other.day is not None and abs(one.day - other.day) > 365:
        score -= 0.03  # the same words a year later are often a matter come back
    return min(max(score, 0.0), 1.0)


def pairs(messages: Iterable[Message], least: float = LIKELY, most: int = 50) -> list[tuple[str, str, Match]]:
    """All pairs among these messages, each found when its later message comes in: (id, earlier id, match)."""
    index = DuplicateIndex()
    found: list[tuple[str, str, Match]] = []
    for message in messages:
        found += [(message.id, match.id, match) for match in index.find(message, least, most)]
        index.add(message)
    return sorted(found, key=lambda pair: (-pair[2].score, pair[0], pair[1]))


def _sorted_segment(grams: Sequence[Grams], docs: Sequence[NDArray[np.int32]]) -> _Segment:
    all_grams, all_docs = np.concatenate(grams), np.concatenate(docs)
    order = np.argsort(all_grams, kind="stable")
    return _Segment(all_grams[order], all_docs[order])


def _cosine(one: Grams, one_unit: NDArray[np.float32], other: Grams, other_unit: NDArray[np.float32]) -> float:
    at = np.searchsorted(other, one)
    at[at == len(other)] = 0
    held = other[at] == one if len(other) else np.zeros(len(one), bool)
    return min(float(one_unit[held] @ other_unit[at[held]]), 1.0)
