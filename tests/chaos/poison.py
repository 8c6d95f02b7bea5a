"""Tweets whose text makes them undeliverable: a trigger in the real database refuses their entries while it is told to.

Unlike `tests.poison` it goes by text, which is known before a tweet is posted, and is switched without DDL.
"""

from django.db import connection

from timeline.models import TimelineEntry, Tweet

# Refused until cured, and refused for ever.
CURABLE, INCURABLE = "poison ", "venom "

ENTRIES, TWEETS = TimelineEntry._meta.db_table, Tweet._meta.db_table
# The author's own entry belongs to the post, not to the delivery.
IS_POISON = f"""
    EXISTS (SELECT 1 FROM {TWEETS} t JOIN drill_poison p ON substr(t.text, 1, length(p.prefix)) = p.prefix
            WHERE t.id = NEW.tweet_id AND t.author_id <> NEW.owner_id)
"""
TABLE = "CREATE TABLE drill_poison (prefix varchar(20) PRIMARY KEY)"
POSTGRESQL = (
    TABLE,
    f"""
    CREATE FUNCTION refuse_poison() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF {IS_POISON} THEN RAISE EXCEPTION 'poison'; END IF;
        RETURN NEW;
    END $$
    """,
    f"CREATE TRIGGER poison BEFORE INSERT ON {ENTRIES} FOR EACH ROW EXECUTE FUNCTION refuse_poison()",
)
SQLITE = (
    TABLE,
    f"CREATE TRIGGER poison BEFORE INSERT ON {ENTRIES} WHEN {IS_POISON} BEGIN SELECT RAISE(ABORT, 'poison'); END",
)


def install() -> None:
    """Put the trigger in; it refuses nothing that can be cured yet."""
    with connection.cursor() as cursor:
        for statement in POSTGRESQL if connection.vendor == "postgresql" else SQLITE:
            cursor.execute(statement)
    refuse(INCURABLE)


def refuse(prefix: str) -> None:
    """Refuse tweets whose text begins like this, from now on."""
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO drill_poison VALUES (%s)", [prefix])


def allow(prefix: str) -> None:
    """Refuse them no more."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM drill_poison WHERE prefix = %s", [prefix])
