"""Logging out at a browser that somebody else uses next."""

from playwright.sync_api import expect, sync_playwright

from tests.browser.acts import post, sign_up
from tests.browser.conftest import launch


def test_the_way_back_shows_nothing_private(site: str) -> None:
    """Guard: `leaving.js`. Browsers keep whole pages for the way back."""
    with sync_playwright() as playwright:
        chromium = launch(playwright, keeps_pages=True)
        page = chromium.new_context(base_url=site, locale="en").new_page()
        sign_up(page, "leaving")
        post(page, "For friends alone")
        page.get_by_role("button", name="Log out").click()
        expect(page.get_by_role("heading", name="Log in")).to_be_visible()
        page.evaluate("history.back()")
        expect(page).to_have_url(f"{site}/login/?next=/")
        expect(page.get_by_text("For friends alone")).to_have_count(0)
        chromium.close()
