"""`manage.py find_topics FILE.csv`: what many residents write about, hottest first. Needs no database."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext

from dispatch.management.commands.evaluate_router import columns
from dispatch.router.tables import BadTable, Row, parse_day, raise_problems, read_rows, title_and_body
from dispatch.router.topics import Post, TopicIndex


class Command(BaseCommand):
    """Adds the messages one at a time, in order of time, as the portal does."""

    help = "Group the messages of a CSV file into topics, hottest first. Needs no database."
    requires_system_checks = []
    requires_migrations_checks = False

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare what issue 8 promises."""
        parser.add_argument("file", metavar="FILE.csv")
        parser.add_argument("--id", required=True, metavar="COLUMN")
        parser.add_argument("--text", required=True, metavar="COLUMNS", help="title,body or one column of text")
        parser.add_argument("--time", default="", metavar="COLUMN")
        parser.add_argument("--area", default="", metavar="COLUMN")
        parser.add_argument("--person", default="", metavar="COLUMN")
        parser.add_argument("--likes", default="", metavar="COLUMN")
        parser.add_argument("--days", type=float, default=0, help="window before the last message; 0: everything")
        parser.add_argument("--most", type=int, default=10, help="how many groups")
        parser.add_argument("--at-once", action="store_true", help="count all words before grouping")
        parser.add_argument("--groups", action="store_true", help="with --json: also every message's group")
        parser.add_argument("--json", action="store_true", help="the last line is JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        """Read, group, print."""
        text = columns(options["text"])
        if not text:
            raise CommandError(gettext("--text must name a column."))
        also = {name: options[name] for name in ("time", "area", "person", "likes") if options[name]}
        try:
            rows = read_rows(options["file"], [options["id"], *text, *also.values()])
            posts = self.posts(rows, options, text, also)
        except BadTable as problem:
            raise CommandError(str(problem)) from problem
        index = TopicIndex()
        if options["at_once"]:
            index.learn_words(posts)
        for post in posts:
            index.add(post)
        first, last = posts[0].day, posts[-1].day
        days = options["days"] or last - first + 1
        topics = [asdict(topic) for topic in index.hottest(last, days, options["most"])]
        if options["json"]:
            told: dict[str, Any] = {"messages": len(posts), "days": round(days, 2), "topics": topics}
            if options["groups"]:
                told["groups"] = {post.id: index.group_of(post.id) for post in posts}
            self.stdout.write(json.dumps(told, ensure_ascii=False))
            return
        for place, topic in enumerate(topics, 1):
            self.stdout.write(f"{place:3} {topic['people']:5} {topic['likes']:6} {topic['title']} ({topic['area']})")

    def posts(self, rows: list[Row], options: dict[str, Any], text: list[str], also: dict[str, str]) -> list[Post]:
        """Messages in order of time. Raises BadTable for a time or a number of likes that cannot be read."""
        problems: list[str] = []
        posts: list[Post] = []
        for row in rows:
            values = {name: row.values[column].strip() for name, column in also.items()}
            day = parse_day(values["time"]) if "time" in values else 0.0
            where = f"{options['file']}, line {row.line}, column"
            if day is None:
                problems.append(f"{where} {also['time']}: {values['time']!r} is not a date and time.")
            likes = values.get("likes") or "0"
            if not likes.isdecimal():
                problems.append(f"{where} {also['likes']}: {likes!r} is not a number.")
                likes = "0"
            title, body = title_and_body(row.values, text)
            posts.append(
                Post(row.values[options["id"]], title, body, day or 0.0, values.get("area", ""),
                     values.get("person", ""), int(likes))
            )  # fmt: skip
        raise_problems(problems)
        return sorted(posts, key=lambda post: (post.day, post.id))
