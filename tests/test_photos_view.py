"""Photos on their way through the pages: sent while a post is written or with it, and shown to those who may see."""

import io
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.datastructures import MultiValueDict
from pytest_django import DjangoAssertNumQueries, Settings

from tests.pictures import image_file, sent
from tests.visitors import signed_in, text_of
from timeline import audience, friendships, photos, posting
from timeline.fanout import deliver
from timeline.forms.photo import PhotosForm
from timeline.models import Photo, Tweet, User
from timeline.models.tweet import Audience
from timeline.photos import Size
from timeline.photos.receiving import MOST_BYTES_OF_STRANGERS, MOST_REQUEST_BYTES
from timeline.views import tweets

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def media(tmp_path: Path, settings: Settings) -> Iterator[Path]:
    settings.MEDIA_ROOT = tmp_path / "media"
    return settings.MEDIA_ROOT


def upload(owner: User, **options: Any) -> Photo:
    return photos.upload(owner, sent(image_file()), **options)


def address(photo: Photo, size: Size = Size.LARGE) -> str:
    return reverse("photo", args=[photo.key, size.value])


def status(viewer: User, photo: Photo) -> int:
    """Return how the photo is answered to somebody, the same for both sizes."""
    client = signed_in(viewer)
    (answer,) = {client.get(address(photo, size)).status_code for size in Size}
    return answer


# --- Who sees a photo -------------------------------------------------------------------------------------------


def test_friends_see_the_photos_of_a_tweet_and_strangers_do_not(alice: User, bob: User, charlie: User) -> None:
    photo = upload(alice)
    posting.post(alice, "", photos=[photo])
    assert (status(alice, photo), status(bob, photo), status(charlie, photo)) == (200, 200, 404)


def test_who_is_not_signed_in_sees_no_photo(alice: User) -> None:
    photo = upload(alice)
    posting.post(alice, "", photos=[photo])
    assert Client().get(address(photo)).status_code == 302
    photos.set_picture(alice, sent(image_file()))
    assert Client().get(address(Photo.objects.get(picture_of=alice))).status_code == 302


def test_a_draft_is_for_its_owner_alone(alice: User, bob: User) -> None:
    photo = upload(alice)
    assert (status(alice, photo), status(bob, photo)) == (200, 404)


def test_a_photo_follows_the_audience_of_its_tweet(alice: User, bob: User) -> None:
    photo = upload(alice)
    tweet = posting.post(alice, "", photos=[photo])
    for hidden, shown in (
        (
            lambda: audience.change_audience(tweet, Audience.ME),
            lambda: audience.change_audience(tweet, Audience.FRIENDS),
        ),
        (
            lambda: audience.change_audience(tweet, Audience.EXCEPT, [bob.pk]),
            lambda: audience.change_audience(tweet, Audience.ONLY, [bob.pk]),
        ),
        (lambda: audience.withhold(alice.pk, bob.pk), lambda: audience.withhold(alice.pk, bob.pk, on=False)),
        (
            lambda: friendships.unfriend(alice.pk, bob.pk),
            lambda: friendships.befriend(alice.pk, bob.pk),
        ),
    ):
        hidden()
        assert (status(alice, photo), status(bob, photo)) == (200, 404)
        shown()
        assert status(bob, photo) == 200


def test_members_see_each_others_pictures(alice: User, charlie: User) -> None:
    picture = photos.set_picture(alice, sent(image_file()))
    assert status(charlie, picture) == 200
    photos.remove_picture(alice)
    assert (status(charlie, picture), status(alice, picture)) == (404, 404)


def test_a_deleted_tweet_shows_no_photo(alice: User, bob: User) -> None:
    photo = upload(alice)
    tweet = posting.post(alice, "", photos=[photo])
    tweet.delete()
    assert (status(alice, photo), status(bob, photo)) == (404, 404)


