"""Writing a post: what one has written is never lost, and never sent too early."""

import re

from playwright.sync_api import Locator, Page, Route, expect

from tests.browser.acts import choose, log_in, post, run, sign_up, tweet
from tests.browser.conftest import Opener, Photos
from tests.servers import Stack


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


def test_a_draft_for_some_comes_back_for_the_same(open_browser: Opener, stack: Stack) -> None:
    """Not as something for all friends, one click away from being posted."""
    page = open_browser()
    sign_up(page, "discreet")
    befriended = "from timeline import friendships\nfriend = User.objects.create_user('confidant')\n"
    run(stack, f"{befriended}friendships.befriend(User.objects.get(username='discreet').pk, friend.pk)")
    page.goto("/")
    field(page).fill("A secret")
    page.get_by_label("Who sees it").select_option("only")
    page.get_by_role("checkbox", name="confidant").check()
    page.get_by_label("Names of friends").fill("somebody")
    page.goto("/people/")
    page.goto("/")
    expect(field(page)).to_have_value("A secret")
    expect(page.get_by_label("Who sees it")).to_have_value("only")
    expect(page.get_by_role("checkbox", name="confidant")).to_be_checked()
    expect(page.get_by_label("Names of friends")).to_have_value("somebody")


def test_what_another_tab_begins_disturbs_nobody(open_browser: Opener) -> None:
    page = open_browser()
    sign_up(page, "two-tabs")
    post(page, "Something to like")
    other = page.context.new_page()
    other.goto("/")
    field(other).fill("Begun elsewhere")
    tweet(page, "Something to like").get_by_role("button", name="Like").click()
    expect(tweet(page, "Something to like").locator(".likes")).to_contain_text("You")
    expect(field(page)).to_have_value("")
    post(page, "A second one")
    tweet(other, "Something to like").get_by_role("button", name="Like").click()
    expect(tweet(other, "Something to like").locator(".likes")).to_contain_text("You")
    expect(field(other)).to_have_value("Begun elsewhere")


def test_nothing_can_be_written_behind_a_post_that_is_on_its_way(open_browser: Opener) -> None:
    page = open_browser()
    sign_up(page, "hasty")
    held: list[Route] = []
    page.route("**/tweets/", lambda route: held.append(route))
    field(page).fill("All of it")
    with page.expect_request("**/tweets/"):
        field(page).press("Control+Enter")
    page.keyboard.type(" and more")
    page.keyboard.press("Control+Enter")
    expect(field(page)).to_have_value("All of it")
    (route,) = held
    route.continue_()
    expect(page.get_by_role("article")).to_have_text(re.compile("All of it"))
    expect(page.get_by_role("article")).to_have_count(1)
    expect(field(page)).to_have_value("")
    expect(field(page)).to_be_editable()


def test_enter_in_the_description_of_a_photo_sends_nothing(open_browser: Opener, photo_files: Photos) -> None:
    page = open_browser()
    sign_up(page, "describing")
    choose(page, photo_files(1))
    page.get_by_label("What does the photo show?").fill("Beans")
    page.get_by_label("What does the photo show?").press("Enter")
    field(page).fill("Now it is ready")
    field(page).press("Control+Enter")
    expect(page.get_by_role("article")).to_have_count(1)
    expect(page.get_by_role("article")).to_contain_text("Now it is ready")


def test_a_comment_on_a_page_of_its_own_survives_the_end_of_a_session(open_browser: Opener) -> None:
    page = open_browser()
    sign_up(page, "commenting")
    post(page, "Something to say about")
    tweet(page, "Something to say about").locator(".permalink").click()
    page.get_by_label("Write a comment").fill("Half a comment")
    address = page.url
    page.context.clear_cookies(name="sessionid")
    page.get_by_role("button", name="Send").click()
    log_in(page, "commenting")
    page.goto(address)
    expect(page.get_by_label("Write a comment")).to_have_value("Half a comment")
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_role("listitem").filter(has_text="Half a comment")).to_be_visible()
    expect(page.get_by_label("Write a comment")).to_have_value("")


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


def test_logging_out_in_another_tab_keeps_what_one_is_writing(open_browser: Opener) -> None:
    page = open_browser()
    sign_up(page, "left")
    other = page.context.new_page()
    other.goto("/")
    field(other).fill("Not lost")
    page.get_by_role("button", name="Log out").click()
    expect(page.get_by_role("heading", name="Log in")).to_be_visible()
    other.get_by_role("button", name="Post", exact=True).click()
    other.get_by_role("alert").get_by_role("link", name="Log in").click()
    log_in(other, "left")
    expect(field(other)).to_have_value("Not lost")
    other.get_by_role("button", name="Log out").click()
    expect(other.get_by_role("heading", name="Log in")).to_be_visible()
    log_in(other, "left")
    expect(field(other)).to_have_value("")


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
