"""The only writer of the directory."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from pathlib import Path

from django.db import IntegrityError, connection, transaction
from django.utils.translation import gettext as _

from accounts.refusals import Refused
from directory import queries
from directory.loader.check import check
from directory.loader.problems import Problem
from directory.loader.stored import look
from directory.loader.write import Tally, write

log = logging.getLogger(__name__)
# Any fixed number: two loads at once would each check against what the other is about to change.
_LOAD_LOCK = 4403_1001


class CannotLoadDirectory(Refused):
    """The folder is not as it must be; `problems` names every place to mend."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = list(problems)
        super().__init__(_("Nothing was loaded: %(count)d problems were found.") % {"count": len(problems)})


def load_directory(*, folder: Path, dry_run: bool = False) -> dict[str, Tally]:
    """Create and update the directory from a folder of CSV or XLSX files, all or nothing.

    In: the folder; with `dry_run` all is done and undone. Out: by file, what became of its rows.
    Loading the same folder again changes nothing. What the files do not name stays as it is.
    Raises CannotLoadDirectory with every problem found, before anything is written.
    """
    if not folder.is_dir():
        raise CannotLoadDirectory([Problem(str(folder), 0, "", _("There is no such folder."))])
    try:
        with transaction.atomic():
            tallies = _load(folder)
            if dry_run:
                transaction.set_rollback(True)
            else:
                transaction.on_commit(queries.invalidate)
    except IntegrityError as error:
        # Checked beforehand as far as files can tell; the database has the last word.
        raise CannotLoadDirectory([_last_word(folder, error)]) from error
    queries.invalidate()
    log.info("directory loaded%s: %s", " (dry run)" if dry_run else "", tallies)
    return tallies


def _load(folder: Path) -> dict[str, Tally]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOAD_LOCK])
    checked = check(folder, look())
    if checked.problems:
        raise CannotLoadDirectory(checked.problems)
    return write(checked.lines)


def _last_word(folder: Path, error: IntegrityError) -> Problem:
    diagnosis = getattr(error.__cause__, "diag", None)
    rule = getattr(diagnosis, "constraint_name", None) or getattr(diagnosis, "message_primary", None) or "?"
    return Problem(folder.name, 0, "", _("The database refused it by its rule “%(rule)s”.") % {"rule": rule})
