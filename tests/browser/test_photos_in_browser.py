"""Photos in a real browser: chosen, described, posted, and looked at."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.acts import befriend, choose, sign_up
from tests.browser.conftest import Opener, Photos


def send(page: Page) -> None:
    page.get_by_role("button", name="Post", exact=True).click()


def loaded(page: Page, selector: str) -> None:
    """Wait until an image is there: a broken one never is."""
    page.wait_for_function(
        "selector => { const image = document.querySelector(selector); return image?.complete && image.naturalWidth; }",
        arg=selector,
    )


def test_photos_are_seen_before_they_are_posted_and_by_friends_after(open_browser: Opener, photo_files: Photos) -> None:
    lin, bob, eve = open_browser(), open_browser(), open_browser()
    for page, name in ((lin, "lin"), (bob, "bob"), (eve, "eve")):
        sign_up(page, name)
    befriend(lin, bob, "bob")
    lin.goto("/")
    bob.goto("/")

    choose(lin, photo_files(3))
    expect(lin.locator(".draft")).to_have_count(3)
    loaded(lin, ".draft img")
    lin.get_by_label("What does the photo show?").nth(2).fill("Beans at the window")
    lin.get_by_role("button", name="Remove the photo").first.click()
    expect(lin.locator(".draft")).to_have_count(2)
    expect(lin.get_by_role("button", name="Remove the photo").first).to_be_focused()
    send(lin)

    expect(lin.locator(".photos img")).to_have_count(2)
    expect(lin.locator(".draft")).to_have_count(0)
    bob.reload()
    expect(bob.get_by_role("img", name="Photo 1 of 2")).to_be_visible()
    expect(bob.get_by_role("img", name="Beans at the window")).to_be_visible()
    loaded(bob, ".photos img")
    address = bob.locator(".photos a").first.get_attribute("href")
    assert bob.request.get(str(address)).status == 200
    assert eve.request.get(str(address)).status == 404


def test_a_grid_is_looked_at_large_by_keyboard(open_browser: Opener, photo_files: Photos) -> None:
    page = open_browser()
    sign_up(page, "viewer")
    choose(page, photo_files(3))
    expect(page.locator(".draft")).to_have_count(3)
    page.get_by_label("What does the photo show?").nth(1).fill("The second one")
    send(page)

    page.locator(".photos a").first.focus()
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog")
    expect(dialog).to_be_visible()
    loaded(page, "#lightbox img")
    expect(dialog).to_contain_text("1 / 3")
    expect(dialog.get_by_role("button", name="Photo before")).to_be_hidden()
    page.keyboard.press("ArrowRight")
    expect(dialog).to_contain_text("The second one 2 / 3")
    expect(dialog.get_by_role("img", name="The second one")).to_be_visible()
    dialog.get_by_role("button", name="Next photo").click()
    expect(dialog).to_contain_text("3 / 3")
    expect(dialog.get_by_role("button", name="Close")).to_be_focused()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowLeft")
    expect(dialog).to_contain_text("2 / 3")
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(page.locator(".photos a").first).to_be_focused()


def test_a_finger_turns_the_photos(open_browser: Opener, photo_files: Photos) -> None:
    page = open_browser(has_touch=True, viewport={"width": 390, "height": 800})
    sign_up(page, "finger")
    choose(page, photo_files(2))
    expect(page.locator(".draft")).to_have_count(2)
    send(page)
    page.locator(".photos a").first.tap()
    expect(page.get_by_role("dialog")).to_contain_text("1 / 2")
    touch = page.context.new_cdp_session(page)

    def swipe(start: int, end: int) -> None:
        for kind, points in (
            ("touchStart", [{"x": start, "y": 400}]),
            ("touchMove", [{"x": end, "y": 400}]),
            ("touchEnd", []),
        ):
            touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    swipe(300, 80)
    expect(page.get_by_role("dialog")).to_contain_text("2 / 2")
    swipe(80, 300)
    expect(page.get_by_role("dialog")).to_contain_text("1 / 2")


def test_what_is_wrong_with_a_photo_is_said_beside_it(
    open_browser: Opener, photo_files: Photos, tmp_path: Path
) -> None:
    page = open_browser()
    sign_up(page, "wrong")
    page.get_by_label("Tell your friends").fill("Look at this")
    text, huge = tmp_path / "notes.jpg", tmp_path / "huge.jpg"
    text.write_text("no photo")
    with huge.open("wb") as file:
        file.truncate(16_000_000)
    choose(page, [text, *photo_files(1), huge])
    expect(page.locator(".draft")).to_have_count(1)
    problems = page.locator(".problems")
    expect(problems).to_contain_text("This file is no photo that can be read.")
    expect(problems).to_contain_text("huge.jpg: This photo is too large: at most 15 MB fit.")
    send(page)
    expect(page.get_by_role("article").first).to_contain_text("Look at this")
    expect(page.locator(".photos img")).to_have_count(1)


def test_there_is_room_for_nine(open_browser: Opener, photo_files: Photos) -> None:
    page = open_browser(viewport={"width": 320, "height": 568})
    sign_up(page, "many")
    choose(page, photo_files(7))
    choose(page, photo_files(3))
    expect(page.locator(".draft")).to_have_count(9)
    expect(page.locator(".problems")).to_contain_text("A post has room for 9 photos.")
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    send(page)
    expect(page.locator(".photos img")).to_have_count(9)
    assert page.evaluate("document.documentElement.scrollWidth") <= 320


def test_nothing_is_posted_before_its_photos_have_arrived(open_browser: Opener, photo_files: Photos) -> None:
    page = open_browser()
    sign_up(page, "patient")
    held: list[Route] = []
    page.route("**/photos/", lambda route: held.append(route))
    page.get_by_label("Tell your friends").fill("With a photo")
    choose(page, photo_files(1))
    button = page.get_by_role("button", name="Post", exact=True)
    expect(button).to_have_attribute("aria-disabled", "true")
    expect(page.get_by_text("The photos are on their way…")).to_be_visible()
    button.click(force=True)
    page.get_by_label("Tell your friends").press("Control+Enter")
    assert page.get_by_role("article").count() == 0
    held[0].continue_()
    expect(button).not_to_have_attribute("aria-disabled", "true")
    send(page)
    expect(page.locator(".photos img")).to_have_count(1)


def test_a_photo_that_did_not_arrive_is_named(open_browser: Opener, photo_files: Photos) -> None:
    page = open_browser()
    sign_up(page, "unlucky")
    # Aborted this way, Chromium writes no complaint of its own.
    page.route("**/photos/", lambda route: route.fulfill(status=302, headers={"Location": "/login/"}))
    choose(page, photo_files(1))
    expect(page.locator(".problems")).to_contain_text("photo-0.jpg: This photo did not arrive.")
    expect(page.get_by_role("button", name="Post", exact=True)).not_to_have_attribute("aria-disabled", "true")


def test_who_sends_too_many_photos_is_told_so(open_browser: Opener, photo_files: Photos) -> None:
    page = open_browser()
    sign_up(page, "hasty")
    page.route(
        "**/photos/",
        lambda route: route.fulfill(status=429, body='<p class="message">That was a little fast.</p>'),
    )
    choose(page, photo_files(1))
    expect(page.locator(".problems")).to_contain_text("photo-0.jpg: That was a little fast.")


def test_photos_are_still_there_after_a_reload(open_browser: Opener, photo_files: Photos) -> None:
    page = open_browser()
    sign_up(page, "again")
    choose(page, photo_files(2))
    expect(page.locator(".draft")).to_have_count(2)
    page.get_by_label("What does the photo show?").first.fill("Kept")
    page.reload()
    expect(page.locator(".draft")).to_have_count(2)
    expect(page.get_by_label("What does the photo show?").first).to_have_value("Kept")
    page.reload()
    expect(page.get_by_label("What does the photo show?").first).to_have_value("Kept")
    send(page)
    expect(page.locator(".photos img")).to_have_count(2)
    page.reload()
    expect(page.locator(".draft")).to_have_count(0)


@pytest.mark.parametrize("how", ["paste", "drop"])
def test_a_photo_can_be_pasted_and_dropped(how: str, open_browser: Opener) -> None:
    page = open_browser()
    sign_up(page, how)
    page.get_by_label("Tell your friends").evaluate(
        """async (field, how) => {
            const canvas = new OffscreenCanvas(30, 20);
            canvas.getContext("2d");
            const files = new DataTransfer();
            files.items.add(new File([await canvas.convertToBlob()], "image.png", { type: "image/png" }));
            const options = { bubbles: true, cancelable: true };
            field.dispatchEvent(
                how === "paste"
                    ? new ClipboardEvent("paste", { ...options, clipboardData: files })
                    : new DragEvent("drop", { ...options, dataTransfer: files }),
            );
        }""",
        how,
    )
    expect(page.locator(".draft")).to_have_count(1)


def test_without_scripts_photos_are_sent_with_the_post(
    open_browser: Opener, photo_files: Photos, tmp_path: Path
) -> None:
    page = open_browser(java_script_enabled=False)
    sign_up(page, "plain")
    field = page.locator("input[type=file][name=added]")
    expect(field).to_be_visible()
    text = tmp_path / "notes.jpg"
    text.write_text("no photo")
    field.set_input_files([*photo_files(2), text])
    send(page)
    expect(page.locator(".draft")).to_have_count(2)
    expect(page.locator(".problems")).to_contain_text("This file is no photo that can be read.")
    page.get_by_label("What does the photo show?").last.fill("Kept")
    page.get_by_role("checkbox", name="Leave out").first.check()
    send(page)
    expect(page.get_by_role("img", name="Kept")).to_be_visible()
    expect(page.locator(".photos img")).to_have_count(1)
    page.locator(".photos a").click()
    expect(page).to_have_url(re.compile(r"/photos/[0-9a-f-]+/large/$"))


def test_without_scripts_a_hundred_megabytes_are_refused(open_browser: Opener, tmp_path: Path) -> None:
    page = open_browser(java_script_enabled=False)
    sign_up(page, "heavy")
    huge = tmp_path / "huge.jpg"
    with huge.open("wb") as file:
        file.truncate(100_000_000)
    choose(page, [huge])
    send(page)
    expect(page.get_by_role("heading")).to_have_text("This is too much at once")
