"""Search in Chinese by PostgreSQL's own index: words from rjieba, and every pair of characters.

A segmenter cuts “下水道堵塞” in one way only, so a two-character word that crosses its cut would be missed. The
pairs close that gap: a word of two characters is always in the index as it stands, a longer one that was cut
differently is found by its pairs, and a single character by the beginning of a pair.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable

import rjieba
from django.contrib.postgres.search import SearchQuery, SearchVector
from django.db.models import Value

HAN = r"㐀-䶿一-鿿豈-﫿\U00020000-\U0003134f"
RUNS = re.compile(rf"[{HAN}]+|[^\W_{HAN}]+")
IS_HAN = re.compile(rf"[{HAN}]")
LONGEST_QUERY = 12  # words; more than anybody types, fewer than a robot sends


def _runs(text: str) -> list[str]:
    """Split into runs of Chinese characters and runs of other letters and digits, in lower case."""
    return RUNS.findall(unicodedata.normalize("NFKC", text).lower())


def _pairs(run: str) -> list[str]:
    return [run[i : i + 2] for i in range(len(run) - 1)]


def words(text: str) -> list[str]:
    """Return the distinct index words of a text, in order: segmented words, pairs, and words of other scripts."""
    found: dict[str, None] = {}
    for run in _runs(text):
        if not IS_HAN.match(run):
            found[run] = None
            continue
        found.update(dict.fromkeys(rjieba.cut_for_search(run)))
        found.update(dict.fromkeys(_pairs(run)))
        found[run[-1]] = None  # the last character begins no pair
    return list(found)


def segmented(text: str) -> list[str]:
    """Return the distinct words of more than one character as the segmenter cuts them, in order.

    Without the pairs, of which half are two halves of different words: what a text is about is in its words.
    """
    cut = (rjieba.cut_for_search(run) if IS_HAN.match(run) else [run] for run in _runs(text))
    return list(dict.fromkeys(word for words in cut for word in words if len(word) > 1))


def vector(*texts: str) -> SearchVector:
    """Return the expression to store in a `SearchVectorField`, computed in the INSERT or UPDATE itself."""
    return SearchVector(Value(" ".join(words(" ".join(texts)))), config="simple")


def query(text: str) -> SearchQuery | None:
    """Return a query in which every word of `text` must occur, or None when it holds no word at all."""
    terms = [_term(word) for run in _runs(text)[:LONGEST_QUERY] for word in _query_words(run)]
    return SearchQuery(" & ".join(terms), config="simple", search_type="raw") if terms else None


def is_selective(text: str, common: Collection[str]) -> bool:
    """Whether so few petitions hold all words of `text` that one asks the index of words first.

    `common` are the words that many hold (`PetitionQuerySet.common_words`). Of what is looked for by its beginning
    (a reference, a number, one character) PostgreSQL cannot guess how many there are.
    """
    asked = [word for run in _runs(text)[:LONGEST_QUERY] for word in _query_words(run)]
    return any(_is_rare(word, common) for word in asked)


def _is_rare(word: str, common: Collection[str]) -> bool:
    if not IS_HAN.match(word):
        return not any(known.startswith(word) for known in common)
    if len(word) == 1:  # whoever holds a common word holds each of its characters
        return not any(word in known for known in common)
    return not all(pair in common for pair in _pairs(word))


def _query_words(run: str) -> Iterable[str]:
    """Cut a long run of Chinese; single characters in it only join words and are left out."""
    if not IS_HAN.match(run) or len(run) <= 2:
        return [run]
    return [word for word in rjieba.cut(run) if len(word) > 1] or _pairs(run)


def _term(word: str) -> str:
    """One word as a tsquery term. `word` holds letters and digits only, so that quoting cannot be escaped."""
    if not IS_HAN.match(word):
        return f"'{word}':*"
    if len(word) == 1:
        return f"'{word}':*"
    if len(word) == 2:
        return f"'{word}'"
    return "('" + word + "' | (" + " & ".join(f"'{pair}'" for pair in _pairs(word)) + "))"
