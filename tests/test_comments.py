"""Comments and replies: who may, who sees them, who deletes them, and what becomes of what was written."""

import pytest
from django.db import IntegrityError, connection, transaction
from pytest_django import Settings

from tests.threads import InThread, wait_until_somebody_waits_for_a_lock
from tests.visitors import messages_of, signed_in, text_of
from timeline import friendships, reactions
from timeline.models import Comment, Tweet, User
from timeline.reactions import MOST_COMMENTS, CommentGoneError

pytestmark = pytest.mark.django_db

HTMX = {"HX-Request": "true"}


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


def seen(tweet: Tweet, viewer: User) -> list[str]:
    return [comment.text for comment in reactions.comments_of([tweet], viewer)[tweet.pk].rows]


def address(tweet: Tweet) -> str:
    return f"/tweets/{tweet.pk}/comment/"


# --- Who sees a comment -------------------------------------------------------------------------------------


def test_a_comment_is_seen_by_whose_it_is_by_friends_and_by_the_author(tweet: Tweet, bob: User, dora: User) -> None:
    reactions.comment(bob, tweet.pk, "Mine are ripe")
    assert seen(tweet, bob) == seen(tweet, tweet.author) == ["Mine are ripe"]
    assert seen(tweet, dora) == []
    friendships.befriend(bob.pk, dora.pk)
    assert seen(tweet, dora) == ["Mine are ripe"]


def test_no_page_shows_a_comment_to_a_stranger_of_its_author(tweet: Tweet, bob: User, dora: User) -> None:
    reactions.comment(bob, tweet.pk, "Mine are ripe")
    for path in (f"/tweets/{tweet.pk}/", "/people/alice/", address(tweet)):
        page = text_of(signed_in(dora).get(path))
        assert "Beans and peas" in page
        assert "Bob" not in page
        assert "Mine are ripe" not in page


def test_the_last_comments_are_shown_oldest_first_and_all_are_counted(tweet: Tweet, bob: User) -> None:
    for number in range(MOST_COMMENTS + 2):
        reactions.comment(bob, tweet.pk, f"comment {number}")
    comments = reactions.comments_of([tweet], bob)[tweet.pk]
    assert [row.text for row in comments.rows] == [f"comment {number}" for number in range(2, MOST_COMMENTS + 2)]
    assert (comments.count, comments.more) == (MOST_COMMENTS + 2, 2)
    assert f"Show all {MOST_COMMENTS + 2} comments" in text_of(signed_in(bob).get("/people/alice/"))


def test_a_tweets_page_shows_all_comments_page_by_page_oldest_first(
    tweet: Tweet, bob: User, settings: Settings
) -> None:
    settings.TIMELINE_PAGE = 3
    for number in range(4):
        reactions.comment(bob, tweet.pk, f"comment {number}")
    client = signed_in(bob)
    first = text_of(client.get(f"/tweets/{tweet.pk}/"))
    assert first.index("comment 0") < first.index("comment 2")
    assert "comment 3" not in first
    third = Comment.objects.order_by("pk")[2]
    assert f'href="?after={third.pk}"' in first
    second = text_of(client.get(f"/tweets/{tweet.pk}/?after={third.pk}"))
    assert "comment 3" in second
    assert "comment 2" not in second


# --- Replies ------------------------------------------------------------------------------------------------


def test_a_reply_names_whom_it_answers_to_those_who_see_both(tweet: Tweet, alice: User, bob: User) -> None:
    first = reactions.comment(bob, tweet.pk, "Mine are ripe")
    reactions.comment(alice, tweet.pk, "Show me", reply_to=first.pk)
    page = text_of(signed_in(bob).get(f"/tweets/{tweet.pk}/"))
    assert "replied to <bdi>Bob</bdi>" in page


def test_a_reply_does_not_tell_whom_it_answers_to_who_must_not_know(
    tweet: Tweet, alice: User, bob: User, dora: User
) -> None:
    """Guard: `shows_replied`. Dora sees Alice's reply, but Bob is a stranger to her."""
    first = reactions.comment(bob, tweet.pk, "Mine are ripe")
    reactions.comment(alice, tweet.pk, "Show me", reply_to=first.pk)
    page = text_of(signed_in(dora).get(f"/tweets/{tweet.pk}/"))
    assert "Show me" in page
    assert "Bob" not in page
    assert "replied to" not in page


