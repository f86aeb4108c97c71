"""Paging by keyset in the API: `accounts.keyset` behind DRF's query parameters and links.

DRF's own cursor compares one column and skips ties by offset.
"""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from rest_framework import exceptions
from rest_framework.pagination import CursorPagination
from rest_framework.request import Request
from rest_framework.utils.urls import replace_query_param

from accounts import keyset


class Keyset(CursorPagination):
    """Pages of `?page_size=` rows (1 to 100) from `?cursor=` on.

    The order: what the view's ordering filter chose, else the view's `keyset`, else the newest id first.
    The default of all lists (settings), so that apps on lower floors need not import it.
    """

    page_size: int | None = 50
    max_page_size = 100
    page_size_query_param = "page_size"
    ordering: Any = ("-id",)
    found: keyset.Page

    def paginate_queryset(self, queryset: Any, request: Request, view: Any = None) -> list[Any]:
        """Return one page. Raises ValidationError (400) for a cursor or a page size that is none."""
        self.request = request
        self.base_url = request.build_absolute_uri()
        size = self.page_size = self.get_page_size(request) or 50
        ordering = self.get_ordering(request, queryset, view)
        cursor = request.query_params.get(self.cursor_query_param, "")
        try:
            self.found = keyset.page(queryset, ordering, cursor=cursor, size=size)
        except keyset.NoSuchPlace:
            sentence = _("This page link is not valid. Start again from the first page.")
            raise exceptions.ValidationError({"cursor": [sentence]}) from None
        self.page = self.found.rows
        return self.page

    def get_ordering(self, request: Request, queryset: QuerySet[Any], view: Any) -> tuple[str, ...]:
        """Return the columns, "-" for descending."""
        self.ordering = getattr(view, "keyset", self.ordering)
        return super().get_ordering(request, queryset, view)

    def get_page_size(self, request: Request) -> int | None:
        """Return the size asked for, at most `max_page_size`."""
        raw = request.query_params.get(self.page_size_query_param)
        if raw is None:
            return self.page_size
        if not (raw.isascii() and raw.isdigit() and len(raw) < 10 and int(raw) > 0):
            raise exceptions.ValidationError({"page_size": [_("Give a whole number from 1 to 100.")]})
        return min(int(raw), self.max_page_size)

    def get_next_link(self) -> str | None:
        """Return the address of the page after this one."""
        return self._link(self.found.next)

    def get_previous_link(self) -> str | None:
        """Return the address of the page before this one."""
        return self._link(self.found.previous)

    def _link(self, place: str | None) -> str | None:
        return None if place is None else replace_query_param(self.base_url or "", self.cursor_query_param, place)
