"""Guessing passwords: slowed down by name and address, and it tells nothing about who exists."""

from datetime import timedelta

import pytest
from axes.models import AccessAttempt
from django.conf import settings as django_settings
from django.test import Client, RequestFactory
from django.utils.timezone import now
from pytest_django import Settings

from tests.visitors import text_of
from timeline.models import User
from timeline.views.access import client_address

pytestmark = pytest.mark.django_db

RIGHT = "wonderland-1865"
HERE, THERE = "192.0.2.1", "192.0.2.2"


def log_in(name: str, password: str = "wrong", address: str = HERE, page: str = "/login/") -> tuple[int, str]:
    answer = Client(REMOTE_ADDR=address).post(page, {"username": name, "password": password})
    return answer.status_code, text_of(answer)


def guess(name: str, address: str = HERE, page: str = "/login/") -> None:
    for _ in range(django_settings.AXES_FAILURE_LIMIT):
        log_in(name, address=address, page=page)


@pytest.mark.parametrize("page", ["/login/", "/admin/login/"])
def test_after_ten_wrong_passwords_the_right_one_does_not_help_either(page: str, alice: User) -> None:
    guess("alice", page=page)
    status, text = log_in("alice", RIGHT, page=page)
    assert status == 429
    assert "Too many wrong passwords. Try again in 10 minutes." in text


def test_the_other_pages_log_in_is_shut_too_and_case_makes_no_other_name(alice: User) -> None:
    """Guard: AXES_USERNAME_CALLABLE. Without it each spelling had ten guesses of its own."""
    guess("ALICE", page="/admin/login/")
    assert log_in("alice", RIGHT)[0] == 429


def test_nobody_is_locked_out_by_somebody_elsewhere(alice: User) -> None:
    guess("alice", address=THERE)
    assert log_in("alice", RIGHT)[0] == 302


def test_after_ten_minutes_it_is_open_again(alice: User) -> None:
    guess("alice")
    AccessAttempt.objects.update(attempt_time=now() - timedelta(minutes=11))
    assert log_in("alice", RIGHT)[0] == 302


def test_names_that_exist_and_names_that_do_not_are_answered_alike(alice: User) -> None:
    def told(name: str) -> list[tuple[int, str]]:
        answers = [log_in(name) for _ in range(django_settings.AXES_FAILURE_LIMIT + 1)]
        return [(status, without_token(text).replace(name, "NAME")) for status, text in answers]

    assert told("alice") == told("nobody")


def without_token(text: str) -> str:
    """Return a page without what differs each time."""
    return "\n".join(line for line in text.splitlines() if "csrfmiddlewaretoken" not in line)


def test_many_names_from_one_address_are_slowed_down(settings: Settings) -> None:
    settings.LIMITS = {**settings.LIMITS, "login": 3}
    assert [log_in(f"name{number}")[0] for number in range(4)] == [200, 200, 200, 429]
    assert log_in("name5", address=THERE)[0] == 200


def test_a_right_password_is_a_new_session(alice: User) -> None:
    browser = Client()
    browser.get("/login/")
    session = browser.session
    session["planted"] = True
    session.save()
    before = session.session_key
    assert before is not None
    browser.cookies[django_settings.SESSION_COOKIE_NAME] = before
    browser.post("/login/", {"username": "alice", "password": RIGHT})
    assert browser.session.session_key != before


@pytest.mark.parametrize(
    ("https", "forwarded", "expected"),
    [
        (False, "203.0.113.9", HERE),  # claimed by the visitor
        (True, "203.0.113.9", "203.0.113.9"),
        (True, "10.9.8.7, 203.0.113.9", "203.0.113.9"),  # the first is a claim, the last is the proxy's
        (True, "", HERE),
    ],
)
def test_the_address_is_what_the_proxy_says_and_nobody_else(
    https: bool, forwarded: str, expected: str, settings: Settings
) -> None:
    settings.HTTPS = https
    request = RequestFactory().get("/", REMOTE_ADDR=HERE, headers={"X-Forwarded-For": forwarded})
    assert client_address(request) == expected


def test_passwords_are_hashed_with_argon2_and_old_ones_anew(settings: Settings) -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.PBKDF2PasswordHasher"]
    User.objects.create_user("old", password=RIGHT)
    settings.PASSWORD_HASHERS = HASHERS
    assert log_in("old", RIGHT)[0] == 302
    assert User.objects.get(username="old").password.startswith("argon2$")


# As they are configured; tests use a faster one.
HASHERS = list(django_settings.PASSWORD_HASHERS)
