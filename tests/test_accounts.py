"""Signing up, in and out."""

import pytest
from django.core.exceptions import ValidationError
from django.test import Client

from tests.visitors import signed_in, text_of
from timeline.forms.account import SignUpForm
from timeline.models import User

pytestmark = pytest.mark.django_db

PASSWORD = "climbing-beans-42"


def filled(username: str, **changes: str) -> dict[str, str]:
    return {"username": username, "password1": PASSWORD, "password2": PASSWORD, **changes}


def test_signing_up_signs_in_and_leads_home_where_it_says_what_to_do(client: Client) -> None:
    response = client.post("/signup/", filled("dora"), follow=True)
    assert response.redirect_chain == [("/", 302)]
    assert response.context["user"].username == "dora"
    assert "Find friends" in text_of(response)


def test_signing_up_changes_the_session(client: Client) -> None:
    client.session.save()
    before = client.session.session_key
    client.cookies["sessionid"] = str(before)
    client.post("/signup/", filled("dora"))
    assert client.session.session_key != before


@pytest.mark.parametrize("username", ["小红", "Zoë", "o'hara".replace("'", "."), "a+b.c-d_e"])
def test_user_names_may_be_of_any_script(client: Client, username: str) -> None:
    client.post("/signup/", filled(username))
    assert client.get(f"/people/{username}/").status_code == 200


def test_a_user_name_that_differs_only_in_case_is_taken(client: Client, alice: User) -> None:
    response = client.post("/signup/", filled("ALICE"))
    assert response.status_code == 422
    assert text_of(response).count("A user with that username already exists.") == 1
    assert User.objects.count() == 1


def test_a_user_name_that_a_mention_would_cut_is_refused(client: Client) -> None:
    answer = client.post("/signup/", filled("rv@mail.org"))
    assert answer.status_code == 422
    assert "cannot contain an @" in text_of(answer)


def test_a_user_name_that_only_looks_different_is_taken(client: Client, alice: User) -> None:
    assert client.post("/signup/", filled("ａｌｉｃｅ")).status_code == 422
    assert User.objects.count() == 1


def test_somebody_who_takes_the_name_in_between_is_a_message_and_no_crash() -> None:
    form = SignUpForm(filled("dora"))
    assert form.is_valid()
    User.objects.create_user("Dora")
    with pytest.raises(ValidationError, match="already exists"):
        form.save()


@pytest.mark.parametrize(
    "changes",
    [
        {"username": ""},
        {"username": ".."},
        {"username": "two words"},
        {"username": "a/b"},
        {"username": "x" * 151},
        {"username": "nul\x00"},
        {"username": "\u200b"},
        {"password2": "something-else-43"},
        {"password1": "12345678", "password2": "12345678"},
        {"password1": "", "password2": ""},
    ],
)
def test_a_bad_sign_up_is_shown_again_with_a_message(client: Client, changes: dict[str, str]) -> None:
    response = client.post(
        "/signup/", filled("dora", **{k: v for k, v in changes.items() if k != "username"}) | changes
    )
    assert response.status_code == 422
    assert 'class="errorlist"' in text_of(response)
    assert PASSWORD not in text_of(response)
    assert not User.objects.exists()


def test_logging_in_ignores_the_case_of_the_user_name(client: Client, alice: User) -> None:
    response = client.post("/login/", {"username": "Alice", "password": "wonderland-1865"}, follow=True)
    assert response.context["user"] == alice


def test_a_wrong_password_is_told(client: Client, alice: User) -> None:
    response = client.post("/login/", {"username": "alice", "password": "looking-glass"})
    assert "Please enter a correct username and password" in text_of(response)


def test_logging_in_leads_to_the_page_that_was_wanted(client: Client, alice: User) -> None:
    wanted = client.get("/people/?q=b").headers["Location"]
    assert wanted == "/login/?next=/people/%3Fq%3Db"
    response = client.post(wanted, {"username": "alice", "password": "wonderland-1865"})
    assert response.headers["Location"] == "/people/?q=b"


@pytest.mark.parametrize("target", ["https://elsewhere.example/", "//elsewhere.example", "javascript:alert(1)", "/\\x"])
def test_logging_in_leads_nowhere_else(client: Client, alice: User, target: str) -> None:
    response = client.post("/login/", {"username": "alice", "password": "wonderland-1865", "next": target})
    assert response.headers["Location"] == "/"


@pytest.mark.parametrize("path", ["/login/", "/signup/", "/login/?next=/login/", "/login/?next=/signup/"])
def test_whoever_is_signed_in_goes_home(alice: User, path: str) -> None:
    assert signed_in(alice).get(path).headers["Location"] == "/"


def test_logging_out_takes_a_post(alice: User) -> None:
    client = signed_in(alice)
    assert client.get("/logout/").status_code == 405
    assert client.post("/logout/").headers["Location"] == "/login/"
    assert client.get("/").status_code == 302


def test_forms_without_the_token_are_refused_with_a_clear_page(alice: User) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(alice)
    for path in ("/tweets/", "/people/bob/ask/", "/logout/", "/signup/"):
        response = client.post(path, {"text": "hello"})
        assert response.status_code == 403
        assert "This page was open for too long" in text_of(response)
