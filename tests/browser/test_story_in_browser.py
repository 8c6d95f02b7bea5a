"""The story of the product, as two people live it."""

import time

from playwright.sync_api import Page, expect

from tests.browser.acts import post, sign_up
from tests.browser.conftest import Opener

# How soon a post comes is for the benchmarks to say; here only that it does, in seconds.
PATIENCE = 10


def assert_sees(page: Page, text: str) -> None:
    deadline = time.monotonic() + PATIENCE
    page.goto("/")
    while not page.get_by_text(text).is_visible():
        assert time.monotonic() < deadline, f"{text!r} has not come"
        page.reload()


def test_two_new_people_become_friends_and_one_sees_what_the_other_posts(open_browser: Opener) -> None:
    lin, bob = open_browser(), open_browser()
    sign_up(lin, "林小红")
    sign_up(bob, "bob")

    lin.get_by_role("link", name="Find friends").click()
    lin.get_by_label("Find people").fill("BO")
    lin.get_by_role("button", name="Search").click()
    lin.get_by_role("button", name="Add friend bob").click()
    expect(lin.get_by_role("status")).to_contain_text("Your request is on its way to bob.")

    bob.get_by_role("link", name="People").click()
    bob.get_by_role("button", name="Accept 林小红").click()
    expect(bob.get_by_role("status")).to_contain_text("You and 林小红 are friends now.")

    bob.get_by_role("link", name="Home").click()
    post(bob, "The beans are climbing.\nSee for yourselves!")
    assert_sees(lin, "The beans are climbing.")

    bob.get_by_role("link", name="Delete").click()
    bob.get_by_role("button", name="Delete").click()
    expect(bob.get_by_role("status")).to_contain_text("Your post is deleted.")
    lin.reload()
    expect(lin.get_by_text("The beans are climbing.")).to_have_count(0)

    lin.get_by_role("link", name="People").click()
    lin.get_by_role("link", name="Unfriend bob").click()
    lin.get_by_role("button", name="Unfriend").click()
    expect(lin.get_by_role("status")).to_contain_text("You and bob are no longer friends.")


def test_everything_works_by_keyboard_alone(open_browser: Opener) -> None:
    page = open_browser()
    sign_up(page, "dora")
    page.goto("/")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(page.get_by_label("Tell your friends")).to_be_focused()
    page.keyboard.type("No mouse needed")
    page.keyboard.press("Tab")
    expect(page.get_by_label("Add photos")).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.get_by_label("Who sees it")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_role("article")).to_contain_text("No mouse needed")
