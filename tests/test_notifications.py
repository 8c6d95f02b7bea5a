"""Notifications: who is told of what, what they never show, and the badge that agrees with the page."""

from collections.abc import Callable

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

from tests.threads import InThread
from tests.visitors import signed_in, text_of
from timeline import audience, friendships, notifications, posting, reactions
from timeline.mentions import MOST, names_in
from timeline.models import Comment, FriendRequest, Like, Notification, Tweet, User
from timeline.models.notification import Kind
from timeline.models.tweet import Audience
from timeline.overview import MOST_UNREAD, overview_of

pytestmark = pytest.mark.django_db

ADDRESS = "/notifications/"


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


def told(receiver: User) -> list[tuple[str, User]]:
    """Return what somebody's page shows, oldest first: kind and actor."""
    found = Notification.objects.visible_to(receiver).select_related("actor").order_by("pk")
    return [(notification.kind, notification.actor) for notification in found]


def unread(receiver: User) -> int:
    return overview_of(receiver).unread


# --- Friends ------------------------------------------------------------------------------------------------


def test_a_request_is_told_until_it_is_answered(alice: User, charlie: User) -> None:
    friendships.ask(charlie, alice)
    assert told(alice) == [(Kind.REQUEST, charlie)]
    friendships.accept(sender=charlie, receiver=alice)
    assert told(alice) == []
    assert told(charlie) == [(Kind.ACCEPTANCE, alice)]


END: dict[str, Callable[[User, User], object]] = {
    "withdrawn": lambda alice, charlie: friendships.withdraw_request(sender=charlie, receiver=alice),
    "befriended": lambda alice, charlie: friendships.befriend(alice.pk, charlie.pk),
    "befriended the other way": lambda alice, charlie: friendships.befriend(charlie.pk, alice.pk),
}


@pytest.mark.parametrize("way", END)
def test_no_notification_is_left_of_a_request_that_is_gone(alice: User, charlie: User, way: str) -> None:
    friendships.ask(charlie, alice)
    END[way](alice, charlie)
    assert not Notification.objects.filter(kind=Kind.REQUEST).exists()


def test_a_request_that_an_operator_deleted_is_not_shown_and_may_be_sent_again(alice: User, charlie: User) -> None:
    friendships.ask(charlie, alice)
    signed_in(alice).get(ADDRESS)
    FriendRequest.objects.all().delete()
    assert (told(alice), unread(alice)) == ([], 0)
    friendships.ask(charlie, alice)
    assert (told(alice), unread(alice)) == ([(Kind.REQUEST, charlie)], 1)


def test_asking_again_after_a_no_is_told_once(alice: User, charlie: User) -> None:
    for _ in range(3):
        friendships.ask(charlie, alice)
        friendships.ask(charlie, alice)
        assert told(alice) == [(Kind.REQUEST, charlie)]
        friendships.withdraw_request(sender=charlie, receiver=alice)


def test_two_who_ask_each_other_are_told_of_the_acceptance(alice: User, charlie: User) -> None:
    friendships.ask(alice, charlie)
    friendships.ask(charlie, alice)
    assert (told(alice), told(charlie)) == ([(Kind.ACCEPTANCE, charlie)], [])


# --- Likes and comments -------------------------------------------------------------------------------------


def test_the_author_is_told_of_a_like_and_no_more_when_it_is_taken_back(tweet: Tweet, alice: User, bob: User) -> None:
    reactions.like(bob, tweet.pk)
    assert told(alice) == [(Kind.LIKE, bob)]
    reactions.unlike(bob, tweet.pk)
    assert not Notification.objects.exists()
    reactions.like(bob, tweet.pk)
    assert told(alice) == [(Kind.LIKE, bob)]


def test_a_like_whose_notification_is_still_there_is_not_told_twice(tweet: Tweet, alice: User, bob: User) -> None:
    reactions.like(bob, tweet.pk)
    Like.objects.all().delete()
    reactions.like(bob, tweet.pk)
    assert told(alice) == [(Kind.LIKE, bob)]


def test_nobody_is_told_of_what_they_did_themselves(tweet: Tweet, alice: User) -> None:
    reactions.like(alice, tweet.pk)
    mine = reactions.comment(alice, tweet.pk, "I, @alice")
    reactions.comment(alice, tweet.pk, "And again", reply_to=mine.pk)
    posting.post(alice, "I am @alice")
    assert not Notification.objects.exists()


def test_a_comment_is_told_to_the_author_and_a_reply_to_whom_it_answers(tweet: Tweet, alice: User, bob: User) -> None:
    first = reactions.comment(bob, tweet.pk, "Mine are ripe")
    assert told(alice) == [(Kind.COMMENT, bob)]
    reactions.comment(alice, tweet.pk, "Show me", reply_to=first.pk)
    assert told(bob) == [(Kind.REPLY, alice)]


