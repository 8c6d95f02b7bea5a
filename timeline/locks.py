"""Locks that keep timelines true while friendships and tweets change under a running fan-out.

One sentence covers every race: whoever writes entries of an author's tweets *shares* the author's lock, and
whoever changes who receives them *owns* it. So a fan-out that started before an unfriending is finished
before the unfriending removes its entries, and one that starts later no longer sees the friendship.

On PostgreSQL these are advisory locks of the transaction: they cost no row write and vanish with it. SQLite
needs none, since its writing transactions (BEGIN IMMEDIATE) run one after the other.
"""

from collections.abc import Iterable

from django.db import connection

# Authors map onto this many locks, so that any number of authors fits into PostgreSQL's lock table, which
# holds max_locks_per_transaction (64) × max_connections (100) by default.
STRIPES = 1024

# The first of the two numbers that name an advisory lock: this product's own range of them.
NAMESPACE = 0x7472


def share_authors(author_ids: Iterable[int]) -> None:
    """Wait until nobody changes the audience of these authors, and keep it so until the transaction ends."""
    _lock("pg_advisory_xact_lock_shared", author_ids)


def own_authors(author_ids: Iterable[int]) -> None:
    """Wait until nobody delivers the tweets of these authors, and keep it so until the transaction ends."""
    _lock("pg_advisory_xact_lock", author_ids)


def _lock(function: str, author_ids: Iterable[int]) -> None:
    if not connection.in_atomic_block:
        raise RuntimeError("Author locks last as long as a transaction: take them inside transaction.atomic().")
    if connection.vendor != "postgresql":
        return
    # In one order for everybody: two transactions that lock the same authors cannot deadlock.
    stripes = sorted({author_id % STRIPES for author_id in author_ids})
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {function}(%s, stripe) FROM unnest(%s::int[]) AS stripe", [NAMESPACE, stripes])
