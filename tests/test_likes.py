"""Likes: who may, who sees them, and what two tabs do."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.threads import InThread, wait_until_somebody_waits_for_a_lock
from tests.visitors import messages_of, signed_in, text_of
from timeline import audience, friendships, reactions
from timeline.cards import cards
from timeline.models import Like, Notification, Tweet, User
from timeline.models.tweet import Audience
from timeline.reactions import MOST_LIKES, Likes

pytestmark = pytest.mark.django_db

HTMX = {"HX-Request": "true"}
GONE = "This post is no longer there."


@pytest.fixture
def tweet(alice: User, bob: User) -> Tweet:
    """A tweet of Alice."""
    return Tweet.objects.create(author=alice, text="Beans and peas")


@pytest.fixture
def dora(alice: User) -> User:
    """A friend of Alice, and a stranger to Bob."""
    dora = User.objects.create_user("dora", name="Dora")
    friendships.befriend(alice.pk, dora.pk)
    return dora


def seen(tweet: Tweet, viewer: User) -> Likes:
    return reactions.likes_of([tweet], viewer)[tweet.pk]


# --- Liking -------------------------------------------------------------------------------------------------


def test_a_friend_likes_a_tweet_and_takes_it_back(tweet: Tweet, bob: User) -> None:
    reactions.like(bob, tweet.pk)
    assert (seen(tweet, bob).count, seen(tweet, bob).is_mine) == (1, True)
    reactions.unlike(bob, tweet.pk)
    assert (seen(tweet, bob).count, seen(tweet, bob).is_mine) == (0, False)


def test_liking_and_taking_back_twice_changes_nothing(tweet: Tweet, bob: User) -> None:
    reactions.like(bob, tweet.pk)
    reactions.like(bob, tweet.pk)
    assert Like.objects.count() == Notification.objects.count() == 1
    reactions.unlike(bob, tweet.pk)
    reactions.unlike(bob, tweet.pk)
    assert not Like.objects.exists()


def test_nobody_likes_what_they_may_not_see(tweet: Tweet, charlie: User, bob: User) -> None:
    with pytest.raises(Tweet.DoesNotExist):
        reactions.like(charlie, tweet.pk)
    audience.change_audience(tweet, Audience.ME)
    with pytest.raises(Tweet.DoesNotExist):
        reactions.like(bob, tweet.pk)
    assert not Like.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_two_tabs_that_like_at_the_same_time_make_one_like(tweet: Tweet, bob: User) -> None:
    both = [InThread(lambda: reactions.like(bob, tweet.pk)) for _ in range(4)]
    for tab in both:
        tab.result()
    assert Like.objects.count() == Notification.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_like_waits_for_a_deletion_and_finds_nothing_left(
    tweet: Tweet, bob: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Guard: the shared lock. Without it the like is written under a tweet that is going away, and one fails."""
    if connection.vendor != "postgresql":
        pytest.skip("SQLite lets one transaction write at a time")
    from timeline import photos

    threads: list[InThread] = []

    def in_the_middle(_photos: object) -> None:
        threads.append(InThread(lambda: reactions.like(bob, tweet.pk)))
        wait_until_somebody_waits_for_a_lock()

    monkeypatch.setattr(photos, "discard", in_the_middle)
    tweet.delete()
    with pytest.raises(Tweet.DoesNotExist):
        threads[0].result()


# --- Who sees a like ----------------------------------------------------------------------------------------


def test_a_like_is_seen_by_whose_it_is_by_friends_and_by_the_author(tweet: Tweet, bob: User, dora: User) -> None:
    reactions.like(bob, tweet.pk)
    assert seen(tweet, bob).people == seen(tweet, tweet.author).people == [bob]
    assert (seen(tweet, dora).people, seen(tweet, dora).count) == ([], 0)
    friendships.befriend(bob.pk, dora.pk)
    assert seen(tweet, dora).people == [bob]


def test_no_page_tells_a_stranger_who_likes_a_tweet(tweet: Tweet, bob: User, dora: User) -> None:
    reactions.like(bob, tweet.pk)
    for path in (f"/tweets/{tweet.pk}/", "/people/alice/"):
        page = text_of(signed_in(dora).get(path))
        assert "Beans and peas" in page
        assert "Bob" not in page
        assert "Liked by" not in page


