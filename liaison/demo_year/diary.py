"""A year as a diary: stories that wait and go on, all in the order of time, so that the journal reads like one."""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Generator
from datetime import datetime, timedelta
from random import Random

from directory import queries
from directory.calendar import SHANGHAI
from journal.refusals import Refused

# A story yields when it goes on, and is handed the time it is then.
Story = Generator[datetime, datetime, None]
# A part of a story that says when it was over.
Passage = Generator[datetime, datetime, datetime]


class Diary:
    """Lets stories go on one after the other until `end`; what lies beyond stays where it is."""

    def __init__(self, *, end: datetime, seed: int) -> None:
        self.end, self.random = end, Random(seed)  # noqa: S311, the same year on every installation
        self.waiting: list[tuple[datetime, int, Story]] = []
        self.number = 0
        self.told: Counter[str] = Counter()

    def begin(self, at: datetime, story: Story) -> None:
        """Put a story into the diary, to start at `at`."""
        next(story)
        self._wait(at, story)

    def _wait(self, at: datetime, story: Story) -> None:
        self.number += 1
        heapq.heappush(self.waiting, (at, self.number, story))

    def run(self) -> None:
        """Live until the end. A step that is refused ends its story, and is counted."""
        while self.waiting and self.waiting[0][0] <= self.end:
            at, _number, story = heapq.heappop(self.waiting)
            try:
                self._wait(max(story.send(at), at), story)
            except StopIteration:
                continue
            except Refused as refusal:
                self.told[f"refused: {type(refusal).__name__}: {refusal}"] += 1

    # --- Time and chance -----------------------------------------------------------------------------------------

    def later(self, at: datetime, **most: float) -> datetime:
        """Some time after `at`, within `most` (hours, days), during the day."""
        return daytime(at + timedelta(**most) * self.random.uniform(0.15, 1))

    def workday(self, at: datetime, days: int) -> datetime:
        """Within office hours, so many working days after `at`."""
        day = queries.calendar().add_working_days(at, max(days, 1)) - timedelta(days=1)
        local = day.astimezone(SHANGHAI).replace(minute=0, second=0, microsecond=0)
        return max(local.replace(hour=9) + timedelta(minutes=self.random.randrange(0, 500)), at + timedelta(hours=1))

    def chance(self, share: float) -> bool:
        """True in `share` of all cases."""
        return self.random.random() < share


def daytime(at: datetime) -> datetime:
    """The same time, or the next morning when it is night."""
    local = at.astimezone(SHANGHAI)
    if local.hour < 7:
        local = local.replace(hour=8)
    elif local.hour >= 21:
        local = (local + timedelta(days=1)).replace(hour=8)
    return max(local, at)
