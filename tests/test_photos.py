"""The life of a photo: a draft, then of a tweet or a picture, then gone without a trace, whatever breaks in between."""

import os
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone
from pytest_django import Settings

from tests.pictures import image_file, sent
from tests.servers import Beanstalkd
from tests.threads import InThread, wait_until_somebody_waits_for_a_lock
from timeline import photos, posting
from timeline.models import Photo, Tweet, User
from timeline.photos import DraftGoneError, PhotoRefusedError, Size, discarding, drafts, files
from timeline.sweep import Sweeper

pytestmark = pytest.mark.django_db(transaction=True)


class Crash(BaseException):
    """The process ends here: nothing catches this."""


def crash(*arguments: Any, **named: Any) -> None:
    raise Crash


@pytest.fixture(autouse=True)
def media(tmp_path: Path, settings: Settings) -> Iterator[Path]:
    """Where the files of this test lie. When it ends, each belongs to a photo, and each photo has its files."""
    settings.MEDIA_ROOT = tmp_path / "media"
    yield settings.MEDIA_ROOT
    expected = {photos.path_of(photo.key, size) for photo in Photo.objects.all() for size in Size}
    assert stored(settings.MEDIA_ROOT) == expected


def stored(media: Path) -> set[Path]:
    return {path for path in media.rglob("*") if path.is_file()}


def upload(owner: User, **options: Any) -> Photo:
    return photos.upload(owner, sent(image_file()), **options)


def make_old(photo: Photo) -> None:
    Photo.objects.filter(pk=photo.pk).update(created_at=timezone.now() - timedelta(days=1, minutes=1))


# --- Drafts and tweets ----------------------------------------------------------------------------------------


def test_a_photo_is_stored_in_both_sizes(alice: User) -> None:
    photo = upload(alice, alt="Two halves")
    assert (photo.owner, photo.alt, photo.width, photo.height) == (alice, "Two halves", 64, 48)
    assert list(Photo.objects.drafts_of(alice)) == [photo]


def test_what_is_refused_leaves_nothing(alice: User, media: Path) -> None:
    with pytest.raises(PhotoRefusedError):
        photos.upload(alice, sent(b"no photo"))
    assert not Photo.objects.exists()
    assert not stored(media)


def test_a_tweet_gets_its_photos_in_their_order(alice: User) -> None:
    first, second, third = [upload(alice) for _ in range(3)]
    tweet = posting.post(alice, "", photos=[third, first, second])
    assert list(tweet.photos.order_by("position")) == [third, first, second]
    assert tweet.photo_count == 3
    assert not Photo.objects.drafts_of(alice).exists()


def test_drafts_come_in_the_order_of_their_keys(alice: User, bob: User) -> None:
    first, second, others = upload(alice), upload(alice), upload(bob)
    keys = [second.key, others.key, first.key, second.key]
    assert photos.drafts_of(alice, keys) == [second, first]


def test_a_photo_is_posted_once(alice: User) -> None:
    photo = upload(alice)
    posting.post(alice, "first", photos=[photo])
    with pytest.raises(DraftGoneError) as gone:
        posting.post(alice, "second", photos=[photo])
    assert gone.value.messages[0].startswith("A photo is not there any more")
    assert list(Tweet.objects.values_list("text", flat=True)) == ["first"]


def test_two_windows_that_post_a_photo_at_once(alice: User) -> None:
    """Guard: the lock in attach. Without it both tweets count the photo, and one has none."""
    photo = upload(alice)
    with transaction.atomic():
        posting.post(alice, "first", photos=[photo])
        other = InThread(lambda: posting.post(alice, "second", photos=[Photo.objects.get(pk=photo.pk)]))
        wait_until_somebody_waits_for_a_lock()
    with pytest.raises(DraftGoneError):
        other.result()
    assert Tweet.objects.get().text == "first"


def test_nobody_posts_the_photo_of_somebody_else(alice: User, bob: User) -> None:
    with pytest.raises(DraftGoneError):
        posting.post(bob, "mine", photos=[upload(alice)])


def test_descriptions_are_stored(alice: User) -> None:
    first, second = upload(alice), upload(alice, alt="stays")
    photos.describe([first, second], {first.key: "A cat"})
    assert list(Photo.objects.order_by("pk").values_list("alt", flat=True)) == ["A cat", "stays"]


