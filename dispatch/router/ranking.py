"""`rank`: three sources, one ranking. Without a model: responsibility list and keywords."""

from __future__ import annotations

from datetime import date, timedelta, timezone
from typing import TYPE_CHECKING, Protocol

from dispatch.router.accusations import looks_like_accusation
from dispatch.router.rules import Share
from dispatch.router.types import Candidate, Ranking, Reason

if TYPE_CHECKING:
    from dispatch.router.snapshot import Directory
    from dispatch.router.types import Matter

LIST_VERSION = "list-1"  # what a ranking without a model is called
GIVEN_TRUST = 0.9  # a resident's own choice of category is usually right
MOST_CANDIDATES = 8
CHINA = timezone(timedelta(hours=8))


class Model(Protocol):
    """What a trained model adds to the list and the keywords (see `model.RouterModel`)."""

    @property
    def version(self) -> str:
        """Which model this is."""

    def categories(self, matter: Matter, directory: Directory, guesses: tuple[Candidate, ...]) -> tuple[Candidate, ...]:
        """Categories, best first, from the text; `guesses` are those of the keywords."""

    def departments(
        self,
        matter: Matter,
        directory: Directory,
        categories: tuple[Candidate, ...],
        listed: dict[str, Share],
    ) -> dict[str, Share]:
        """Units with calibrated probabilities, from the list's shares, the text and the history."""


def rank(matter: Matter, directory: Directory, model: Model | None = None) -> Ranking:
    """Rank categories and departments for a matter.

    In: the matter, a snapshot of the directory (keep it, its indexes are built once), a model or None.
    Out: a Ranking; `held` says what forbids automatic assignment. Same input, same output. No I/O.
    """
    day = _day(matter)
    categories = _categories(matter, directory, model)
    listed = _listed(categories, matter.area, day, directory)
    if model is not None:
        listed = model.departments(matter, directory, categories, listed)
    departments = tuple(
        Candidate(unit, min(share.score, 1.0), tuple(share.reasons), share.co_units)
        for unit, share in sorted(listed.items(), key=lambda item: (-item[1].score, item[0]))
        if share.score > 0
    )[:MOST_CANDIDATES]
    held = _held(matter, categories, directory)
    return Ranking(categories, departments, model.version if model else LIST_VERSION, held)


def _day(matter: Matter) -> date:
    # Rules are valid by calendar days of China, wherever the server's clock stands.
    return (matter.at.astimezone(CHINA) if matter.at.tzinfo else matter.at).date()


def _categories(matter: Matter, directory: Directory, model: Model | None) -> tuple[Candidate, ...]:
    guesses = directory.keyword_index.guess(matter.title, matter.text)
    if model is not None:
        guesses = model.categories(matter, directory, guesses)
    given = matter.category
    if given is None or given not in directory.categories:
        return guesses
    why = (Reason("category_given", {"category": given}),)
    agreed = tuple(reason for guess in guesses if guess.code == given for reason in guess.reasons)
    others = tuple(
        Candidate(guess.code, guess.score * (1 - GIVEN_TRUST), guess.reasons)
        for guess in guesses
        if guess.code != given
    )
    return (Candidate(given, GIVEN_TRUST, why + agreed), *others)


def _listed(categories: tuple[Candidate, ...], area: str | None, day: date, directory: Directory) -> dict[str, Share]:
    """Shares of the responsibility list, mixed over the categories that the matter may belong to."""
    index = directory.rule_index
    mixed: dict[str, Share] = {}
    for category in categories:
        words = [reason for reason in category.reasons if reason.code in ("keywords", "text")]
        for unit, share in index.shares(category.code, area, day).items():
            into = mixed.setdefault(unit, Share(0.0, share.co_units))
            into.score += category.score * share.score
            if len(into.reasons) < 3:
                into.reasons.extend(share.reasons[:1] + words[:1])
    # Lines for any category answer for what no category covers.
    doubt = 1.0 - sum(category.score for category in categories)
    for unit, share in index.shares(None, area, day).items():
        into = mixed.setdefault(unit, Share(0.0, share.co_units))
        into.score += doubt * share.score
        into.reasons = into.reasons or [Reason("default", dict(share.reasons[0].params))]
    return mixed


def _held(matter: Matter, categories: tuple[Candidate, ...], directory: Directory) -> tuple[Reason, ...]:
    held: list[Reason] = []
    if matter.kind == "accusation":
        held.append(Reason("accusation", {"words": []}))
    elif accusation := looks_like_accusation(matter.title, matter.text):
        held.append(accusation)
    for candidate in categories[:3]:
        chain = directory.category_chains[candidate.code]
        if candidate.score >= 0.1 and any(directory.categories[code].restricted for code in chain):
            held.append(Reason("restricted", {"category": candidate.code}))
    if matter.category and matter.category not in directory.categories:
        held.append(Reason("unknown_category", {"category": matter.category}))
    return tuple(held)
