"""People who have not been here for long: skipped, and whole again on return."""

from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.db.models.functions import Now
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

from tests.threads import InThread, wait_until_somebody_waits_for_a_lock
from tests.visitors import signed_in
from timeline import audit, dormancy, fanout, friendships
from timeline.explain import explain_delivery
from timeline.models import Tweet, User
from timeline.sweep import Sweeper

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def thirty_days(settings: Settings) -> None:
    settings.TIMELINE_DORMANT_DAYS = 30


@pytest.fixture
def sleeping_bob(alice: User, bob: User) -> User:
    """Bob, with a tweet of his own and one of Alice's, who was last here 40 days ago."""
    fanout.deliver([Tweet.objects.create(author=author, text=f"by {author}").pk for author in (alice, bob)])
    User.objects.filter(pk=bob.pk).update(last_seen_at=Now() - timedelta(days=40))
    assert dormancy.let_sleep() == 1
    return User.objects.get(pk=bob.pk)


def texts(owner: User) -> list[str]:
    return [tweet.text for tweet in Tweet.objects.home_of(owner)]


def assert_timelines_are_true() -> None:
    found = audit.audit()
    assert (found.missing, found.extra) == (0, 0)


def test_whoever_is_dormant_keeps_only_their_own_tweets(sleeping_bob: User) -> None:
    assert sleeping_bob.is_dormant
    assert texts(sleeping_bob) == ["by Bob"]
    assert_timelines_are_true()


def test_fan_out_skips_them(sleeping_bob: User, alice: User) -> None:
    tweet = Tweet.objects.create(author=alice, text="while he sleeps")
    assert fanout.deliver([tweet.pk]).rows == 0
    assert_timelines_are_true()
    assert "on returning" in explain_delivery(tweet.pk, sleeping_bob)


def test_on_return_the_first_page_is_whole(sleeping_bob: User, alice: User) -> None:
    fanout.deliver([Tweet.objects.create(author=alice, text="while he slept").pk])
    page = signed_in(sleeping_bob).get("/").content.decode()
    assert page.index("while he slept") < page.index("by Alice")
    assert not User.objects.get(pk=sleeping_bob.pk).is_dormant
    assert texts(sleeping_bob) == ["while he slept", "by Bob", "by Alice"]
    fanout.deliver([Tweet.objects.create(author=alice, text="after his return").pk])
    assert texts(sleeping_bob)[0] == "after his return"
    assert_timelines_are_true()


def test_a_fan_out_during_the_return_is_not_missed(sleeping_bob: User, alice: User) -> None:
    """Guard: own_authors in wake. The fan-out, begun before, would not see that bob is back, nor wake the tweet."""
    tweet = Tweet.objects.create(author=alice, text="just now")
    with transaction.atomic():
        fanout.deliver([tweet.pk])
        waking = InThread(lambda: dormancy.wake(sleeping_bob))
        wait_until_somebody_waits_for_a_lock()
    waking.result()
    assert texts(sleeping_bob)[0] == "just now"
    assert_timelines_are_true()


def test_whoever_comes_back_in_the_last_moment_stays_awake(alice: User, bob: User) -> None:
    """Guard: last_seen_at in the WHERE."""
    User.objects.filter(pk=bob.pk).update(last_seen_at=Now() - timedelta(days=40))
    stale = User.objects.get(pk=bob.pk)
    dormancy.greet(stale)
    assert not dormancy.sleep(stale)
    assert not User.objects.get(pk=bob.pk).is_dormant


def test_off_means_that_nobody_sleeps(alice: User, bob: User, settings: Settings) -> None:
    settings.TIMELINE_DORMANT_DAYS = 0
    User.objects.update(last_seen_at=Now() - timedelta(days=400))
    assert dormancy.let_sleep() == 0


def test_the_sweeper_lets_people_fall_asleep(alice: User, bob: User, beanstalkd: object) -> None:
    User.objects.filter(pk=bob.pk).update(last_seen_at=Now() - timedelta(days=40))
    Sweeper().step()
    assert User.objects.get(pk=bob.pk).is_dormant


def test_a_new_friend_of_a_dormant_person_reaches_them_on_return(sleeping_bob: User, charlie: User) -> None:
    Tweet.objects.create(author=charlie, text="by Charlie")
    friendships.befriend(sleeping_bob.pk, charlie.pk)
    dormancy.wake(sleeping_bob)
    assert "by Charlie" in texts(sleeping_bob)
    assert_timelines_are_true()


def test_being_here_is_written_once_an_hour_and_not_with_every_page(alice: User) -> None:
    client = signed_in(alice)
    User.objects.filter(pk=alice.pk).update(last_seen_at=Now() - timedelta(hours=2))
    client.get("/")
    with CaptureQueriesContext(connection) as asked:
        client.get("/")
    assert not [query for query in asked if query["sql"].startswith("UPDATE")]
