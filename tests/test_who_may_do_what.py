"""Every address and every action, as everybody who could come by: one table says what each of them may.

Alice is the owner. She has posted to all friends but one, hides her posts from a second, and a third hides them from
himself. An address that is not in the table fails the tests.
"""

import io
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.db import transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from pytest_django import Settings

from tests.pictures import image_file, sent
from tests.visitors import signed_in
from timeline import audience, fanout, friendships, photos, posting, reactions
from timeline.models import Allowance, Photo, User, Visit
from timeline.models.tweet import Audience

pytestmark = pytest.mark.django_db

VIEWERS = ("nobody", "stranger", "friend", "excluded", "withheld", "muting", "alice")

# What becomes of a request, a letter for each of VIEWERS:
LOG_IN = "L"  # to the log-in
SHOWN = "S"  # something of Alice is shown
DONE = "D"  # something is changed
NOTHING = "-"  # an answer in which nothing is shown, and nothing is changed
GONE = "x"  # not found
REFUSED = "r"  # not by this method

SECRET = "the beans are ripe"
PASSWORD = "climbing-beans-42"
IMAGE = "an image"


@dataclass(frozen=True)
class Act:
    """A request, and what comes of it for each of VIEWERS.

    Attributes:
        args: what of the scene the address names.
        data: what is sent; a value that names something of the scene stands for it.
    """

    name: str
    method: str
    may: str
    args: tuple[str, ...] = ()
    data: tuple[tuple[str, Any], ...] = ()
    htmx: bool = False

    def __str__(self) -> str:
        sent_with = ",".join(str(value) for _, value in self.data)
        return "-".join(filter(None, [self.method, self.name, *self.args, sent_with, "htmx" if self.htmx else ""]))


def act(name: str, method: str, may: str, /, *args: str, htmx: bool = False, **data: Any) -> Act:
    return Act(name, method, may, args, tuple(data.items()), htmx)


