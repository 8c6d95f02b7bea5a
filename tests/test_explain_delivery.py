"""`manage.py explain_delivery`: one line for each reason."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from timeline import fanout
from timeline.models import TimelineEntry, Tweet, User

pytestmark = pytest.mark.django_db


def explain(tweet: int, user: str) -> str:
    out = StringIO()
    call_command("explain_delivery", str(tweet), user, stdout=out)
    (line,) = out.getvalue().splitlines()
    return line


@pytest.fixture
def tweet(alice: User, bob: User) -> Tweet:
    return Tweet.objects.create(author=alice, text="hello")


def test_it_is_their_own(tweet: Tweet) -> None:
    assert explain(tweet.pk, "alice") == f"alice sees tweet {tweet.pk}: it is their own."


def test_it_is_delivered(tweet: Tweet) -> None:
    fanout.deliver([tweet.pk])
    assert explain(tweet.pk, "bob") == f"bob sees tweet {tweet.pk}: delivered."


def test_it_is_waiting(tweet: Tweet) -> None:
    assert f"bob does not see tweet {tweet.pk} yet: waiting since" in explain(tweet.pk, "bob")


def test_it_failed(tweet: Tweet) -> None:
    Tweet.objects.update(due_at=None, attempts=8, failure="IntegrityError: 100% poison")
    line = explain(tweet.pk, "bob")
    assert "failed after 8 attempts (IntegrityError: 100% poison)" in line
    assert f"failed_tweets --retry {tweet.pk}" in line


def test_a_stranger_is_no_friend(tweet: Tweet, charlie: User) -> None:
    TimelineEntry.objects.create(owner=charlie, tweet=tweet)  # a stale entry changes nothing
    expected = f"charlie does not see tweet {tweet.pk}: not a friend of its author alice."
    assert explain(tweet.pk, "charlie") == expected


def test_it_is_deleted(tweet: Tweet) -> None:
    gone = tweet.pk
    tweet.delete()
    assert explain(gone, "bob") == f"Nobody sees tweet {gone}: it was deleted, or never posted."


def test_an_entry_that_is_missing_is_an_error_with_its_remedy(tweet: Tweet) -> None:
    fanout.deliver([tweet.pk])
    TimelineEntry.objects.filter(owner__username="bob").delete()
    assert "manage.py rebuild_timeline bob" in explain(tweet.pk, "bob")


def test_an_unknown_person_is_named(tweet: Tweet) -> None:
    with pytest.raises(CommandError, match="nobody with the user name 'nobody'"):
        explain(tweet.pk, "nobody")
