"""`make screenshots`: the pictures of the README, taken of the demo circle as a browser shows it."""

import io
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, FilePayload, Page, sync_playwright

from tests.browser.conftest import launch
from tests.servers import Stack
from timeline.paintings import PAINTERS, painting

PICTURES = Path(__file__).parent / "pictures"
QUALITY = 80
LOG_IN = "demo"
PHOTOS = tuple(PAINTERS)[:3]


@dataclass(frozen=True)
class Window:
    """How somebody looks at Trellis.

    Attributes:
        size: width and height in CSS pixels.
        scale: pixels of the screen in one of CSS.
    """

    size: tuple[int, int]
    scale: float
    theme: str
    language: str


WINDOWS = {
    "wide-light": Window((1100, 860), 1, "light", "en"),
    "wide-dark": Window((1100, 860), 1, "dark", "en"),
    "phone-light": Window((390, 844), 1.5, "light", "zh-CN"),
    "phone-dark": Window((390, 844), 1.5, "dark", "zh-CN"),
}


# --- The scenes ------------------------------------------------------------------------------------------------


def home(page: Page) -> None:
    page.goto("/")


def writing(page: Page) -> None:
    """Show a post that is being written, with photos and for some friends only."""
    page.goto("/")
    page.locator("#compose textarea").fill("A walk along the river, then noodles. 下次一起来！")
    for number, name in enumerate(PHOTOS):
        photo = FilePayload(name=f"{name}.jpg", mimeType="image/jpeg", buffer=painting(name, number).getvalue())
        page.locator("#compose input[type=file]").set_input_files(photo)
        page.locator(".draft").nth(number).wait_for()
    page.locator("#compose select").select_option("only")
    page.locator(".tick").first.click()


def post(page: Page) -> None:
    """Show the post with the most photos, and what friends say to it."""
    page.goto("/")
    page.locator(".tweet:has(.photos > :nth-child(9)) .permalink").first.click()
    page.wait_for_url("**/tweets/*/")


def profile(page: Page) -> None:
    """Show a friend, with the switches open."""
    page.goto("/people/alice/")
    page.locator(".switches summary").click()


def people(page: Page) -> None:
    page.goto("/people/")


def notifications(page: Page) -> None:
    page.goto("/notifications/")


SCENES: dict[str, Callable[[Page], None]] = {
    "home": home,
    "writing": writing,
    "post": post,
    "profile": profile,
    "people": people,
    "notifications": notifications,
}


# --- Taking them -----------------------------------------------------------------------------------------------


def main() -> None:
    """Start Trellis with its demo circle, and take each scene in each window."""
    PICTURES.mkdir(exist_ok=True)
    os.environ.update(DATABASE_URL="sqlite://", SECRET_KEY="of the pictures")
    stack = Stack()
    try:
        stack.start("--demo")
        password = (stack.directory / "demo-password").read_text().strip()
        with sync_playwright() as playwright:
            chromium = launch(playwright)
            for name, window in WINDOWS.items():
                take(chromium, stack.url, password, name, window)
            chromium.close()
    finally:
        stack.remove()


def take(chromium: Browser, url: str, password: str, name: str, window: Window) -> None:
    """Take all scenes in one window."""
    width, height = window.size
    page = chromium.new_page(
        base_url=url,
        viewport={"width": width, "height": height},
        device_scale_factor=window.scale,
        color_scheme=window.theme,  # type: ignore[arg-type]
        locale=window.language,
        reduced_motion="reduce",
    )
    page.goto("/login/")
    page.locator("[name=username]").fill(LOG_IN)
    page.locator("[name=password]").fill(password)
    page.locator("main form button").click()
    page.wait_for_url("**/")
    for scene, show in SCENES.items():
        show(page)
        page.wait_for_load_state("networkidle")
        image = Image.open(io.BytesIO(page.screenshot()))
        image.save(PICTURES / f"{scene}-{name}.webp", quality=QUALITY, method=6)
    page.context.close()


if __name__ == "__main__":
    main()
