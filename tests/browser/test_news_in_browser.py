"""News at home: asked for, and brought by two answers at once."""

from secrets import token_hex

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.acts import news, post, run, sign_up, tweet
from tests.browser.conftest import Opener
from tests.servers import Stack

# A friend whose post has just arrived.
A_POST = """
from timeline import fanout, friendships
reader, writer = User.objects.get(username="{reader}"), User.objects.create_user("of-{reader}")
friendships.befriend(reader.pk, writer.pk)
fanout.deliver([Tweet.objects.create(author=writer, text="A new one").pk])
"""
MARK_ANSWERED = """
document.addEventListener("htmx:beforeSwap", () => setTimeout(() => document.body.dataset.answered = "yes"));
"""


@pytest.fixture
def reader(open_browser: Opener, stack: Stack) -> Page:
    """Somebody at home, to whom a friend has just posted something."""
    page = open_browser()
    name = f"reader-{token_hex(4)}"
    sign_up(page, name)
    run(stack, A_POST.format(reader=name))
    return page


def test_what_two_answers_bring_at_once_is_there_once(reader: Page) -> None:
    button = news(reader)
    held: list[Route] = []
    reader.route("**/newer/?show=1*", lambda route: held.append(route))
    with reader.expect_request("**/newer/?show=1*"):
        button.click()
    post(reader, "Mine, meanwhile")
    expect(tweet(reader, "A new one").first).to_be_visible()
    reader.evaluate(MARK_ANSWERED)
    held[0].continue_()
    expect(reader.locator("body")).to_have_attribute("data-answered", "yes")
    ids = reader.get_by_role("article").evaluate_all("posts => posts.map(post => post.id)")
    assert len(ids) == len(set(ids))


def test_who_asks_for_what_is_new_goes_on_there(reader: Page) -> None:
    news(reader).press("Enter")
    expect(reader.get_by_role("article").first).to_be_focused()
