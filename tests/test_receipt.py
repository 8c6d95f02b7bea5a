"""What authors are told about how far their tweets have got."""

import pytest

from tests.visitors import signed_in, text_of
from timeline import audience, fanout, friendships, posting
from timeline.models import Tweet, User
from timeline.models.tweet import Audience

pytestmark = pytest.mark.django_db


def receipt(tweet: Tweet, viewer: User) -> str:
    return text_of(signed_in(viewer).get(f"/tweets/{tweet.pk}/receipt/"))


def delivered(author: User, to: Audience = Audience.FRIENDS, *people: User) -> Tweet:
    tweet = posting.post(author, "hello", audience=to, people=[person.pk for person in people])
    fanout.deliver([tweet.pk])
    return tweet


@pytest.fixture
def two_friends(alice: User, bob: User, charlie: User) -> User:
    friendships.befriend(alice.pk, charlie.pk)
    return alice


def test_a_tweet_on_its_way_asks_for_news_until_it_has_arrived(alice: User, bob: User) -> None:
    tweet = posting.post(alice, "hello")
    assert "reaching your friends…" in receipt(tweet, alice)
    assert "hx-get" in receipt(tweet, alice)
    fanout.deliver([tweet.pk])
    assert "with your 1 friend<" in receipt(tweet, alice)
    assert "hx-get" not in receipt(tweet, alice)


def test_a_tweet_that_was_given_up_says_so_and_stops_asking(alice: User, bob: User) -> None:
    tweet = posting.post(alice, "hello")
    Tweet.objects.filter(pk=tweet.pk).update(due_at=None, failure="broken")
    assert "did not reach all friends" in receipt(tweet, alice)
    assert "hx-get" not in receipt(tweet, alice)


@pytest.mark.parametrize(
    ("to", "words"),
    [
        (Audience.FRIENDS, "with all 2 friends"),
        (Audience.ONLY, "with 1 friend<"),
        (Audience.EXCEPT, "with 1 friend<"),
        (Audience.ME, "only you"),
    ],
)
def test_it_counts_whom_the_audience_includes(two_friends: User, bob: User, to: Audience, words: str) -> None:
    assert words in receipt(delivered(two_friends, to, bob), two_friends)


def test_whom_one_withholds_tweets_from_does_not_count(two_friends: User, bob: User) -> None:
    audience.withhold(two_friends.pk, bob.pk)
    assert "with your 1 friend<" in receipt(delivered(two_friends), two_friends)
    assert "only you" in receipt(delivered(two_friends, Audience.ONLY, bob), two_friends)
    assert "with your 1 friend<" not in receipt(delivered(two_friends, Audience.EXCEPT, bob), two_friends)


def test_it_does_not_tell_who_hides_ones_tweets(two_friends: User, bob: User) -> None:
    audience.mute(bob.pk, two_friends.pk)
    assert "with all 2 friends" in receipt(delivered(two_friends), two_friends)


def test_nobody_else_sees_it(alice: User, bob: User) -> None:
    tweet = delivered(alice)
    assert signed_in(bob).get(f"/tweets/{tweet.pk}/receipt/").status_code == 404
    assert "receipt" not in text_of(signed_in(bob).get("/"))
