"""The home timeline."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import translation
from pytest_django import Settings

from tests.visitors import post, shown, signed_in, text_of
from timeline import fanout, friendships
from timeline.horizon import NEAR
from timeline.models import Tweet, User
from timeline.templatetags.trellis import ago

pytestmark = pytest.mark.django_db


def test_whoever_is_not_signed_in_is_asked_to(client: Client) -> None:
    assert client.get("/").headers["Location"] == "/login/?next=/"


def test_friends_tweets_and_own_ones_are_shown_newest_first(alice: User, bob: User, charlie: User) -> None:
    post(alice, "from Alice")
    post(charlie, "from Charlie")
    post(bob, "from Bob")
    assert shown(text_of(signed_in(alice).get("/"))) == ["from Bob", "from Alice"]


def test_an_empty_home_says_what_to_do(charlie: User) -> None:
    page = text_of(signed_in(charlie).get("/"))
    assert "Nothing here yet." in page
    assert 'href="/people/">Find friends' in page


@pytest.mark.parametrize("count", [0, 1, 19, 20, 21, 40, 41])
def test_following_older_shows_every_tweet_once(alice: User, bob: User, count: int) -> None:
    post(bob, *(f"tweet {number}" for number in range(count)))
    assert_following_older_shows_every_tweet_once(alice, count)


@pytest.mark.parametrize("partition", [1, 2, 3])
def test_a_page_that_is_not_in_the_nearest_partitions_is_whole(
    settings: Settings, alice: User, bob: User, charlie: User, partition: int
) -> None:
    """Guard: the second look, into all the others."""
    settings.TIMELINE_PARTITION = partition
    post(bob, *(f"tweet {number}" for number in range(30)))
    post(charlie, *("not for alice" for _ in range(NEAR * partition)))
    post(bob, *(f"tweet {number}" for number in range(30, 60)))
    assert_following_older_shows_every_tweet_once(alice, 60)


def assert_following_older_shows_every_tweet_once(reader: User, count: int) -> None:
    client, address, seen, sizes = signed_in(reader), "/", [], []
    while address:
        page = text_of(client.get(address))
        seen += shown(page)
        sizes.append(len(shown(page)))
        link = re.search(r'<a rel="next" href="([^"]+)"[^>]*>Older</a>', page)
        address = link[1] if link else ""
    assert seen == [f"tweet {number}" for number in reversed(range(count))]
    assert all(size == 20 for size in sizes[:-1])


def test_a_tweet_that_comes_while_one_turns_the_page_shifts_nothing(alice: User, bob: User) -> None:
    tweets = post(bob, *(f"tweet {number}" for number in range(25)))
    post(bob, "a new one")
    page = text_of(signed_in(alice).get(f"/?before={tweets[5].pk}"))
    assert shown(page) == [f"tweet {number}" for number in (4, 3, 2, 1, 0)]
    assert ">Newest</a>" in page


@pytest.mark.parametrize("junk", ["x", "-1", "0", "1.5", "9" * 19, "9" * 40, "１２", "1\x00", "' OR 1=1", "1&before=y"])
def test_junk_in_the_address_is_not_found(alice: User, junk: str) -> None:
    assert signed_in(alice).get(f"/?before={junk}").status_code == 404


def test_a_page_before_everything_says_so(alice: User) -> None:
    assert "There is nothing older." in text_of(signed_in(alice).get("/?before=1"))


def test_an_empty_before_is_the_first_page(alice: User, bob: User) -> None:
    post(bob, "hello")
    assert shown(text_of(signed_in(alice).get("/?before="))) == ["hello"]


def test_a_page_costs_the_same_few_queries_however_much_it_shows(alice: User, bob: User, charlie: User) -> None:
    friendships.befriend(alice.pk, charlie.pk)
    client = signed_in(alice)
    for path in ("/", "/people/bob/", "/people/", "/people/?q=b"):
        Tweet.objects.all().delete()
        with CaptureQueriesContext(connection) as empty:
            client.get(path)
        for author in (alice, bob, charlie):
            post(author, *("hello" for _ in range(10)))
        with CaptureQueriesContext(connection) as full:
            client.get(path)
        # Likes and comments are asked for where there are tweets, and the newest of them is remembered.
        assert len(full) <= min(len(empty) + 3, 8), path


def test_hostile_text_is_only_text(alice: User, bob: User) -> None:
    post(bob, "<script>alert(1)</script>\n\"'&{{ 7 }}\u202e")
    page = text_of(signed_in(alice).get("/"))
    assert shown(page) == ["&lt;script&gt;alert(1)&lt;/script&gt;\n&quot;&#x27;&amp;{{ 7 }}\u202e"]


def test_a_hostile_name_is_only_a_name(alice: User, bob: User) -> None:
    User.objects.filter(pk=bob.pk).update(name='"><img src=x onerror=alert(1)>\u202e')
    post(bob, "hello")
    for path in ("/", "/people/", "/people/bob/", "/people/bob/unfriend/"):
        page = text_of(signed_in(alice).get(path))
        assert "<img src=x" not in page
        assert "<bdi>&quot;&gt;&lt;img" in page


def test_no_page_has_a_script_or_a_style_of_its_own(alice: User, bob: User) -> None:
    post(bob, "hello")
    for path in ("/", "/people/", "/people/bob/", "/people/bob/unfriend/", "/nowhere/"):
        page = text_of(signed_in(alice).get(path))
        assert not re.search(r"<script(?![^>]* src=)|<style|\sstyle=|\son\w+=", page), path


def test_own_tweets_can_be_deleted_and_others_not(alice: User, bob: User) -> None:
    (own,), (others,) = post(alice, "mine"), post(bob, "Bob's")
    page = text_of(signed_in(alice).get("/"))
    assert f"/tweets/{own.pk}/delete/" in page
    assert f"/tweets/{others.pk}/delete/" not in page


def test_the_author_sees_how_far_the_delivery_is(alice: User, bob: User) -> None:
    tweet = Tweet.objects.create(author=alice, text="hello")
    assert "reaching your friends…" in text_of(signed_in(alice).get("/"))
    fanout.deliver([tweet.pk])
    assert "reaching your friends…" not in text_of(signed_in(alice).get("/"))
    assert "reaching your friends…" not in text_of(signed_in(bob).get("/"))


def test_the_navigation_counts_open_requests(alice: User, charlie: User) -> None:
    assert "waits for you" not in text_of(signed_in(alice).get("/"))
    friendships.ask(charlie, alice)
    assert "1 friend request waits for you" in text_of(signed_in(alice).get("/"))


def test_the_page_speaks_the_browsers_language(alice: User) -> None:
    with translation.override("en"):  # and back to it: the page's language would stay with this thread
        page = text_of(signed_in(alice).get("/", headers={"Accept-Language": "zh-CN,zh;q=0.9"}))
    assert '<html lang="zh-hans">' in page
    assert "告诉你的朋友" in page


@pytest.mark.parametrize(
    ("age", "words"),
    [
        (timedelta(seconds=-5), "just now"),
        (timedelta(seconds=59), "just now"),
        (timedelta(minutes=1), "1\xa0minute ago"),
        (timedelta(hours=5, minutes=59), "5\xa0hours ago"),
        (timedelta(days=6, hours=23), "6\xa0days ago"),
        (timedelta(days=7), "Nov. 16, 2026"),
    ],
)
def test_times_are_relative_for_a_week(age: timedelta, words: str) -> None:
    now = datetime(2026, 11, 23, 12, tzinfo=UTC)
    assert ago(now - age, now) == words


def test_the_exact_time_is_there_for_whoever_points_at_it(alice: User) -> None:
    (tweet,) = post(alice, "hello")
    stored = Tweet.objects.get(pk=tweet.pk).created_at
    assert f'<time datetime="{stored.isoformat()}" title="' in text_of(signed_in(alice).get("/"))