TABLE = [
    # ---- Reading and posting ------- nobody, stranger, friend, excluded, withheld, muting, Alice
    act("home", "GET", "L-S---S"),
    act("home", "POST", "Lrrrrrr"),
    act("newer", "GET", "L------", shown="1"),
    act("newer", "GET", "L-S---S", htmx=True, show=1),
    act("newer", "POST", "Lrrrrrr"),
    act("friends-to-choose", "GET", "L------"),
    act("friends-to-choose", "POST", "Lrrrrrr"),
    act("post-tweet", "GET", "L------"),
    act("post-tweet", "POST", "LDDDDDD", text="mine"),
    # A photo that is not theirs is refused, on their own home page.
    act("post-tweet", "POST", "L-S---D", photo="draft"),
    act("tweet", "GET", "LxSxxxS", "tweet"),
    act("tweet", "POST", "Lrrrrrr", "tweet"),
    act("delete-tweet", "GET", "LxxxxxS", "tweet"),
    act("delete-tweet", "POST", "LxxxxxD", "tweet"),
    act("audience", "GET", "LxxxxxS", "tweet"),
    act("audience", "POST", "LxxxxxD", "tweet", audience="me"),
    act("receipt", "GET", "Lxxxxx-", "tweet"),
    act("receipt", "POST", "Lrrrrrr", "tweet"),
    # ---- Reactions ----------------- nobody, stranger, friend, excluded, withheld, muting, Alice
    act("like", "GET", "rrrrrrr", "tweet"),
    act("like", "POST", "L-D---D", "tweet"),
    act("unlike", "GET", "rrrrrrr", "tweet"),
    act("unlike", "POST", "L------", "tweet"),
    # Whoever liked what they do not see any more may take that back.
    act("unlike", "POST", "L---D--", "liked"),
    act("comment", "GET", "LxSxxxS", "tweet"),
    act("comment", "POST", "LxDxxxD", "tweet", text="mine"),
    act("delete-comment", "GET", "rrrrrrr", "comment"),
    act("delete-comment", "POST", "L-D---D", "comment"),
    act("notifications", "GET", "L------"),
    act("notifications", "POST", "Lrrrrrr"),
    # ---- Photos -------------------- nobody, stranger, friend, excluded, withheld, muting, Alice
    act("upload-photo", "GET", "L-----S", photo="draft"),
    act("upload-photo", "POST", "LDDDDDD", added=IMAGE),
    act("photo", "GET", "LxSxxxS", "photo", "small"),
    act("photo", "GET", "LxSxxxS", "photo", "large"),
    act("photo", "GET", "LxxxxxS", "draft", "small"),
    act("photo", "GET", "LSSSSSS", "picture", "small"),
    act("photo", "POST", "rrrrrrr", "photo", "small"),
    act("discard-photo", "GET", "rrrrrrr", "draft"),
    act("discard-photo", "POST", "L-----D", "draft"),
    act("discard-photo", "POST", "L------", "photo"),
    # ---- People and friendships ---- nobody, stranger, friend, excluded, withheld, muting, Alice
    act("people", "GET", "L------"),
    act("people", "GET", "L------", q="al"),
    act("people", "POST", "Lrrrrrr"),
    act("person", "GET", "L-S---S", "alice"),
    act("person", "POST", "Lrrrrrr", "alice"),
    act("common-friends", "GET", "L------", "alice"),
    act("common-friends", "POST", "Lrrrrrr", "alice"),
    act("ask", "GET", "rrrrrrr", "alice"),
    act("ask", "POST", "LD-----", "alice"),
    act("accept", "GET", "rrrrrrr", "asking"),
    act("accept", "POST", "L-----D", "asking"),
    act("decline", "GET", "rrrrrrr", "asking"),
    act("decline", "POST", "L-----D", "asking"),
    act("cancel", "GET", "rrrrrrr", "asked"),
    act("cancel", "POST", "L-----D", "asked"),
    act("unfriend", "GET", "L------", "alice"),
    act("unfriend", "POST", "L-DDDD-", "alice"),
    act("withhold", "GET", "rrrrrrr", "alice"),
    act("withhold", "POST", "L-DDDD-", "alice"),
    act("show", "GET", "rrrrrrr", "withheld"),
    act("show", "POST", "L-----D", "withheld"),
    act("mute", "GET", "rrrrrrr", "alice"),
    act("mute", "POST", "L-DDD--", "alice"),
    act("unmute", "GET", "rrrrrrr", "alice"),
    act("unmute", "POST", "L----D-", "alice"),
    # ---- Oneself ------------------- nobody, stranger, friend, excluded, withheld, muting, Alice
    act("settings", "GET", "L------"),
    act("settings", "POST", "LDDDDDD", name="New", about="", look_back=3, language=""),
    act("settings-picture", "GET", "rrrrrrr"),
    act("settings-picture", "POST", "LDDDDDD", picture=IMAGE),
    act("settings-picture", "POST", "L-----D", remove=1),
    act("settings-password", "GET", "L------"),
    act(
        "settings-password",
        "POST",
        "LDDDDDD",
        old_password=PASSWORD,
        new_password1="ripe-tomatoes-7",
        new_password2="ripe-tomatoes-7",
    ),
    act("download-data", "GET", "rrrrrrr"),
    act("download-data", "POST", "L-----S"),
    act("delete-account", "GET", "L------"),
    act("delete-account", "POST", "LDDDDDD", password=PASSWORD),
    act("delete-account", "POST", "L------", password="wrong"),
    # ---- Coming and going ---------- nobody, stranger, friend, excluded, withheld, muting, Alice
    act("signup", "GET", "-------"),
    act("signup", "POST", "D------", username="new", password1=PASSWORD, password2=PASSWORD),
    act("login", "GET", "-------"),
    act("login", "POST", "-------", username="alice", password=PASSWORD),
    act("logout", "GET", "rrrrrrr"),
    act("logout", "POST", "-------"),
    # ---- Machines ------------------ nobody, stranger, friend, excluded, withheld, muting, Alice
    act("manifest", "GET", "-------"),
    act("manifest", "POST", "rrrrrrr"),
    act("livez", "GET", "-------"),
    act("livez", "POST", "rrrrrrr"),
    act("readyz", "GET", "-------"),
    act("readyz", "POST", "rrrrrrr"),
]


# --- The scene --------------------------------------------------------------------------------------------------


@pytest.fixture
def scene(tmp_path: Path, settings: Settings) -> dict[str, Any]:
    """Return what the table speaks of, by name."""
    settings.MEDIA_ROOT = tmp_path / "media"
    names = [*VIEWERS[1:], "asking", "asked"]
    people = {name: User.objects.create_user(name, password=PASSWORD) for name in names}
    alice = people["alice"]
    for name in ("friend", "excluded", "withheld", "muting"):
        befriend(alice, people[name])
    friendships.ask(people["asking"], alice)
    friendships.ask(alice, people["asked"])
    photo, draft = (photos.upload(alice, sent(image_file())) for _ in range(2))
    tweet = posting.post(alice, SECRET, audience=Audience.EXCEPT, people=[people["excluded"].pk], photos=[photo])
    comment = reactions.comment(people["friend"], tweet.pk, "theirs")
    liked = posting.post(alice, "liked")
    reactions.like(people["withheld"], liked.pk)
    fanout.deliver([tweet.pk, liked.pk])
    audience.withhold(alice.pk, people["withheld"].pk)
    audience.mute(people["muting"].pk, alice.pk)
    picture = photos.set_picture(alice, sent(image_file()))
    keys = {"photo": photo.key, "draft": draft.key, "picture": picture.key}
    return {name: name for name in names} | keys | {"tweet": tweet.pk, "liked": liked.pk, "comment": comment.pk}


