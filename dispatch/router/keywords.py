"""Guess the category from words: the longest keyword wins, several hits add up, the title counts more."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from dispatch.router.types import Candidate, Reason

if TYPE_CHECKING:
    from dispatch.router.snapshot import Directory
    from dispatch.router.types import CategoryInfo

TITLE_WEIGHT = 3.0
PARENT_SHARE = 0.4  # a parent's words speak for a child, but less than its own
MOST_REPEATS = 3  # a word repeated more often than this says nothing new
DOUBT = 3.0  # weight of "none of these": one two-character word in the body alone gives 1 / (1 + 3)
MOST_CHARACTERS = 4000  # what a message says is said by then; keeps the worst case fast
_NAME_PARTS = re.compile(r"[、，,/／()（）\s]|以及|及其|及|和|与|或")
_EMPTY_NAMES = ("其他", "其它", "一般", "综合")


@dataclass(frozen=True, slots=True)
class Hit:
    """A keyword found: how much it weighs, and in how many categories it stands."""

    keyword: str
    weight: float


@dataclass(frozen=True, slots=True)
class KeywordIndex:
    """Keywords by their first two characters, so that a text is read once however many there are."""

    by_start: dict[str, tuple[str, ...]]
    owners: dict[str, tuple[str, ...]]
    chains: dict[str, tuple[str, ...]]

    @classmethod
    def of(cls, directory: Directory) -> KeywordIndex:
        """Build from the directory's categories; names count as keywords of their category."""
        owners: dict[str, set[str]] = defaultdict(set)
        for code, info in directory.categories.items():
            for word in _words_of(info):
                owners[word].add(code)
        starts: dict[str, list[str]] = defaultdict(list)
        for word in sorted(owners):
            starts[word[:2]].append(word)
        return cls(
            {start: tuple(words) for start, words in starts.items()},
            {word: tuple(sorted(codes)) for word, codes in owners.items()},
            directory.category_chains,
        )

    def find(self, text: str) -> dict[str, int]:
        """Keywords that stand in the text and how often; one inside a longer one found does not count."""
        text = normalise(text)[:MOST_CHARACTERS]
        starts = {a + b for a, b in pairwise(text)} & self.by_start.keys()
        words = [word for start in starts for word in self.by_start[start] if word in text]
        found: dict[str, int] = {}
        for word in sorted(words, key=lambda w: (-len(w), w)):
            count = text.count(word)
            inside = sum(n * longer.count(word) for longer, n in found.items() if len(longer) > len(word))
            if count > inside:
                found[word] = count - inside
        return found

    def guess(self, title: str, text: str, limit: int = 5) -> tuple[Candidate, ...]:
        """Categories that the words speak for, best first, as probabilities that leave room for none."""
        hits = self._weigh(title, text)
        own: dict[str, float] = defaultdict(float)
        words: dict[str, list[Hit]] = defaultdict(list)
        for hit in hits:
            for code in self.owners[hit.keyword]:
                own[code] += hit.weight / len(self.owners[hit.keyword])
                words[code].append(hit)
        scores = {
            code: score + PARENT_SHARE * sum(own.get(up, 0.0) for up in self.chains[code][1:])
            for code, score in own.items()
        }
        total = sum(scores.values()) + DOUBT
        best = sorted(scores, key=lambda code: (-scores[code], -len(self.chains[code]), code))[:limit]
        return tuple(Candidate(code, scores[code] / total, (_because(words[code], code),)) for code in best)

    def _weigh(self, title: str, text: str) -> list[Hit]:
        weights: dict[str, float] = defaultdict(float)
        for part, factor in ((title, TITLE_WEIGHT), (text, 1.0)):
            for word, count in self.find(part).items():
                weights[word] += factor * (len(word) - 1) * min(count, MOST_REPEATS) ** 0.5
        return [Hit(word, weights[word]) for word in sorted(weights, key=lambda w: (-weights[w], w))]


def normalise(text: str) -> str:
    """Full-width letters, case and compatibility forms made one: a keyword is found however it was typed."""
    return unicodedata.normalize("NFKC", text).lower()


def _because(hits: list[Hit], category: str) -> Reason:
    return Reason("keywords", {"words": [hit.keyword for hit in hits[:4]], "category": category})


def _words_of(info: CategoryInfo) -> set[str]:
    words = {normalise(word).strip() for word in info.keywords}
    if not info.name.startswith(_EMPTY_NAMES):
        words |= {normalise(part).strip() for part in [info.name, *_NAME_PARTS.split(info.name)]}
    # One character stands in too many words to mean anything.
    return {word for word in words if len(word) >= 2 and not word.startswith(_EMPTY_NAMES)}