def test_everybody_is_told_once_of_a_comment_however_it_concerns_them(tweet: Tweet, alice: User, bob: User) -> None:
    mine = reactions.comment(alice, tweet.pk, "First")
    reactions.comment(bob, tweet.pk, "Hello @alice, @ALICE!", reply_to=mine.pk)
    assert told(alice) == [(Kind.REPLY, bob)]


def test_a_reply_is_not_told_to_who_may_not_see_it(tweet: Tweet, alice: User, bob: User) -> None:
    """Bob commented while they were friends; the reply comes from somebody who is a stranger to him by now."""
    dora = User.objects.create_user("dora", name="Dora")
    friendships.befriend(alice.pk, dora.pk)
    friendships.befriend(bob.pk, dora.pk)
    first = reactions.comment(bob, tweet.pk, "Mine are ripe")
    friendships.unfriend(bob.pk, alice.pk)
    reactions.comment(dora, tweet.pk, "Are they?", reply_to=first.pk)
    assert not Notification.objects.filter(receiver=bob).exists()


# --- Mentions -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("@bob", {"bob"}),
        ("Hello @Bob, and @charlie!", {"Bob", "charlie"}),
        ("Ask @bob.", {"bob", "bob."}),
        ("你好@林小红,早", {"林小红"}),
        ("mail bob@example.org", set()),
        ("@ @@ nothing", set()),
        ("@@bob", set()),
        (" ".join(f"@p{number}" for number in range(MOST + 5)), {f"p{number}" for number in range(MOST)}),
    ],
)
def test_names_in_a_text(text: str, names: set[str]) -> None:
    assert names_in(text) == names


def test_a_friend_who_is_mentioned_is_told_ignoring_case(alice: User, bob: User) -> None:
    posting.post(alice, "Hello @BOB, @bob and @nobody.")
    assert told(bob) == [(Kind.MENTION, alice)]


def test_a_mention_is_told_only_to_those_who_may_see_it(alice: User, bob: User, charlie: User, dora: User) -> None:
    posting.post(
        alice, "@charlie is a stranger, @bob is left out, @dora is not", audience=Audience.EXCEPT, people=[bob.pk]
    )
    assert [notification.receiver for notification in Notification.objects.all()] == [dora]


def test_who_has_muted_somebody_is_told_nothing_about_their_tweets(alice: User, bob: User) -> None:
    audience.mute(bob.pk, alice.pk)
    posting.post(alice, "Hello @bob")
    assert not Notification.objects.exists()


def test_a_mention_in_a_comment_is_for_friends_of_who_wrote_it(tweet: Tweet, bob: User, dora: User) -> None:
    reactions.comment(bob, tweet.pk, "Look, @dora")
    assert not Notification.objects.filter(receiver=dora).exists()
    friendships.befriend(bob.pk, dora.pk)
    reactions.comment(bob, tweet.pk, "Look, @dora")
    assert (Kind.MENTION, bob) in told(dora)


def test_a_tweet_that_mentions_nobody_costs_no_query(tweet: Tweet, alice: User) -> None:
    with CaptureQueriesContext(connection) as queries:
        notifications.of_tweet(tweet)
    assert len(queries) == 0
    tweet.text = "@bob @charlie"
    with CaptureQueriesContext(connection) as queries:
        notifications.of_tweet(tweet)
    statements = [query["sql"] for query in queries if not query["sql"].startswith(("SAVEPOINT", "RELEASE"))]
    assert len(statements) == 2


# --- Nothing hidden leaks -----------------------------------------------------------------------------------

HIDE: dict[str, Callable[[Tweet, User, User], object]] = {
    "audience": lambda tweet, alice, bob: audience.change_audience(tweet, Audience.ME),
    "unfriended": lambda tweet, alice, bob: friendships.unfriend(alice.pk, bob.pk),
    "withheld": lambda tweet, alice, bob: audience.withhold(alice.pk, bob.pk),
    "muted": lambda tweet, alice, bob: audience.mute(bob.pk, alice.pk),
    "deleted": lambda tweet, alice, bob: tweet.delete(),
}


@pytest.mark.parametrize("way", HIDE)
def test_what_is_hidden_later_is_neither_shown_nor_counted(alice: User, bob: User, way: str) -> None:
    tweet = posting.post(alice, "Hello @bob")
    assert unread(bob) == 1
    HIDE[way](tweet, alice, bob)
    assert unread(bob) == 0
    page = text_of(signed_in(bob).get(ADDRESS))
    assert "Hello" not in page
    assert "Alice" not in page


def test_what_is_shown_again_is_told_again(alice: User, bob: User) -> None:
    tweet = posting.post(alice, "Hello @bob")
    audience.change_audience(tweet, Audience.ME)
    signed_in(bob).get(ADDRESS)
    audience.change_audience(tweet, Audience.FRIENDS)
    assert unread(bob) == 1


