"""Finding people, and asking, answering and ending."""

import re
from functools import partial

import pytest
from django.db import transaction
from django.test import Client

from tests.threads import InThread, wait_until_somebody_waits_for_a_lock
from tests.visitors import messages_of, signed_in, text_of
from timeline import friendships
from timeline.locks import own_authors
from timeline.models import FriendRequest, Friendship, User
from timeline.relations import Relation, related_to

pytestmark = pytest.mark.django_db

GONE = ["This request is no longer there."]


def listed(page: str) -> list[str]:
    return re.findall(r'<a class="name" href="/people/([^"/]+)/">', page)


def said(client: Client, path: str) -> list[str]:
    response = client.post(path, follow=True)
    assert response.status_code == 200
    return messages_of(response)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("li", ["Lily", "lin"]),
        ("LI", ["Lily", "lin"]),
        ("林", ["lin"]),
        ("林小", ["lin"]),
        ("小", []),
        ("%", []),
        ("_", []),
        ("x y", []),
    ],
)
def test_people_are_found_by_the_beginning_of_a_name(alice: User, text: str, found: list[str]) -> None:
    User.objects.create_user("lin", name="林小红")
    User.objects.create_user("Lily")
    assert sorted(listed(text_of(signed_in(alice).get("/people/", {"q": text})))) == sorted(found)


def test_people_are_found_as_their_user_names_are_shown(alice: User, bob: User) -> None:
    assert "@bob" in text_of(signed_in(alice).get("/people/", {"q": "@bo"}))


def test_a_search_that_finds_nobody_says_so_and_is_only_text(alice: User) -> None:
    page = text_of(signed_in(alice).get("/people/", {"q": "<script>"}))
    assert "Nobody." in page
    assert "<script>" not in page


@pytest.mark.parametrize("junk", ["a\x00", "x" * 151])
def test_a_search_that_makes_no_sense_is_told(alice: User, junk: str) -> None:
    response = signed_in(alice).get("/people/", {"q": junk})
    assert response.status_code == 400
    assert 'class="errorlist"' in text_of(response)


def test_whoever_is_inactive_is_not_found(alice: User) -> None:
    User.objects.create_user("gone", is_active=False)
    assert listed(text_of(signed_in(alice).get("/people/", {"q": "gone"}))) == []


@pytest.mark.parametrize("query", ["?q=p", "?"])
def test_following_more_shows_everybody_once(alice: User, query: str) -> None:
    names = [f"p{number:02}" for number in range(45)]
    for name in names:
        friendships.befriend(alice.pk, User.objects.create_user(name).pk)
    client, address, seen = signed_in(alice), f"/people/{query}", []
    while address:
        page = text_of(client.get(address))
        seen += listed(page)
        link = re.search(r'<a rel="next" href="([^"]+)">More</a>', page)
        address = f"/people/{link[1].replace('&amp;', '&')}" if link else ""
    assert seen == names


@pytest.mark.parametrize("junk", ["a\x00", "a/b"])
def test_junk_in_the_address_is_not_found(alice: User, junk: str) -> None:
    assert signed_in(alice).get("/people/", {"after": junk}).status_code == 404


def test_everybody_has_one_relation(alice: User, bob: User, charlie: User) -> None:
    dora, eve = User.objects.create_user("dora"), User.objects.create_user("eve")
    friendships.ask(alice, charlie)
    friendships.ask(dora, alice)
    relations = {person.username: person.relation for person in related_to(User.objects.all(), alice)}  # type: ignore[attr-defined]
    assert relations == {
        "alice": Relation.ONESELF,
        "bob": Relation.FRIEND,
        "charlie": Relation.ASKED,
        "dora": Relation.ASKING,
        eve.username: Relation.STRANGER,
    }


def test_a_request_is_sent_and_accepted(alice: User, charlie: User) -> None:
    assert said(signed_in(alice), "/people/charlie/ask/") == ["Your request is on its way to Charlie."]
    page = text_of(signed_in(charlie).get("/people/"))
    assert "They want to be your friends" in page
    assert 'action="/people/alice/accept/"' in page
    assert said(signed_in(charlie), "/people/alice/accept/") == ["You and Alice are friends now."]
    assert friendships.are_friends(alice.pk, charlie.pk)


def test_asking_twice_says_that_it_waits(alice: User, charlie: User) -> None:
    signed_in(alice).post("/people/charlie/ask/")
    assert said(signed_in(alice), "/people/charlie/ask/") == ["Your request is waiting for the answer of Charlie."]
    assert FriendRequest.objects.count() == 1


def test_asking_each_other_makes_friends(alice: User, charlie: User) -> None:
    signed_in(alice).post("/people/charlie/ask/")
    assert said(signed_in(charlie), "/people/alice/ask/") == ["You and Alice are friends."]


def test_asking_oneself_is_refused(alice: User) -> None:
    assert said(signed_in(alice), "/people/alice/ask/") == ["You cannot befriend yourself."]


