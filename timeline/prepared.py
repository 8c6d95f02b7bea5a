"""Queries of the pages everybody opens, put into SQL once and asked again for others.

Building a query and compiling it takes the ORM milliseconds of processor time, on the home page more than the database
needs to answer. What differs between two visitors are ids alone; so the SQL is kept, and the ids are filled in.
"""

from collections.abc import Callable
from copy import copy
from functools import lru_cache
from typing import Any

from django.db import connection
from django.db.models import QuerySet
from django.db.models.sql.compiler import SQLCompiler


class Prepared:
    """One question, asked for some ids.

    Args:
        build: makes the query for some ids, however many. It must use them as they are, and nothing else that changes.
    """

    def __init__(self, build: Callable[..., QuerySet]) -> None:
        self.build = build
        # As many variants as a page may have rows.
        self._compile = lru_cache(maxsize=256)(self._compiled_for)

    def __call__(self, *ids: int) -> QuerySet:
        """Return the query for these ids, to be read and not to be changed any more."""
        queryset, compiler, sql, parameters = self._compile(connection.vendor, len(ids))
        mine = copy(compiler)
        mine.connection = connection
        # Where the query was compiled with -1, the first id belongs, with -2 the second, and so on.
        filled = tuple(ids[-value - 1] if type(value) is int and value < 0 else value for value in parameters)
        # A compiler that has its SQL already: the rest of it makes rows into objects, as ever.
        mine.as_sql = lambda *_args, **_options: (sql, filled)  # type: ignore[method-assign]
        rows: QuerySet = queryset.all()  # a copy that has read nothing
        rows.query.get_compiler = lambda *_args, **_options: mine  # type: ignore[method-assign]
        return rows

    def _compiled_for(self, vendor: str, count: int) -> tuple[QuerySet, SQLCompiler, str, tuple[Any, ...]]:
        queryset = self.build(*range(-1, -count - 1, -1))
        compiler = queryset.query.get_compiler(connection=connection)
        sql, parameters = compiler.as_sql()
        return queryset, compiler, sql, tuple(parameters)
