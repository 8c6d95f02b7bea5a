"""Everything works without JavaScript, with full pages."""

from playwright.sync_api import expect

from tests.browser.acts import befriend, choose, sign_up, tweet
from tests.browser.conftest import Opener, Photos


def test_a_circle_without_scripts(open_browser: Opener, photo_files: Photos) -> None:
    eve, fay, gus = (open_browser(java_script_enabled=False) for _ in range(3))
    for page, name in ((eve, "eve"), (fay, "fay"), (gus, "gus")):
        sign_up(page, name)
    befriend(fay, eve, "eve")
    befriend(gus, eve, "eve")

    # A post with a photo, for one friend only.
    eve.goto("/")
    eve.get_by_label("Tell your friends").fill("For Fay alone")
    choose(eve, photo_files(1))
    eve.get_by_label("Who sees it").select_option("only")
    eve.get_by_label("Names of friends").fill("fay")
    eve.get_by_role("button", name="Post", exact=True).click()
    expect(tweet(eve, "For Fay alone").locator(".photos img")).to_have_count(1)
    for page, count in ((fay, 1), (gus, 0)):
        page.goto("/people/eve/")
        expect(page.get_by_text("For Fay alone")).to_have_count(count)

    # A like and a comment lead back to where they were given.
    tweet(fay, "For Fay alone").get_by_role("button", name="Like").click()
    expect(tweet(fay, "For Fay alone").locator(".likes")).to_contain_text("You")
    tweet(fay, "For Fay alone").get_by_text("Comment", exact=True).click()
    fay.get_by_label("Write a comment").fill("Thank you")
    fay.get_by_role("button", name="Send").click()
    expect(fay.get_by_text("Thank you")).to_be_visible()

    # Who sees it is changed, with all friends to tick.
    eve.goto("/notifications/")
    expect(eve.get_by_text("fay has commented on your post.")).to_be_visible()
    eve.goto("/people/eve/")
    tweet(eve, "For Fay alone").get_by_role("link", name="Who sees it").click()
    eve.get_by_role("checkbox", name="gus").check()
    eve.get_by_role("button", name="Save").click()
    gus.reload()
    expect(gus.get_by_text("For Fay alone")).to_have_count(1)

    # Settings, switches, and the end of it.
    gus.goto("/settings/")
    gus.get_by_label("Name", exact=True).fill("Gus G.")
    gus.get_by_role("button", name="Store").click()
    expect(gus.get_by_text("Your settings are stored.")).to_be_visible()
    eve.goto("/people/gus/")
    expect(eve.get_by_role("heading", name="Gus G.")).to_be_visible()
    eve.get_by_text("Who sees whom").click()
    eve.get_by_role("button", name="Don’t show mine to them").click()
    gus.goto("/people/eve/")
    expect(gus.get_by_text("For Fay alone")).to_have_count(0)
    fay.goto("/settings/delete/")
    fay.get_by_label("Your password").fill("climbing-beans-42")
    fay.get_by_role("button", name="Delete everything").click()
    expect(fay.get_by_text("Your account is deleted, and everything of yours with it.")).to_be_visible()
    eve.goto("/people/eve/")
    expect(eve.get_by_text("Thank you")).to_have_count(0)