def test_a_photo_that_was_never_there(alice: User) -> None:
    assert signed_in(alice).get(reverse("photo", args=[uuid4(), "small"])).status_code == 404
    assert signed_in(alice).get(f"/photos/{uuid4()}/huge/").status_code == 404


def test_a_photo_that_is_deleted_at_this_moment(alice: User) -> None:
    """Guard: FileNotFoundError in the view."""
    photo = upload(alice)
    photos.path_of(photo.key, Size.LARGE).unlink()
    assert signed_in(alice).get(address(photo)).status_code == 404


# --- How it is sent ---------------------------------------------------------------------------------------------


def test_a_photo_is_sent_as_nothing_but_a_photo(alice: User) -> None:
    photo = upload(alice)
    answer = signed_in(alice).get(address(photo))
    assert answer.content == photos.path_of(photo.key, Size.LARGE).read_bytes()
    assert answer["Content-Type"] == "image/webp"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Disposition"] == 'inline; filename="photo.webp"'
    assert answer["Content-Security-Policy"].startswith("default-src 'none'")
    assert answer["Cross-Origin-Resource-Policy"] == "same-origin"


def test_a_browser_keeps_a_photo_to_itself_for_an_hour(alice: User) -> None:
    answer = signed_in(alice).get(address(upload(alice)))
    assert answer["Cache-Control"] == "private, max-age=3600, immutable"


def test_a_browser_that_has_the_photo_gets_no_file(alice: User, bob: User, charlie: User) -> None:
    photo = upload(alice)
    posting.post(alice, "", photos=[photo])
    etag = signed_in(bob).get(address(photo))["ETag"]
    photos.path_of(photo.key, Size.LARGE).unlink()  # it is not even opened
    answer = signed_in(bob).get(address(photo), headers={"If-None-Match": etag})
    assert (answer.status_code, answer.content) == (304, b"")
    assert answer["Cache-Control"] == "private, max-age=3600, immutable"
    assert signed_in(charlie).get(address(photo), headers={"If-None-Match": etag}).status_code == 404


