"""Every figure that issue 8 asks of the router, beside its baseline, in one run.

    python -m bench.router [--data FOLDER] [--only text,history,router,duplicates,topics] [--json]

The data are not part of the project (see docs/router.md); a part whose file is absent is skipped and says so.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import re
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

os.environ.setdefault("OMP_NUM_THREADS", "2")

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.metrics import adjusted_rand_score, f1_score
from sklearn.model_selection import StratifiedKFold
from sklearn.pipeline import make_pipeline
from sklearn.svm import LinearSVC

from dispatch.router import CategoryInfo, DepartmentInfo, Directory, Matter, Rule, rank
from dispatch.router.calibration import coverage_at, expected_calibration_error
from dispatch.router.duplicates import DuplicateIndex, Message, pairs
from dispatch.router.evaluation import Figures, evaluate, peak_mb
from dispatch.router.examples import Example
from dispatch.router.model import Closing, train
from dispatch.router.tables import parse_day, read_rows
from dispatch.router.textmodel import TextModel
from dispatch.router.topics import Post, TopicIndex

Result = dict[str, Any]
FIELDS = ("channel", "kind", "category_1", "category_2", "category_3", "subdistrict", "community")
SPLIT = 0.7


def main() -> int:
    """Run the parts asked for and print their figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=Path("/work/shared/data"))
    parser.add_argument("--only", default="", help="parts, separated by commas")
    parser.add_argument("--json", action="store_true", help="the last line is JSON")
    options = parser.parse_args()
    wanted = [part for part in options.only.split(",") if part] or list(PARTS)
    told: Result = {}
    for part in wanted:
        work, files = PARTS[part]
        missing = [name for name in files if not (options.data / name).is_file()]
        if missing:
            print(f"\n{part}: skipped, {', '.join(missing)} not in {options.data}")
            continue
        print(f"\n{part}")
        told[part] = work(options.data)
        for name, value in told[part].items():
            print(f"  {name:46} {value}", flush=True)
    if options.json:
        print(json.dumps(told, ensure_ascii=False))
    return 0


def text(data: Path) -> Result:
    """Seven categories, 5-fold; the baseline is a plain balanced linear SVM over character 1-3-grams."""
    rows = [row.values for row in read_rows(data / "petition_texts.csv", ["title", "text", "label"])]
    titles, bodies = [row["title"] for row in rows], [row["text"] for row in rows]
    truth = np.array([row["label"] for row in rows])
    said, plain, sure = np.empty(len(rows), object), np.empty(len(rows), object), np.zeros(len(rows))
    automatic = np.zeros(len(rows), bool)
    fit_seconds, ask_seconds = [], 0.0
    for fit, test in StratifiedKFold(5, shuffle=True, random_state=0).split(titles, truth):
        started = time.perf_counter()
        model = TextModel.fit([titles[i] for i in fit], [bodies[i] for i in fit], truth[fit].tolist())
        fit_seconds.append(time.perf_counter() - started)
        threshold = model.threshold(0.95)
        started = time.perf_counter()
        for i in test:
            said[i], sure[i] = model.predict(titles[i], bodies[i])
        ask_seconds += time.perf_counter() - started
        automatic[test] = sure[test] >= threshold
    peak = peak_mb()
    for fit, test in StratifiedKFold(5, shuffle=True, random_state=0).split(titles, truth):
        baseline = make_pipeline(
            TfidfVectorizer(analyzer="char", ngram_range=(1, 3), min_df=2), LinearSVC(class_weight="balanced")
        )
        baseline.fit([titles[i] + "\n" + bodies[i] for i in fit], truth[fit])
        plain[test] = baseline.predict([titles[i] + "\n" + bodies[i] for i in test])
    right = said == truth
    return {
        "macro_f1 (at least 0.92)": round(f1_score(truth, said.astype(str), average="macro"), 4),
        "macro_f1 of the plain SVM": round(f1_score(truth, plain.astype(str), average="macro"), 4),
        "accuracy": round(float(right.mean()), 4),
        "calibration error (at most 0.03)": round(expected_calibration_error(sure, right), 4),
        "coverage at 0.95 precision": round(coverage_at(sure, right)[0], 4),
        "automatic: coverage": round(float(automatic.mean()), 4),
        "automatic: precision (at least 0.95)": round(float(right[automatic].mean()), 4),
        "fit seconds, slowest fold (at most 120)": round(max(fit_seconds), 1),
        "ms a message (at most 3)": round(1000 * ask_seconds / len(rows), 2),
        "peak MB (at most 600)": peak,
    }


