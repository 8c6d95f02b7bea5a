"""Partition the timeline entries by tweet id on PostgreSQL; what is stored already becomes the first partition."""

from django.conf import settings
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

TABLE = "timeline_timelineentry"


def partition(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    if schema_editor.connection.vendor != "postgresql":
        return
    size = settings.TIMELINE_PARTITION
    with schema_editor.connection.cursor() as cursor:
        cursor.execute(f"SELECT coalesce(max(tweet_id), 0) FROM {TABLE}")
        first = (cursor.fetchone()[0] // size + 1) * size
        cursor.execute(f"ALTER TABLE {TABLE} RENAME TO {TABLE}_0")
        cursor.execute(f"ALTER INDEX {TABLE}_pkey RENAME TO {TABLE}_0_pkey")
        cursor.execute(f"CREATE TABLE {TABLE} (LIKE {TABLE}_0) PARTITION BY RANGE (tweet_id)")
        cursor.execute(f"ALTER TABLE {TABLE} ADD PRIMARY KEY (owner_id, tweet_id)")
        cursor.execute(f"ALTER TABLE {TABLE} ATTACH PARTITION {TABLE}_0 FOR VALUES FROM (MINVALUE) TO ({first})")
        cursor.execute(
            f"CREATE TABLE {TABLE}_{first} PARTITION OF {TABLE} FOR VALUES FROM ({first}) TO ({first + size})"
        )
        cursor.execute(f"CREATE TABLE {TABLE}_default PARTITION OF {TABLE} DEFAULT")


def unpartition(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    if schema_editor.connection.vendor != "postgresql":
        return
    with schema_editor.connection.cursor() as cursor:
        cursor.execute(f"CREATE TABLE {TABLE}_plain (LIKE {TABLE})")
        cursor.execute(f"INSERT INTO {TABLE}_plain SELECT * FROM {TABLE}")
        cursor.execute(f"DROP TABLE {TABLE}")
        cursor.execute(f"ALTER TABLE {TABLE}_plain RENAME TO {TABLE}")
        cursor.execute(f"ALTER TABLE {TABLE} ADD PRIMARY KEY (owner_id, tweet_id)")


class Migration(migrations.Migration):
    dependencies = [("timeline", "0001_circle")]
    operations = [migrations.RunPython(partition, unpartition)]
