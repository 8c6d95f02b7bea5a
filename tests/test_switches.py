"""Don't show mine, hide theirs: the switches that everybody has for each friend, as the pages show them."""

import pytest

from tests.visitors import messages_of, post, signed_in, text_of
from timeline import friendships
from timeline.models import Friendship, User

pytestmark = pytest.mark.django_db


def turn(person: User, switch: str, other: User) -> list[str]:
    return messages_of(signed_in(person).post(f"/people/{other.username}/{switch}/", follow=True))


def reads(person: User, text: str) -> bool:
    return text in text_of(signed_in(person).get("/"))


def test_what_is_not_shown_to_a_friend_is_gone_for_them_alone_and_comes_back(
    alice: User, bob: User, charlie: User
) -> None:
    friendships.befriend(alice.pk, charlie.pk)
    post(alice, "the first words")
    assert turn(alice, "withhold", bob) == ["Bob no longer sees your posts. They will not be told."]
    post(alice, "the second words")
    assert not reads(bob, "the first words")
    assert not reads(bob, "the second words")
    assert reads(charlie, "the second words")
    assert turn(alice, "show", bob) == ["Bob sees your posts again, also the earlier ones."]
    assert reads(bob, "the first words")
    assert reads(bob, "the second words")


def test_what_is_hidden_is_gone_for_oneself_and_comes_back(alice: User, bob: User) -> None:
    post(alice, "the first words")
    assert turn(bob, "mute", alice) == ["You no longer see the posts of Alice. They will not be told."]
    post(alice, "the second words")
    assert not reads(bob, "the second words")
    assert turn(bob, "unmute", alice) == ["You see the posts of Alice again, also the earlier ones."]
    assert reads(bob, "the first words")
    assert reads(bob, "the second words")


def test_the_other_is_not_told(alice: User, bob: User) -> None:
    before = text_of(signed_in(bob).get("/people/alice/"))
    turn(alice, "withhold", bob)
    turn(alice, "mute", bob)
    after = text_of(signed_in(bob).get("/people/alice/"))
    assert ("does not see" in after, "You hide" in after) == (False, False)
    assert before.count("<button") == after.count("<button")


def test_the_profile_says_how_the_switches_are_and_offers_the_other_way(alice: User, bob: User) -> None:
    page = text_of(signed_in(alice).get("/people/bob/"))
    assert 'action="/people/bob/withhold/"' in page
    assert 'action="/people/bob/mute/"' in page
    turn(alice, "withhold", bob)
    turn(alice, "mute", bob)
    page = text_of(signed_in(alice).get("/people/bob/"))
    assert 'action="/people/bob/show/"' in page
    assert 'action="/people/bob/unmute/"' in page
    assert "You hide what <bdi>Bob</bdi> posts." in page


@pytest.mark.parametrize("switch", ["withhold", "show", "mute", "unmute"])
def test_there_are_no_switches_between_strangers(switch: str, alice: User, charlie: User) -> None:
    assert "withhold" not in text_of(signed_in(alice).get("/people/charlie/"))
    assert turn(alice, switch, charlie) == ["You and Charlie are no friends."]


def test_a_new_friendship_begins_without_them(alice: User, bob: User) -> None:
    turn(alice, "withhold", bob)
    turn(alice, "mute", bob)
    friendships.unfriend(alice.pk, bob.pk)
    friendships.befriend(alice.pk, bob.pk)
    assert not Friendship.objects.filter(is_withheld=True).exists()
    assert not Friendship.objects.filter(is_muted=True).exists()


# --- Friends in common -------------------------------------------------------------------------------------


def test_friends_in_common_are_counted_and_named(alice: User, bob: User, charlie: User) -> None:
    friendships.befriend(bob.pk, charlie.pk)
    client = signed_in(alice)
    assert "1 common friend</a>" in text_of(client.get("/people/charlie/"))
    page = text_of(client.get("/people/charlie/common/"))
    assert 'href="/people/bob/"' in page
    assert 'href="/people/alice/"' not in page.split("<main")[1]


def test_without_friends_in_common_nothing_is_said(alice: User, charlie: User) -> None:
    client = signed_in(alice)
    assert "common" not in text_of(client.get("/people/charlie/")).split("<main")[1]
    assert "None yet." in text_of(client.get("/people/charlie/common/"))
