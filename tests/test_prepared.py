"""Queries that are compiled once: always the answers of whoever asks now."""

from functools import partial

import pytest
from django.db import connection
from django.db.models import QuerySet
from django.test.utils import CaptureQueriesContext

from tests.threads import InThread
from timeline.models import Friendship, User
from timeline.prepared import Prepared

pytestmark = pytest.mark.django_db


def friends_among(person: int, *others: int) -> QuerySet[Friendship]:
    return Friendship.objects.filter(user=person, friend__in=others).select_related("friend").order_by("friend")


def test_everybody_gets_their_own_answers(alice: User, bob: User, charlie: User) -> None:
    ask = Prepared(friends_among)
    assert [row.friend for row in ask(alice.pk, bob.pk, charlie.pk)] == [bob]
    assert [row.friend for row in ask(bob.pk, alice.pk, charlie.pk)] == [alice]
    assert [row.friend for row in ask(charlie.pk, alice.pk, bob.pk)] == []
    assert [row.friend for row in ask(alice.pk, bob.pk)] == [bob]


def test_a_question_that_is_read_later_is_still_ones_own(alice: User, bob: User) -> None:
    """Guard: the copy of the compiler."""
    ask = Prepared(friends_among)
    first, second = ask(alice.pk, bob.pk), ask(bob.pk, alice.pk)
    assert [row.friend for row in first] == [bob]
    assert [row.friend for row in second] == [alice]


def test_it_asks_once_and_compiles_no_more(alice: User, bob: User) -> None:
    built = []

    def build(*ids: int) -> QuerySet[Friendship]:
        built.append(ids)
        return friends_among(*ids)

    ask = Prepared(build)
    for _ in range(3):
        with CaptureQueriesContext(connection) as queries:
            rows = ask(alice.pk, bob.pk)
            assert [row.friend.name for row in rows] == ["Bob"]
        assert len(queries) == 1
    assert len(built) == 1


@pytest.mark.django_db(transaction=True)
def test_threads_share_it_each_with_a_connection_of_its_own(alice: User, bob: User, charlie: User) -> None:
    ask = Prepared(friends_among)
    ask(alice.pk, bob.pk)

    def answers(person: int) -> set[tuple[int, ...]]:
        try:
            others = [user.pk for user in (alice, bob, charlie)]
            return {tuple(row.friend_id for row in ask(person, *others)) for _ in range(20)}
        finally:
            connection.close()

    threads = {person.pk: InThread(partial(answers, person.pk)) for person in (alice, bob, charlie)}
    assert threads[alice.pk].result() == {(bob.pk,)}
    assert threads[bob.pk].result() == {(alice.pk,)}
    assert threads[charlie.pk].result() == {()}
