"""An update over a circle that is in use."""

import pytest
from django.core.management import call_command

from tests.visitors import signed_in, text_of
from timeline import fanout
from timeline.audit import audit
from timeline.models import Tweet, User
from timeline.search import search_key

pytestmark = pytest.mark.django_db(transaction=True)


def test_what_was_there_before_the_audiences_is_there_afterwards(alice: User, bob: User) -> None:
    tweet = Tweet.objects.create(author=alice, text="the beans are climbing")
    fanout.deliver([tweet.pk])
    call_command("migrate", "timeline", "0004", verbosity=0)
    call_command("migrate", "timeline", verbosity=0)
    assert "the beans are climbing" in text_of(signed_in(bob).get("/"))
    assert "the beans are climbing" in text_of(signed_in(bob).get("/people/alice/"))
    assert (audit().missing, audit().extra) == (0, 0)


def test_people_who_were_there_already_are_found_by_name(alice: User) -> None:
    """Guard: `fill` in the migration of the search keys."""
    User.objects.filter(pk=alice.pk).update(name="Ａlice 王")
    call_command("migrate", "timeline", "0009", verbosity=0)
    call_command("migrate", "timeline", verbosity=0)
    alice.refresh_from_db()
    assert bytes(alice.name_key) == search_key("alice 王")
    assert User.objects.named("ALICE 王").get() == alice
    assert User.objects.named("ali").get() == alice