def test_a_declined_request_is_gone(alice: User, charlie: User) -> None:
    friendships.ask(alice, charlie)
    assert said(signed_in(charlie), "/people/alice/decline/") == ["You have declined the request of Alice."]
    assert said(signed_in(alice), "/people/charlie/cancel/") == GONE
    assert not Friendship.objects.exists()


def test_a_cancelled_request_cannot_be_accepted(alice: User, charlie: User) -> None:
    friendships.ask(alice, charlie)
    assert said(signed_in(alice), "/people/charlie/cancel/") == ["You have taken back your request to Charlie."]
    assert said(signed_in(charlie), "/people/alice/accept/") == GONE
    assert not Friendship.objects.exists()


def test_accepting_twice_says_that_the_request_is_gone(alice: User, charlie: User) -> None:
    friendships.ask(alice, charlie)
    signed_in(charlie).post("/people/alice/accept/")
    assert said(signed_in(charlie), "/people/alice/accept/") == GONE
    assert Friendship.objects.count() == 2


def test_nobody_accepts_their_own_request(alice: User, charlie: User) -> None:
    friendships.ask(alice, charlie)
    assert said(signed_in(alice), "/people/charlie/accept/") == GONE
    assert not Friendship.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_of_accepting_and_cancelling_at_the_same_time_one_wins(alice: User, charlie: User) -> None:
    by_alice, by_charlie = signed_in(alice), signed_in(charlie)
    for _ in range(5):
        friendships.ask(alice, charlie)
        cancelling = InThread(partial(said, by_alice, "/people/charlie/cancel/"))
        accepting = InThread(partial(said, by_charlie, "/people/alice/accept/"))
        outcomes = [cancelling.result(), accepting.result()]
        assert outcomes.count(GONE) == 1
        assert friendships.are_friends(alice.pk, charlie.pk) == (outcomes[0] == GONE)
        friendships.unfriend(alice.pk, charlie.pk)


@pytest.mark.django_db(transaction=True)
def test_two_who_accept_at_the_same_time_in_two_windows_become_friends_once(alice: User, charlie: User) -> None:
    windows = [signed_in(charlie), signed_in(charlie)]
    friendships.ask(alice, charlie)
    accepting = [InThread(partial(said, window, "/people/alice/accept/")) for window in windows]
    assert [window.result() for window in accepting].count(GONE) == 1
    assert Friendship.objects.count() == 2


def test_unfriending_asks_first(alice: User, bob: User) -> None:
    client = signed_in(alice)
    assert "End the friendship with <bdi>Bob</bdi>?" in text_of(client.get("/people/bob/unfriend/"))
    assert Friendship.objects.count() == 2
    assert said(client, "/people/bob/unfriend/") == ["You and Bob are no longer friends."]
    assert said(client, "/people/bob/unfriend/") == ["You and Bob are no friends."]
    assert not Friendship.objects.exists()


@pytest.mark.parametrize("verb", ["ask", "accept", "decline", "cancel"])
def test_every_verb_takes_a_post_of_somebody_signed_in(client: Client, alice: User, bob: User, verb: str) -> None:
    assert signed_in(alice).get(f"/people/bob/{verb}/").status_code == 405
    assert client.post(f"/people/bob/{verb}/").headers["Location"] == "/login/?next=/"


@pytest.mark.parametrize("verb", ["ask", "accept", "decline", "cancel", "unfriend"])
def test_somebody_unknown_is_not_found(alice: User, verb: str) -> None:
    assert signed_in(alice).post(f"/people/nobody/{verb}/").status_code == 404


def test_a_verb_leads_back_to_where_it_was_used_and_nowhere_else(alice: User, charlie: User) -> None:
    client = signed_in(alice)
    back = client.post("/people/charlie/ask/", {"next": "/people/?q=c"})
    assert back.headers["Location"] == "/people/?q=c"
    back = client.post("/people/charlie/cancel/", {"next": "//elsewhere.example/"})
    assert back.headers["Location"] == "/people/charlie/"


def test_the_case_of_a_user_name_in_an_address_does_not_matter(alice: User, bob: User) -> None:
    assert signed_in(alice).get("/people/BOB/").status_code == 200


@pytest.mark.django_db(transaction=True)
def test_accepting_while_somebody_else_makes_the_two_friends_is_no_deadlock(alice: User, charlie: User) -> None:
    """Guard: own_authors in accept. Without it each side holds what the other one waits for."""
    friendships.ask(alice, charlie)
    client = signed_in(charlie)
    with transaction.atomic():
        own_authors([alice.pk, charlie.pk])
        accepting = InThread(partial(said, client, "/people/alice/accept/"))
        wait_until_somebody_waits_for_a_lock()
        friendships.befriend(alice.pk, charlie.pk)
    assert accepting.result() == GONE
    assert Friendship.objects.count() == 2
