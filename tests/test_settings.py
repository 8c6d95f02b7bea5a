"""What people set for themselves, and what becomes of it."""

import io
import json
import zipfile

import pytest
from django.test import Client
from django.utils.translation import gettext
from pytest_django import Settings

from tests.pictures import image_file, sent
from tests.visitors import messages_of, signed_in, text_of
from timeline import fanout, photos, posting, reactions
from timeline.audience import withhold
from timeline.audit import audit
from timeline.models import Comment, Like, Photo, Tweet, User
from timeline.models.tweet import Audience
from timeline.photos import Size

pytestmark = pytest.mark.django_db(transaction=True)

PASSWORD = "wonderland-1865"


def store(person: User, **changed: object) -> tuple[int, str]:
    form = {"name": "Alice", "about": "", "look_back": 0, "language": "", **changed}
    answer = signed_in(person).post("/settings/", form, follow=True)
    return answer.status_code, text_of(answer)


def test_a_profile_is_stored_and_shown_to_others(alice: User, bob: User) -> None:
    assert store(alice, name="Alice Carter", about="Beans, cats, 诗")[0] == 200
    page = text_of(signed_in(bob).get("/people/alice/"))
    assert "<h1><bdi>Alice Carter</bdi></h1>" in page
    assert "Beans, cats, 诗" in page


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("  Alice \n Carter ", "Alice Carter"),
        ("\u202eecilA", "ecilA"),
        ("\u200b\u200b", ""),
        ("<script>alert(1)</script>", "<script>alert(1)</script>"),
        ("👩‍🌾", "👩‍🌾"),
    ],
)
def test_names_cannot_reach_into_the_page(typed: str, stored: str, alice: User) -> None:
    store(alice, name=typed)
    alice.refresh_from_db()
    assert alice.name == stored
    assert "<script>alert" not in text_of(signed_in(alice).get("/people/alice/"))


def test_a_refused_profile_keeps_what_was_typed_and_changes_nothing(alice: User) -> None:
    status, page = store(alice, name="x" * 61, about="still here")
    assert status == 422
    assert 'value="still here"' in page
    assert "<bdi>Alice</bdi>" in page
    alice.refresh_from_db()
    assert alice.name == "Alice"


def test_a_language_that_was_chosen_wins_over_the_browsers(alice: User) -> None:
    store(alice, language="zh-hans")
    page = text_of(signed_in(alice).get("/", headers={"Accept-Language": "en"}))
    assert '<html lang="zh-hans">' in page
    store(alice, language="")
    assert '<html lang="en">' in text_of(signed_in(alice).get("/", headers={"Accept-Language": "en"}))
    assert gettext("Settings") == "Settings", "the next request is not concerned"


def test_the_chosen_language_holds_where_nobody_knows_who_is_there(settings: Settings, alice: User) -> None:
    """Guard: the cookie. These pages are made before anybody asks who is signed in."""
    client = signed_in(alice)
    client.post("/settings/", {"name": "", "about": "", "language": "zh-hans", "look_back": "0"})
    assert 'lang="zh-hans"' in text_of(client.get("/nowhere/"))
    settings.LIMITS = dict.fromkeys(settings.LIMITS, 1)
    Tweet.objects.create(author=alice, text="hello")
    addresses = [client.post("/people/bob/ask/") for _ in range(2)]
    assert addresses[1].status_code == 429
    assert 'lang="zh-hans"' in text_of(addresses[1])
    client.post("/logout/")
    assert 'lang="zh-hans"' in text_of(client.get("/login/"))


def test_the_next_person_at_the_browser_has_a_language_of_their_own(alice: User, bob: User) -> None:
    User.objects.filter(pk=alice.pk).update(language="zh-hans")
    client = signed_in(alice)
    assert 'lang="zh-hans"' in text_of(client.get("/"))
    client.force_login(bob)
    assert 'lang="en"' in text_of(client.get("/"))
    assert 'lang="en"' in text_of(client.get("/nowhere/"))


def test_how_far_back_friends_look_is_a_setting(alice: User, bob: User) -> None:
    store(alice, look_back=3)
    alice.refresh_from_db()
    assert alice.look_back == 3
    assert "shows friends what is not older than three days" in text_of(signed_in(bob).get("/people/alice/"))


def test_a_picture_is_set_shown_and_removed(alice: User, bob: User) -> None:
    browser = signed_in(alice)
    picture = {"picture": sent(image_file())}
    assert messages_of(browser.post("/settings/picture/", picture, follow=True)) == ["This is your picture now."]
    address = f"/photos/{alice.picture.key}/small/"
    assert f'src="{address}"' in text_of(signed_in(bob).get("/people/alice/"))
    assert signed_in(bob).get(address).status_code == 200
    browser.post("/settings/picture/", {"remove": "1"})
    assert signed_in(bob).get(address).status_code == 404


