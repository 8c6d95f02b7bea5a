"""Posting and deleting."""

import os
import signal
import time

import pytest
from django.test import Client

from tests.servers import Beanstalkd
from tests.visitors import messages_of, signed_in, text_of
from timeline import fanout
from timeline.models import TimelineEntry, Tweet, User

pytestmark = pytest.mark.django_db


def test_a_post_is_stored_and_shown_to_its_author_at_once(alice: User) -> None:
    response = signed_in(alice).post("/tweets/", {"text": "Hello, circle"}, follow=True)
    assert response.redirect_chain == [("/", 302)]
    assert "Hello, circle" in text_of(response)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("state", ["away", "frozen"])
def test_posting_does_not_wait_for_a_broker_that_is(state: str, alice: User, beanstalkd: Beanstalkd) -> None:
    client = signed_in(alice)
    if state == "away":
        beanstalkd.stop()
    else:
        os.kill(beanstalkd.pid, signal.SIGSTOP)
    started = time.monotonic()
    response = client.post("/tweets/", {"text": "Hello, circle"}, follow=True)
    assert time.monotonic() - started < 1
    assert "Hello, circle" in text_of(response)
    assert Tweet.objects.get().delivery == "waiting"


@pytest.mark.parametrize(
    ("text", "stored"),
    [
        ("two\r\nlines", "two\nlines"),
        ("old\rmac", "old\nmac"),
        ("  around  \r\n", "around"),
        ("x" * 500, "x" * 500),
        ("a\r\n" * 249 + "bc", "a\n" * 249 + "bc"),
        ("🌱" * 500, "🌱" * 500),
        ("\u200bvisible", "\u200bvisible"),
        ("👩\u200d👩\u200d👧", "👩\u200d👩\u200d👧"),
        ("!", "!"),
    ],
)
def test_what_is_stored(alice: User, text: str, stored: str) -> None:
    assert signed_in(alice).post("/tweets/", {"text": text}).status_code == 302
    assert Tweet.objects.get().text == stored


@pytest.mark.parametrize(
    "text",
    [
        "",
        " \t\r\n",
        "\u3000\u3000",
        "\u200b\u200d\ufeff",
        "\u2060\u00ad\u180e",
        "\u2800",
        "\u3164\u115f",
        "\u0301",
        "\u202e",
    ],
)
def test_a_text_with_nothing_to_see_is_refused(alice: User, text: str) -> None:
    response = signed_in(alice).post("/tweets/", {"text": text})
    assert response.status_code == 422
    assert "Write something first." in text_of(response)
    assert not Tweet.objects.exists()


def test_a_missing_text_is_refused(alice: User) -> None:
    assert signed_in(alice).post("/tweets/", {}).status_code == 422


def test_a_text_that_is_too_long_is_refused_and_kept(alice: User) -> None:
    response = signed_in(alice).post("/tweets/", {"text": "长" * 501})
    assert response.status_code == 422
    assert "At most 500 characters fit; this has 501." in text_of(response)
    assert "长" * 501 in text_of(response)
    assert not Tweet.objects.exists()


def test_a_refused_text_comes_with_the_home_page_and_links_that_work(alice: User) -> None:
    for number in range(21):
        Tweet.objects.create(author=alice, text=f"tweet {number}")
    page = text_of(signed_in(alice).post("/tweets/", {"text": " "}))
    assert "tweet 20" in page
    assert 'href="/?before=' in page
    assert "next=/tweets" not in page


def test_a_null_character_is_refused(alice: User) -> None:
    response = signed_in(alice).post("/tweets/", {"text": "a\x00b"})
    assert response.status_code == 422
    assert "Null characters are not allowed." in text_of(response)


def test_the_address_of_a_refused_post_leads_home_when_it_is_loaded_again(alice: User) -> None:
    assert signed_in(alice).get("/tweets/").headers["Location"] == "/"


def test_what_is_done_on_a_refused_post_leads_home(alice: User) -> None:
    """Guard: `here`. It would lead back to where only a post may be sent."""
    Tweet.objects.create(author=alice, text="hello")
    page = text_of(signed_in(alice).post("/tweets/", {"text": "x" * 501}))
    assert 'name="next" value="/"' in page
    assert 'value="/tweets/' not in page


def test_whoever_is_not_signed_in_cannot_post_and_ends_up_at_home_after_logging_in(client: Client) -> None:
    assert client.post("/tweets/", {"text": "hello"}).headers["Location"] == "/login/?next=/"
    assert not Tweet.objects.exists()


def test_nobody_posts_for_somebody_else(alice: User, bob: User) -> None:
    signed_in(alice).post("/tweets/", {"text": "hello", "author": bob.pk})
    assert Tweet.objects.get().author == alice


def test_deleting_asks_first_and_then_takes_the_tweet_from_every_timeline(alice: User, bob: User) -> None:
    tweet = Tweet.objects.create(author=alice, text="a slip")
    fanout.deliver([tweet.pk])
    client = signed_in(alice)

    question = client.get(f"/tweets/{tweet.pk}/delete/?next=/people/alice/")
    assert "a slip" in text_of(question)
    assert 'name="next" value="/people/alice/"' in text_of(question)
    assert Tweet.objects.exists()

    response = client.post(f"/tweets/{tweet.pk}/delete/", {"next": "/people/alice/"}, follow=True)
    assert response.redirect_chain == [("/people/alice/", 302)]
    assert messages_of(response) == ["Your post is deleted."]
    assert not Tweet.objects.exists()
    assert not TimelineEntry.objects.exists()


@pytest.mark.parametrize("method", ["get", "post"])
def test_a_friends_tweet_cannot_be_deleted(alice: User, bob: User, method: str) -> None:
    tweet = Tweet.objects.create(author=alice, text="mine")
    assert getattr(signed_in(bob), method)(f"/tweets/{tweet.pk}/delete/").status_code == 404
    assert Tweet.objects.exists()


@pytest.mark.parametrize("tweet_id", ["0", "1", "9" * 19, "9" * 40])
def test_deleting_what_is_not_there_is_not_found(alice: User, tweet_id: str) -> None:
    assert signed_in(alice).post(f"/tweets/{tweet_id}/delete/").status_code == 404


def test_deleting_leads_nowhere_else(alice: User) -> None:
    tweet = Tweet.objects.create(author=alice, text="mine")
    response = signed_in(alice).post(f"/tweets/{tweet.pk}/delete/", {"next": "https://elsewhere.example/"})
    assert response.headers["Location"] == "/"
