"""What somebody wrote while their session ended is kept for them, and for nobody else."""

import re

import pytest
from django.test import Client

from tests.visitors import messages_of, signed_in, text_of
from timeline.models import Tweet, User
from timeline.unsent import MOST_LETTERS

pytestmark = pytest.mark.django_db

FIELD = re.compile(r"<textarea[^>]*>\s*(.*?)</textarea>", re.DOTALL)


def form_of(client: Client) -> dict[str, str]:
    """Return what the form of the page carries."""
    writer = re.search(r'name="writer" value="([^"]+)"', text_of(client.get("/")))
    assert writer
    return {"writer": writer[1]}


def post_signed_out(client: Client, text: str, **changed: str) -> None:
    form = {**form_of(client), "text": text, **changed}
    client.logout()
    answer = client.post("/tweets/", form)
    assert answer.headers["Location"] == "/login/?next=/"


def text_on_return(client: Client, person: User) -> str:
    """Sign in again in the same browser and return what is in the field."""
    session = client.session
    client.cookies["sessionid"] = session.session_key or ""
    client.force_login(person)
    found = FIELD.search(text_of(client.get("/")))
    assert found
    return found[1]


def test_the_text_is_back_after_the_log_in_and_then_gone(alice: User) -> None:
    client = signed_in(alice)
    post_signed_out(client, "half a thought")
    assert messages_of(client.get("/login/")) == ["You were signed out. Log in again: what you wrote is kept."]
    assert text_on_return(client, alice) == "half a thought"
    assert "half a thought" not in text_of(client.get("/"))
    assert not Tweet.objects.exists()


def test_what_was_for_some_does_not_come_back_as_something_for_all(alice: User, bob: User) -> None:
    client = signed_in(alice)
    post_signed_out(client, "for Bob", audience="only", people=str(bob.pk), names="charlie")
    client.cookies["sessionid"] = client.session.session_key or ""
    client.force_login(alice)
    page = text_of(client.get("/"))
    assert '<option value="only" selected>' in page
    assert f'value="{bob.pk}" checked' in page
    assert 'name="names" value="charlie"' in page


def test_junk_in_the_audience_is_forgotten(alice: User) -> None:
    client = signed_in(alice)
    post_signed_out(client, "half a thought", audience="everybody", people="x")
    assert text_on_return(client, alice) == "half a thought"


def test_somebody_else_does_not_get_it(alice: User, bob: User) -> None:
    """Guard: the comparison in `take`."""
    client = signed_in(alice)
    post_signed_out(client, "for Alice alone")
    assert text_on_return(client, bob) == ""
    assert text_on_return(client, alice) == "", "it is gone for good"


def test_a_form_that_is_not_ours_keeps_nothing(alice: User) -> None:
    """Guard: the signature. Else a foreign page could put words into somebody's mouth."""
    client = signed_in(alice)
    post_signed_out(client, "planted", writer=str(alice.pk))
    assert text_on_return(client, alice) == ""


def test_a_session_does_not_grow_without_an_end(alice: User) -> None:
    client = signed_in(alice)
    post_signed_out(client, "x" * 100_000)
    assert text_on_return(client, alice) == "x" * MOST_LETTERS