def test_the_oldest_drafts_give_way(alice: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drafts, "MOST_DRAFTS", 2)
    posted = upload(alice)
    posting.post(alice, "", photos=[posted])
    _first, second, third = [upload(alice) for _ in range(3)]
    assert set(Photo.objects.all()) == {posted, second, third}


def test_an_upload_within_a_transaction_is_a_mistake(alice: User, media: Path) -> None:
    """Guard: durable. A rollback would take the row away from its files."""
    with pytest.raises(RuntimeError), transaction.atomic():
        upload(alice)
    assert not stored(media)


def test_a_photo_that_is_discarded_while_it_is_stored_leaves_no_file(
    alice: User, media: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Guard: the second look in _write. Its owner leaves after the row is there, and before the files are."""
    write = files.write

    def write_late(*arguments: Any) -> None:
        alice.delete()
        write(*arguments)

    monkeypatch.setattr(files, "write", write_late)
    with pytest.raises(DraftGoneError):
        photos.upload(User.objects.get(pk=alice.pk), sent(image_file()))
    assert not stored(media)


# --- What goes --------------------------------------------------------------------------------------------------


def test_the_photos_of_a_deleted_tweet_go_at_once(alice: User, media: Path) -> None:
    kept = upload(alice)
    tweet = posting.post(alice, "", photos=[upload(alice), upload(alice)])
    tweet.delete()
    assert list(Photo.objects.all()) == [kept]


def test_the_photos_of_deleted_tweets_go_at_once(alice: User) -> None:
    """As the admin deletes."""
    for _ in range(2):
        posting.post(alice, "", photos=[upload(alice)])
    Tweet.objects.all().delete()
    assert not Photo.objects.exists()


def test_the_photos_of_somebody_who_leaves_go_at_once(alice: User, bob: User) -> None:
    kept = upload(bob)
    posting.post(alice, "", photos=[upload(alice)])
    photos.set_picture(alice, sent(image_file()))
    upload(alice)
    alice.delete()
    assert list(Photo.objects.all()) == [kept]


def test_a_deletion_that_is_taken_back_deletes_no_file(alice: User) -> None:
    """Guard: on_commit."""
    tweet = posting.post(alice, "", photos=[upload(alice)])
    with transaction.atomic():
        tweet.delete()
        transaction.set_rollback(True)
    assert tweet.photos.get().owner == alice


def test_a_removed_draft_goes_at_once(alice: User) -> None:
    upload(alice)
    assert photos.discard(Photo.objects.drafts_of(alice)) == 1
    assert not Photo.objects.exists()


def test_a_draft_that_was_never_posted_goes_after_a_day(alice: User) -> None:
    old, fresh = upload(alice), upload(alice)
    posted = upload(alice)
    posting.post(alice, "", photos=[posted])
    picture = photos.set_picture(alice, sent(image_file()))
    for photo in (old, posted, picture):
        make_old(photo)
    assert photos.clear_away() == 1
    assert set(Photo.objects.all()) == {fresh, posted, picture}


def test_the_sweeper_clears_away(alice: User, beanstalkd: Beanstalkd) -> None:
    make_old(upload(alice))
    Sweeper().step()
    assert not Photo.objects.exists()


def test_a_round_clears_away_only_so_many(alice: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(discarding, "CHUNK", 2)
    for _ in range(3):
        make_old(upload(alice))
    assert [photos.clear_away() for _ in range(3)] == [2, 1, 0]


def test_a_draft_that_is_posted_while_it_is_given_up(alice: User) -> None:
    """Guard: clear_away gives up by a condition. Files of a photo that was posted must stay."""
    photo = upload(alice)
    make_old(photo)
    with transaction.atomic():
        posting.post(alice, "just in time", photos=[photo])
        sweeper = InThread(photos.clear_away)
        wait_until_somebody_waits_for_a_lock()
    assert sweeper.result() == 0
    photo.refresh_from_db()
    assert photo.owner == alice


# --- Pictures of people -----------------------------------------------------------------------------------------


def test_a_person_has_one_picture(alice: User) -> None:
    photos.set_picture(alice, sent(image_file(size=(80, 60))))
    second = photos.set_picture(alice, sent(image_file(size=(90, 60))))
    assert list(Photo.objects.all()) == [second]
    assert User.objects.select_related("picture").get(pk=alice.pk).picture == second
    assert (second.width, second.height) == (60, 60)


def test_a_refused_picture_leaves_the_one_before(alice: User) -> None:
    picture = photos.set_picture(alice, sent(image_file()))
    with pytest.raises(PhotoRefusedError):
        photos.set_picture(alice, sent(b"no photo"))
    assert Photo.objects.get() == picture


def test_a_picture_can_be_removed(alice: User, bob: User) -> None:
    photos.set_picture(alice, sent(image_file()))
    kept = photos.set_picture(bob, sent(image_file()))
    assert photos.remove_picture(alice)
    assert not photos.remove_picture(alice)
    assert Photo.objects.get() == kept


def test_two_windows_that_set_a_picture_at_once(alice: User) -> None:
    """Guard: the lock on the person. Without it the second picture finds the place taken."""
    with transaction.atomic():
        User.objects.select_for_update().get(pk=alice.pk)
        others = [InThread(lambda: photos.set_picture(alice, sent(image_file()))) for _ in range(2)]
        wait_until_somebody_waits_for_a_lock()
    for other in others:
        other.result()
    assert Photo.objects.get().picture_of == alice


# --- Crashes ----------------------------------------------------------------------------------------------------


def assert_nothing_is_left_after_a_day(media: Path) -> None:
    """Do what the sweeper does once the photo is too old to be waited for."""
    for photo in Photo.objects.all():
        make_old(photo)
    photos.clear_away()
    assert not Photo.objects.exists()
    assert not stored(media)


@pytest.mark.parametrize("step", ["write", "_write_whole", "_sync"])
def test_a_crash_while_a_photo_is_stored(step: str, alice: User, media: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as broken:
        broken.setattr(files, step, crash)
        with pytest.raises(Crash):
            upload(alice)
    assert Photo.objects.count() == 1, "the row is there before the files"
    assert_nothing_is_left_after_a_day(media)


@pytest.mark.parametrize("renamed", [0, 1])
def test_a_crash_between_writing_a_file_and_naming_it(
    renamed: int, alice: User, media: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rename = Path.rename

    def rename_some(path: Path, target: Path) -> Path:
        if len([path for path in stored(media) if path.suffix == ".webp"]) == renamed:
            raise Crash
        return rename(path, target)

    with monkeypatch.context() as broken:
        broken.setattr(Path, "rename", rename_some)
        with pytest.raises(Crash):
            upload(alice)
    assert [path for path in stored(media) if path.suffix == files.UNFINISHED], "a file is half written"
    assert_nothing_is_left_after_a_day(media)


def test_a_full_disk_leaves_nothing(alice: User, media: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as broken:
        broken.setattr(os, "fsync", full)
        with pytest.raises(OSError, match="No space left"):
            upload(alice)
    assert not Photo.objects.exists()
    assert not stored(media)


@pytest.mark.parametrize("step", ["clear_away", "_remove_files"])
def test_a_crash_while_photos_are_deleted(step: str, alice: User, media: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tweet = posting.post(alice, "", photos=[upload(alice), upload(alice)])
    with monkeypatch.context() as broken:
        broken.setattr(discarding, step, crash)
        with pytest.raises(Crash):
            tweet.delete()
    assert not Tweet.objects.exists()
    assert Photo.objects.count() == 2, "the rows say what is to be deleted"
    assert photos.clear_away() == 2


def test_a_crash_between_deleting_files_and_rows(alice: User, monkeypatch: pytest.MonkeyPatch) -> None:
    tweet = posting.post(alice, "", photos=[upload(alice)])
    with monkeypatch.context() as broken:
        broken.setattr(Photo.objects.all().__class__, "delete", crash)
        with pytest.raises(Crash):
            tweet.delete()
    assert photos.clear_away() == 1


def test_files_that_cannot_be_deleted_now_are_deleted_later(alice: User, monkeypatch: pytest.MonkeyPatch) -> None:
    """Guard: the except in _remove_files. The sweeper, which also calls this, has more to do than photos."""

    def refuse(path: Path, *, missing_ok: bool) -> None:
        raise PermissionError

    upload(alice)
    with monkeypatch.context() as broken:
        broken.setattr(Path, "unlink", refuse)
        photos.discard(Photo.objects.all())
        assert photos.clear_away() == 0
    assert photos.clear_away() == 1