def events(data: Path) -> list[dict[str, str]]:
    """Pingshan's records in order of time."""
    rows = read_rows(data / "pingshan_events.csv", ["created_at", *FIELDS, "handling_unit"])
    return sorted((dict(row.values) for row in rows), key=lambda row: row["created_at"])


def lookup(rows: list[dict[str, str]], cut: int, follow: bool) -> tuple[float, float]:
    """The commonest unit by category and community: (right at first, right in three); `follow`: kept up to date."""
    table: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    first = three = 0
    for number, row in enumerate(rows):
        key = row["category_3"], row["community"]
        if number >= cut:
            best = [unit for unit, _ in table[key].most_common(3)]
            first += best[:1] == [row["handling_unit"]]
            three += row["handling_unit"] in best
        if number < cut or follow:
            table[key][row["handling_unit"]] += 1
    return round(first / (len(rows) - cut), 4), round(three / (len(rows) - cut), 4)


def history(data: Path) -> Result:
    """Structured fields only, test-then-train over the last 30 %, as `evaluate_router --fields --time`."""
    rows = events(data)
    cut = int(len(rows) * SPLIT)
    told: Result = {}
    names = renamed({row["handling_unit"] for row in rows})
    for delay in (0.0, 1.0, 5.0):
        got = asked_in_order(rows, cut, delay, {})
        known = "known at once" if not delay else f"known after {delay:.0f} d"
        told[f"top-1, {known}" + (" (at least 0.62)" if not delay else "")] = round(got.accuracy, 4)
        told[f"top-3, {known}" + (" (at least 0.82)" if not delay else "")] = round(got.top3, 4)
        told[f"calibration error, {known}"] = round(got.expected_calibration_error, 4)
        told[f"automatic coverage, precision, {known}"] = (got.automatic_coverage, got.automatic_precision)
    for delay in (0.0, 1.0, 5.0):
        got = asked_in_order(rows, cut, delay, names)
        known = f"renames known, closings after {delay:.0f} d"
        told[f"{known}: top-1, top-3"] = round(got.accuracy, 4), round(got.top3, 4)
        told[f"{known}: calibration error"] = round(got.expected_calibration_error, 4)
        told[f"{known}: automatic"] = (got.automatic_coverage, got.automatic_precision)
    told["look-up, top-1 and top-3"] = lookup(rows, cut, follow=False)
    told["look-up kept up to date, top-1 and top-3"] = lookup(rows, cut, follow=True)
    return told


def asked_in_order(rows: list[dict[str, str]], cut: int, delay: float, names: dict[str, str]) -> Figures:
    """Test-then-train where the truth is known `delay` days later; `names`: units under the name they go by now."""
    examples = [
        Example(row["record_id"], "", "", {f: row[f] for f in FIELDS}, names.get(unit, unit), day, day + delay)
        for row in rows
        if (day := parse_day(row["created_at"])) is not None
        for unit in [row["handling_unit"]]
    ]
    return evaluate(examples[:cut], examples[cut:], use_text=False, fields=FIELDS, in_time_order=True)


def renamed(units: set[str]) -> dict[str, str]:
    """Longer names of units that are also recorded without the sub-district in brackets: one unit, as a directory
    with successors would have it. A short name with several longer ones may be several units: it is left alone."""
    longer: dict[str, set[str]] = defaultdict(set)
    for unit in units:
        if (short := unit.split("（")[0]) != unit and short in units:
            longer[short].add(unit)
    return {next(iter(names)): short for short, names in longer.items() if len(names) == 1}


