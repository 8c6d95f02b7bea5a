"""Django admin in a real browser: nothing on its pages is kept from running by what our pages may do."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Opener
from tests.servers import Stack

PASSWORD = "climbing-beans-42"


@pytest.fixture(scope="module")
def operator(stack: Stack) -> str:
    """The user name of a superuser."""
    stack.env["DJANGO_SUPERUSER_PASSWORD"] = PASSWORD
    stack.manage("createsuperuser", "--noinput", "--username=root", "--email=")
    return "root"


@pytest.fixture
def desk(open_browser: Opener, operator: str) -> Page:
    """The admin, signed in. What the browser refuses to run there is a complaint, and fails the test."""
    page = open_browser()
    page.goto("/admin/")
    page.get_by_label("Username").fill(operator)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()
    expect(page.get_by_role("heading", name="Recent actions")).to_be_visible()
    return page


def test_every_list_is_shown(desk: Page) -> None:
    addresses = desk.locator("#content-main th a").evaluate_all("links => links.map(link => link.pathname)")
    assert len(addresses) > 3
    for address in addresses:
        desk.goto(address)
        expect(desk.locator("#content h1")).to_be_visible()


def test_an_author_is_chosen_as_one_types(desk: Page, operator: str) -> None:
    """Fields that complete themselves are the largest script of the admin."""
    desk.goto("/admin/timeline/tweet/add/")
    desk.locator(".field-author .select2-selection").click()
    desk.get_by_role("searchbox").last.fill("ro")
    desk.get_by_role("option", name=operator).click()
    desk.get_by_label("Text").fill("From the desk")
    desk.get_by_role("button", name="Save", exact=True).click()
    expect(desk.get_by_text("was added successfully")).to_be_visible()
