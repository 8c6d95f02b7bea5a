"""The line that tells where one was at the last visit."""

from datetime import timedelta

import pytest
from django.db import connection
from django.db.models import F
from django.test.utils import CaptureQueriesContext

from tests.visitors import post, signed_in, text_of
from timeline.models import User, Visit
from timeline.visits import AWAY

pytestmark = pytest.mark.django_db

MARKER = '<p class="marker">'


def look(person: User) -> str:
    return text_of(signed_in(person).get("/"))


def be_away(person: User, span: timedelta = AWAY + timedelta(seconds=1)) -> None:
    Visit.objects.filter(person=person).update(at=F("at") - span)


def test_there_is_no_line_on_the_first_visit(alice: User, bob: User) -> None:
    post(bob, "hello")
    assert MARKER not in look(alice)


def test_the_line_is_above_what_was_there_at_the_last_visit(alice: User, bob: User) -> None:
    (old,) = post(bob, "old")
    look(alice)
    be_away(alice)
    (new,) = post(bob, "new")
    page = look(alice)
    assert page.index(f"tweet-{new.pk}") < page.index(MARKER)
    assert page.index(f"tweet-{old.pk}") < page.index(MARKER) < page.index(">old<")


def test_the_line_is_also_on_a_later_page(alice: User, bob: User) -> None:
    post(bob, *(f"old {number}" for number in range(5)))
    look(alice)
    be_away(alice)
    new = post(bob, *(f"new {number}" for number in range(25)))
    assert MARKER not in look(alice)
    client = signed_in(alice)
    page = text_of(client.get(f"/?before={new[5].pk}"))
    assert page.index(">new 0<") < page.index(MARKER) < page.index(">old 4<")
    assert MARKER in text_of(client.get(f"/?before={new[0].pk}", headers={"HX-Request": "true"}))
    assert MARKER not in text_of(client.get(f"/?before={new[0].pk - 1}"))


def test_what_was_put_on_top_is_seen(alice: User, bob: User) -> None:
    """Guard: `newer` remembers the visit, too."""
    post(bob, "old")
    client = signed_in(alice)
    client.get("/")
    (new,) = post(bob, "new")
    client.get("/newer/?show=1", headers={"HX-Request": "true"})
    assert Visit.objects.get(person=alice).newest == new.pk


def test_a_reload_leaves_the_line_where_it_is(alice: User, bob: User) -> None:
    post(bob, "old")
    look(alice)
    be_away(alice)
    post(bob, "new")
    assert MARKER in look(alice)
    assert MARKER in look(alice)


def test_there_is_no_line_when_nothing_is_new(alice: User, bob: User) -> None:
    post(bob, "old")
    look(alice)
    be_away(alice)
    assert MARKER not in look(alice)


def test_the_line_is_found_though_its_tweet_is_gone(alice: User, bob: User) -> None:
    post(bob, "older")
    (old,) = post(bob, "old")
    look(alice)
    be_away(alice)
    old.delete()
    post(bob, "new")
    page = look(alice)
    assert page.index(">new<") < page.index(MARKER) < page.index(">older<")


def test_most_looks_write_nothing(alice: User, bob: User) -> None:
    post(bob, "old")
    client = signed_in(alice)
    client.get("/")
    with CaptureQueriesContext(connection) as queries:
        client.get("/")
    assert not [
        query for query in queries.captured_queries if "timeline_visit" in query["sql"] and "INSERT" in query["sql"]
    ]
