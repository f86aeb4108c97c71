"""Sentences of libraries that people meet here and that their own Chinese catalogues lack or say oddly.

Never imported: `scripts/messages.py` reads it, so that they get a translation in our catalogue, which goes before
the libraries'. Each must be word for word as in the library (`tests/test_messages.py` sees to it).
"""

from django.utils.translation import gettext_noop, ngettext_lazy

# Django: the time left and the time overdue ("4 日" reads as a date, "2 月" as February).
ngettext_lazy("%(num)d year", "%(num)d years", "num")
ngettext_lazy("%(num)d month", "%(num)d months", "num")
ngettext_lazy("%(num)d week", "%(num)d weeks", "num")
ngettext_lazy("%(num)d day", "%(num)d days", "num")
ngettext_lazy("%(num)d hour", "%(num)d hours", "num")
ngettext_lazy("%(num)d minute", "%(num)d minutes", "num")

# Django: choosing a password.
ngettext_lazy(
    "This password is too short. It must contain at least %d character.",
    "This password is too short. It must contain at least %d characters.",
)
ngettext_lazy(
    "Your password must contain at least %(min_length)d character.",
    "Your password must contain at least %(min_length)d characters.",
    "min_length",
)
gettext_noop("Your password can’t be too similar to your other personal information.")
gettext_noop("Your password can’t be a commonly used password.")
gettext_noop("Your password can’t be entirely numeric.")

# Django REST Framework and django-filter.
gettext_noop('Expected a list of items but got type "{input_type}".')
gettext_noop("Invalid data. Expected a dictionary, but got {datatype}.")
gettext_noop("Integer value too large to convert to float")
gettext_noop("Select a valid choice. %(value)s is not one of the available choices.")
gettext_noop("Multiple values may be separated by commas.")
gettext_noop("Range query expects two values.")

# drf-spectacular: /api/docs/.
gettext_noop("No response body")
gettext_noop("Unspecified response body")
gettext_noop('Token-based authentication with required prefix "%s"')

# unfold: the administrators' pages.
gettext_noop("All applications")
gettext_noop(" By %(filter_title)s ")
gettext_noop("Apply Filters")
gettext_noop("Choose file to upload")
gettext_noop("Click to cancel")
gettext_noop("Click to download")
gettext_noop("Date")
gettext_noop("Expand row")
gettext_noop("False")
gettext_noop("General")
gettext_noop("Go back")
gettext_noop("Loading more results...")
gettext_noop("More actions")
gettext_noop("Next")
gettext_noop("No data")
gettext_noop("No recent searches")
gettext_noop("No results found")
gettext_noop("No results matching your query")
gettext_noop("Previous")
gettext_noop("Recent searches")
gettext_noop("Reset filters")
gettext_noop("Return to site")
gettext_noop("Run")
gettext_noop("Search apps and models...")
gettext_noop("Select action")
gettext_noop("Select action to run")
gettext_noop("Select all rows")
gettext_noop("Select record")
gettext_noop("Select value")
gettext_noop("System")
gettext_noop("This item will be deleted.")
gettext_noop("This page yielded into no results. Create a new item or reset your filters.")
gettext_noop("Toggle password visibility")
gettext_noop("True")
gettext_noop("Type to search")
gettext_noop("Welcome")
