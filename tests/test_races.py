"""What happens when two things happen at the same time.

Each test holds one transaction open, starts the other, sees it wait, and lets the first go on. The author locks
(`timeline.locks`) are the guard: with `_lock` emptied, the tests marked "Guard" fail on PostgreSQL. On SQLite the
guard is BEGIN IMMEDIATE.
"""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection, transaction

from tests.threads import InThread, wait_until_somebody_waits_for_a_lock
from timeline import audit, fanout, friendships
from timeline.audience import change_audience, mute, withhold
from timeline.friendships import Asked
from timeline.models import FriendRequest, Friendship, TimelineEntry, Tweet, User
from timeline.models.tweet import Audience

pytestmark = pytest.mark.django_db(transaction=True)


def while_uncommitted(first: Callable[[], Any], then: Callable[[], Any]) -> tuple[Any, Any]:
    """Do `first` in a transaction, start `then` before the commit, see it wait, and commit."""
    with transaction.atomic():
        one = first()
        thread = InThread(then)
        wait_until_somebody_waits_for_a_lock()
    return one, thread.result()


def assert_timelines_are_true() -> None:
    found = audit.audit()
    assert (found.missing, found.extra) == (0, 0)


def test_unfriending_during_a_fan_out_leaves_no_entry(alice: User, bob: User) -> None:
    """Guard: own_authors in unfriend. Without it the fan-out's entry comes after the removal."""
    tweet = Tweet.objects.create(author=alice, text="hello")
    while_uncommitted(lambda: fanout.deliver([tweet.pk]), lambda: friendships.unfriend(alice.pk, bob.pk))
    assert not TimelineEntry.objects.filter(owner=bob, tweet=tweet).exists()
    assert_timelines_are_true()


def test_a_fan_out_during_an_unfriending_does_not_reach_the_former_friend(alice: User, bob: User) -> None:
    """Guard: share_authors in deliver. Without it the fan-out still sees the friendship."""
    tweet = Tweet.objects.create(author=alice, text="hello")
    while_uncommitted(lambda: friendships.unfriend(alice.pk, bob.pk), lambda: fanout.deliver([tweet.pk]))
    assert_timelines_are_true()


def test_a_fan_out_during_a_befriending_reaches_the_new_friend(alice: User, charlie: User) -> None:
    """Guard: share_authors in deliver. Without it a tweet could miss both the backfill and the fan-out."""

    def befriend_then_post_elsewhere() -> Tweet:
        friendships.befriend(alice.pk, charlie.pk)
        # After the backfill has read, in a transaction of its own, as a page would.
        return post_meanwhile(alice)

    if connection.vendor != "postgresql":
        pytest.skip("on SQLite nobody can post while another transaction writes")
    tweet, _ = while_uncommitted(befriend_then_post_elsewhere, lambda: fanout.deliver([Tweet.objects.latest("pk").pk]))
    assert TimelineEntry.objects.filter(owner=charlie, tweet=tweet).exists()
    assert_timelines_are_true()


def post_meanwhile(author: User) -> Tweet:
    tweet: Tweet = InThread(lambda: Tweet.objects.create(author=author, text="meanwhile")).result()
    return tweet


def test_befriending_during_a_fan_out_brings_the_tweet_once(alice: User, charlie: User) -> None:
    tweet = Tweet.objects.create(author=alice, text="hello")
    while_uncommitted(lambda: fanout.deliver([tweet.pk]), lambda: friendships.befriend(alice.pk, charlie.pk))
    assert TimelineEntry.objects.filter(owner=charlie, tweet=tweet).count() == 1
    assert_timelines_are_true()


def test_deleting_a_tweet_during_its_fan_out_leaves_no_entry(alice: User, bob: User) -> None:
    """Guard: own_authors in withdraw."""
    tweet = Tweet.objects.create(author=alice, text="hello")
    while_uncommitted(lambda: fanout.deliver([tweet.pk]), lambda: Tweet.objects.filter(pk=tweet.pk).delete())
    assert not TimelineEntry.objects.filter(tweet_id=tweet.pk).exists()


def test_a_fan_out_during_the_deletion_of_its_tweet_writes_nothing(alice: User, bob: User) -> None:
    """Guard: share_authors in deliver."""
    tweet = Tweet.objects.create(author=alice, text="hello")
    while_uncommitted(lambda: Tweet.objects.filter(pk=tweet.pk).delete(), lambda: fanout.deliver([tweet.pk]))
    assert not TimelineEntry.objects.filter(tweet_id=tweet.pk).exists()


