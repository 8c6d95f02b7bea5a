"""Finding people by the beginning of a name, in every script and on both databases alike."""

import pytest

from timeline.models import User
from timeline.search import search_key

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("name", "typed"),
    [
        ("Élodie Dubois", "élo"),
        ("Élodie Dubois", "e\u0301lod"),
        ("ÇAĞLA", "çağ"),
        ("Straße", "STRASS"),
        ("ΣΊΣΥΦΟΣ", "σίσυφος"),
        ("Ｗｉｄｅ", "wide"),
        ("wide", "ＷＩ"),
        ("王小明", "王"),
        ("王小明", "王小"),
        ("محمد", "مح"),
        ("Юрий", "ЮР"),
        ("100%_real", "100%_"),
        ("back\\slash", "back\\"),
        ("👩‍🌾 Ana", "👩‍🌾"),
        ("Ana\U0010ffff", "ana\U0010ffff"),
    ],
)
def test_a_name_is_found_however_its_beginning_is_written(name: str, typed: str) -> None:
    person = User.objects.create_user("somebody", name=name)
    assert User.objects.named(typed).get() == person


@pytest.mark.parametrize("typed", ["b", "lice", "alicea", "%", "_", "al_", "爱"])
def test_nothing_else_is_found(alice: User, typed: str) -> None:
    assert not User.objects.named(typed).filter(pk=alice.pk).exists()


def test_a_changed_name_is_found_and_the_old_one_not(alice: User) -> None:
    """Guard: `save` adds the key to what it stores."""
    alice.name = "Zoë"
    alice.save(update_fields=["name"])
    assert User.objects.named("zoe\u0308").get() == alice
    alice.username = "zz"
    alice.save()
    assert User.objects.named("zz").get() == alice
    assert not User.objects.named("alice").exists()


def test_people_who_come_in_bulk_are_found() -> None:
    User.objects.bulk_create([User(username="One"), User(username="two", name="Ｏne more")])
    assert User.objects.named("one").count() == 2


def test_a_key_is_the_same_for_all_ways_to_write_a_name() -> None:
    assert search_key("É") == search_key("é") == search_key("E\u0301")
