"""Likes, comments and notifications in a real browser: in place with scripts, with full pages without."""

import re

from playwright.sync_api import Page, expect

from tests.browser.acts import befriend, comment, post, sign_up, tweet
from tests.browser.conftest import Opener


def mark(page: Page) -> None:
    """Leave a mark that is gone as soon as the page is loaded again."""
    page.evaluate("document.body.dataset.sameDocument = 'yes'")


def assert_is_the_same_document(page: Page) -> None:
    assert page.evaluate("document.body.dataset.sameDocument") == "yes"


def test_friends_like_comment_and_reply_in_place_and_a_stranger_sees_nothing_of_it(open_browser: Opener) -> None:
    anna, ben, cleo = open_browser(), open_browser(), open_browser()
    for page, name in ((anna, "anna"), (ben, "ben"), (cleo, "cleo")):
        sign_up(page, name)
    befriend(ben, anna, "anna")
    befriend(cleo, anna, "anna")

    anna.goto("/")
    post(anna, "The peas are sweet")

    ben.goto("/people/anna/")
    mark(ben)
    card = tweet(ben, "The peas are sweet")
    card.get_by_role("button", name="Like").click()
    expect(card.get_by_role("button", name="Like")).to_have_attribute("aria-pressed", "true")
    expect(card.get_by_role("button", name="Like")).to_be_focused()
    comment(card, "So are mine")
    assert_is_the_same_document(ben)

    anna.goto("/")
    expect(anna.get_by_role("link", name=re.compile("Notifications 2 are new"))).to_be_visible()
    anna.get_by_role("link", name="Notifications").click()
    expect(anna.get_by_text("ben likes your post.")).to_be_visible()
    anna.get_by_role("link", name="ben has commented on your post.").click()
    expect(anna.locator(".comment:target")).to_contain_text("So are mine")

    anna.goto("/people/anna/")
    mark(anna)
    card = tweet(anna, "The peas are sweet")
    card.get_by_role("link", name="Reply ben").click()
    expect(card.get_by_label("Reply to ben")).to_be_focused()
    card.get_by_label("Reply to ben").fill("Bring some")
    card.get_by_role("button", name="Send").click()
    expect(card.get_by_text("anna replied to ben")).to_be_visible()
    assert_is_the_same_document(anna)

    # Cleo is Anna's friend and not Ben's.
    cleo.goto("/people/anna/")
    expect(cleo.get_by_text("Bring some")).to_be_visible()
    expect(cleo.get_by_text("So are mine")).to_have_count(0)
    expect(cleo.get_by_role("main").get_by_text("ben")).to_have_count(0)

    # Asked first; no is the answer of a browser that nobody sits in front of.
    card.get_by_role("button", name="Delete the comment of ben").click()
    anna.once("dialog", lambda dialog: dialog.accept())
    expect(card.get_by_text("So are mine")).to_be_visible()
    card.get_by_role("button", name="Delete the comment of ben").click()
    expect(card.get_by_text("So are mine")).to_have_count(0)
    expect(card.get_by_text("Bring some")).to_be_visible()
    assert_is_the_same_document(anna)


def test_what_was_written_to_a_tweet_that_is_gone_stays_in_the_field(open_browser: Opener) -> None:
    page = open_browser()
    sign_up(page, "emil")
    page.goto("/")
    post(page, "Soon gone")
    other = page.context.new_page()
    other.goto("/")
    card = tweet(other, "Soon gone")
    card.get_by_text("Comment", exact=True).click()
    card.get_by_label("Write a comment").fill("A long thought")

    page.get_by_role("link", name="Delete").click()
    page.get_by_role("button", name="Delete").click()

    card.get_by_role("button", name="Send").click()
    expect(card.get_by_role("alert")).to_have_text("This post is no longer there.")
    expect(card.get_by_label("Write a comment")).to_have_value("A long thought")


