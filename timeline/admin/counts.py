"""Counting rows without reading a whole table."""

from typing import Any, Self

from django.core.paginator import Paginator
from django.db import connections
from django.db.models import QuerySet
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

# Rows are counted one by one up to here: some milliseconds.
MOST = 10_000


class RoughCount(int):
    """A number of rows that is not exact; where it is shown, people see that.

    Args:
        shown: what people see instead of the number.
    """

    shown: str

    def __new__(cls, number: int, shown: str) -> Self:
        count = super().__new__(cls, number)
        count.shown = shown
        return count

    def __str__(self) -> str:
        return self.shown


def count_up_to_most(rows: QuerySet) -> int:
    """Return how many rows there are; past `MOST` it is `MOST`, shown as "10,000+"."""
    count = rows.order_by()[: MOST + 1].count()
    return count if count <= MOST else RoughCount(MOST, f"{MOST:,}+")


def estimate(rows: QuerySet) -> int:
    """Return how many rows PostgreSQL's planner believes the table to have; 0 if it has no idea."""
    with connections[rows.db].cursor() as cursor:
        cursor.execute("SELECT reltuples::bigint FROM pg_class WHERE oid = %s::regclass", [rows.model._meta.db_table])
        return max(0, cursor.fetchone()[0])


class BoundedPaginator(Paginator):
    """Pages of a table of any size. Past `MOST` rows there is an estimate or a bound instead of a count."""

    object_list: Any

    @cached_property
    def count(self) -> int:
        count = count_up_to_most(self.object_list)
        is_whole_table = not self.object_list.query.where
        if isinstance(count, RoughCount) and is_whole_table and connections[self.object_list.db].vendor == "postgresql":
            # The estimate may be old: what was counted is certain.
            number = max(count, estimate(self.object_list))
            return RoughCount(number, _("about %(number)s") % {"number": f"{number:,}"})
        return count
