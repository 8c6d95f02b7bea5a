"""Every page, as full and as hostile as it gets: usable by everybody, narrow enough for a phone, and light."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from tests.browser.acts import post, sign_up
from tests.browser.conftest import Opener
from tests.browser.scene import PASSWORD, SIGHTS, Sight, made_in, make_unread
from tests.servers import Stack

AXE = (Path(__file__).parent / "vendor" / "axe-core" / "axe.min.js").read_text()
# Rules that axe does not run unless it is told to.
RULES = {"target-size": {"enabled": True}}
# What is cut in the middle of an emoji could not be reported.
FIND = """async rules => {
    const {violations} = await axe.run({resultTypes: ["violations"], rules});
    const where = ({html, any, all, none}) =>
        [html.slice(0, 160), ...[...any, ...all, ...none].map(({message}) => message)].join("; ");
    return violations.map(
        ({impact, id, help, nodes}) => `${impact}: ${id}: ${help}: ${nodes.map(where).join(" | ")}`.toWellFormed());
}"""

PHONE, WIDE = 390, 1280
MOST_BYTES = 100_000

Addresses = dict[str, str]


@pytest.fixture(scope="module")
def scene() -> Iterator[tuple[Stack, Addresses]]:
    """A Trellis with the scene in it, and the addresses in the scene that have numbers."""
    stack = Stack()
    try:
        stack.start()
        yield stack, made_in(stack)
    finally:
        stack.remove()


@pytest.fixture(scope="module")
def site(scene: tuple[Stack, Addresses]) -> str:
    return scene[0].url


@pytest.fixture
def addresses(scene: tuple[Stack, Addresses]) -> Addresses:
    return scene[1]


class Visitors:
    """Windows of those who look at the scene, one for each of them."""

    def __init__(self, open_browser: Opener, addresses: Addresses, **options: object) -> None:
        self.open_browser = open_browser
        self.addresses = addresses
        self.options = options
        self.pages: dict[str, Page] = {}

    def look_at(self, sight: Sight) -> Page:
        """Open the page as its viewer sees it, and let them do what belongs to it."""
        page = self.window_of(sight.viewer)
        # What somebody wrote and did not send is kept for them: not for the next page.
        page.evaluate("localStorage.clear()")
        page.goto(sight.address.format(**self.addresses))
        if sight.act:
            sight.act(page)
        return page

    def window_of(self, viewer: str) -> Page:
        if viewer not in self.pages:
            self.pages[viewer] = self.open_browser(**self.options)
            if viewer:
                log_in(self.pages[viewer], viewer)
        return self.pages[viewer]


def log_in(page: Page, username: str) -> None:
    page.goto("/login/")
    page.get_by_label("Username").fill(username)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()
    expect(page.get_by_label("Tell your friends")).to_be_visible()


@pytest.mark.parametrize("width", [PHONE, WIDE])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing_on_any_page(
    scene: tuple[Stack, Addresses], open_browser: Opener, theme: str, width: int
) -> None:
    stack, addresses = scene
    make_unread(stack)
    # Without motion: a colour on its way to another one is neither of them.
    look = {"color_scheme": theme, "viewport": {"width": width, "height": 900}, "reduced_motion": "reduce"}
    visitors = Visitors(open_browser, addresses, **look)
    found = []
    for sight in SIGHTS:
        page = visitors.look_at(sight)
        # By the debugger's way in, which the policy of the page does not close.
        page.evaluate(AXE)
        found += [f"{sight.name}: {violation}" for violation in page.evaluate(FIND, RULES)]
    assert found == [], "\n".join(found)


@pytest.mark.parametrize("width", [320, 360])
def test_no_page_is_wider_than_a_small_phone(open_browser: Opener, addresses: Addresses, width: int) -> None:
    visitors = Visitors(open_browser, addresses, viewport={"width": width, "height": 640})
    widths = {sight.name: visitors.look_at(sight).evaluate("document.documentElement.scrollWidth") for sight in SIGHTS}
    assert {name: measured for name, measured in widths.items() if measured > width} == {}


def test_every_page_is_light_the_first_time_it_is_opened(open_browser: Opener, addresses: Addresses) -> None:
    visitors = Visitors(open_browser, addresses)
    weights = {sight.name: weight_of(visitors, sight) for sight in SIGHTS if not sight.act}
    assert min(weights.values()) > 20_000, f"not everything was counted: {weights}"
    assert {name: weight for name, weight in weights.items() if weight > MOST_BYTES} == {}


def weight_of(visitors: Visitors, sight: Sight) -> int:
    """Return how many bytes come over the line when the page is opened with nothing in the cache, without photos."""
    page = visitors.window_of(sight.viewer)
    traffic = Traffic(page)
    visitors.look_at(sight)
    page.wait_for_load_state("networkidle")
    traffic.stop()
    asked = [request for request, address in traffic.addresses.items() if "/photos/" not in address]
    return sum(traffic.sizes.get(request, 0) for request in asked)


class Traffic:
    """What a page loads, without a cache, by the ids that the browser gives to requests.

    Attributes:
        addresses: what was asked for.
        sizes: how many bytes came for it, with the headers, as compressed as they came.
    """

    def __init__(self, page: Page) -> None:
        self.addresses: dict[str, str] = {}
        self.sizes: dict[str, int] = {}
        self.debugger = page.context.new_cdp_session(page)
        self.debugger.on("Network.requestWillBeSent", self.asked)
        self.debugger.on("Network.loadingFinished", self.came)
        self.debugger.send("Network.enable")
        self.debugger.send("Network.setCacheDisabled", {"cacheDisabled": True})

    def asked(self, event: Any) -> None:
        self.addresses[event["requestId"]] = event["request"]["url"]

    def came(self, event: Any) -> None:
        self.sizes[event["requestId"]] = event["encodedDataLength"]

    def stop(self) -> None:
        self.debugger.detach()


def test_browsers_offer_to_install_it(open_browser: Opener) -> None:
    page = open_browser()
    debugger = page.context.new_cdp_session(page)
    app = debugger.send("Page.getAppManifest")
    assert app["url"].endswith("/manifest.webmanifest")
    assert app["errors"] == []
    problems = debugger.send("Page.getInstallabilityErrors")["installabilityErrors"]
    # The windows of tests are private ones, in which nothing can be installed.
    assert [problem["errorId"] for problem in problems] == ["in-incognito"]


def test_a_feed_says_where_one_is_in_it_and_that_more_is_on_its_way(open_browser: Opener, addresses: Addresses) -> None:
    page = Visitors(open_browser, addresses).window_of("writer")
    feed, held = page.get_by_role("feed", name="Home"), Held(page, "**/?before=*")
    assert_is_numbered(feed.get_by_role("article"), 20, "-1")
    page.get_by_role("link", name="Older").scroll_into_view_if_needed()
    expect(feed).to_have_attribute("aria-busy", "true")
    held.release()
    expect(feed).not_to_have_attribute("aria-busy", "true")
    assert_is_numbered(feed.get_by_role("article"), 25, "25")


class Held:
    """Requests that are on their way until they are released."""

    def __init__(self, page: Page, pattern: str) -> None:
        self.routes: list[Route] = []
        page.route(pattern, lambda route: self.routes.append(route))

    def release(self) -> None:
        for route in self.routes:
            route.continue_()


def assert_is_numbered(articles: Locator, number: int, total: str) -> None:
    expect(articles).to_have_count(number)
    expect(articles.first).to_have_attribute("aria-posinset", "1")
    expect(articles.last).to_have_attribute("aria-posinset", str(number))
    expect(articles.last).to_have_attribute("aria-setsize", total)


def test_an_empty_page_becomes_a_feed_with_the_first_post(open_browser: Opener) -> None:
    page = open_browser()
    sign_up(page, "first")
    page.goto("/")
    expect(page.get_by_role("feed")).to_have_count(0)
    post(page, "The first of all")
    expect(page.get_by_role("feed", name="Home").get_by_role("article", name="first")).to_be_visible()


def test_what_an_address_leads_to_is_not_below_the_bar(open_browser: Opener, addresses: Addresses) -> None:
    page = Visitors(open_browser, addresses, viewport={"width": PHONE, "height": 640}).window_of("writer")
    page.goto(f"/#{page.locator('article').nth(9).get_attribute('id')}")
    expect(page.locator("article:target")).to_be_in_viewport()
    top = page.locator("article:target").evaluate("element => element.getBoundingClientRect().top")
    assert top >= page.evaluate("document.querySelector('.bar').getBoundingClientRect().bottom")


def test_nothing_moves_for_who_asked_for_that(open_browser: Opener) -> None:
    moving = "getComputedStyle(document.querySelector('main button')).transitionDuration"
    assert open_browser(reduced_motion="no-preference").evaluate(moving) != "0s"
    assert open_browser(reduced_motion="reduce").evaluate(moving) == "0s"


def test_forced_colours_leave_what_colours_alone_have_said(
    scene: tuple[Stack, Addresses], open_browser: Opener
) -> None:
    stack, addresses = scene
    make_unread(stack)
    page = Visitors(open_browser, addresses, forced_colors="active").window_of("lin")
    assert style_of(page, ".bar a[aria-current]", "textDecorationLine") == "underline"
    page.goto("/notifications/")
    unread = style_of(page, ".notification.unread", "borderInlineStartColor")
    page.reload()
    assert style_of(page, ".notification:not(.unread)", "borderInlineStartColor") != unread


def style_of(page: Page, selector: str, name: str) -> str:
    return str(page.locator(selector).first.evaluate("(element, name) => getComputedStyle(element)[name]", name))


# A label stands for a field that is shown as one.
FOCUSED = """() => {
    const shown = document.activeElement.type === "file" ? document.activeElement.labels[0] : document.activeElement;
    const {outlineStyle, outlineWidth} = getComputedStyle(shown);
    const width = outlineStyle === "none" ? 0 : parseFloat(outlineWidth);
    return [shown.outerHTML.slice(0, 80).toWellFormed(), shown === document.body, width];
}"""


def test_one_always_sees_where_the_keyboard_is(open_browser: Opener, addresses: Addresses) -> None:
    page = Visitors(open_browser, addresses).look_at(next(sight for sight in SIGHTS if sight.name == "a post"))
    outlines = {}
    while True:
        page.keyboard.press("Tab")
        shown, is_end, width = page.evaluate(FOCUSED)
        if is_end or shown in outlines:
            break
        outlines[shown] = width
    assert len(outlines) > 20
    assert {shown: width for shown, width in outlines.items() if width < 2} == {}