def test_a_comment_of_who_is_no_friend_any_more_is_not_shown(tweet: Tweet, alice: User, bob: User, dora: User) -> None:
    friendships.befriend(bob.pk, dora.pk)
    first = reactions.comment(bob, tweet.pk, "Mine are ripe")
    reactions.comment(dora, tweet.pk, "Are they?", reply_to=first.pk)
    assert told(bob) == [(Kind.REPLY, dora)]
    friendships.unfriend(bob.pk, dora.pk)
    assert (told(bob), unread(bob)) == ([], 0)


# --- The page and the badge ---------------------------------------------------------------------------------


def test_the_page_says_who_did_what_and_leads_there(tweet: Tweet, alice: User, bob: User, charlie: User) -> None:
    friendships.ask(charlie, alice)
    reactions.like(bob, tweet.pk)
    comment = reactions.comment(bob, tweet.pk, "Mine are ripe")
    posting.post(bob, "Hello @alice")
    page = text_of(signed_in(alice).get(ADDRESS))
    for sentence in (
        "<bdi>Charlie</bdi> wants to be your friend.",
        "<bdi>Bob</bdi> likes your post.",
        "<bdi>Bob</bdi> has commented on your post.",
        "<bdi>Bob</bdi> has mentioned you.",
    ):
        assert sentence in page
    assert f'href="{comment.get_absolute_url()}"' in page
    assert 'href="/people/charlie/"' in page
    assert 'href="/people/bob/"' not in page


def test_opening_marks_what_is_shown_as_read_and_not_what_is_on_the_next_page(
    alice: User, bob: User, settings: Settings
) -> None:
    settings.TIMELINE_PAGE = 3
    for number in range(5):
        posting.post(alice, f"Hello @bob {number}")
    client = signed_in(bob)
    assert unread(bob) == 5
    client.head(ADDRESS)
    assert unread(bob) == 5
    page = text_of(client.get(ADDRESS))
    assert page.count('class="notification unread"') == 3
    assert unread(bob) == 2
    older = Notification.objects.order_by("-pk")[2].pk
    assert f'href="?before={older}"' in page
    assert text_of(client.get(f"{ADDRESS}?before={older}")).count('class="notification unread"') == 2
    assert unread(bob) == 0
    assert "unread" not in text_of(client.get(ADDRESS)).split("<main", 1)[1]


def test_opening_marks_nothing_of_anybody_else(alice: User, bob: User, charlie: User) -> None:
    posting.post(alice, "Hello @bob")
    signed_in(charlie).get(ADDRESS)
    signed_in(alice).get(ADDRESS)
    assert unread(bob) == 1


def test_the_badge_stops_counting(alice: User, bob: User) -> None:
    Notification.objects.bulk_create(
        [Notification(receiver=bob, actor=alice, kind=Kind.ACCEPTANCE) for _ in range(MOST_UNREAD + 5)]
    )
    assert unread(bob) == MOST_UNREAD
    page = text_of(signed_in(bob).get("/"))
    assert '<span aria-hidden="true">99+</span>' in page


def test_an_empty_page_says_what_will_be_there(alice: User) -> None:
    assert "Nothing yet." in text_of(signed_in(alice).get(ADDRESS))


def test_the_page_costs_a_few_queries_whatever_it_shows(tweet: Tweet, alice: User, bob: User) -> None:
    for number in range(25):
        reactions.comment(bob, tweet.pk, f"comment {number}")
        posting.post(bob, "Hello @alice")
    client = signed_in(alice)
    with CaptureQueriesContext(connection) as queries:
        client.get(ADDRESS)
    assert len(queries) <= 8


# --- At the same time ---------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_two_requests_at_the_same_time_are_told_once(alice: User, charlie: User) -> None:
    for tab in [InThread(lambda: friendships.ask(charlie, alice)) for _ in range(4)]:
        tab.result()
    assert told(alice) == [(Kind.REQUEST, charlie)]


@pytest.mark.django_db(transaction=True)
def test_comments_at_the_same_time_are_all_told(tweet: Tweet, alice: User, bob: User) -> None:
    for tab in [InThread(lambda: reactions.comment(bob, tweet.pk, "Hello @alice")) for _ in range(4)]:
        tab.result()
    assert told(alice) == [(Kind.COMMENT, bob)] * 4


def test_what_is_not_stored_is_not_told(alice: User, bob: User, monkeypatch: pytest.MonkeyPatch) -> None:
    """Guard: one transaction. A comment that could not tell of itself is not there either."""

    def broken(_notifications: object) -> None:
        raise RuntimeError("the database went away")

    tweet = Tweet.objects.create(author=alice, text="Beans")
    monkeypatch.setattr(notifications, "tell", broken)
    with pytest.raises(RuntimeError):
        reactions.comment(bob, tweet.pk, "Mine are ripe")
    with pytest.raises(RuntimeError):
        posting.post(alice, "Hello @bob")
    assert not Comment.objects.exists()
    assert Tweet.objects.get() == tweet