def test_one_replies_only_to_what_one_sees_on_the_same_tweet(tweet: Tweet, alice: User, bob: User, dora: User) -> None:
    hidden = reactions.comment(bob, tweet.pk, "Mine are ripe")
    with pytest.raises(CommentGoneError):
        reactions.comment(dora, tweet.pk, "What is?", reply_to=hidden.pk)
    elsewhere = reactions.comment(alice, Tweet.objects.create(author=alice, text="Other").pk, "Here")
    with pytest.raises(CommentGoneError):
        reactions.comment(dora, tweet.pk, "There", reply_to=elsewhere.pk)
    assert signed_in(dora).get(f"{address(tweet)}?reply_to={hidden.pk}").status_code == 404


def test_a_reply_without_scripts_is_written_on_a_page_of_its_own(tweet: Tweet, alice: User, bob: User) -> None:
    first = reactions.comment(bob, tweet.pk, "Mine are ripe")
    client = signed_in(alice)
    page = text_of(client.get(f"{address(tweet)}?reply_to={first.pk}"))
    assert "Reply to <bdi>Bob</bdi>" in page
    assert "Mine are ripe" in page
    answer = client.post(address(tweet), {"text": "Show me", "reply_to": first.pk})
    reply = Comment.objects.get(text="Show me")
    assert reply.reply_to == first
    assert answer["Location"] == reply.get_absolute_url()
    assert f'id="comment-{reply.pk}"' in text_of(client.get(answer["Location"]))


def test_the_address_of_a_comment_leads_to_it_also_to_the_very_first(tweet: Tweet, bob: User) -> None:
    for pk in (1, 2, 500):
        comment = Comment.objects.create(pk=pk, tweet=tweet, author=bob, text="Ripe")
        assert f'id="comment-{pk}"' in text_of(signed_in(bob).get(comment.get_absolute_url()))


def test_a_reply_to_a_comment_that_is_gone_keeps_its_text_and_can_be_sent_alone(tweet: Tweet, bob: User) -> None:
    first = reactions.comment(bob, tweet.pk, "Mine are ripe")
    first.delete()
    for headers in ({}, HTMX):
        answer = signed_in(bob).post(address(tweet), {"text": "Kept", "reply_to": first.pk}, headers=headers)
        assert answer.status_code == 422
        assert "Kept</textarea>" in text_of(answer)
        assert "no longer there" in text_of(answer)
        assert 'name="reply_to"' not in text_of(answer)


# --- Writing ------------------------------------------------------------------------------------------------


def test_nobody_comments_on_what_they_may_not_see(tweet: Tweet, charlie: User) -> None:
    with pytest.raises(Tweet.DoesNotExist):
        reactions.comment(charlie, tweet.pk, "Hello")
    assert signed_in(charlie).get(address(tweet)).status_code == 404
    assert not Comment.objects.exists()


def test_a_comment_in_place_answers_with_the_comments_alone(tweet: Tweet, bob: User) -> None:
    answer = text_of(signed_in(bob).post(address(tweet), {"text": "Mine\r\nare ripe"}, headers=HTMX))
    assert "Mine\nare ripe</p>" in answer
    assert "<html" not in answer


def test_a_comment_without_scripts_leads_back_to_the_card(tweet: Tweet, bob: User) -> None:
    answer = signed_in(bob).post(address(tweet), {"text": "Ripe", "next": f"/#tweet-{tweet.pk}"})
    assert (answer.status_code, answer["Location"]) == (302, f"/#tweet-{tweet.pk}")


@pytest.mark.parametrize(
    ("text", "reason"),
    [("x" * 501, "At most 500 characters fit; this has 501."), ("\u200b \n", "Write something first.")],
)
@pytest.mark.parametrize("headers", [{}, HTMX])
def test_a_text_that_is_refused_stays_in_the_field(
    tweet: Tweet, bob: User, text: str, reason: str, headers: dict[str, str]
) -> None:
    answer = signed_in(bob).post(address(tweet), {"text": text}, headers=headers)
    assert answer.status_code == 422
    assert reason in text_of(answer)
    assert f"\n{text}</textarea>" in text_of(answer)
    assert not Comment.objects.exists()


def test_what_was_written_to_a_tweet_that_is_gone_is_given_back(tweet: Tweet, bob: User) -> None:
    target = address(tweet)
    tweet.delete()
    page = signed_in(bob).post(target, {"text": "Long thought"})
    assert page.status_code == 404
    assert "Long thought</textarea>" in text_of(page)
    in_place = signed_in(bob).post(target, {"text": "Long thought"}, headers=HTMX)
    # Said above the form, which stays as it is.
    assert (in_place.status_code, in_place["HX-Reswap"]) == (404, "afterbegin")


