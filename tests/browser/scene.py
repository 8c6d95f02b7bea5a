"""A circle in which every page is as full as it gets, and what people wrote as hostile; and the list of all pages."""

import json
from collections.abc import Callable
from dataclasses import dataclass

from django.utils import timezone
from playwright.sync_api import Page, expect

from tests.pictures import image_file, sent
from tests.servers import Stack
from timeline import audience, friendships, photos, posting, reactions
from timeline.fanout import deliver
from timeline.models import Photo, Tweet, User, Visit
from timeline.models.tweet import Audience

PASSWORD = "climbing-beans-42"

# Nowhere to break, direction turned around, joined and coloured pictures.
ENDLESS = "w" * 500
TURNED = "\u202eabc \u2067שלום\u2069 " * 40
FAMILIES = "👨‍👩‍👧‍👦" * 70
MARKUP = '<script>alert(1)</script> <b>not bold</b> & "quoted" https://example.org/' + "a" * 300
HOSTILE = (ENDLESS, TURNED[:500], FAMILIES, MARKUP)

# By user name, what they call themselves.
PEOPLE = {
    "lin": "W" * 60,
    "newcomer": "",
    "writer": "",
    "x" * 150: "",
    "turned": "\u202emoor eht fo tuo" * 3,
    "joined": "👩🏽‍🚀" * 15,
    "wide": "w" * 60,
    "asker": "i" * 60,
    "asked": "ﷺ" * 60,
    "stranger": "Straße " * 8,
}
FRIENDS = ("x" * 150, "turned", "joined", "wide")


# --- Making it ---------------------------------------------------------------------------------------------


def made_in(stack: Stack) -> dict[str, str]:
    """Make the scene in a Trellis that runs. Returns the addresses in it that have numbers."""
    printed = stack.manage("shell", "-v", "0", "-c", "from tests.browser import scene; print(scene.make())")
    addresses: dict[str, str] = json.loads(printed)
    return addresses


def make_unread(stack: Stack) -> None:
    """Let all notifications be new ones again, also for those who have looked at them."""
    stack.manage("shell", "-v", "0", "-c", "Notification.objects.update(read_at=None)")


def make() -> str:
    """Make the scene in the database of this process; return its addresses as JSON."""
    people = {
        name: User.objects.create_user(name, name=full, about=(full * 160)[:160]) for name, full in PEOPLE.items()
    }
    for name in ("lin", "newcomer", "writer"):
        people[name].set_password(PASSWORD)
        people[name].save()
    lin = people["lin"]
    befriend_all(people)
    photos.set_picture(people["wide"], sent(image_file(size=(200, 200))))
    first = post(people["wide"], "The oldest of them")
    for name, text in zip(FRIENDS, HOSTILE, strict=True):
        post(people[name], text, photos=drafts(people[name], 1, (300, 2000)))
    post(people["turned"], "Many of them", photos=drafts(people["turned"], 9))
    # Nothing in it is folded: axe believes that a link which is folded away lies upon the photos.
    album = post(lin, "Three of them, @wide", photos=drafts(lin, 3))
    some = post(lin, "", audience=Audience.EXCEPT, people=[people["joined"].pk], photos=drafts(lin, 1, (2000, 300)))
    comment = talk(album, people)
    post(people["wide"], "@lin, look!")
    for number in range(25):
        post(people["writer"], f"Post {number}")
    Visit.objects.create(person=lin, newest=first.pk, marker=first.pk, at=timezone.now())
    numbered = {"album": album.pk, "some": some.pk, "comment": comment}
    return json.dumps({name: str(number) for name, number in numbered.items()})


def befriend_all(people: dict[str, User]) -> None:
    lin = people["lin"]
    for name in FRIENDS:
        friendships.befriend(lin.pk, people[name].pk)
    friendships.befriend(people["wide"].pk, people["stranger"].pk)
    friendships.befriend(people["wide"].pk, people["turned"].pk)
    friendships.ask(people["asker"], lin)
    friendships.ask(lin, people["asked"])
    audience.mute(lin.pk, people["joined"].pk)


def post(author: User, text: str, **options: object) -> Tweet:
    tweet = posting.post(author, text, **options)  # type: ignore[arg-type]
    deliver([tweet.pk])
    return tweet


def drafts(owner: User, number: int, size: tuple[int, int] = (800, 600)) -> list[Photo]:
    alts = ["", ENDLESS[:300], TURNED[:300]]
    return [photos.upload(owner, sent(image_file(size=size)), alt=alts[index % 3]) for index in range(number)]


def talk(tweet: Tweet, people: dict[str, User]) -> int:
    """Let friends like a tweet and say more about it than a page of many shows. Returns the id of a comment."""
    for name in FRIENDS:
        reactions.like(people[name], tweet.pk)
    said = [reactions.comment(people[name], tweet.pk, text) for name, text in zip(FRIENDS, HOSTILE, strict=True)]
    reactions.comment(people["lin"], tweet.pk, ENDLESS, said[0].pk)
    reactions.comment(people["wide"], tweet.pk, FAMILIES, said[1].pk)
    return said[-1].pk


