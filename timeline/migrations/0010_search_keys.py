"""Search keys for people's names, filled in for everybody who is there already."""

from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

from timeline.search import SearchKeyField, search_key

CHUNK = 1000


def fill(apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    """Write the keys in pieces, so that memory stays bounded however many people there are."""
    people = apps.get_model("timeline", "User")._base_manager.order_by("pk").only("username", "name")
    last = 0
    while chunk := list(people.filter(pk__gt=last)[:CHUNK]):
        for person in chunk:
            person.username_key, person.name_key = search_key(person.username), search_key(person.name)
        people.model._base_manager.bulk_update(chunk, ["username_key", "name_key"])
        last = chunk[-1].pk


class Migration(migrations.Migration):
    dependencies = [
        ("timeline", "0009_profiles"),
    ]

    operations = [
        migrations.AddField(
            model_name="user",
            name="name_key",
            field=SearchKeyField(default=b"", of="name"),
        ),
        migrations.AddField(
            model_name="user",
            name="username_key",
            field=SearchKeyField(default=b"", of="username"),
        ),
        migrations.RunPython(fill, migrations.RunPython.noop, elidable=True),
        migrations.AddIndex(
            model_name="user",
            index=models.Index(fields=["username_key"], name="user_search_username"),
        ),
        migrations.AddIndex(
            model_name="user",
            index=models.Index(fields=["name_key"], name="user_search_name"),
        ),
    ]
