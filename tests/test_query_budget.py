"""Every page costs few queries, whatever it shows."""

from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from pytest_django import Settings

from tests.pictures import image_file, sent
from tests.test_who_may_do_what import GONE, REFUSED, TABLE, Act
from tests.visitors import signed_in
from timeline import fanout, friendships, photos, posting, reactions, retention
from timeline.horizon import horizon
from timeline.models import Notification, TimelineEntry, Tweet, User
from timeline.models.tweet import Audience

pytestmark = pytest.mark.django_db

MOST = 8
FRIENDS = 25
PAGES = [act for act in TABLE if act.method == "GET" and act.may[-1] not in GONE + REFUSED]


@pytest.fixture
def full(tmp_path: Path, settings: Settings, alice: User, charlie: User) -> dict[str, Any]:
    """Return what the addresses speak of, in a circle where everything is there many times."""
    settings.MEDIA_ROOT = tmp_path / "media"
    people = [User.objects.create_user(f"al{number}", name=f"Friend {number}") for number in range(FRIENDS)]
    for person in people:
        friendships.befriend(alice.pk, person.pk)
        friendships.befriend(people[0].pk, person.pk) if person is not people[0] else None
    for asking in (User.objects.create_user(f"asking{number}") for number in range(5)):
        friendships.ask(asking, alice)
    friendships.ask(alice, User.objects.create_user("asked"))
    for person in (alice, *people[:3]):
        picture = photos.set_picture(person, sent(image_file()))
    tweets = [tweet for number, person in enumerate(people) for tweet in (post(person, number), post(alice, number))]
    for tweet in tweets:
        for person in people[:3]:
            reactions.like(person, tweet.pk) if tweet.author_id == alice.pk else None
        reactions.comment(alice, tweet.pk, "what a day")
    tweet = posting.post(alice, "just some", audience=Audience.EXCEPT, people=[people[1].pk])
    comment = reactions.comment(people[0], tweet.pk, "nice")
    reactions.comment(alice, tweet.pk, "thanks", reply_to=comment.pk)
    fanout.deliver([tweet.pk for tweet in [*tweets, tweet]])
    draft = photos.upload(alice, sent(image_file()))
    photo = photos.upload(alice, sent(image_file()))
    posting.post(alice, "", photos=[photo])
    assert Notification.objects.filter(receiver=alice).count() > 20
    keys = {"photo": photo.key, "draft": draft.key, "picture": picture.key}
    return keys | {"tweet": tweet.pk, "liked": tweet.pk, "comment": comment.pk, "alice": "al0"}


def post(author: User, number: int) -> Tweet:
    shown = [photos.upload(author, sent(image_file()))] if number < 3 else []
    return posting.post(author, f"hello {number} @alice @al1", photos=shown)


def test_a_page_costs_few_queries(full: dict[str, Any], alice: User) -> None:
    """All in one: the circle takes longer to make than the pages."""
    assert {str(page): len(asked) for page in PAGES if len(asked := queries_of(page, full, alice)) > MOST} == {}


def test_a_home_page_past_what_is_stored_costs_no_more(full: dict[str, Any], alice: User) -> None:
    retention.raise_floor(full["tweet"] - 2)
    TimelineEntry.objects.all().delete()
    (home,) = (page for page in PAGES if page.name == "home")
    queries_of(home, full, alice)  # remembers the visit, which is a write a minute
    asked = queries_of(home, full, alice)
    assert any("timeline_retention" in sql and 'AS "reach"' in sql for sql in asked), "friends' tweets are not read"
    assert len(asked) <= MOST


def queries_of(page: Act, full: dict[str, Any], viewer: User) -> list[str]:
    client = signed_in(viewer)
    address = reverse(page.name, args=[full.get(name, name) for name in page.args])
    data = {name: full.get(value, value) for name, value in page.data}
    horizon.now()  # a process asks for it once in ten seconds, for everybody
    with CaptureQueriesContext(connection) as queries:
        answer = client.get(address, data, headers={"HX-Request": "true"} if page.htmx else {})
    assert answer.status_code in (200, 204, 302, 503), page
    return [query["sql"] for query in queries.captured_queries if "SAVEPOINT" not in query["sql"]]
