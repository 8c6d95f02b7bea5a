"""`manage.py seed_demo`: a circle to look around in, made once."""

import io
import re
import stat
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from pytest_django import Settings

from tests.pictures import image_file
from tests.servers import Beanstalkd
from timeline import broker, demo
from timeline.models import Comment, FriendRequest, Friendship, Like, Notification, Photo, TimelineEntry, Tweet, User
from timeline.visibility import entries_of

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def own_var_dir(settings: Settings, tmp_path: Path) -> None:
    settings.VAR_DIR = tmp_path
    settings.MEDIA_ROOT = tmp_path / "media"


@pytest.fixture(autouse=True)
def no_patience_for_paintings(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever is to be painted is two halves here: two dozen paintings take seconds, and have a test of their own."""
    monkeypatch.setattr(demo, "painting", lambda name, seed: io.BytesIO(image_file()))


def run() -> str:
    out = StringIO()
    call_command("seed_demo", stdout=out)
    return out.getvalue()


def test_a_dozen_people_know_each_other_by_chinese_and_english_names() -> None:
    run()
    names = list(User.objects.values_list("name", flat=True))
    assert len(names) == 12
    assert any(re.fullmatch(r"[\u4e00-\u9fff]+", name) for name in names)
    assert any(name.isascii() for name in names)
    assert Friendship.objects.count() == 2 * sum(len(friends.split()) for friends in demo.FRIENDS.values())
    assert FriendRequest.objects.filter(receiver__username=demo.LOGIN).count() == len(demo.ASKING)


def test_every_timeline_is_complete_without_a_broker() -> None:
    run()
    assert Tweet.objects.delivered().count() == len(demo.TWEETS) + len(demo.ALBUMS)
    assert set(TimelineEntry.objects.values_list("owner", "tweet")) == set(entries_of(Tweet.objects.all()))


def test_there_are_photos_for_the_first_look() -> None:
    run()
    shown = Photo.objects.filter(tweet__isnull=False)
    assert {tweet.photo_count for tweet in Tweet.objects.exclude(photos=None)} == {1, 3, 4, 9}
    assert shown.exclude(alt="").count() == shown.count() == sum(len(album) for *_rest, album in demo.ALBUMS)
    assert set(User.objects.exclude(picture=None).values_list("username", flat=True)) == set(demo.PICTURES)


def test_friends_talk_about_the_photos() -> None:
    run()
    assert Like.objects.count() == sum(len(fans.split()) for fans in demo.LIKES.values())
    assert Comment.objects.count() == sum(len(talk) for talk in demo.TALK.values())
    assert Comment.objects.exclude(reply_to=None).exists()
    assert Notification.objects.unread().filter(receiver__username=demo.LOGIN).exists(), "a first look finds some"


def test_the_tweets_travel_the_line_as_well(beanstalkd: Beanstalkd) -> None:
    run()
    assert sum(int(stats["current-jobs-ready"]) for stats in broker.tube_stats().values()) == len(demo.TWEETS) + len(
        demo.ALBUMS
    )


def test_the_password_that_is_printed_opens_the_home_page_and_the_admin(client: Client) -> None:
    found = re.search(r"Log in as (\S+) with the password (\S+), also at /admin/", run())
    assert found
    client.post("/login/", {"username": found[1], "password": found[2]})
    assert client.get("/").status_code == 200
    assert client.get("/admin/").status_code == 200


def test_the_password_is_kept_for_the_owner_alone_and_differs_everywhere(settings: Settings, tmp_path: Path) -> None:
    out = run()
    file = tmp_path / "demo-password"
    assert str(file) in out
    assert file.read_text() in out
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    User.objects.all().delete()
    settings.VAR_DIR = tmp_path / "elsewhere"
    assert file.read_text() not in run()


def test_nobody_logs_in_as_the_others() -> None:
    run()
    assert not any(user.has_usable_password() for user in User.objects.exclude(username=demo.LOGIN))


def test_the_second_time_nothing_happens() -> None:
    run()
    before = [set(model.objects.values_list("pk")) for model in (User, Friendship, Tweet)]
    assert "there already" in run()
    assert [set(model.objects.values_list("pk")) for model in (User, Friendship, Tweet)] == before


def test_taken_names_are_told_and_nothing_is_half_made() -> None:
    User.objects.create_user("Alice")
    with pytest.raises(CommandError, match=r"taken: alice\.$"):
        run()
    assert User.objects.count() == 1
