"""A circle of four, live: who sees what, when, and no longer."""

from playwright.sync_api import Page, expect

from tests.browser.acts import befriend, choose, comment, news, sign_up, tweet
from tests.browser.conftest import Opener, Photos


def test_a_post_its_photos_and_what_friends_say_reach_those_whom_they_are_for(
    open_browser: Opener, photo_files: Photos
) -> None:
    anna, ben, cleo, dora = (open_browser() for _ in range(4))
    for page, name in ((anna, "anna"), (ben, "ben"), (cleo, "cleo"), (dora, "dora")):
        sign_up(page, name)
    befriend(ben, anna, "anna")
    befriend(cleo, anna, "anna")
    befriend(dora, anna, "anna")
    befriend(cleo, ben, "ben")
    for page in (anna, ben, cleo, dora):
        page.goto("/")

    # Anna posts with photos; Ben sees it without loading his page again.
    anna.get_by_label("Tell your friends").fill("The peas are sweet")
    choose(anna, photo_files(2))
    expect(anna.locator(".draft")).to_have_count(2)
    anna.get_by_role("button", name="Post", exact=True).click()
    mine = tweet(anna, "The peas are sweet")
    expect(mine.locator(".photos img")).to_have_count(2)
    expect(mine.get_by_text("with all 3 friends")).to_be_visible()
    ben.evaluate("document.body.dataset.sameDocument = 'yes'")
    news(ben).click()
    card = tweet(ben, "The peas are sweet")
    expect(card.locator(".photos img")).to_have_count(2)
    assert ben.evaluate("document.body.dataset.sameDocument") == "yes"

    # Ben likes it and says something. Cleo is a friend of both, Dora of Anna alone.
    card.get_by_role("button", name="Like").click()
    comment(card, "So are mine")
    news(cleo).click()
    news(dora).click()
    expect(tweet(cleo, "The peas are sweet").get_by_text("So are mine")).to_be_visible()
    expect(tweet(cleo, "The peas are sweet").locator(".likes")).to_contain_text("ben")
    expect(dora.get_by_text("So are mine")).to_have_count(0)
    expect(tweet(dora, "The peas are sweet").locator(".likes")).not_to_contain_text("ben")

    # Anna keeps it from Dora: gone for the one, there for the others, and back when Anna thinks again.
    mine.get_by_role("link", name="Who sees it").click()
    anna.get_by_label("Who sees it").select_option("except")
    anna.get_by_role("checkbox", name="dora").check()
    anna.get_by_role("button", name="Save").click()
    expect(anna.get_by_text("Changed who sees this post.")).to_be_visible()
    expect(tweet(anna, "The peas are sweet").get_by_text("with 2 friends")).to_be_visible()
    dora.reload()
    expect(dora.get_by_text("The peas are sweet")).to_have_count(0)
    cleo.reload()
    expect(cleo.get_by_text("The peas are sweet")).to_be_visible()
    tweet(anna, "The peas are sweet").get_by_role("link", name="Who sees it").click()
    anna.get_by_label("Who sees it").select_option("friends")
    anna.get_by_role("button", name="Save").click()
    dora.reload()
    expect(dora.get_by_text("The peas are sweet")).to_be_visible()


def test_a_whole_evening_in_chinese_on_a_phone_in_the_dark(open_browser: Opener) -> None:
    page = open_browser(locale="zh-CN", color_scheme="dark", viewport={"width": 390, "height": 844})
    sign_up(page, "小红")
    assert page.evaluate("document.documentElement.lang") == "zh-hans"
    page.get_by_label("告诉你的朋友").fill("今天的豆子爬得好高")
    page.get_by_label("谁可以看").select_option(label="仅自己")
    page.get_by_role("button", name="发布").click()
    expect(page.get_by_role("article")).to_contain_text("仅自己可见")
    assert brightness(page, "backgroundColor") < 60 < 180 < brightness(page, "color")

    page.get_by_role("link", name="设置").click()
    page.get_by_label("一句话介绍自己").fill("种豆子的人")
    page.get_by_label("语言").select_option("en")
    page.get_by_role("button", name="保存").first.click()
    expect(page.get_by_role("heading", name="Settings")).to_be_visible()
    page.goto("/people/小红/")
    expect(page.get_by_text("种豆子的人")).to_be_visible()
    expect(page.get_by_role("article")).to_contain_text("only you")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def brightness(page: Page, colour: str) -> float:
    """Return how bright a colour of the page is, 0 to 255."""
    values = page.evaluate(f"getComputedStyle(document.body).{colour}.match(/[0-9]+/g).slice(0, 3).map(Number)")
    return sum(values) / 3
