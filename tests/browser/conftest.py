"""A real Chromium, and a running Trellis for it to look at."""

import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, Playwright, sync_playwright

from tests.pictures import image_file
from tests.servers import Stack

# Root may not use Chromium's sandbox, and it shall talk to nobody but us.
CHROMIUM_ARGUMENTS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

# With these a page tells somebody what is wrong with what they sent: Chromium complains, and all is well.
REFUSALS = re.compile(r"the server responded with a status of (413|422|429) ")

# An address that tests open because nothing is there.
NOWHERE = "/nowhere/"

Opener = Callable[..., Page]
Photos = Callable[..., list[Path]]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What a browser shows does not depend on the database, and whole evenings take their time."""
    for item in items:
        if item.path.is_relative_to(Path(__file__).parent):
            item.add_marker(pytest.mark.once)
            item.add_marker(pytest.mark.slow)


@pytest.fixture(scope="module")
def stack() -> Iterator[Stack]:
    """All of Trellis, started as people start it; the tests of a module share it."""
    stack = Stack()
    try:
        stack.start()
        yield stack
    finally:
        stack.remove()


@pytest.fixture(scope="module")
def site(stack: Stack) -> str:
    """Its address."""
    return stack.url


@pytest.fixture
def open_browser(site: str) -> Iterator[Opener]:
    """Open a window of somebody's own at the first page; what the browser complains about fails the test."""
    complaints: list[str] = []
    with sync_playwright() as playwright:
        chromium = launch(playwright)

        def opened(locale: str = "en", **options: object) -> Page:
            page = chromium.new_context(base_url=site, locale=locale, **options).new_page()  # type: ignore[arg-type]
            page.on("console", lambda message: complaints.append(message.text) if is_complaint(message) else None)
            page.on("pageerror", lambda error: complaints.append(str(error)))
            page.set_default_timeout(10_000)
            page.goto("/")
            return page

        yield opened
        chromium.close()
    assert complaints == []


@pytest.fixture
def photo_files(tmp_path: Path) -> Photos:
    """Make so many photos as files."""

    def made(number: int) -> list[Path]:
        paths = [tmp_path / f"photo-{index}.jpg" for index in range(number)]
        for index, path in enumerate(paths):
            path.write_bytes(image_file(size=(800 + index, 600)))
        return paths

    return made


def launch(playwright: Playwright, *, keeps_pages: bool = False) -> Browser:
    """Start the system's Chromium.

    Args:
        keeps_pages: for the way back, as browsers do; Playwright tells them not to.
    """
    path = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if path is None:
        pytest.fail("There is no Chromium: install it (`make test` does).")
    left_out = ["--disable-back-forward-cache"] if keeps_pages else None
    return playwright.chromium.launch(executable_path=path, args=CHROMIUM_ARGUMENTS, ignore_default_args=left_out)


def is_complaint(message: ConsoleMessage) -> bool:
    is_expected = REFUSALS.search(message.text) or message.location["url"].endswith(NOWHERE)
    return message.type == "error" and not is_expected
