"""Queries of the pages everybody opens, prepared once and asked again for others.

Building a query and compiling it takes the ORM milliseconds of processor time, on the home page more than the database
needs to answer; and PostgreSQL in turn takes twice as long to parse and plan it as to run it. What differs between two
visitors are ids alone. So the ORM's SQL is kept, each connection keeps its plan, and the ids are filled in.
"""

from collections.abc import Callable, Sequence
from copy import copy
from functools import lru_cache
from typing import Any
from weakref import WeakKeyDictionary

from django.db import connection
from django.db.models import QuerySet
from django.db.models.sql.compiler import SQLCompiler
from psycopg2.extensions import AsIs

from timeline.compiled import Statement, places

# Queries over a list of ids are kept for these lengths only: a page has 20 tweets, and up to 200.
LENGTHS = (1, 5, 20, 50, 200)


class Prepared:
    """One question, asked for some ids.

    Args:
        build: makes the query for some ids, however many. It must use them as they are; what else the answer depends
            on, it takes by keyword.
        name: what PostgreSQL calls it. None has it planned for every asking, where the best plan depends on the ids.
    """

    def __init__(self, build: Callable[..., QuerySet], name: str | None = None) -> None:
        self.build = build
        self.name = name
        self._compile = lru_cache(maxsize=32)(self._compiled_for)

    def __call__(self, *ids: int, **fixed: object) -> QuerySet:
        """Return the query for these ids, to be read and not to be changed any more."""
        queryset, compiler, statement = self._compile(connection.vendor, len(ids), **fixed)
        # A compiler that has its SQL already: the rest of it makes rows into objects, as ever.
        mine = copy(compiler)
        mine.connection = connection
        mine.as_sql = lambda *_args, **_options: self._sql(statement, ids)  # type: ignore[method-assign]
        rows: QuerySet = queryset.all()  # a copy that has read nothing
        rows.query.get_compiler = lambda *_args, **_options: mine  # type: ignore[method-assign]
        return rows

    def _compiled_for(self, vendor: str, count: int, **fixed: object) -> tuple[QuerySet, SQLCompiler, Statement]:
        queryset = self.build(*places(count), **fixed)
        compiler = queryset.query.get_compiler(connection=connection)
        return queryset, compiler, Statement.of(compiler)

    def _sql(self, statement: Statement, ids: Sequence[int]) -> tuple[str, tuple[Any, ...]]:
        if self.name is None or not can_prepare():
            return statement.sql, tuple(statement.filled(ids))
        name = f"trellis_{self.name}_{len(ids)}"
        prepare(name, statement, len(ids))
        return f"EXECUTE {name} ({', '.join(['%s'] * len(ids))})", tuple(ids)


def padded(ids: Sequence[int]) -> list[int]:
    """Return the ids of a list that is searched, the last one again and again until it has one of the `LENGTHS`."""
    length = next((length for length in LENGTHS if length >= len(ids)), len(ids))
    return [*ids, *[ids[-1]] * (length - len(ids))]


# --- In PostgreSQL -------------------------------------------------------------------------------------------

# What each connection has prepared, by name.
PREPARED: WeakKeyDictionary[Any, dict[str, Statement]] = WeakKeyDictionary()


def can_prepare() -> bool:
    """Tell whether the database keeps statements for us.

    A pooler that gives every transaction another connection does not; whoever uses one tells Django in the same way.
    """
    return connection.vendor == "postgresql" and not connection.settings_dict.get("DISABLE_SERVER_SIDE_CURSORS")


def prepare(name: str, statement: Statement, count: int) -> None:
    """See to it that this connection knows the statement by its name, with `count` ids to be filled in."""
    connection.ensure_connection()
    raw = connection.connection
    prepared = PREPARED.setdefault(raw, {})
    if prepared.get(name) == statement:
        return
    # The driver's own cursor, as Django takes for what sets a connection up: it is nobody's query.
    with connection.wrap_database_errors, raw.cursor() as cursor:
        if prepared.pop(name, None):
            cursor.execute(f"DEALLOCATE {name}")
        numbers = [AsIs(f"${number + 1}") for number in range(count)]
        sql = cursor.mogrify(statement.sql, statement.filled(numbers)).decode()
        cursor.execute(f"PREPARE {name} ({', '.join(['bigint'] * count)}) AS {sql}")
    prepared[name] = statement
