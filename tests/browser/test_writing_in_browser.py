"""Writing a post: what one has written is never lost, and never sent too early."""

from playwright.sync_api import Locator, Page, expect

from tests.browser.acts import log_in, post, sign_up, tweet
from tests.browser.conftest import Opener


def field(page: Page) -> Locator:
    return page.get_by_label("Tell your friends")


def test_control_and_enter_send_and_enter_alone_does_not(open_browser: Opener) -> None:
    page = open_browser()
    sign_up(page, "enter")
    field(page).fill("Two lines")
    field(page).press("End")
    field(page).press("Enter")
    page.keyboard.type("of text")
    expect(field(page)).to_have_value("Two lines\nof text")
    field(page).press("Control+Enter")
    expect(page.get_by_role("article")).to_contain_text("Two lines\nof text")


def test_enter_while_an_input_method_composes_sends_nothing(open_browser: Opener) -> None:
    page = open_browser(locale="zh-CN")
    sign_up(page, "拼音")
    textarea = page.locator("#compose textarea")
    textarea.focus()
    protocol = page.context.new_cdp_session(page)
    protocol.send("Input.imeSetComposition", {"text": "nihao", "selectionStart": 5, "selectionEnd": 5})
    composing = {"type": "rawKeyDown", "key": "Enter", "code": "Enter", "modifiers": 2, "windowsVirtualKeyCode": 229}
    protocol.send("Input.dispatchKeyEvent", composing)
    protocol.send("Input.insertText", {"text": "你好"})
    expect(textarea).to_have_value("你好")
    expect(page.get_by_role("article")).to_have_count(0)
    textarea.press("Control+Enter")
    expect(page.get_by_role("article")).to_contain_text("你好")


def test_a_draft_is_there_after_a_reload_and_gone_once_it_is_posted(open_browser: Opener) -> None:
    page = open_browser()
    sign_up(page, "drafting")
    page.keyboard.press("Tab")
    field(page).press_sequentially("Half a thought")
    page.reload()
    expect(field(page)).to_have_value("Half a thought")
    page.get_by_role("button", name="Post", exact=True).click()
    expect(page.get_by_role("article")).to_contain_text("Half a thought")
    page.reload()
    expect(field(page)).to_have_value("")


def test_a_counter_appears_when_room_gets_short(open_browser: Opener) -> None:
    page = open_browser()
    sign_up(page, "counting")
    counter = page.locator("#compose .counter")
    field(page).fill("x" * 400)
    expect(counter).to_be_hidden()
    field(page).fill("字" * 460)
    expect(counter).to_have_text("460 / 500")
    field(page).fill("x" * 501)
    page.get_by_role("button", name="Post", exact=True).click()
    expect(page.locator("#compose .errorlist")).to_be_visible()
    expect(field(page)).to_have_value("x" * 501)


def test_a_session_that_ends_while_one_writes_costs_nothing(open_browser: Opener) -> None:
    page = open_browser()
    sign_up(page, "away")
    # A window of the same person whose complaints are expected.
    other = page.context.new_page()
    other.goto("/")
    field(other).fill("Written just before")
    page.context.clear_cookies(name="sessionid")
    other.get_by_role("button", name="Post", exact=True).click()
    expect(other.get_by_role("alert").first).to_contain_text("You are signed out. What you wrote stays here.")
    expect(field(other)).to_have_value("Written just before")
    other.get_by_role("alert").get_by_role("link", name="Log in").click()
    log_in(other, "away")
    expect(field(other)).to_have_value("Written just before")


def test_somebody_else_at_the_same_browser_does_not_get_the_draft(open_browser: Opener) -> None:
    page = open_browser()
    sign_up(page, "first")
    field(page).fill("A secret")
    page.context.clear_cookies(name="sessionid")
    sign_up(page, "second")
    expect(field(page)).to_have_value("")


def test_a_post_that_was_deleted_in_another_tab_cannot_be_liked_and_says_so(open_browser: Opener) -> None:
    page = open_browser()
    sign_up(page, "tabs")
    post(page, "Here and gone")
    # A window of the same person whose complaints are expected.
    other = page.context.new_page()
    other.goto("/")
    tweet(page, "Here and gone").get_by_role("link", name="Delete").click()
    page.get_by_role("button", name="Delete").click()
    expect(page.get_by_text("Your post is deleted.")).to_be_visible()
    tweet(other, "Here and gone").get_by_role("button", name="Like").click()
    expect(other.get_by_text("This post is no longer there.")).to_be_visible()


def test_links_and_mentions_lead_somewhere_and_long_texts_are_folded(open_browser: Opener) -> None:
    page = open_browser()
    sign_up(page, "linking")
    field(page).fill("See https://example.org/beans. @linking " + "and so on " * 40)
    page.get_by_role("button", name="Post", exact=True).click()
    card = page.get_by_role("article")
    expect(card.get_by_role("link", name="https://example.org/beans")).to_have_attribute(
        "href", "https://example.org/beans"
    )
    folded = card.locator(".text").bounding_box()
    card.get_by_text("Show all").click()
    unfolded = card.locator(".text").bounding_box()
    assert folded is not None
    assert unfolded is not None
    assert unfolded["height"] > folded["height"]
    card.get_by_role("link", name="@linking").click()
    page.wait_for_url("**/people/linking/")
