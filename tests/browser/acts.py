"""What people do in front of a browser, again and again."""

from pathlib import Path

from playwright.sync_api import Locator, Page, expect

from tests.servers import Stack

PASSWORD = "climbing-beans-42"


def sign_up(page: Page, username: str) -> None:
    """Sign up, which ends at home."""
    page.goto("/signup/")
    page.locator("[name=username]").fill(username)
    page.locator("[name=password1]").fill(PASSWORD)
    page.locator("[name=password2]").fill(PASSWORD)
    page.locator("main form button").click()
    expect(page.locator("#compose")).to_be_visible()


def log_in(page: Page, username: str) -> None:
    """Log in on the page that asks for it."""
    page.locator("[name=username]").fill(username)
    page.locator("[name=password]").fill(PASSWORD)
    page.locator("main form button").click()
    expect(page.locator("#compose")).to_be_visible()


def befriend(one: Page, other: Page, name: str) -> None:
    """Let `one` ask the person of that name, who sits in front of `other`, and let them accept."""
    one.goto(f"/people/{name}/")
    one.get_by_role("button", name=f"Add friend {name}").click()
    expect(one.get_by_role("status")).to_contain_text(f"Your request is on its way to {name}.")
    other.goto("/notifications/")
    other.get_by_role("link", name="wants to be your friend").first.click()
    other.get_by_role("button", name="Accept").click()
    expect(other.get_by_role("status")).to_contain_text("are friends now.")


def post(page: Page, text: str) -> None:
    """Post from the home page, and see it on top."""
    page.get_by_label("Tell your friends").fill(text)
    page.get_by_role("button", name="Post", exact=True).click()
    expect(page.get_by_role("article").first).to_contain_text(text)


def tweet(page: Page, text: str) -> Locator:
    """Return the tweet with that text."""
    return page.get_by_role("article").filter(has_text=text)


def comment(card: Locator, text: str) -> None:
    """Comment on a tweet in place."""
    card.get_by_text("Comment", exact=True).click()
    card.get_by_label("Write a comment").fill(text)
    card.get_by_role("button", name="Send").click()
    expect(card.get_by_role("listitem").filter(has_text=text)).to_be_visible()


def choose(page: Page, files: list[Path]) -> None:
    """Choose photos for a post."""
    page.locator("input[type=file][name=added]").set_input_files(files)


def news(page: Page) -> Locator:
    """Come back to the window again and again, which makes it ask for news, until it announces some.

    Returns the button that announces it.
    """
    # Not once: the post may still be on its way, or the page busy with the answer before.
    page.wait_for_function(
        "() => document.querySelector('.button.newer') ?? !document.dispatchEvent(new Event('visibilitychange'))",
        polling=100,
    )
    return page.get_by_role("link", name="new post")


def run(stack: Stack, code: str) -> str:
    """Run Python in the Trellis that the browser looks at. Returns what it prints."""
    return stack.manage("shell", "-v", "0", "-c", f"from timeline.models import *\n{code}").strip()
