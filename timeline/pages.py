"""Keyset pages: each one goes on where the one before ended, at the same cost however far back it is."""

import re
from dataclasses import dataclass
from typing import Generic, TypeVar

from django.conf import settings
from django.db.models import Model, QuerySet
from django.http import Http404, HttpRequest

Row = TypeVar("Row", bound=Model)

TWEET_ID = re.compile(r"[1-9][0-9]{0,18}")
# User names as they may stand in an address. Looser than what sign-up allows: a shell or an import is freer.
USERNAME = re.compile(r"[^/\x00]+")


@dataclass(frozen=True)
class Page(Generic[Row]):
    """One page of rows.

    Attributes:
        rows: in their order.
        following: the row after which the next page begins, None on the last page.
    """

    rows: list[Row]
    following: Row | None


def first_page(rows: QuerySet[Row]) -> Page[Row]:
    """Return the first page of some ordered rows; reads one row more to know whether there is another page."""
    return page_of(list(rows[: settings.TIMELINE_PAGE + 1]))


def page_of(found: list[Row]) -> Page[Row]:
    """Return the page of which all rows were read, and one more if there is one."""
    size = settings.TIMELINE_PAGE
    return Page(found[:size], found[size - 1] if len(found) > size else None)


def tweet_id_before(request: HttpRequest) -> int | None:
    """Return the tweet id in `?before=`, None if there is none.

    Raises:
        Http404: it is no tweet id.
    """
    return id_in(request, "before")


def id_in(request: HttpRequest, parameter: str) -> int | None:
    """Return the id that the address names by a parameter, None if there is none.

    Raises:
        Http404: it is no id.
    """
    raw = request.GET.get(parameter, "")
    if not raw:
        return None
    if not is_id(raw):
        raise Http404(f"no id: {raw:.40}")
    return int(raw)


def ids_of(text: str) -> list[int]:
    """Return the ids in a list such as "5,4,3".

    Raises:
        Http404: something in it is no id.
    """
    listed = text.split(",") if text else []
    if not all(map(is_id, listed)):
        raise Http404(f"no ids: {text:.40}")
    return [int(each) for each in listed]


def is_id(text: str) -> bool:
    """Tell whether a text is an id that the database can hold."""
    return TWEET_ID.fullmatch(text) is not None and int(text) < 2**63


def username_after(request: HttpRequest) -> str:
    """Return the user name in `?after=`, "" if there is none: it sorts before all others.

    Raises:
        Http404: no user name can look like this.
    """
    raw = request.GET.get("after", "")
    if raw and not USERNAME.fullmatch(raw):
        raise Http404("no user name")
    return raw
