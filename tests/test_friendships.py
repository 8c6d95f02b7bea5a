"""Requests, friendships, and what they do to both timelines."""

from collections.abc import Iterable

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from timeline import fanout, friendships
from timeline.friendships import Asked
from timeline.locks import own_authors
from timeline.models import FriendRequest, Friendship, TimelineEntry, Tweet, User

pytestmark = pytest.mark.django_db


def timeline_of(user: User) -> list[str]:
    return [tweet.text for tweet in Tweet.objects.home_of(user)]


def test_a_request_that_is_accepted_makes_two_friends(alice: User, charlie: User) -> None:
    assert friendships.ask(alice, charlie) == Asked.SENT
    assert not friendships.are_friends(alice.pk, charlie.pk)

    assert friendships.accept(sender=alice, receiver=charlie)

    assert friendships.are_friends(alice.pk, charlie.pk)
    assert friendships.are_friends(charlie.pk, alice.pk)
    assert not FriendRequest.objects.exists()


def test_who_has_become_a_friend_in_this_moment_is_not_asked(
    alice: User, charlie: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Guard: the second look, under the lock."""

    def meanwhile(ids: Iterable[int]) -> None:
        monkeypatch.undo()
        friendships.befriend(alice.pk, charlie.pk)
        own_authors(ids)

    monkeypatch.setattr("timeline.friendships.own_authors", meanwhile)
    assert friendships.ask(alice, charlie) == Asked.FRIENDS
    assert not FriendRequest.objects.exists()


def test_asking_twice_sends_one_request(alice: User, charlie: User) -> None:
    assert friendships.ask(alice, charlie) == Asked.SENT
    assert friendships.ask(alice, charlie) == Asked.WAITING
    assert FriendRequest.objects.count() == 1


def test_two_who_ask_each_other_are_friends(alice: User, charlie: User) -> None:
    friendships.ask(alice, charlie)
    assert friendships.ask(charlie, alice) == Asked.FRIENDS
    assert friendships.are_friends(alice.pk, charlie.pk)
    assert not FriendRequest.objects.exists()


def test_asking_a_friend_changes_nothing(alice: User, bob: User) -> None:
    assert friendships.ask(alice, bob) == Asked.FRIENDS
    assert not FriendRequest.objects.exists()


def test_nobody_befriends_themselves(alice: User) -> None:
    with pytest.raises(ValidationError):
        friendships.ask(alice, alice)
    with pytest.raises(ValidationError):
        friendships.befriend(alice.pk, alice.pk)


def test_befriending_twice_changes_nothing(alice: User, bob: User) -> None:
    assert not friendships.befriend(alice.pk, bob.pk)
    assert Friendship.objects.count() == 2


def test_only_one_of_accepting_and_cancelling_finds_the_request(alice: User, charlie: User) -> None:
    friendships.ask(alice, charlie)
    assert friendships.withdraw_request(sender=alice, receiver=charlie)
    assert not friendships.accept(sender=alice, receiver=charlie)
    assert not friendships.are_friends(alice.pk, charlie.pk)


def test_befriending_brings_each_ones_history_to_the_other(alice: User, bob: User, charlie: User) -> None:
    Tweet.objects.create(author=alice, text="from alice")
    Tweet.objects.create(author=charlie, text="from charlie")
    Tweet.objects.create(author=bob, text="from bob, alice's friend")

    friendships.befriend(alice.pk, charlie.pk)

    assert timeline_of(charlie) == ["from charlie", "from alice"]
    assert timeline_of(alice) == ["from charlie", "from alice"]


def test_unfriending_takes_each_ones_tweets_from_the_other(alice: User, bob: User) -> None:
    tweets = [Tweet.objects.create(author=author, text=author.username) for author in (alice, bob)]
    fanout.deliver([tweet.pk for tweet in tweets])

    assert friendships.unfriend(alice.pk, bob.pk) == 2

    assert set(TimelineEntry.objects.values_list("owner", "tweet")) == {(t.author_id, t.pk) for t in tweets}
    assert friendships.unfriend(alice.pk, bob.pk) == 0


def test_deleting_a_friendship_row_ends_the_friendship(alice: User, bob: User) -> None:
    Friendship.objects.get(user=alice, friend=bob).delete()
    assert not Friendship.objects.exists()


def test_reading_does_not_show_what_an_old_entry_still_names(alice: User, charlie: User) -> None:
    """An entry is a candidate: whether charlie may see the tweet is decided when charlie reads."""
    tweet = Tweet.objects.create(author=alice, text="not for charlie")
    TimelineEntry.objects.create(owner=charlie, tweet=tweet)
    assert timeline_of(charlie) == []
    assert not Tweet.objects.visible_to(charlie).exists()


# --- What the database itself refuses ----------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_the_database_refuses_half_a_friendship(alice: User, charlie: User) -> None:
    with pytest.raises(IntegrityError):
        Friendship.objects.create(user=alice, friend=charlie)
    assert not friendships.are_friends(alice.pk, charlie.pk)


@pytest.mark.django_db(transaction=True)
def test_the_database_refuses_to_delete_half_a_friendship(alice: User, bob: User) -> None:
    with pytest.raises(IntegrityError):
        Friendship.objects.filter(user=alice, friend=bob).delete()
    assert friendships.are_friends(alice.pk, bob.pk)


def test_the_database_refuses_a_second_friendship(alice: User, bob: User) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Friendship.objects.create(user=alice, friend=bob)


def test_the_database_refuses_friendship_with_oneself(alice: User) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Friendship.objects.create(user=alice, friend=alice)


def test_the_database_refuses_two_requests_between_two_people(alice: User, charlie: User) -> None:
    FriendRequest.objects.create(sender=alice, receiver=charlie)
    with pytest.raises(IntegrityError), transaction.atomic():
        FriendRequest.objects.create(sender=charlie, receiver=alice)


def test_the_database_refuses_a_request_to_oneself(alice: User) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        FriendRequest.objects.create(sender=alice, receiver=alice)


def test_the_database_refuses_a_blank_tweet(alice: User) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Tweet.objects.create(author=alice, text="   ")


def test_a_person_is_found_by_their_name_in_any_alphabet(db: None) -> None:
    """SQLite knows the lower case of a to z only: whoever is looked for as they wrote themselves must be found."""
    people = [User.objects.create_user(name) for name in ("Иван", "李雷", "Zoë", "Bert")]
    for person in people:
        assert User.objects.get_by_natural_key(person.username) == person
    assert User.objects.get_by_natural_key("bERT") == people[-1]


def test_the_database_refuses_names_that_differ_in_case_only(alice: User) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        User.objects.create_user(alice.username.upper())