# --- Looking at it -----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Sight:
    """A page in the state in which somebody sees it.

    Attributes:
        viewer: who is signed in, "" for nobody.
        address: with the names of numbered things in braces.
        act: what the viewer does before they look.
    """

    name: str
    viewer: str
    address: str
    act: Callable[[Page], None] | None = None


def refused(**fields: str) -> Callable[[Page], None]:
    """Send the form that has these fields, filled in wrongly."""

    def act(page: Page) -> None:
        form = page.locator(f"main form:has([name={next(iter(fields))}])")
        for name, value in fields.items():
            form.locator(f"[name={name}]").fill(value)
        form.locator("button").first.click()
        expect(page.locator("main .errorlist").first).to_be_visible()

    return act


def send_too_much(page: Page) -> None:
    page.locator("#id_text").fill(ENDLESS * 2)
    page.locator("button.post").click()
    expect(page.locator(".compose .errorlist").first).to_be_visible()


def address_some(page: Page) -> None:
    page.locator("#compose select").select_option("only")
    expect(page.locator("#compose [name=people]").first).to_be_visible()


def add_photo(page: Page) -> None:
    photo = {"name": "beans.jpg", "mimeType": "image/jpeg", "buffer": image_file(size=(400, 300))}
    page.locator("input[name=added]").set_input_files(photo)  # type: ignore[arg-type]
    expect(page.locator(".draft img").first).to_be_visible()


def comment_in_place(page: Page) -> None:
    page.locator(".writing summary").first.click()
    expect(page.locator(".writing textarea").first).to_be_visible()


def open_lightbox(page: Page) -> None:
    page.locator(".photos.of-3 a").nth(1).click()
    expect(page.locator("#lightbox img")).to_be_visible()


def open_keys(page: Page) -> None:
    page.keyboard.press("?")
    expect(page.locator("#keys")).to_be_visible()


def open_switches(page: Page) -> None:
    page.locator(".switches summary").click()
    expect(page.locator(".switches button").first).to_be_visible()


SIGHTS = (
    Sight("log-in", "", "/login/"),
    Sight("log-in, refused", "", "/login/", refused(username="lin", password="wrong")),
    Sight("sign-up", "", "/signup/"),
    Sight("sign-up, refused", "", "/signup/", refused(username="lin", password1="1", password2="2")),
    Sight("home without anything", "newcomer", "/"),
    Sight("people without anybody", "newcomer", "/people/"),
    Sight("notifications without any", "newcomer", "/notifications/"),
    Sight("own profile without posts", "newcomer", "/people/newcomer/"),
    Sight("home", "lin", "/"),
    Sight("home, a text too long", "lin", "/", send_too_much),
    Sight("home, only some friends", "lin", "/", address_some),
    Sight("home, with a photo", "lin", "/", add_photo),
    Sight("home, commenting", "lin", "/", comment_in_place),
    Sight("home, lightbox", "lin", "/", open_lightbox),
    Sight("home, keys", "lin", "/", open_keys),
    Sight("older posts", "lin", "/?before={some}"),
    Sight("a post", "lin", "/tweets/{album}/"),
    Sight("a post, refused comment", "lin", "/tweets/{album}/", refused(text=ENDLESS * 2)),
    Sight("reply", "lin", "/tweets/{album}/comment/?reply_to={comment}"),
    Sight("audience", "lin", "/tweets/{some}/audience/"),
    Sight("delete a post", "lin", "/tweets/{album}/delete/"),
    Sight("people", "lin", "/people/"),
    Sight("search", "lin", "/people/?q=w"),
    Sight("search, nobody", "lin", f"/people/?q={'q' * 60}"),
    Sight("own profile", "lin", "/people/lin/"),
    Sight("a friend", "lin", "/people/wide/", open_switches),
    Sight("a friend who is hidden", "lin", "/people/joined/"),
    Sight("a friend with a long name", "lin", f"/people/{'x' * 150}/"),
    Sight("a stranger", "lin", "/people/stranger/"),
    Sight("common friends", "lin", "/people/turned/common/"),
    Sight("unfriend", "lin", "/people/wide/unfriend/"),
    Sight("notifications", "lin", "/notifications/"),
    Sight("settings", "lin", "/settings/"),
    Sight("password", "lin", "/settings/password/"),
    Sight(
        "password, refused",
        "lin",
        "/settings/password/",
        refused(old_password="wrong", new_password1="1", new_password2="2"),
    ),
    Sight("delete account", "lin", "/settings/delete/"),
    Sight("delete account, refused", "lin", "/settings/delete/", refused(password="wrong")),
    Sight("not found", "lin", "/nowhere/"),
)
