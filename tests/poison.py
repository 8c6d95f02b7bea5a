"""Tweets that cannot be delivered: a trigger in the real database refuses their entries."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection

TABLE = "timeline_timelineentry"

POSTGRESQL = (
    """
    CREATE FUNCTION refuse_poison() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF NEW.tweet_id IN ({ids}) THEN RAISE EXCEPTION 'poison %%', NEW.tweet_id; END IF;
        RETURN NEW;
    END $$
    """,
    f"CREATE TRIGGER poison BEFORE INSERT ON {TABLE} FOR EACH ROW EXECUTE FUNCTION refuse_poison()",
)
SQLITE = (
    f"""
    CREATE TRIGGER poison BEFORE INSERT ON {TABLE} WHEN NEW.tweet_id IN ({{ids}})
    BEGIN SELECT RAISE(ABORT, 'poison'); END
    """,
)


@contextmanager
def poisoned(*tweet_ids: int) -> Iterator[None]:
    """While it lasts, no entry of these tweets can be written."""
    ids = ",".join(map(str, tweet_ids))
    with connection.cursor() as cursor:
        for statement in POSTGRESQL if connection.vendor == "postgresql" else SQLITE:
            cursor.execute(statement.format(ids=ids), [])
    try:
        yield
    finally:
        cure()


def cure() -> None:
    """Take the poison out."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("DROP FUNCTION IF EXISTS refuse_poison CASCADE")
        else:
            cursor.execute("DROP TRIGGER IF EXISTS poison")
