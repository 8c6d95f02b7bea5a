"""What is done too often in a minute: refused, with how long to wait, and nothing that was written is lost."""

from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection
from django.test import Client
from django.utils.timezone import now
from pytest_django import Settings

from tests.pictures import image_file, sent
from tests.threads import InThread
from tests.visitors import signed_in, text_of
from timeline.limits import TooManyError, forget_old, spend
from timeline.models import Allowance, Comment, Photo, Tweet, User

pytestmark = pytest.mark.django_db

TOO_FAST = "That was a little fast. Try again in"


@pytest.fixture
def one_a_minute(settings: Settings) -> None:
    """Everything may be done once a minute."""
    settings.LIMITS = dict.fromkeys(settings.LIMITS, 1)


def a_minute_later() -> None:
    Allowance.objects.update(began_at=now() - timedelta(seconds=61))


def test_a_limit_holds_for_a_minute_and_for_one_person(settings: Settings) -> None:
    settings.LIMITS = {"post": 2}
    spend("post", 1)
    spend("post", 1)
    with pytest.raises(TooManyError) as refused:
        spend("post", 1)
    assert 1 <= refused.value.seconds <= 60
    spend("post", 2)
    a_minute_later()
    spend("post", 1)
    assert Allowance.objects.get(key="post:1").used == 1


def test_zero_is_no_limit_and_costs_nothing(settings: Settings) -> None:
    settings.LIMITS = {"post": 0}
    spend("post", 1)
    assert not Allowance.objects.exists()


def test_minutes_that_are_over_are_forgotten(settings: Settings) -> None:
    settings.LIMITS = {"post": 2}
    spend("post", 1)
    assert forget_old() == 0
    a_minute_later()
    assert forget_old() == 1


@pytest.mark.django_db(transaction=True)
def test_requests_at_the_same_moment_are_all_counted(settings: Settings) -> None:
    """Guard: the condition in `_count`, and that who comes second begins no minute."""
    settings.LIMITS = {"post": 3}

    def attempt() -> bool:
        try:
            spend("post", 1)
        except TooManyError:
            return False
        finally:
            connection.close()
        return True

    threads = [InThread(attempt) for _ in range(8)]
    assert sum(thread.result() for thread in threads) == 3


def test_photos_are_counted_also_when_they_come_with_a_post(settings: Settings, alice: User, tmp_path: Path) -> None:
    """Guard: the first one, too. A refused post is not counted, but drawing its photos takes long."""
    settings.MEDIA_ROOT = tmp_path
    settings.LIMITS = {**settings.LIMITS, "upload": 1}
    browser = signed_in(alice)
    for expected in (1, 1):
        answer = browser.post("/tweets/", {"text": "x" * 501, "added": [sent(image_file())]})
        assert answer.status_code == 422
        assert Photo.objects.filter(owner=alice).count() == expected
    assert TOO_FAST in text_of(answer)


def test_a_refused_sign_up_is_counted_too(settings: Settings, client: Client, alice: User) -> None:
    """Guard: counting before looking. Each refusal tells whether somebody has the name."""
    settings.LIMITS = {**settings.LIMITS, "signup": 1}
    form = {"username": "alice", "password1": "climbing-beans-42", "password2": "climbing-beans-42"}
    assert [client.post("/signup/", form).status_code for _ in range(2)] == [422, 429]


def test_a_post_too_many_stays_in_the_form(one_a_minute: None, alice: User) -> None:
    browser = signed_in(alice)
    assert browser.post("/tweets/", {"text": "first"}).status_code == 302
    refused = browser.post("/tweets/", {"text": "second thought"})
    assert refused.status_code == 429
    assert TOO_FAST in text_of(refused)
    assert "second thought</textarea>" in text_of(refused)
    assert Tweet.objects.count() == 1


def test_a_post_that_is_refused_anyway_is_not_counted(one_a_minute: None, alice: User) -> None:
    browser = signed_in(alice)
    assert browser.post("/tweets/", {"text": " "}).status_code == 422
    assert browser.post("/tweets/", {"text": "first"}).status_code == 302


def test_a_comment_too_many_stays_in_the_form(one_a_minute: None, alice: User) -> None:
    tweet = Tweet.objects.create(author=alice, text="beans")
    browser = signed_in(alice)
    browser.post(f"/tweets/{tweet.pk}/comment/", {"text": "first"})
    refused = browser.post(f"/tweets/{tweet.pk}/comment/", {"text": "second thought"})
    assert refused.status_code == 429
    assert TOO_FAST in text_of(refused)
    assert "second thought</textarea>" in text_of(refused)
    assert Comment.objects.count() == 1


@pytest.mark.parametrize("address", ["/tweets/{tweet}/like/", "/people/charlie/ask/", "/photos/"])
def test_other_verbs_are_limited(one_a_minute: None, address: str, alice: User, charlie: User) -> None:
    tweet = Tweet.objects.create(author=alice, text="beans")
    browser = signed_in(alice)
    assert browser.post(address.format(tweet=tweet.pk)).status_code in (200, 302)
    refused = browser.post(address.format(tweet=tweet.pk))
    assert refused.status_code == 429
    assert TOO_FAST in text_of(refused)
    assert 1 <= int(refused["Retry-After"]) <= 60


def test_in_place_the_message_comes_on_top(one_a_minute: None, alice: User) -> None:
    tweet = Tweet.objects.create(author=alice, text="beans")
    browser = signed_in(alice)
    for _ in range(2):
        answer = browser.post(f"/tweets/{tweet.pk}/like/", headers={"HX-Request": "true"})
    assert answer.status_code == 429
    assert answer["HX-Reswap"] == "afterbegin"
    assert "<html" not in text_of(answer)


def test_who_is_not_signed_in_is_not_counted(one_a_minute: None) -> None:
    assert Client().post("/tweets/", {"text": "hello"}).status_code == 302
    assert not Allowance.objects.exists()


def test_signing_up_is_limited_by_address(one_a_minute: None) -> None:
    def sign_up(name: str, address: str) -> int:
        form = {"username": name, "password1": "climbing-beans-42", "password2": "climbing-beans-42"}
        return Client(REMOTE_ADDR=address).post("/signup/", form).status_code

    assert sign_up("one", "192.0.2.1") == 302
    assert sign_up("two", "192.0.2.1") == 429
    assert sign_up("two", "192.0.2.2") == 302
    assert not User.objects.filter(username="three").exists()