def router(data: Path) -> Result:
    """The same rows through `rank` with a directory: the list alone, then list and history together."""
    rows = events(data)
    cut = int(len(rows) * SPLIT)
    directory = pingshan(rows, cut)
    learned = train([closing(row) for row in rows[:cut]], directory, use_list=False)
    told: Result = {}
    for name, model in (("list alone", None), ("learned", learned)):
        right, three, sure, spent = [], 0, [], 0.0
        automatic = []
        for row in rows[cut:]:
            asked = closing(row)
            started = time.perf_counter()
            ranking = rank(
                Matter("", "", asked.category, asked.area, asked.opened, asked.channel, asked.kind), directory, model
            )
            spent += time.perf_counter() - started
            best = [candidate.code for candidate in ranking.departments[:3]]
            right.append(best[:1] == [asked.unit])
            three += asked.unit in best
            sure.append(ranking.departments[0].score if best else 0.0)
            if model is not None:
                automatic.append(sure[-1] >= model.threshold())
                model.observe(asked, directory)
        hit, confidence = np.array(right), np.array(sure)
        told[f"{name}: top-1, top-3"] = round(float(hit.mean()), 4), round(three / len(hit), 4)
        told[f"{name}: calibration error"] = round(expected_calibration_error(confidence, hit), 4)
        told[f"{name}: ms a ranking"] = round(1000 * spent / len(hit), 2)
        if automatic:
            chosen = np.array(automatic)
            told["learned: automatic coverage"] = round(float(chosen.mean()), 4)
            told["learned: automatic precision (at least 0.95)"] = round(float(hit[chosen].mean()), 4)
    return told


def pingshan(rows: list[dict[str, str]], cut: int) -> Directory:
    """Areas, categories and units named in the records, and a list of the counts before the test."""
    areas: dict[str, str | None] = {"district": None}
    categories: dict[str, CategoryInfo] = {}
    for row in rows:
        street = row["subdistrict"] or "?"
        areas |= {street: "district", f"{street}/{row['community']}": street}
        names = [row["category_1"], row["category_2"], row["category_3"]]
        for depth in (1, 2, 3):
            parent = "/".join(names[: depth - 1]) or None
            categories["/".join(names[:depth])] = CategoryInfo(parent, names[depth - 1])
    units = {row["handling_unit"]: DepartmentInfo(row["handling_unit"], "district") for row in rows}
    counts = Counter((c.category, c.area, c.unit) for c in map(closing, rows[:cut]))
    rules = [Rule(i, c, a, unit, weight=n) for i, ((c, a, unit), n) in enumerate(counts.items())]
    return Directory(areas, categories, units, rules)


def closing(row: dict[str, str]) -> Closing:
    """A record as a closed matter; its closing is known at once, for the file has no closing times."""
    at = datetime.fromisoformat(row["created_at"])
    category = "/".join((row["category_1"], row["category_2"], row["category_3"]))
    area = f"{row['subdistrict'] or '?'}/{row['community']}"
    return Closing(row["record_id"], "", "", category, area, row["handling_unit"], at, at, row["channel"], row["kind"])


def duplicates(data: Path) -> Result:
    """The silver pairs, then the time among a hundred thousand messages made of shuffled sentences."""
    rows = [row.values for row in read_rows(data / "hot_topics_messages.csv", ["message_id", "title", "text"])]
    silver = {
        frozenset((row.values["a"], row.values["b"]))
        for row in read_rows(data / "near_duplicate_pairs.csv", ["a", "b"])
    }
    messages = [Message(row["message_id"], row["title"], row["text"]) for row in rows]
    found = {frozenset(pair[:2]) for pair in pairs(messages)}
    (elapsed, spent), memory = among_many(rows)
    return {
        "pairs found": len(found),
        "recall (at least 0.95)": round(len(found & silver) / len(silver), 4),
        "precision if every extra pair were wrong": round(len(found & silver) / len(found), 4),
        "ms a new message among 100,000 (at most 30)": f"{elapsed.mean():.2f} mean, {elapsed.max():.2f} worst",
        "... of the processor alone": f"{spent.mean():.2f} mean, {spent.max():.2f} worst",
        "peak MB": memory,
    }