def befriend(one: User, other: User) -> None:
    friendships.ask(one, other)
    friendships.accept(sender=one, receiver=other)


def state() -> dict[str, list[Any]]:
    """Return all that people have, without what is only noted about their being here."""
    noted = {"last_seen_at", "last_login", "read_at"}
    kept = [model for model in apps.get_app_config("timeline").get_models() if model not in (Allowance, Visit)]
    return {
        model.__name__: list(
            model._default_manager.order_by("pk").values_list(
                *(field.attname for field in model._meta.concrete_fields if field.name not in noted)
            )
        )
        for model in kept
    }


# --- What becomes of a request ----------------------------------------------------------------------------------


def outcome(request: Act, viewer: str, scene: dict[str, Any]) -> str:
    """Return what becomes of a request, and undo it."""
    client = Client() if viewer == "nobody" else signed_in(User.objects.get(username=viewer))
    address = reverse(request.name, args=[scene.get(name, name) for name in request.args])
    data = {name: sent(image_file()) if value is IMAGE else scene.get(value, value) for name, value in request.data}
    headers = {"HX-Request": "true"} if request.htmx else {}
    before = state()
    # Not an atomic block: some views insist on the outermost.
    here = transaction.savepoint()
    method = client.post if request.method == "POST" else client.get
    answer: Any = method(address, data, headers=headers)
    is_changed = state() != before
    transaction.savepoint_rollback(here)
    return letter(answer, is_changed, scene)


def letter(answer: HttpResponse, is_changed: bool, scene: dict[str, Any]) -> str:
    assert answer.status_code < 500 or answer.status_code == 503, answer.status_code
    content = content_of(answer)
    is_shown = any(secret in content for secret in (SECRET.encode(), str(scene["draft"]).encode(), b"WEBP"))
    if is_changed:
        return DONE
    if is_shown:
        return SHOWN
    if answer.status_code in (302, 401) and answer.headers.get("Location", "/login/").startswith("/login/?next="):
        return LOG_IN
    return {404: GONE, 405: REFUSED, 401: LOG_IN}.get(answer.status_code, NOTHING)


def content_of(answer: Any) -> bytes:
    """Return all that an answer says, also what is packed in it."""
    content = answer.getvalue() if answer.streaming else answer.content
    if answer.headers.get("Content-Type") != "application/zip":
        return content
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return b"".join(archive.read(name) for name in archive.namelist() if name.endswith(".json"))


@pytest.mark.parametrize("request_", TABLE, ids=str)
def test_everybody_may_what_the_table_says(request_: Act, scene: dict[str, Any]) -> None:
    assert "".join(outcome(request_, viewer, scene) for viewer in VIEWERS) == request_.may


# --- The table is whole -----------------------------------------------------------------------------------------


def addresses(resolver: URLResolver, namespace: str = "") -> Iterator[tuple[str, URLPattern]]:
    for pattern in resolver.url_patterns:
        if isinstance(pattern, URLResolver):
            yield from addresses(pattern, pattern.namespace or namespace)
        else:
            yield namespace, pattern


def test_every_address_and_method_is_in_the_table() -> None:
    known = {(request.name, request.method) for request in TABLE}
    ours = [pattern.name for namespace, pattern in addresses(get_resolver()) if not namespace]
    assert ours, "no addresses found"
    assert {(name, method) for name in ours for method in ("GET", "POST")} == known


def test_every_model_is_watched() -> None:
    """A model whose rows are not compared could be changed by anybody."""
    assert Photo.__name__ in state()
    assert len(state()) == len(list(apps.get_app_config("timeline").get_models())) - 2


@pytest.mark.parametrize("viewer", VIEWERS)
def test_the_admin_is_for_staff_alone(viewer: str, scene: dict[str, Any]) -> None:
    client = Client() if viewer == "nobody" else signed_in(User.objects.get(username=viewer))
    alice = User.objects.get(username="alice").pk
    paths = ["", "password_change/", "autocomplete/"]
    paths += [
        f"timeline/{model}/{page}" for model in ("user", "tweet", "comment") for page in ("", "add/", "1/change/")
    ]
    paths += [f"timeline/user/{alice}/timeline/", f"timeline/user/{alice}/password/"]
    for path in paths:
        answer = client.get(f"/admin/{path}")
        assert answer.status_code == 302, path
        assert answer.headers["Location"].startswith("/admin/login/?next="), path
        assert SECRET.encode() not in answer.content


def test_scripts_of_who_is_not_signed_in_are_told_so(scene: dict[str, Any]) -> None:
    """A part of a page is never answered with a page to log in, which would stand in the middle of another one."""
    for request in TABLE:
        if request.may.startswith(LOG_IN):
            address = reverse(request.name, args=[scene.get(name, name) for name in request.args])
            method = Client().post if request.method == "POST" else Client().get
            assert method(address, headers={"HX-Request": "true"}).status_code == 401, str(request)