def test_deleting_a_person_during_a_friends_fan_out_leaves_no_entry(alice: User, bob: User) -> None:
    """Guard: own_authors of the friends in leave_circle."""
    tweet = Tweet.objects.create(author=alice, text="hello")
    gone = bob.pk
    while_uncommitted(lambda: fanout.deliver([tweet.pk]), lambda: User.objects.filter(pk=gone).delete())
    assert not TimelineEntry.objects.filter(owner_id=gone).exists()


CHANGES: dict[str, tuple[Audience, Callable[[Tweet, User], Any]]] = {
    "to nobody": (Audience.FRIENDS, lambda tweet, bob: change_audience(tweet, Audience.ME)),
    "to the others": (Audience.FRIENDS, lambda tweet, bob: change_audience(tweet, Audience.EXCEPT, [bob.pk])),
    "to everybody": (Audience.ME, lambda tweet, bob: change_audience(tweet, Audience.FRIENDS)),
    "to one": (Audience.ME, lambda tweet, bob: change_audience(tweet, Audience.ONLY, [bob.pk])),
    "withheld": (Audience.FRIENDS, lambda tweet, bob: withhold(tweet.author_id, bob.pk)),
    "muted": (Audience.FRIENDS, lambda tweet, bob: mute(bob.pk, tweet.author_id)),
}


@pytest.mark.parametrize("change", CHANGES)
def test_changing_the_audience_during_a_fan_out(change: str, alice: User, bob: User) -> None:
    """Guard: own_authors in change_audience and in the switches."""
    audience, changed = CHANGES[change]
    tweet = Tweet.objects.create(author=alice, text="hello", audience=audience)
    while_uncommitted(lambda: fanout.deliver([tweet.pk]), lambda: changed(tweet, bob))
    assert_timelines_are_true()


@pytest.mark.parametrize("change", CHANGES)
def test_a_fan_out_during_a_change_of_the_audience(change: str, alice: User, bob: User) -> None:
    """Guard: share_authors in deliver; and that the change writes entries, too, when the tweet is still on its way."""
    audience, changed = CHANGES[change]
    tweet = Tweet.objects.create(author=alice, text="hello", audience=audience)
    while_uncommitted(lambda: changed(tweet, bob), lambda: fanout.deliver([tweet.pk]))
    assert_timelines_are_true()


def test_the_same_tweet_delivered_twice_at_once_is_there_once(alice: User, bob: User) -> None:
    """Guard: write_missing_entries. A frozen consumer that wakes meets the one that took over."""
    tweet = Tweet.objects.create(author=alice, text="hello")
    while_uncommitted(lambda: fanout.deliver([tweet.pk]), lambda: fanout.deliver([tweet.pk]))
    assert TimelineEntry.objects.filter(tweet=tweet).count() == 2
    assert_timelines_are_true()


def test_two_befriendings_at_once_make_one_friendship(alice: User, charlie: User) -> None:
    one, two = while_uncommitted(
        lambda: friendships.befriend(alice.pk, charlie.pk), lambda: friendships.befriend(charlie.pk, alice.pk)
    )
    assert (one, two) == (True, False)
    assert Friendship.objects.filter(user=alice, friend=charlie).count() == 1


def test_accepting_while_the_sender_cancels_finds_no_request(alice: User, charlie: User) -> None:
    friendships.ask(alice, charlie)
    cancelled, accepted = while_uncommitted(
        lambda: friendships.withdraw_request(sender=alice, receiver=charlie),
        lambda: friendships.accept(sender=alice, receiver=charlie),
    )
    assert (cancelled, accepted) == (True, False)
    assert not Friendship.objects.filter(user=alice, friend=charlie).exists()


def test_cancelling_while_the_receiver_accepts_finds_no_request(alice: User, charlie: User) -> None:
    friendships.ask(alice, charlie)
    accepted, cancelled = while_uncommitted(
        lambda: friendships.accept(sender=alice, receiver=charlie),
        lambda: friendships.withdraw_request(sender=alice, receiver=charlie),
    )
    assert (accepted, cancelled) == (True, False)
    assert friendships.are_friends(alice.pk, charlie.pk)


def test_two_who_ask_each_other_at_the_same_moment_are_friends(alice: User, charlie: User) -> None:
    """Guard: the unique constraint on the pair, whichever way the request points."""
    one, two = while_uncommitted(lambda: friendships.ask(alice, charlie), lambda: friendships.ask(charlie, alice))
    assert (one, two) == (Asked.SENT, Asked.FRIENDS)
    assert friendships.are_friends(alice.pk, charlie.pk)
    assert not FriendRequest.objects.exists()


def test_a_transaction_is_needed_for_author_locks(alice: User) -> None:
    with pytest.raises(RuntimeError, match=r"inside transaction\.atomic"):
        fanout.withdraw(Tweet.objects.filter(author=alice))