def test_what_was_written_while_signed_out_or_without_network_stays_in_the_field(open_browser: Opener) -> None:
    page = open_browser()
    sign_up(page, "ida")
    page.goto("/")
    post(page, "Lonely")
    # A window of the same person whose complaints are expected.
    other = page.context.new_page()
    other.goto("/")
    card = tweet(other, "Lonely")
    card.get_by_text("Comment", exact=True).click()
    card.get_by_label("Write a comment").fill("A long thought")

    page.context.set_offline(True)
    card.get_by_role("button", name="Send").click()
    expect(card.get_by_role("alert")).to_contain_text("This did not work.")
    page.context.set_offline(False)

    page.context.clear_cookies(name="sessionid")
    card.get_by_role("button", name="Send").click()
    expect(card.get_by_role("alert").first).to_contain_text("You are signed out.")
    expect(card.get_by_label("Write a comment")).to_have_value("A long thought")


def test_a_comment_is_kept_over_a_reload_counted_and_sent_by_control_and_enter(open_browser: Opener) -> None:
    page = open_browser()
    sign_up(page, "kim")
    page.goto("/")
    post(page, "Draft")
    card = tweet(page, "Draft")
    card.get_by_text("Comment", exact=True).click()
    field = card.get_by_label("Write a comment")
    field.fill("好" * 460)
    expect(card.get_by_text("460 / 500")).to_be_visible()
    page.reload()
    expect(field).to_have_value("好" * 460)
    field.dispatch_event("keydown", {"key": "Enter", "ctrlKey": True, "keyCode": 229})
    expect(field).to_have_value("好" * 460)
    field.press("Control+Enter")
    expect(card.get_by_role("listitem").filter(has_text="好" * 460)).to_be_visible()
    expect(field).to_have_value("")
    page.reload()
    expect(field).to_have_value("")


def test_a_text_that_is_refused_stays_in_the_field(open_browser: Opener) -> None:
    page = open_browser()
    sign_up(page, "fiona")
    page.goto("/")
    post(page, "Short")
    card = tweet(page, "Short")
    card.get_by_text("Comment", exact=True).click()
    card.get_by_label("Write a comment").fill("x" * 501)
    card.get_by_role("button", name="Send").click()
    expect(card.get_by_role("alert")).to_have_text("At most 500 characters fit; this has 501.")
    expect(card.get_by_label("Write a comment")).to_have_value("x" * 501)


def test_everything_works_without_scripts(open_browser: Opener) -> None:
    page = open_browser(java_script_enabled=False)
    sign_up(page, "gregor")
    page.goto("/")
    post(page, "Plain")
    card = tweet(page, "Plain")
    card.get_by_role("button", name="Like").click()
    expect(card.get_by_role("button", name="Like")).to_have_attribute("aria-pressed", "true")
    assert re.search(r"/#tweet-\d+$", page.url)
    card.get_by_text("Comment", exact=True).click()
    card.get_by_label("Write a comment").fill("First")
    card.get_by_role("button", name="Send").click()
    expect(card.get_by_text("First")).to_be_visible()
    card.get_by_role("link", name="Reply").click()
    page.get_by_label("Reply to gregor").fill("Second")
    page.get_by_role("button", name="Send").click()
    expect(page.locator(".comment:target")).to_contain_text("gregor replied to gregor")


def test_reactions_fit_a_small_phone(open_browser: Opener) -> None:
    page = open_browser(viewport={"width": 320, "height": 568})
    sign_up(page, "h" * 150)
    page.goto("/")
    post(page, "Narrow")
    card = tweet(page, "Narrow")
    card.get_by_role("button", name="Like").click()
    comment(card, "w" * 500)
    permalink = card.locator(".permalink").get_attribute("href")
    for address in ("/", permalink, "/notifications/"):
        page.goto(str(address))
        assert page.evaluate("document.documentElement.scrollWidth") <= 320, address