def test_what_is_no_photo_is_refused_with_a_reason(alice: User) -> None:
    answer = signed_in(alice).post("/settings/picture/", {"picture": sent(b"GIF89a, or so")})
    assert answer.status_code == 422
    assert "This file is no photo that can be read." in text_of(answer)


def test_a_changed_password_ends_all_other_sessions(alice: User) -> None:
    here, elsewhere = signed_in(alice), signed_in(alice)
    key = here.session.session_key
    form = {"old_password": PASSWORD, "new_password1": "climbing-beans-42", "new_password2": "climbing-beans-42"}
    assert here.post("/settings/password/", form).status_code == 302
    assert here.get("/settings/").status_code == 200
    assert here.session.session_key != key
    assert elsewhere.get("/settings/").status_code == 302
    log_in = Client().post("/login/", {"username": "alice", "password": "climbing-beans-42"})
    assert log_in.status_code == 302


def test_a_wrong_old_password_changes_nothing(alice: User) -> None:
    form = {"old_password": "wrong", "new_password1": "climbing-beans-42", "new_password2": "climbing-beans-42"}
    assert signed_in(alice).post("/settings/password/", form).status_code == 422


# --- Taking everything along, and leaving --------------------------------------------------------------------


@pytest.fixture
def life(alice: User, bob: User, charlie: User) -> Tweet:
    """Alice has posted a photo to Bob alone, said something and liked something."""
    draft = photos.upload(alice, sent(image_file()), alt="A bean")
    tweet = posting.post(alice, "our beans", audience=Audience.ONLY, people=[bob.pk], photos=[draft])
    from_bob = Tweet.objects.create(author=bob, text="hello")
    fanout.deliver([tweet.pk, from_bob.pk])
    reactions.like(alice, from_bob.pk)
    reactions.comment(alice, from_bob.pk, "hello yourself")
    reactions.comment(bob, tweet.pk, "lovely")
    photos.set_picture(alice, sent(image_file()))
    withhold(alice.pk, bob.pk)
    return tweet


def test_everything_of_ones_own_can_be_taken_along(life: Tweet, alice: User) -> None:
    answer = signed_in(alice).post("/settings/data/")
    assert answer["Content-Disposition"].startswith('attachment; filename="trellis-alice-')
    with zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content))) as archive:  # type: ignore[attr-defined]
        data = {
            name.removesuffix(".json"): json.loads(archive.read(name))
            for name in archive.namelist()
            if name.endswith(".json")
        }
        kept = {name for name in archive.namelist() if name.startswith("photos/")}
    assert data["profile"][0]["username"] == "alice"
    assert data["friends"] == [
        {"username": "bob", "since": data["friends"][0]["since"], "is_withheld": True, "is_muted": False}
    ]
    (tweet,) = data["tweets"]
    assert (tweet["text"], tweet["audience"], tweet["people"]) == ("our beans", "only", ["bob"])
    assert tweet["photos"][0]["alt"] == "A bean"
    assert tweet["photos"][0]["file"] in kept
    assert len(kept) == 2, "the picture, too"
    assert [comment["text"] for comment in data["comments"]] == ["hello yourself"]
    assert len(data["likes"]) == 1
    assert [told["by"] for told in data["notifications"]] == ["bob"]
    assert data["requests"] == []


@pytest.mark.parametrize("address", ["/settings/password/", "/settings/delete/"])
def test_passwords_are_not_guessed_within_a_session(settings: Settings, alice: User, address: str) -> None:
    settings.LIMITS = {**settings.LIMITS, "password": 2}
    client = signed_in(alice)
    statuses = [client.post(address, {"password": "x", "old_password": "x"}).status_code for _ in range(3)]
    assert statuses == [422, 422, 429]


def test_the_password_is_asked_before_an_account_is_deleted(life: Tweet, alice: User) -> None:
    answer = signed_in(alice).post("/settings/delete/", {"password": "wrong"})
    assert answer.status_code == 422
    assert "This is not your password." in text_of(answer)
    assert User.objects.filter(pk=alice.pk).exists()


def test_a_deleted_account_leaves_nothing(life: Tweet, alice: User, bob: User) -> None:
    files = [photos.path_of(photo.key, size) for photo in Photo.objects.filter(owner=alice) for size in Size]
    assert all(path.exists() for path in files)
    here, elsewhere = signed_in(alice), signed_in(alice)

    answer = here.post("/settings/delete/", {"password": PASSWORD}, follow=True)

    assert messages_of(answer) == ["Your account is deleted, and everything of yours with it."]
    assert elsewhere.get("/settings/").status_code == 302
    assert not User.objects.filter(username="alice").exists()
    assert not Tweet.objects.filter(text="our beans").exists()
    assert not Comment.objects.exclude(author=bob).exists()
    assert not Like.objects.exists()
    assert not Photo.objects.exists()
    assert not any(path.exists() for path in files)
    assert audit().is_true
    assert text_of(signed_in(bob).get("/")).count("tweet card") == 1
