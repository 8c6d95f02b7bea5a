"""New posts: announced while somebody reads, put on top when they ask for it, and never in between."""

import re
from html import unescape
from typing import Any

import pytest
from django.test import Client

from tests.visitors import post, shown, signed_in, text_of
from timeline import fanout
from timeline.feed import MOST_AT_ONCE
from timeline.models import Tweet, User
from timeline.views.home import MOST_COUNTED, MOST_ON_TOP

pytestmark = pytest.mark.django_db

HTMX = {"HX-Request": "true"}


def look(client: Client, page: str) -> Any:
    """Ask as the page does."""
    address = re.search(r'hx-get="([^"]*)" hx-trigger="look"', page)
    assert address
    return client.get(unescape(address[1]), headers=HTMX)


def follow(client: Client, announcement: str) -> Any:
    """Ask for the announced posts as the button does."""
    address = re.search(r'hx-get="([^"]*show=1[^"]*)"', announcement)
    assert address
    return client.get(unescape(address[1]), headers=HTMX)


@pytest.mark.parametrize("before", [[], ["an old one"]])
def test_new_posts_are_announced_and_then_shown(before: list[str], alice: User, bob: User) -> None:
    post(bob, *before)
    client = signed_in(alice)
    page = text_of(client.get("/"))
    assert look(client, page).status_code == 204
    post(bob, "first", "second")
    announcement = text_of(look(client, page))
    assert "2 new posts" in announcement
    assert shown(announcement) == []
    on_top = text_of(follow(client, announcement))
    assert shown(on_top) == ["second", "first"]
    assert look(client, on_top).status_code == 204, "it goes on from the newest"


def test_ones_own_posts_are_no_news(alice: User) -> None:
    client = signed_in(alice)
    page = text_of(client.get("/"))
    post(alice, "from another window")
    assert look(client, page).status_code == 204


def test_who_is_no_friend_is_no_news(alice: User, charlie: User) -> None:
    client = signed_in(alice)
    page = text_of(client.get("/"))
    post(charlie, "hello")
    assert look(client, page).status_code == 204


def test_very_much_news_is_not_put_on_top(alice: User, bob: User) -> None:
    client = signed_in(alice)
    page = text_of(client.get("/"))
    post(bob, *("hello" for _ in range(MOST_ON_TOP + 1)))
    announcement = text_of(look(client, page))
    assert f"{MOST_ON_TOP + 1} new posts" in announcement
    assert "show=1" not in announcement, "the link loads the page anew"
    asked_all_the_same = client.get("/newer/?show=1", headers=HTMX)
    assert asked_all_the_same.headers["HX-Redirect"] == "/"


def test_news_are_counted_up_to_a_hundred(alice: User, bob: User) -> None:
    client = signed_in(alice)
    page = text_of(client.get("/"))
    post(bob, *("hello" for _ in range(MOST_COUNTED + 3)))
    assert "99+ new posts" in text_of(look(client, page))


def test_an_own_post_goes_on_top_with_what_came_meanwhile(alice: User, bob: User) -> None:
    client = signed_in(alice)
    (old,) = post(bob, "seen already")
    post(bob, "meanwhile")
    answer = client.post("/tweets/", {"text": "mine", "shown": str(old.pk)}, headers=HTMX)
    assert shown(text_of(answer)) == ["mine", "meanwhile"]


@pytest.mark.parametrize("before", [1, 5, 30])
def test_a_post_that_arrives_after_a_later_one_is_announced_too(before: int, alice: User, bob: User) -> None:
    """Guard: the page tells all that it shows. Each shard has a consumer of its own, and one may be slow."""
    post(bob, *(f"old {number}" for number in range(before)))
    late = Tweet.objects.create(author=bob, text="late")
    post(bob, "in time")
    client = signed_in(alice)
    page = text_of(client.get("/"))
    assert "late" not in shown(page)
    assert look(client, page).status_code == 204
    fanout.deliver([late.pk])
    announcement = text_of(look(client, page))
    assert "1 new post" in announcement
    assert shown(text_of(follow(client, announcement))) == ["late"]


def test_junk_in_a_form_costs_nobody_their_post(alice: User) -> None:
    answer = signed_in(alice).post("/tweets/", {"text": "mine", "shown": f"{10**18},x,-5"}, headers=HTMX)
    assert shown(text_of(answer)) == ["mine"]


@pytest.mark.parametrize("junk", ["x", "-1", "9" * 40])
def test_junk_is_not_found(junk: str, alice: User) -> None:
    assert signed_in(alice).get(f"/newer/?shown={junk}").status_code == 404
    assert signed_in(alice).get(f"/?through={junk}").status_code == 404


# --- Coming back to where one was --------------------------------------------------------------------------


def test_who_had_scrolled_down_gets_everything_down_to_there(alice: User, bob: User) -> None:
    tweets = post(bob, *(f"tweet {number}" for number in range(60)))
    client = signed_in(alice)
    page = text_of(client.get(f"/?through={tweets[5].pk}"))
    assert shown(page) == [f"tweet {number}" for number in reversed(range(5, 60))]
    link = re.search(r'<a rel="next" href="([^"]+)"', page)
    assert link
    assert shown(text_of(client.get(link[1]))) == [f"tweet {number}" for number in reversed(range(5))]


def test_a_place_whose_tweet_is_gone_is_still_found(alice: User, bob: User) -> None:
    tweets = post(bob, *(f"tweet {number}" for number in range(30)))
    tweets[3].delete()
    page = text_of(signed_in(alice).get(f"/?through={tweets[3].pk + 1}"))
    assert shown(page)[-1] == "tweet 4"


def test_a_place_very_far_down_leaves_out_the_newest_and_says_so(alice: User, bob: User) -> None:
    tweets = post(bob, *(f"tweet {number}" for number in range(MOST_AT_ONCE + 10)))
    page = text_of(signed_in(alice).get(f"/?through={tweets[0].pk}"))
    assert len(shown(page)) == MOST_AT_ONCE
    assert shown(page)[-1] == "tweet 0"
    assert '<a href="/">Newest</a>' in page
    assert 'hx-trigger="look"' not in page, "what is above is not new"


def test_a_place_in_an_empty_timeline_is_its_beginning(alice: User) -> None:
    assert "Nothing here yet." in text_of(signed_in(alice).get("/?through=5"))
