"""Hot topics: many residents, one matter. Groups grow by one message at a time and never need to be made anew.

Two messages are linked when their words agree well, the rarer the word the more it counts, unless they name different
places. A link binds when it is strong, or when a third message is linked to both: that keeps chains of chance from
growing. Groups are what links bind; the same messages in another order give the same groups, but for how common each
word was thought to be when a message came in.
"""

from __future__ import annotations

import math
import re
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import rjieba

from dispatch.router.keywords import normalise

BODY = 400  # characters of the body that say what it is about
LINKED = 0.35  # cosine from which two messages are linked
HOPEFUL = 0.25  # cosine by the rarer words alone from which the whole is compared
STRONG = 0.5  # cosine from which a link binds by itself
SAME_PERSON = 0.6  # one writer's phrases recur over many matters
ELSEWHERE = 0.35  # factor where both name places and none agrees: copied words do not make one place
APART = 90.0  # days: what came further apart is another occasion
MOST_READ = 5_000  # postings read for one message
COMMON = 0.1  # words in more than this share of the messages find nobody
ENOUGH_WORDS = 500.0  # messages before a word's rarity is believed
_PLACE = re.compile(
    r"[\u4e00-\u9fffa-z0-9]{2,5}?"
    r"(?:小区|花园|家园|新城|国际城|之城|公馆|雅苑|苑|社区|街道|大道|公园|广场|学校|小学|中学|医院|村|镇|路|街|桥|站|线)"
)
_DISTRICT = re.compile(r"(?:[a-z]\d+|[\u4e00-\u9fff]{2})[区县]")
_BEFORE = re.compile(r"^.*[市区县]")  # "坪山区" before a road's name says nothing about the road
_NOT_WORDS = re.compile(r"[\W_]+")


@dataclass(frozen=True, slots=True)
class Post:
    """A message for grouping; `day` in days. Area, person and likes where known."""

    id: str
    title: str
    text: str
    day: float
    area: str = ""
    person: str = ""
    likes: int = 0


@dataclass(frozen=True, slots=True)
class Topic:
    """A group in a window of days, as shown to people."""

    title: str
    area: str
    messages: int
    people: int
    likes: int
    before: int
    growth: float
    hotness: float
    first_day: float
    last_day: float
    ids: tuple[str, ...]

    def growing_fast(self, least: int = 5, times: float = 2.0) -> bool:
        """True where staff should be alerted: enough people, and many more than in the window before."""
        return self.people >= least and self.growth >= times


@dataclass(slots=True)
class _Member:
    post: Post
    words: dict[str, float]
    places: tuple[frozenset[str], frozenset[str]]
    size: float
    linked: dict[str, float] = field(default_factory=dict)