def test_hostile_text_is_shown_as_it_is(tweet: Tweet, bob: User) -> None:
    hostile = "<script>alert(1)</script>\u202e"
    reactions.comment(bob, tweet.pk, hostile)
    page = text_of(signed_in(bob).get(f"/tweets/{tweet.pk}/"))
    assert "<script>alert" not in page
    assert '<p class="text" dir="auto">&lt;script&gt;alert(1)&lt;/script&gt;\u202e</p>' in page


def test_the_database_refuses_a_blank_comment(tweet: Tweet, bob: User) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Comment.objects.create(tweet=tweet, author=bob, text="  ")


def test_an_id_that_is_none_is_not_found(tweet: Tweet, bob: User) -> None:
    for raw in ("x", "-1", "0", "9" * 19, "²"):
        assert signed_in(bob).get(address(tweet), {"reply_to": raw}).status_code == 404, raw
    assert signed_in(bob).post(address(tweet), {"text": "x", "reply_to": "9" * 30}).status_code == 422


# --- Deleting -----------------------------------------------------------------------------------------------


def test_the_author_of_a_comment_and_the_author_of_the_tweet_may_delete_it(
    tweet: Tweet, alice: User, bob: User
) -> None:
    for person in (alice, bob):
        comment = reactions.comment(bob, tweet.pk, "Mine are ripe")
        answer = signed_in(person).post(f"/comments/{comment.pk}/delete/", follow=True)
        assert messages_of(answer) == ["The comment is deleted."]
        assert not Comment.objects.exists()


def test_nobody_else_deletes_a_comment(tweet: Tweet, alice: User, bob: User, dora: User) -> None:
    friendships.befriend(bob.pk, dora.pk)
    comment = reactions.comment(bob, tweet.pk, "Mine are ripe")
    client = signed_in(dora)
    assert "Mine are ripe" in text_of(client.get(f"/tweets/{tweet.pk}/"))
    assert f"/comments/{comment.pk}/delete/" not in text_of(client.get(f"/tweets/{tweet.pk}/"))
    assert messages_of(client.post(f"/comments/{comment.pk}/delete/", follow=True)) == [
        "This comment is no longer there."
    ]
    assert Comment.objects.exists()


def test_a_deletion_in_place_answers_with_the_comments_that_are_left(tweet: Tweet, bob: User) -> None:
    first, _ = (reactions.comment(bob, tweet.pk, text) for text in ("Mine are ripe", "And good"))
    client = signed_in(bob)
    answer = text_of(client.post(f"/comments/{first.pk}/delete/", headers=HTMX))
    assert "And good" in answer
    assert "Mine are ripe" not in answer
    again = client.post(f"/comments/{first.pk}/delete/", headers=HTMX)
    assert again.status_code == 404
    assert "This comment is no longer there." in text_of(again)


def test_replies_stay_when_what_they_answer_is_deleted(tweet: Tweet, alice: User, bob: User) -> None:
    first = reactions.comment(bob, tweet.pk, "Mine are ripe")
    reactions.comment(alice, tweet.pk, "Show me", reply_to=first.pk)
    Comment.objects.filter(pk=first.pk).delete()
    page = text_of(signed_in(bob).get(f"/tweets/{tweet.pk}/"))
    assert "Show me" in page
    assert "replied to" not in page


def test_comments_go_with_their_tweet_and_with_their_author(tweet: Tweet, alice: User, bob: User) -> None:
    reactions.comment(bob, tweet.pk, "Mine are ripe")
    bob.delete()
    assert not Comment.objects.exists()
    reactions.comment(alice, tweet.pk, "Anybody?")
    tweet.delete()
    assert not Comment.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_reply_waits_for_a_deletion_and_finds_nothing_to_reply_to(tweet: Tweet, bob: User, alice: User) -> None:
    """Guard: the lock in `delete`. Without it the reply would point at what is no more, and one of the two fails."""
    if connection.vendor != "postgresql":
        pytest.skip("SQLite lets one transaction write at a time")
    first = reactions.comment(bob, tweet.pk, "Mine are ripe")
    with transaction.atomic():
        first.delete()
        reply = InThread(lambda: reactions.comment(alice, tweet.pk, "Show me", reply_to=first.pk))
        wait_until_somebody_waits_for_a_lock()
    with pytest.raises(CommentGoneError):
        reply.result()
