"""`manage.py rebuild_timeline`: exactly what is missing or extra."""

from io import StringIO

import pytest
from django.core.management import call_command

from timeline import fanout
from timeline.models import TimelineEntry, Tweet, User

pytestmark = pytest.mark.django_db


def test_it_mends_one_timeline_and_touches_no_other(alice: User, bob: User, charlie: User) -> None:
    tweets = [Tweet.objects.create(author=alice, text=str(number)) for number in range(3)]
    foreign = Tweet.objects.create(author=charlie, text="not bob's business")
    fanout.deliver([tweet.pk for tweet in tweets])
    TimelineEntry.objects.filter(tweet=tweets[0]).delete()
    TimelineEntry.objects.create(owner=bob, tweet=foreign)
    TimelineEntry.objects.create(owner=bob, tweet_id=foreign.pk + 1000)

    out = StringIO()
    call_command("rebuild_timeline", "BOB", stdout=out)

    assert "1 entries added, 2 removed" in out.getvalue()
    theirs = TimelineEntry.objects.filter(owner=bob).values_list("tweet", flat=True)
    assert set(theirs) == {tweet.pk for tweet in tweets}
    assert not TimelineEntry.objects.filter(owner=alice, tweet=tweets[0]).exists(), "alice's timeline is hers"


def test_a_lost_timeline_comes_back_whole(alice: User, bob: User) -> None:
    for author in (alice, bob, alice):
        fanout.deliver([Tweet.objects.create(author=author, text="hello").pk])
    before = set(TimelineEntry.objects.values_list("owner", "tweet"))
    TimelineEntry.objects.filter(owner=bob).delete()

    call_command("rebuild_timeline", "bob", stdout=StringIO())

    assert set(TimelineEntry.objects.values_list("owner", "tweet")) == before