@dataclass(slots=True)
class TopicIndex:
    """Messages of the last months with their links. `seen` and `total` tell how common each word is."""

    seen: Counter[str] = field(default_factory=Counter)
    total: int = 0
    members: dict[str, _Member] = field(default_factory=dict)
    by_word: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    parent: dict[str, str] = field(default_factory=dict)
    _counted: set[str] = field(default_factory=set)

    def learn_words(self, posts: Iterable[Post]) -> None:
        """Count words of earlier messages, so that common words are known from the first message on."""
        for post in posts:
            self._count(post.id, _words(post))

    def add(self, post: Post) -> str:
        """Place a message; returns the id of its group (the id of one of its messages). Known ids stay."""
        if post.id in self.members:
            return self.group_of(post.id)
        words = _words(post)
        self._count(post.id, words)
        size = math.sqrt(sum((n * self._rarity(word)) ** 2 for word, n in words.items()))
        member = _Member(post, words, _places(post), size)
        found = self._neighbours(member)
        self.members[post.id] = member
        self.parent[post.id] = post.id
        for word in words:
            self.by_word[word].append(post.id)
        for other, score in found.items():
            member.linked[other] = self.members[other].linked[post.id] = score
        self._bind(post.id)
        return self.group_of(post.id)

    def group_of(self, id: str) -> str:
        """The group's id now. Raises KeyError for an unknown message."""
        root = id
        while self.parent[root] != root:
            root = self.parent[root]
        while self.parent[id] != root:
            self.parent[id], id = root, self.parent[id]
        return root

    def forget_before(self, day: float) -> int:
        """Drop messages older than this day and return how many; groups of the others stay as they are."""
        old = {id for id, member in self.members.items() if member.post.day < day}
        touched: set[str] = set()
        for id in old:
            member = self.members.pop(id)
            for other in member.linked:
                if other in self.members:
                    self.members[other].linked.pop(id, None)
            touched.update(member.words)
        for word in touched:  # each list once: a day's messages share most of their words
            self.by_word[word] = [known for known in self.by_word[word] if known not in old]
        self._regroup_without(old)
        return len(old)

    def groups(self) -> dict[str, list[str]]:
        """Every group's messages, by the group's id."""
        found: dict[str, list[str]] = defaultdict(list)
        for id in self.members:
            found[self.group_of(id)].append(id)
        return dict(found)

    def hottest(self, now: float, days: float = 30.0, most: int = 10, least: int = 2) -> list[Topic]:
        """Groups with at least `least` people in the last `days`, hottest first."""
        topics = [self._topic(ids, now, days) for ids in self.groups().values() if len(ids) >= least]
        kept = [topic for topic in topics if topic is not None and topic.people >= least]
        return sorted(kept, key=lambda t: (-t.hotness, t.ids))[:most]

    def _topic(self, ids: list[str], now: float, days: float) -> Topic | None:
        posts = [self.members[id].post for id in ids]
        inside = [post for post in posts if now - days < post.day <= now]
        if not inside:
            return None
        before = [post for post in posts if now - 2 * days < post.day <= now - days]
        people, people_before = _people(inside), _people(before)
        likes = sum(post.likes for post in inside)
        return Topic(
            title=self._title(inside),
            area=_most_common([post.area for post in inside]) or _most_common_place(self.members[p.id] for p in inside),
            messages=len(inside),
            people=people,
            likes=likes,
            before=people_before,
            growth=round((people + 1) / (people_before + 1), 2),
            # People weigh most: one person writing often is one voice, and a like is a small one.
            hotness=round(people + 0.5 * math.sqrt(likes) + 0.1 * math.log1p(len(inside)), 3),
            first_day=min(post.day for post in inside),
            last_day=max(post.day for post in inside),
            ids=tuple(sorted(post.id for post in inside)),
        )

    def _title(self, posts: list[Post]) -> str:
        """The title that is most like all others: what a reader would call the matter."""
        ids = {post.id for post in posts}

        def closeness(post: Post) -> tuple[float, int, str]:
            linked = self.members[post.id].linked
            return -sum(score for other, score in linked.items() if other in ids), len(post.title), post.id

        return min(posts, key=closeness).title.strip() or posts[0].text.strip()[:40]

    def _count(self, id: str, words: Mapping[str, float]) -> None:
        if id not in self._counted:
            self._counted.add(id)
            self.seen.update(words.keys())
            self.total += 1

    def _rarity(self, word: str) -> float:
        return math.log((self.total + ENOUGH_WORDS) / (self.seen[word] + 0.5))

    def _neighbours(self, member: _Member) -> dict[str, float]:
        """Messages near enough in words and time, with their likeness: read from the rarest word on."""
        shared: dict[str, float] = defaultdict(float)
        read = 0
        for word in sorted(member.words, key=lambda w: (self.seen[w], w)):
            known = self.by_word.get(word, ())
            read += len(known)
            if read > MOST_READ or (self.total > ENOUGH_WORDS and self.seen[word] > COMMON * self.total):
                break
            weight = member.words[word] * self._rarity(word) ** 2
            for id in known:
                shared[id] += weight * self.members[id].words[word]
        found: dict[str, float] = {}
        for id, part in shared.items():
            other = self.members[id]
            # The common words not read can only add so much: what is far off needs no exact answer.
            near = part >= HOPEFUL * member.size * other.size
            if near and abs(other.post.day - member.post.day) <= APART:
                score = self._likeness(member, other)
                if score >= LINKED:
                    found[id] = score
        return found

    def _likeness(self, one: _Member, other: _Member) -> float:
        words = other.words
        shared = sum(n * words[w] * self._rarity(w) ** 2 for w, n in one.words.items() if w in words)
        score = shared / max(one.size * other.size, 1e-9)
        if _elsewhere(one, other):
            score *= ELSEWHERE
        if one.post.person and one.post.person == other.post.person:
            score = score if score >= SAME_PERSON else 0.0
        return score

    def _bind(self, id: str) -> None:
        linked = self.members[id].linked
        for other, score in linked.items():
            if score >= STRONG:
                self._join(id, other)
            for third in self.members[other].linked.keys() & linked.keys():
                self._join(id, other)
                self._join(other, third)

    def _join(self, one: str, other: str) -> None:
        a, b = sorted((self.group_of(one), self.group_of(other)))
        self.parent[b] = a

    def _regroup_without(self, gone: set[str]) -> None:
        left: dict[str, list[str]] = defaultdict(list)
        for id in self.members:
            left[self.group_of(id)].append(id)
        for ids in left.values():
            for id in ids:
                self.parent[id] = ids[0]
        for id in gone:
            self.parent.pop(id, None)
            self._counted.discard(id)


def _words(post: Post) -> dict[str, float]:
    counts: Counter[str] = Counter()
    for part, weight in ((post.title, 2), (post.text[:BODY], 1)):
        for word in rjieba.cut(_NOT_WORDS.sub(" ", normalise(part))):
            if len(word) > 1 and not word.isspace():
                counts[sys.intern(word)] += weight  # a word of a hundred thousand messages is kept once
    return {word: 1 + math.log(n) for word, n in counts.items()}


def _places(post: Post) -> tuple[frozenset[str], frozenset[str]]:
    """Pieces of the places that the title names, and its districts. Two names with a piece in common may be one."""
    title = normalise(post.title)
    names = _named(title)
    pieces = {name[i : i + 2] for name in names for i in range(len(name) - 1)}
    return frozenset(pieces) - _GENERIC, frozenset(_DISTRICT.findall(title))


def _named(title: str) -> list[str]:
    return [_BEFORE.sub("", name) or name for name in _PLACE.findall(normalise(title))]


def _elsewhere(one: _Member, other: _Member) -> bool:
    if one.post.area and other.post.area and one.post.area != other.post.area:
        return True
    for mine, theirs in zip(one.places, other.places, strict=True):
        if mine and theirs:
            return not mine & theirs
    return False


_GENERIC = frozenset(
    "小区 花园 家园 新城 国际 际城 之城 公馆 雅苑 社区 街道 大道 公园 广场 学校 小学 中学 医院 附近 旁边".split()  # noqa: SIM905
)


def _people(posts: list[Post]) -> int:
    named = {post.person for post in posts if post.person}
    return len(named) + sum(not post.person for post in posts)


def _most_common(values: Iterable[str]) -> str:
    counts = Counter(value for value in values if value)
    return min(counts, key=lambda v: (-counts[v], v)) if counts else ""


def _most_common_place(members: Iterable[_Member]) -> str:
    names = [name for member in members for name in set(_named(member.post.title))]
    return _most_common(names).upper()
