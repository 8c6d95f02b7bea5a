"""Queries that are compiled once: always the answers of whoever asks now."""

from functools import partial

import pytest
from django.db import connection
from django.db.models import QuerySet
from django.test.utils import CaptureQueriesContext

from tests.threads import InThread
from timeline.models import Friendship, User
from timeline.prepared import LENGTHS, PREPARED, Prepared, padded

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


def friends_of(person: int, *, is_muted: bool = False) -> QuerySet[Friendship]:
    return Friendship.objects.filter(user=person, is_muted=is_muted).select_related("friend").order_by("friend")


def asked(question: Prepared, *ids: int, **fixed: object) -> tuple[list[User], str]:
    """Return the friends that a question finds, and the SQL that was sent for it."""
    with CaptureQueriesContext(connection) as queries:
        found = [row.friend for row in question(*ids, **fixed)]
    return found, queries.captured_queries[0]["sql"]


@pytest.fixture
def on_postgresql() -> None:
    if connection.vendor != "postgresql":
        pytest.skip("SQLite keeps statements by itself")


@pytest.mark.usefixtures("on_postgresql")
def test_postgresql_plans_a_named_question_once_for_all(alice: User, bob: User) -> None:
    ask = Prepared(friends_among, name="friends_among")
    assert asked(ask, alice.pk, bob.pk) == ([bob], f"EXECUTE trellis_friends_among_2 ({alice.pk}, {bob.pk})")
    assert asked(ask, bob.pk, alice.pk)[0] == [alice]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT generic_plans, custom_plans FROM pg_prepared_statements WHERE name LIKE %s", ["%among_2"]
        )
        assert cursor.fetchall() == [(2, 0)]


@pytest.mark.usefixtures("on_postgresql")
def test_a_question_that_depends_on_something_else_is_prepared_anew_when_that_changes(alice: User, bob: User) -> None:
    """Guard: the comparison of the statements."""
    ask = Prepared(friends_of, name="friends_of")
    for _ in range(2):
        assert asked(ask, alice.pk, is_muted=False)[0] == [bob]
        assert asked(ask, alice.pk, is_muted=True)[0] == []
    assert [name for name in PREPARED[connection.connection] if "friends_of" in name] == ["trellis_friends_of_1"]


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("on_postgresql")
def test_a_new_connection_learns_it_anew(alice: User, bob: User) -> None:
    """Guard: statements are kept by connection."""
    ask = Prepared(friends_among, name="friends_anew")
    assert asked(ask, alice.pk, bob.pk)[0] == [bob]
    connection.close()
    assert asked(ask, alice.pk, bob.pk)[0] == [bob]


@pytest.mark.usefixtures("on_postgresql")
def test_behind_a_pooler_nothing_is_prepared(alice: User, bob: User, monkeypatch: pytest.MonkeyPatch) -> None:
    """Guard: the look at the setting."""
    monkeypatch.setitem(connection.settings_dict, "DISABLE_SERVER_SIDE_CURSORS", True)
    found, sql = asked(Prepared(friends_among, name="friends_pooled"), alice.pk, bob.pk)
    assert found == [bob]
    assert sql.startswith("SELECT")


@pytest.mark.parametrize("count", [1, 2, 20, 21, 200, 201])
def test_lists_have_few_lengths_and_nothing_else_in_them(count: int) -> None:
    ids = list(range(count))
    assert padded(ids)[:count] == ids
    assert set(padded(ids)) == set(ids)
    assert len(padded(ids)) in (*LENGTHS, 201)


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
