"""What is wrong with the files, so that a person can find the cell and mend it."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from django.utils.translation import gettext as _


@dataclass(frozen=True, order=True, slots=True)
class Problem:
    """One thing to mend. Line 0 means the file as a whole; an empty column, the row as a whole."""

    file: str
    line: int
    column: str
    reason: str

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)

    def __str__(self) -> str:
        if not self.line:
            return _("%(file)s: %(reason)s") % {"file": self.file, "reason": self.reason}
        if not self.column:
            return _("%(file)s, line %(line)d: %(reason)s") % self.as_dict()
        return _("%(file)s, line %(line)d, column %(column)s: %(reason)s") % self.as_dict()
