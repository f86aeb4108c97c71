"""What was written, as numbers: characters and words of title and body, each weighed apart.

The same code makes the features when fitting and when predicting, so that the two cannot drift apart.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import rjieba
from numpy.typing import NDArray
from scipy import sparse

from dispatch.router.keywords import normalise

SWEEP_EVERY = 2000
MOST_CHARACTERS = 3000  # of a body; keeps the worst message within its milliseconds


def characters(longest: int) -> Callable[[str], list[str]]:
    """A function that cuts a text into its runs of 1 to `longest` characters."""

    def cut(text: str) -> list[str]:
        grams = list(text)
        for n in range(2, longest + 1):
            grams += map("".join, zip(*(text[i:] for i in range(n)), strict=False))
        return grams

    return cut


def words(text: str) -> list[str]:
    """The words of a Chinese text, blanks left out."""
    return [word for word in rjieba.cut(text) if not word.isspace()]


@dataclass(frozen=True, slots=True)
class Kind:
    """One block of features: from title or body, cut how, how rare it may be, how much it weighs."""

    name: str
    of_title: bool
    cut: Callable[[str], list[str]]
    min_count: int
    weight: float


# Title and body apart is worth one point of macro-F1, words beside characters half a point (docs/router.md).
KINDS = (
    Kind("body_characters", False, characters(4), 4, 1.0),
    Kind("title_characters", True, characters(3), 2, 1.0),
    Kind("body_words", False, words, 2, 1.0),
    Kind("title_words", True, words, 1, 0.7),
)


def clean(text: str) -> str:
    """One form for each character and no runs of blanks; cut to a length that a message rarely exceeds."""
    return " ".join(normalise(text[:MOST_CHARACTERS]).split())


@dataclass(frozen=True, slots=True)
class Block:
    """A fitted kind: which column each gram has within the whole, and its inverse document frequency."""

    kind: Kind
    columns: dict[str, int]
    idf: NDArray[np.float32]
    start: int

    def row(self, text: str) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """Columns and values of one text; values have length `kind.weight` together, or are none."""
        held = Counter(map(self.columns.get, self.kind.cut(text)))
        held.pop(None, None)  # grams not seen in training
        if not held:
            return np.empty(0, np.int64), np.empty(0, np.float32)
        at = np.fromiter(held.keys(), np.int64, len(held))
        counts = np.fromiter(held.values(), np.float32, len(held))
        values = _dampened(counts) * self.idf[at - self.start]
        return at, values * np.float32(self.kind.weight / math.sqrt(float(values @ values)))


@dataclass(frozen=True, slots=True)
class TextFeatures:
    """All blocks side by side."""

    blocks: tuple[Block, ...]

    @property
    def width(self) -> int:
        """How many columns there are."""
        last = self.blocks[-1]
        return last.start + len(last.columns)

    @classmethod
    def fit(cls, titles: Sequence[str], bodies: Sequence[str], most: int) -> TextFeatures:
        """Learn columns from texts. `most`: columns altogether; the rarest grams go first where there are more."""
        blocks: list[Block] = []
        start = 0
        for kind in KINDS:
            block = _fit_block(kind, titles if kind.of_title else bodies, start, most // len(KINDS))
            blocks.append(block)
            start += len(block.columns)
        return cls(tuple(blocks))

    def row(self, title: str, body: str) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """Columns and values of one message."""
        title, body = clean(title), clean(body)
        parts = [block.row(title if block.kind.of_title else body) for block in self.blocks]
        return np.concatenate([at for at, _ in parts]), np.concatenate([values for _, values in parts])

    def matrix(self, titles: Sequence[str], bodies: Sequence[str]) -> sparse.csr_array:
        """One row for each message."""
        rows = [self.row(title, body) for title, body in zip(titles, bodies, strict=True)]
        ends = np.cumsum([0, *(len(at) for at, _ in rows)])
        columns = np.concatenate([at for at, _ in rows]).astype(np.int32)
        values = np.concatenate([values for _, values in rows])
        made = sparse.csr_array((values, columns, ends.astype(np.int32)), shape=(len(rows), self.width))
        made.sort_indices()
        return made

    def without(self, rows: sparse.csr_array, known: NDArray[np.bool_]) -> sparse.csr_array:
        """The rows as they would be had only the columns marked in `known` been fitted.

        A new message holds no column of its own; one held back from fitting does, and would look less sure than new
        ones are.
        """
        block = np.repeat(np.arange(len(self.blocks)), [len(b.columns) for b in self.blocks])[rows.indices]
        values = np.where(known[rows.indices], rows.data, 0).astype(np.float32)
        part = np.repeat(np.arange(rows.shape[0]), np.diff(rows.indptr)) * len(self.blocks) + block
        size = np.sqrt(np.bincount(part, values**2, minlength=rows.shape[0] * len(self.blocks)))
        weight = np.array([b.kind.weight for b in self.blocks])
        values *= (weight[block] / np.maximum(size[part], 1e-9)).astype(np.float32)
        return sparse.csr_array((values, rows.indices, rows.indptr), rows.shape)

    def names(self) -> list[tuple[str, str]]:
        """(block, gram) of each column, in order."""
        return [(block.kind.name, gram) for block in self.blocks for gram in block.columns]


def _dampened(counts: NDArray[np.float32]) -> NDArray[np.float32]:
    # The tenth mention says less than the second.
    return (1.0 + np.log(counts)).astype(np.float32)


def _fit_block(kind: Kind, texts: Sequence[str], start: int, most: int) -> Block:
    seen = _count(kind, texts)
    # Counter keeps the order of first sight, sorting makes the columns the same on every machine.
    kept = sorted(gram for gram, count in seen.items() if count >= kind.min_count)
    if len(kept) > most:
        kept = sorted(sorted(kept, key=lambda gram: -seen[gram])[:most])
    idf = np.array([math.log((1 + len(texts)) / (1 + seen[gram])) + 1 for gram in kept], np.float32)
    return Block(kind, {gram: start + i for i, gram in enumerate(kept)}, idf, start)


def _count(kind: Kind, texts: Sequence[str]) -> Counter[str]:
    seen: Counter[str] = Counter()
    for number, text in enumerate(texts, 1):
        seen.update(set(kind.cut(clean(text))))
        # Most long grams are seen once: forgetting them now and then keeps the memory flat. What is seen again
        # afterwards starts anew, so that only grams rare over thousands of messages are lost.
        if number % SWEEP_EVERY == 0:
            seen = Counter({gram: count for gram, count in seen.items() if count > 1})
    return seen
