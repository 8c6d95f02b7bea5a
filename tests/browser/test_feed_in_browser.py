"""Reading at home: without an end, back to the same place, with the keys, and a line where one was."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.acts import log_in, news, post, run, sign_up, tweet
from tests.browser.conftest import Opener
from tests.servers import Stack

POSTS = 65

# What somebody finds who was away for a while: many posts, and a friend who wrote them.
MANY = f"""
from timeline import friendships, fanout
reader = User.objects.get(username="reader")
writer = User.objects.create_user("writer", name="Writer")
friendships.befriend(reader.pk, writer.pk)
tweets = [Tweet.objects.create(author=writer, text=f"Post {{number}}.") for number in range({POSTS})]
fanout.deliver([tweet.pk for tweet in tweets])
"""
ONE_MORE = """
from timeline import fanout
writer = User.objects.get(username="writer")
fanout.deliver([Tweet.objects.create(author=writer, text="A new one").pk])
"""
AWHILE_AGO = """
from datetime import timedelta
from django.db.models import F
Visit.objects.update(at=F("at") - timedelta(hours=1))
"""


@pytest.fixture
def reader(open_browser: Opener, stack: Stack) -> Page:
    """Somebody at home with very much to read."""
    page = open_browser(viewport={"width": 800, "height": 700})
    if run(stack, "print(User.objects.filter(username='reader').count())") == "0":
        sign_up(page, "reader")
        run(stack, MANY)
    else:
        page.goto("/login/")
        log_in(page, "reader")
    page.goto("/")
    return page


def scroll_to(page: Page, text: str) -> None:
    """Go on to the end of the page until a post is there, then look at it."""
    while tweet(page, text).count() == 0:
        shown = page.get_by_role("article").count()
        page.locator("#pages").scroll_into_view_if_needed()
        expect(page.get_by_role("article").nth(shown)).to_be_attached()
    tweet(page, text).scroll_into_view_if_needed()


def test_older_posts_follow_without_an_end(reader: Page) -> None:
    expect(reader.get_by_role("article")).to_have_count(20)
    scroll_to(reader, "Post 0.")
    expect(reader.get_by_text("There is nothing older.")).to_be_visible()
    # Other tests may have added to what is new.
    texts = [text for text in reader.locator("article .text").all_inner_texts() if text.startswith("Post")]
    assert texts == [f"Post {number}." for number in reversed(range(POSTS))]


def test_back_returns_to_the_same_place(reader: Page) -> None:
    scroll_to(reader, "Post 20.")
    place = tweet(reader, "Post 20.").bounding_box()
    tweet(reader, "Post 20.").locator(".permalink").click()
    reader.wait_for_url("**/tweets/*/")
    reader.go_back()
    expect(tweet(reader, "Post 20.")).to_be_in_viewport()
    now = tweet(reader, "Post 20.").bounding_box()
    assert place is not None
    assert now is not None
    assert abs(now["y"] - place["y"]) < 60


def test_what_is_new_moves_nothing_and_a_line_tells_where_one_was(reader: Page, stack: Stack) -> None:
    run(stack, AWHILE_AGO)
    scroll_to(reader, "Post 40.")
    before = tweet(reader, "Post 40.").bounding_box()
    run(stack, ONE_MORE)
    expect(news(reader)).to_have_text("1 new post")
    assert tweet(reader, "Post 40.").bounding_box() == before
    reader.goto("/")
    expect(tweet(reader, f"Post {POSTS - 1}.").get_by_text("You were here")).to_be_visible()


def test_the_keys_reach_what_is_older_and_the_field_from_everywhere(reader: Page) -> None:
    last = reader.get_by_role("article").nth(24)
    while not last.is_visible() or not last.evaluate("post => post === document.activeElement"):
        reader.keyboard.press("j")
    reader.goto("/people/")
    reader.keyboard.press("n")
    expect(reader.get_by_label("Tell your friends")).to_be_focused()


def another_window(page: Page) -> Page:
    """Open a window of the same person whose complaints are expected."""
    other = page.context.new_page()
    other.goto("/")
    return other


def test_what_is_older_says_where_one_is_that_it_did_not_come(reader: Page) -> None:
    reader = another_window(reader)
    reader.route("**/?before=*", lambda route: route.abort())
    reader.locator("#pages").scroll_into_view_if_needed()
    expect(reader.locator("#pages").get_by_role("alert")).to_be_in_viewport()
    reader.unroute("**/?before=*")
    reader.get_by_role("link", name="Older").click()
    expect(reader.get_by_role("article")).to_have_count(40)


def test_what_the_page_asks_for_by_itself_fails_silently_and_is_asked_again(reader: Page) -> None:
    reader = another_window(reader)
    reader.route("**/newer/*", lambda route: route.abort())
    with reader.expect_event("requestfailed"):
        reader.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    reader.unroute("**/newer/*")
    with reader.expect_response("**/newer/*"):
        reader.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    expect(reader.get_by_role("alert")).to_have_count(0)


def test_keys_move_like_write_search_and_explain_themselves(reader: Page) -> None:
    reader.keyboard.press("j")
    reader.keyboard.press("j")
    expect(reader.get_by_role("article").nth(1)).to_be_focused()
    reader.keyboard.press("k")
    first = reader.get_by_role("article").first
    expect(first).to_be_focused()
    reader.keyboard.press("l")
    expect(first.get_by_role("button", name="Like")).to_have_attribute("aria-pressed", "true")
    reader.keyboard.press("?")
    expect(reader.get_by_role("dialog", name="Keys")).to_be_visible()
    reader.keyboard.press("Escape")
    reader.keyboard.press("n")
    field = reader.get_by_label("Tell your friends")
    expect(field).to_be_focused()
    reader.keyboard.type("jkl/?n")
    expect(field).to_have_value("jkl/?n")
    field.fill("")
    field.blur()
    reader.keyboard.press("/")
    reader.wait_for_url("**/people/*")
    expect(reader.get_by_label("Find people")).to_be_focused()


def test_an_own_post_is_on_top_at_once_and_the_page_stays(reader: Page) -> None:
    reader.evaluate("document.body.dataset.sameDocument = 'yes'")
    post(reader, "Mine")
    expect(reader.get_by_label("Tell your friends")).to_have_value("")
    assert reader.evaluate("document.body.dataset.sameDocument") == "yes"
    reader.get_by_role("article").first.get_by_role("link", name="Delete").click()
    reader.get_by_role("button", name="Delete").click()
    expect(reader.get_by_text("Your post is deleted.")).to_be_visible()
