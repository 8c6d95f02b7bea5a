"""Fan-out: who gets which entries, once, and what happens to the tweet's row."""

import pytest

from timeline import fanout, friendships
from timeline.models import TimelineEntry, Tweet, User
from timeline.models.tweet import Delivery

pytestmark = pytest.mark.django_db


def timeline_of(user: User) -> set[int]:
    return set(TimelineEntry.objects.filter(owner=user).values_list("tweet", flat=True))


def test_a_tweet_reaches_the_author_at_once_and_friends_on_delivery(alice: User, bob: User, charlie: User) -> None:
    tweet = Tweet.objects.create(author=alice, text="hello")
    assert timeline_of(alice) == {tweet.pk}
    assert timeline_of(bob) == set()

    delivered = fanout.deliver([tweet.pk])

    assert delivered == fanout.Delivered(tweets=(tweet.pk,), done=(), unknown=(), rows=1)
    assert timeline_of(bob) == {tweet.pk}
    assert timeline_of(charlie) == set()


def test_delivery_marks_the_tweet(alice: User) -> None:
    tweet = Tweet.objects.create(author=alice, text="hello")
    assert Tweet.objects.get(pk=tweet.pk).delivery == Delivery.WAITING

    fanout.deliver([tweet.pk])

    tweet = Tweet.objects.get(pk=tweet.pk)
    assert tweet.delivery == Delivery.DELIVERED
    assert tweet.due_at is None
    assert tweet.delivered_at is not None
    assert tweet.delivered_at >= tweet.created_at


def test_delivering_twice_changes_nothing(alice: User, bob: User) -> None:
    tweet = Tweet.objects.create(author=alice, text="hello")
    fanout.deliver([tweet.pk])
    first = Tweet.objects.get(pk=tweet.pk).delivered_at

    assert fanout.deliver([tweet.pk]) == fanout.Delivered(tweets=(), done=(tweet.pk,), unknown=(), rows=0)
    assert Tweet.objects.get(pk=tweet.pk).delivered_at == first
    assert timeline_of(bob) == {tweet.pk}


def test_a_delivery_repeated_after_its_mark_was_lost_inserts_nothing_twice(alice: User, bob: User) -> None:
    """Guard: write_missing_entries after an IntegrityError."""
    tweet = Tweet.objects.create(author=alice, text="hello")
    fanout.deliver([tweet.pk])
    Tweet.objects.filter(pk=tweet.pk).deliver_again()

    assert fanout.deliver([tweet.pk]).rows == 0
    assert timeline_of(bob) == {tweet.pk}


def test_a_friend_made_while_the_tweet_waited_has_it_once_and_the_others_get_it(
    alice: User, bob: User, charlie: User
) -> None:
    """Guard: write_missing_entries. The backfill has written charlie's entry, so not all are new."""
    tweets = [Tweet.objects.create(author=alice, text=str(number)) for number in range(3)]
    friendships.befriend(alice.pk, charlie.pk)
    tweets.append(Tweet.objects.create(author=alice, text="later"))
    assert fanout.deliver([tweet.pk for tweet in tweets]).rows == 5
    assert timeline_of(bob) == timeline_of(charlie) == {tweet.pk for tweet in tweets}


def test_a_batch_is_delivered_together_with_unknown_ids_named(alice: User, bob: User) -> None:
    tweets = [Tweet.objects.create(author=author, text="hi") for author in (alice, bob, alice)]
    gone = tweets[-1].pk + 1000

    delivered = fanout.deliver([*(tweet.pk for tweet in tweets), gone])

    assert delivered.rows == 3
    assert delivered.unknown == (gone,)
    assert timeline_of(alice) == timeline_of(bob) == {tweet.pk for tweet in tweets}


def test_a_tweet_made_in_bulk_reaches_its_author_too(alice: User, bob: User) -> None:
    (tweet,) = Tweet.objects.bulk_create([Tweet(author=alice, text="no signal, no own entry")])
    assert fanout.deliver([tweet.pk]).rows == 2
    assert timeline_of(alice) == timeline_of(bob) == {tweet.pk}


def test_deleting_a_tweet_takes_it_out_of_every_timeline(alice: User, bob: User) -> None:
    kept, deleted = (Tweet.objects.create(author=alice, text=text) for text in ("kept", "deleted"))
    fanout.deliver([kept.pk, deleted.pk])
    deleted.delete()
    assert timeline_of(alice) == timeline_of(bob) == {kept.pk}


def test_deleting_tweets_in_bulk_takes_them_out_of_every_timeline(alice: User, bob: User) -> None:
    tweets = [Tweet.objects.create(author=author, text="x") for author in (alice, bob)]
    fanout.deliver([tweet.pk for tweet in tweets])
    Tweet.objects.filter(author=alice).delete()
    assert timeline_of(alice) == timeline_of(bob) == {tweets[1].pk}


def test_deleting_a_person_leaves_nothing_of_theirs(alice: User, bob: User) -> None:
    tweets = [Tweet.objects.create(author=author, text="x") for author in (alice, bob)]
    fanout.deliver([tweet.pk for tweet in tweets])
    gone = alice.pk

    alice.delete()

    assert not TimelineEntry.objects.filter(owner=gone).exists()
    assert timeline_of(bob) == {tweets[1].pk}
    assert not friendships.are_friends(bob.pk, gone)


def test_deleting_people_in_bulk_leaves_nothing_of_theirs(alice: User, bob: User, charlie: User) -> None:
    friendships.befriend(bob.pk, charlie.pk)
    tweets = [Tweet.objects.create(author=author, text="x") for author in (alice, bob, charlie)]
    fanout.deliver([tweet.pk for tweet in tweets])
    User.objects.filter(pk__in=[alice.pk, charlie.pk]).delete()
    assert list(TimelineEntry.objects.values_list("owner", "tweet")) == [(bob.pk, tweets[1].pk)]