def test_some_are_named_the_viewer_first_and_all_are_counted(tweet: Tweet, alice: User, bob: User) -> None:
    reactions.like(bob, tweet.pk)
    crowd = [User.objects.create_user(f"person{number}") for number in range(MOST_LIKES + 2)]
    Like.objects.bulk_create([Like(tweet=tweet, person=person) for person in crowd])
    friends = [bob, *crowd]
    for person in crowd:
        friendships.befriend(bob.pk, person.pk)
    likes = seen(tweet, bob)
    assert likes.people == [bob, *reversed(friends[-MOST_LIKES + 1 :])]
    assert (likes.count, likes.more) == (MOST_LIKES + 3, 3)
    assert "and 3 others" in text_of(signed_in(bob).get(f"/tweets/{tweet.pk}/"))


def test_a_whole_page_of_tweets_costs_one_query_for_likes_and_one_for_comments(tweet: Tweet, bob: User) -> None:
    tweets = [tweet, *(Tweet.objects.create(author=bob, text="x") for _ in range(19))]
    for one in tweets:
        reactions.like(bob, one.pk)
        reactions.comment(bob, one.pk, "Yes!")
    with CaptureQueriesContext(connection) as queries:
        found = cards(tweets, bob)
        assert all(card.likes.people == [bob] and card.comments.rows[0].author == bob for card in found)
    assert len(queries) == 2


# --- In the page --------------------------------------------------------------------------------------------


def test_a_like_in_place_answers_with_the_likes_alone(tweet: Tweet, bob: User) -> None:
    client = signed_in(bob)
    back = {"next": f"/?before=9#tweet-{tweet.pk}"}
    answer = text_of(client.post(f"/tweets/{tweet.pk}/like/", back, headers=HTMX))
    assert 'aria-pressed="true"' in answer
    assert f'action="/tweets/{tweet.pk}/unlike/"' in answer
    assert back["next"] in answer
    assert "<html" not in answer
    assert 'aria-pressed="false"' in text_of(client.post(f"/tweets/{tweet.pk}/unlike/", headers=HTMX))


def test_a_like_without_scripts_leads_back_to_the_card(tweet: Tweet, bob: User) -> None:
    answer = signed_in(bob).post(f"/tweets/{tweet.pk}/like/", {"next": f"/#tweet-{tweet.pk}"})
    assert (answer.status_code, answer["Location"]) == (302, f"/#tweet-{tweet.pk}")
    assert seen(tweet, bob).is_mine


@pytest.mark.parametrize("verb", ["like", "unlike"])
def test_a_tweet_that_is_gone_is_answered_clearly(tweet: Tweet, bob: User, verb: str) -> None:
    address = f"/tweets/{tweet.pk}/{verb}/"
    tweet.delete()
    in_place = signed_in(bob).post(address, headers=HTMX)
    assert in_place.status_code == 404
    assert text_of(in_place).strip() == f'<p class="message warning" role="alert">{GONE}</p>'
    assert messages_of(signed_in(bob).post(address, follow=True)) == [GONE]


def test_a_stranger_is_told_the_same_as_if_there_was_no_tweet(tweet: Tweet, charlie: User) -> None:
    assert messages_of(signed_in(charlie).post(f"/tweets/{tweet.pk}/like/", follow=True)) == [GONE]
    assert messages_of(signed_in(charlie).post("/tweets/999999/like/", follow=True)) == [GONE]


@pytest.mark.parametrize("verb", ["like", "unlike"])
def test_a_like_is_never_a_get(tweet: Tweet, bob: User, verb: str) -> None:
    assert signed_in(bob).get(f"/tweets/{tweet.pk}/{verb}/").status_code == 405


def test_who_was_signed_out_meanwhile_is_told_in_place_and_keeps_the_page(tweet: Tweet) -> None:
    """Guard: `ask_to_sign_in`. A redirect would put the whole log-in page into the card."""
    answer = Client().post(f"/tweets/{tweet.pk}/comment/", {"text": "A thought"}, headers=HTMX)
    assert (answer.status_code, answer["HX-Reswap"]) == (401, "afterbegin")
    assert "You are signed out." in text_of(answer)
    assert "<html" not in text_of(answer)