def test_a_photo_takes_three_queries(alice: User, bob: User, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    photo = upload(alice)
    posting.post(alice, "", photos=[photo])
    client = signed_in(bob)
    with django_assert_num_queries(3):  # the session, its user, the photo
        client.get(address(photo))


# --- Sent while a post is written -------------------------------------------------------------------------------


def send(client: Client, *files: SimpleUploadedFile, **data: Any) -> Any:
    return client.post(reverse("upload-photo"), {"added": list(files), **data})


def keys_in_page(answer: Any) -> list[UUID]:
    return [UUID(key) for key in re.findall(r'name="photo" value="([^"]+)"', text_of(answer))]


def test_a_photo_that_was_sent_comes_back_as_a_draft(alice: User) -> None:
    answer = send(signed_in(alice), sent(image_file()))
    photo = Photo.objects.drafts_of(alice).get()
    assert (answer.status_code, keys_in_page(answer)) == (200, [photo.key])
    assert address(photo, Size.SMALL) in text_of(answer)
    assert f'name="alt-{photo.key}"' in text_of(answer)
    assert "<html" not in text_of(answer)


def test_what_is_wrong_with_a_photo_is_said_with_its_name(alice: User) -> None:
    answer = send(signed_in(alice), sent(b"no photo", "<b>notes.jpg"))
    assert answer.status_code == 200
    assert "\u2068&lt;b&gt;notes.jpg\u2069: This file is no photo that can be read." in text_of(answer)
    assert not Photo.objects.exists()


def test_drafts_can_be_shown_again_to_their_owner(alice: User, bob: User) -> None:
    first, second, others = upload(alice), upload(alice), upload(bob)
    posted = upload(alice)
    posting.post(alice, "", photos=[posted])
    keys = [second.key, others.key, posted.key, first.key, "rubbish"]
    answer = signed_in(alice).get(reverse("upload-photo"), {"photo": [str(key) for key in keys]})
    assert keys_in_page(answer) == [second.key, first.key]


def test_a_draft_can_be_removed_by_its_owner_alone(alice: User, bob: User) -> None:
    photo = upload(alice)
    discard = reverse("discard-photo", args=[photo.key])
    assert signed_in(bob).post(discard).status_code == 204
    assert Photo.objects.drafts_of(alice).exists()
    for _ in range(2):  # in two windows
        assert signed_in(alice).post(discard).status_code == 204
    assert not Photo.objects.drafts_of(alice).exists()


def test_a_posted_photo_is_not_removed_by_another_window(alice: User, bob: User) -> None:
    photo = upload(alice)
    posting.post(alice, "", photos=[photo])
    signed_in(alice).post(reverse("discard-photo", args=[photo.key]))
    assert status(bob, photo) == 200


@pytest.mark.parametrize("name", ["upload-photo", "discard-photo"])
def test_nothing_is_changed_without_a_token(name: str, alice: User) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(alice)
    photo = upload(alice)
    arguments = [photo.key] if name == "discard-photo" else []
    assert client.post(reverse(name, args=arguments)).status_code == 403


# --- Sent with the post -----------------------------------------------------------------------------------------


def filled_in(owner: User, *files: SimpleUploadedFile, **data: list[str]) -> PhotosForm:
    return PhotosForm(owner, MultiValueDict(data), MultiValueDict({"added": list(files)}))


def errors_of(form: PhotosForm) -> list[str]:
    form.is_valid()
    return [*form["added"].errors, *form.non_field_errors()]


def test_files_become_drafts_after_those_that_are_there(alice: User) -> None:
    first, second = upload(alice), upload(alice)
    form = filled_in(alice, sent(image_file()), photo=[str(second.key), str(first.key)])
    assert not errors_of(form)
    assert form.drafts[:2] == [second, first]
    assert len(form.drafts) == 3


def test_no_photos_are_no_error(alice: User) -> None:
    form = filled_in(alice)
    assert form.is_valid()
    assert form.drafts == []


def test_a_description_is_kept(alice: User) -> None:
    photo = upload(alice)
    assert not errors_of(filled_in(alice, photo=[str(photo.key)], **{f"alt-{photo.key}": [" Beans, climbing "]}))
    photo.refresh_from_db()
    assert photo.alt == "Beans, climbing"


@pytest.mark.parametrize("alt", ["x" * 301, "\0"])
def test_a_description_that_cannot_be_kept_is_refused(alt: str, alice: User) -> None:
    photo = upload(alice)
    form = filled_in(alice, photo=[str(photo.key)], **{f"alt-{photo.key}": [alt]})
    assert len(errors_of(form)) == 1
    assert form.drafts == [photo]


def test_a_photo_can_be_left_out(alice: User) -> None:
    first, second = upload(alice), upload(alice)
    both = [str(first.key), str(second.key)]
    form = filled_in(alice, photo=both, **{"leave-out": [str(first.key)]})
    assert not errors_of(form)
    assert form.drafts == [second]


@pytest.mark.parametrize("new", [1, 2])
def test_the_tenth_photo_is_refused_and_nine_stay(new: int, alice: User) -> None:
    there = [str(upload(alice).key) for _ in range(10 - new)]
    form = filled_in(alice, *[sent(image_file(), "tenth.jpg")] * new, photo=there)
    assert errors_of(form) == ["\u2068tenth.jpg\u2069: A post has room for 9 photos."]
    assert len(form.drafts) == 9


def test_ten_drafts_are_refused(alice: User) -> None:
    form = filled_in(alice, photo=[str(upload(alice).key) for _ in range(10)])
    assert errors_of(form) == ["A post has room for 9 photos."]
    assert len(form.drafts) == 10, "whoever wrote the post chooses which to remove"


def test_one_bad_photo_does_not_lose_the_others(alice: User) -> None:
    form = filled_in(alice, sent(image_file(), "1.jpg"), sent(b"", "2.jpg"), sent(image_file(), "3.jpg"))
    assert errors_of(form) == ["\u20682.jpg\u2069: This file is empty."]
    assert len(form.drafts) == 2


def test_the_files_of_one_request_are_counted_one_by_one(alice: User, settings: Settings) -> None:
    """Guard: spend in _take_in. Else each request would count as one photo, and bring nine."""
    settings.LIMITS = {**settings.LIMITS, "upload": 3}
    form = filled_in(alice, *[sent(image_file(), f"{number}.jpg") for number in range(4)])
    (error,) = errors_of(form)
    assert error.startswith("\u20683.jpg\u2069: That was a little fast.")
    assert len(form.drafts) == 3


def test_a_full_disk_is_said_beside_the_photo(alice: User, monkeypatch: pytest.MonkeyPatch) -> None:
    """Guard: the except in _take_in. The text and the other photos would be lost with an error page."""

    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    form = filled_in(alice, sent(image_file(), "1.jpg"))
    assert errors_of(form) == ["\u20681.jpg\u2069: This photo could not be stored right now. Try again later."]


def test_a_photo_that_another_window_has_used_is_named_and_left_out(alice: User) -> None:
    used, kept = upload(alice), upload(alice)
    posting.post(alice, "", photos=[used])
    form = filled_in(alice, photo=[str(used.key), str(kept.key)])
    assert errors_of(form)[0].startswith("A photo is not there any more")
    assert form.drafts == [kept]


def test_a_photo_that_is_used_between_checking_and_posting(alice: User) -> None:
    used, kept = upload(alice), upload(alice)
    form = filled_in(alice, photo=[str(used.key), str(kept.key)])
    assert form.is_valid()
    posting.post(alice, "", photos=[used])
    with pytest.raises(photos.DraftGoneError) as gone:
        posting.post(alice, "", photos=form.drafts)
    form.refuse(gone.value)
    assert form.drafts == [kept]
    assert len(errors_of(form)) == 1


@pytest.mark.parametrize("key", ["", "rubbish", "../../etc/passwd", "\0"])
def test_a_key_that_our_page_did_not_make_names_no_photo(key: str, alice: User) -> None:
    form = filled_in(alice, photo=[key])
    assert form.is_valid()
    assert form.drafts == []


# --- Posted -----------------------------------------------------------------------------------------------------


def post_page(client: Client, text: str, *files: SimpleUploadedFile, **data: Any) -> Any:
    return client.post(reverse("post-tweet"), {"text": text, "added": list(files), **data})


def test_photos_alone_make_a_tweet(alice: User) -> None:
    draft = upload(alice)
    answer = post_page(signed_in(alice), "", sent(image_file()), photo=[str(draft.key)])
    assert answer.status_code == 302
    tweet = Tweet.objects.get()
    assert (tweet.text, tweet.photo_count) == ("", 2)
    assert tweet.photos.get(position=0) == draft


def test_neither_text_nor_photo_is_no_tweet(alice: User) -> None:
    assert "Write something first." in text_of(post_page(signed_in(alice), "  "))
    assert not Tweet.objects.exists()


def test_photos_stay_in_the_page_when_the_text_is_refused(alice: User) -> None:
    answer = post_page(signed_in(alice), "x" * 501, sent(image_file()))
    assert answer.status_code == 422
    assert keys_in_page(answer) == [Photo.objects.drafts_of(alice).get().key]


def test_the_text_stays_in_the_page_when_a_photo_is_refused(alice: User) -> None:
    answer = post_page(signed_in(alice), "Look at this", sent(b"no photo"))
    assert answer.status_code == 422
    assert "Look at this</textarea>" in text_of(answer)
    assert not Tweet.objects.exists()


def test_the_second_of_two_windows_is_told(alice: User) -> None:
    keys = [str(upload(alice).key)]
    assert post_page(signed_in(alice), "first", photo=keys).status_code == 302
    answer = post_page(signed_in(alice), "second", photo=keys)
    assert "A photo is not there any more" in text_of(answer)
    assert "second</textarea>" in text_of(answer)
    assert Tweet.objects.get().text == "first"


def test_another_window_that_is_faster_by_a_moment(alice: User, monkeypatch: pytest.MonkeyPatch) -> None:
    """Guard: refuse in the view. The photo is there when it is checked, and gone when it is posted."""
    used, kept = upload(alice), upload(alice)

    def post_late(*arguments: Any, **named: Any) -> Tweet:
        posting.post(alice, "first", photos=[used])
        return posting.post(*arguments, **named)

    monkeypatch.setattr(tweets, "post", post_late)
    answer = post_page(signed_in(alice), "second", photo=[str(used.key), str(kept.key)])
    assert answer.status_code == 422
    assert "A photo is not there any more" in text_of(answer)
    assert keys_in_page(answer) == [kept.key]


def test_the_home_page_shows_the_photos_of_friends(alice: User, bob: User) -> None:
    photo = upload(alice, alt="Beans <3")
    deliver([posting.post(alice, "", photos=[photo, upload(alice)]).pk])
    page = text_of(signed_in(bob).get("/"))
    assert f'href="{address(photo)}"' in page
    assert 'alt="Beans &lt;3"' in page
    assert 'alt="Photo 2 of 2"' in page


def test_photos_of_a_page_take_one_query_however_many(alice: User, bob: User) -> None:
    client = signed_in(bob)

    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            client.get("/")
        return len(captured)

    deliver([posting.post(alice, "", photos=[upload(alice)]).pk])
    queries()  # some things are asked only once
    few = queries()
    for _ in range(3):
        deliver([posting.post(alice, "", photos=[upload(alice) for _ in range(9)]).pk])
    queries()  # remembers where one was
    assert queries() == few <= 8


# --- Too large to be read ---------------------------------------------------------------------------------------


class Unread(io.BytesIO):
    """A body that must not be touched."""

    def read(self, *arguments: Any) -> bytes:
        raise AssertionError("it was read")


def answer_to(client: Client, size: int) -> Any:
    extra: dict[str, Any] = {
        "CONTENT_LENGTH": str(size),
        "CONTENT_TYPE": "multipart/form-data; boundary=x",
        "wsgi.input": Unread(),
    }
    return client.generic("POST", reverse("upload-photo"), **extra)


def test_a_hundred_megabytes_are_refused_unread(alice: User) -> None:
    answer = answer_to(signed_in(alice), 100_000_000)
    assert answer.status_code == 413
    assert "At most 64 MB can be sent at once" in text_of(answer)
    with pytest.raises(AssertionError, match="it was read"):
        answer_to(signed_in(alice), MOST_REQUEST_BYTES)


@pytest.mark.parametrize("length", ["", "rubbish", "-1"])
def test_a_length_that_is_none_is_no_error(length: str, db: None) -> None:
    assert Client().get(reverse("login"), CONTENT_LENGTH=length).status_code == 200


def test_who_is_not_signed_in_sends_no_files(db: None) -> None:
    assert answer_to(Client(), MOST_BYTES_OF_STRANGERS + 1).status_code == 413
    assert Client().post(reverse("login"), {"username": "x" * 900_000, "password": ""}).status_code == 200


@pytest.mark.django_db(transaction=True)
def test_while_the_database_is_away_the_page_says_so(database_down: None) -> None:
    """Guard: the except in is_member. An error outside the view would be answered as one of ours."""
    client = Client()
    client.cookies["sessionid"] = "somebody"
    client.raise_request_exception = False
    assert post_page(client, "", sent(bytes(MOST_BYTES_OF_STRANGERS + 1))).status_code == 503
