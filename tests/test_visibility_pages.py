"""What pages tell of tweets that their viewer may not see, or no longer; the rest is in `test_who_may_do_what`."""

import pytest
from django.test import Client

from tests.visitors import signed_in, text_of
from timeline import fanout, friendships
from timeline.models import Tweet, User

pytestmark = pytest.mark.django_db

SECRET = "the beans are ripe"


@pytest.fixture
def tweet(alice: User, bob: User, charlie: User) -> Tweet:
    tweet = Tweet.objects.create(author=alice, text=SECRET)
    fanout.deliver([tweet.pk])
    return tweet


def browser_of(viewer: str) -> Client:
    return signed_in(User.objects.get(username=viewer))


def test_a_stranger_is_told_why_there_is_nothing(tweet: Tweet) -> None:
    page = text_of(browser_of("charlie").get("/people/alice/"))
    assert "Only friends see what <bdi>Alice</bdi> posts." in page
    assert 'action="/people/alice/ask/"' in page


def test_a_request_alone_shows_nothing(tweet: Tweet, alice: User, charlie: User) -> None:
    friendships.ask(charlie, alice)
    assert SECRET not in text_of(browser_of("charlie").get("/people/alice/"))
    friendships.accept(sender=charlie, receiver=alice)
    assert SECRET in text_of(browser_of("charlie").get("/people/alice/"))
    assert SECRET in text_of(browser_of("charlie").get("/"))


def test_after_unfriending_nothing_is_left(tweet: Tweet, alice: User, bob: User) -> None:
    signed_in(alice).post("/people/bob/unfriend/")
    assert SECRET not in text_of(browser_of("bob").get("/"))
    assert SECRET not in text_of(browser_of("bob").get("/people/alice/"))


def test_an_entry_that_is_there_by_mistake_shows_nothing(tweet: Tweet, charlie: User) -> None:
    charlie.entries.create(tweet=tweet)
    assert SECRET not in text_of(browser_of("charlie").get("/"))


def test_a_persons_page_goes_on_with_older_tweets(alice: User, bob: User) -> None:
    for number in range(25):
        Tweet.objects.create(author=alice, text=f"tweet {number}.")
    first = browser_of("bob").get("/people/alice/")
    assert "tweet 24." in text_of(first)
    assert "tweet 4." not in text_of(first)
    following = first.context["page"].following.pk
    assert f'href="/people/alice/?before={following}">Older</a>' in text_of(first)
    second = text_of(browser_of("bob").get(f"/people/alice/?before={following}"))
    assert "tweet 4." in second
    assert "tweet 5." not in second


@pytest.mark.parametrize("username", ["nobody", "nul%00", "%FF", "a b", "x" * 300, "%2e%2e"])
def test_an_unknown_person_is_not_found(alice: User, username: str) -> None:
    response = signed_in(alice).get(f"/people/{username}/")
    assert response.status_code == 404
    assert "There is nothing here" in text_of(response)


def test_junk_in_the_address_is_not_found(alice: User) -> None:
    assert signed_in(alice).get("/people/alice/?before=x").status_code == 404