class Filling(TopicIndex):
    """A topic index that can be filled without looking for neighbours: a hundred thousand in two minutes."""

    blind = False

    def _neighbours(self, member: Any) -> dict[str, float]:
        return {} if self.blind else super()._neighbours(member)


def placed_among_many(rows: list[Any], many: int = 100_000) -> np.ndarray:
    """Milliseconds to place each of 300 messages in an index of many: elapsed, and of the processor."""
    index, spent = Filling(), []
    Filling.blind = True
    for number, (title, text) in enumerate(shuffled(rows, many)):
        index.add(Post(str(number), title, text, 90 * number / many, "", str(number)))
    Filling.blind = False
    for number, row in enumerate(rows[:300]):
        began, worked = time.perf_counter(), time.process_time()
        index.add(Post(f"new {number}", row["title"], row["text"], 90.0, "", f"new {number}"))
        spent.append((1000 * (time.perf_counter() - began), 1000 * (time.process_time() - worked)))
    return np.array(spent).T


def shuffled(rows: list[Any], many: int) -> Iterator[tuple[str, str]]:
    """Titles, and texts of six sentences drawn from all."""
    rng = random.Random(0)
    sentences = [part for row in rows for part in re.split(r"(?<=[。！？])", row["text"]) if len(part) > 5]
    for _ in range(many):
        yield rng.choice(rows)["title"], "".join(rng.choices(sentences, k=6))


def among_many(rows: list[Any], many: int = 100_000) -> tuple[np.ndarray, int]:
    """Milliseconds for each of 300 questions to an index of many messages: elapsed, and of the processor."""
    index = DuplicateIndex()
    for number, (title, text) in enumerate(shuffled(rows, many)):
        index.add(Message(str(number), title, text))
    spent = []
    for row in rows[:300]:
        began, worked = time.perf_counter(), time.process_time()
        index.find(Message("new", row["title"], row["text"]))
        spent.append((1000 * (time.perf_counter() - began), 1000 * (time.process_time() - worked)))
    return np.array(spent).T, peak_mb()


def topics(data: Path) -> Result:
    """Groups one at a time from a cold start against groups at once (all words counted first, other order)."""
    rows = [row.values for row in read_rows(data / "hot_topics_messages.csv", ["message_id", "written_at"])]
    posts = sorted(
        (
            Post(r["message_id"], r["title"], r["text"], parse_day(r["written_at"]) or 0.0, "", r["author_id"],
                 int(r["liked"] or 0))
            for r in rows
        ),
        key=lambda post: post.day,
    )  # fmt: skip
    growing, whole = TopicIndex(), TopicIndex()
    started = time.perf_counter()
    for post in posts:
        growing.add(post)
    spent = time.perf_counter() - started
    whole.learn_words(posts)
    for post in random.Random(1).sample(posts, len(posts)):
        whole.add(post)
    ids = [post.id for post in posts]
    agreed = adjusted_rand_score([growing.group_of(i) for i in ids], [whole.group_of(i) for i in ids])
    elapsed, worked = placed_among_many(rows)
    told: Result = {
        "adjusted Rand index (at least 0.9)": round(agreed, 4),
        "ms to place a message": round(1000 * spent / len(posts), 2),
        "ms among 100,000, elapsed": f"{elapsed.mean():.2f} mean, {elapsed.max():.2f} worst",
        "... of the processor alone": f"{worked.mean():.2f} mean, {worked.max():.2f} worst",
    }
    days = posts[-1].day - posts[0].day + 1
    for place, topic in enumerate(growing.hottest(posts[-1].day, days), 1):
        told[f"{place}. {topic.people} people, {topic.likes} likes"] = f"{topic.title} ({topic.area})"
    return told


PARTS: dict[str, tuple[Callable[[Path], Result], tuple[str, ...]]] = {
    "text": (text, ("petition_texts.csv",)),
    "history": (history, ("pingshan_events.csv",)),
    "router": (router, ("pingshan_events.csv",)),
    "duplicates": (duplicates, ("hot_topics_messages.csv", "near_duplicate_pairs.csv")),
    "topics": (topics, ("hot_topics_messages.csv",)),
}

if __name__ == "__main__":
    sys.exit(main())
