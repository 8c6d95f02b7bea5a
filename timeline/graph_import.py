"""Bringing a whole graph of friends in at once, in one transaction."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar

from django.contrib.auth.hashers import make_password
from django.db import connection, transaction
from django.utils.translation import gettext as _

from timeline.edge_list import Graph
from timeline.fanout import write_entries
from timeline.locks import own_authors
from timeline.models import FriendRequest, Friendship, Tweet, User

Item = TypeVar("Item")
# Two people by id, the smaller id first.
Pair = tuple[int, int]

# How much one statement handles; a statement names people twice at most, and SQLite takes 32,766 values.
CHUNK = 5000


class SamePersonError(Exception):
    """Two ids of the graph would be one person."""


@dataclass(frozen=True)
class Imported:
    """What an import did.

    Attributes:
        new_people, known_people: how many were made, and how many were there.
        new_friendships, known_friendships: the same of friendships, each counted once.
        entries: how many tweets entered the timelines of their authors' new friends.
    """

    new_people: int
    known_people: int
    new_friendships: int
    known_friendships: int
    entries: int


def import_graph(graph: Graph, *, prefix: str, advance: Callable[[int], object]) -> Imported:
    """Make everybody in the graph a person, befriend those who are joined, and bring their tweets to each other.

    All of it or nothing. Doing it twice changes nothing.

    Args:
        prefix: a user name is this and the id; whoever has that user name already is that person.
        advance: told how many friendships more are stored, again and again.

    Raises:
        SamePersonError: nothing was written.
    """
    with transaction.atomic():
        lift_time_limit()
        names = [User.normalize_username(f"{prefix}{name}") for name in graph.ids]
        made, known = make_people(names)
        ids = all_different(names, {**made, **known})
        # From here on nobody else befriends, unfriends or delivers, so what is read next stays true.
        own_authors(ids)
        wanted = {as_pair(ids[one], ids[other]) for one, other in graph.edges}
        new = sorted(wanted - pairs_of(known.values()))
        advance(len(wanted) - len(new))
        befriend_all(new, advance)
        close_requests(new, known.values())
        entries = backfill_all(new, known.values())
    return Imported(len(made), len(known), len(new), len(wanted) - len(new), entries)


def lift_time_limit() -> None:
    """Let statements of this transaction take longer than a page may, above all the check of all mirrors at its end."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL statement_timeout = 0")


def make_people(names: Sequence[str]) -> tuple[dict[str, int], dict[str, int]]:
    """Make the people who are not there; nobody can log in as they until somebody sets a password.

    Returns:
        The ids of those who are new, and of those who were there, by user name.
    """
    known = people_named(names)
    missing = [name for name in names if name not in known]
    for chunk in chunks(missing):
        # What conflicts differs from another user name in case alone.
        User.objects.bulk_create(
            [User(username=name, password=make_password(None)) for name in chunk], ignore_conflicts=True
        )
    made = people_named(missing)
    for name in missing:
        if name not in made:
            known[name] = User.objects.get_by_natural_key(name).pk
    return made, known


def people_named(names: Sequence[str]) -> dict[str, int]:
    """Return the ids of the people who have these very user names."""
    return {
        username: pk
        for chunk in chunks(names)
        for username, pk in User.objects.filter(username__in=chunk).values_list("username", "pk")
    }


def all_different(names: Sequence[str], people: dict[str, int]) -> list[int]:
    """Return the ids of the people, in the order of their names.

    Raises:
        SamePersonError: two names mean one person.
    """
    first: dict[int, str] = {}
    for position, name in enumerate(names):
        twin = first.setdefault(people[name], name)
        if twin != name or (len(first) != position + 1):
            raise SamePersonError(
                _("%(one)s and %(other)s would be one person: user names ignore case.") % {"one": twin, "other": name}
            )
    return list(first)


def as_pair(one: int, other: int) -> Pair:
    """Return two people, whichever way round, in the one order."""
    return min(one, other), max(one, other)


def pairs_of(people: Collection[int]) -> set[Pair]:
    """Return the friendships that some people have, with anybody."""
    return {
        as_pair(user, friend)
        for chunk in chunks(list(people))
        for user, friend in Friendship.objects.filter(user__in=chunk).values_list("user", "friend")
    }


def befriend_all(pairs: Sequence[Pair], advance: Callable[[int], object]) -> None:
    """Store friendships that are not there yet. As objects of the ORM they would take five times as long."""
    for chunk in chunks(pairs):
        rows = [value for one, other in chunk for value in (one, other, other, one)]
        places = ",".join(["(%s,%s)"] * (2 * len(chunk)))
        with connection.cursor() as cursor:
            cursor.execute(f"INSERT INTO {Friendship._meta.db_table} (user_id, friend_id) VALUES {places}", rows)
        advance(len(chunk))


def close_requests(pairs: Collection[Pair], people: Collection[int]) -> None:
    """Delete the requests among some people that new friendships have answered."""
    answered = set(pairs)
    for chunk in chunks(list(people)):
        requests = FriendRequest.objects.filter(sender__in=chunk).values_list("pk", "sender", "receiver")
        closed = [pk for pk, sender, receiver in requests if as_pair(sender, receiver) in answered]
        for some in chunks(closed):
            FriendRequest.objects.filter(pk__in=some).delete()


def backfill_all(pairs: Collection[Pair], people: Collection[int]) -> int:
    """Write what some people have posted into the timelines of their new friends, and nobody else's.

    Args:
        pairs: the new friendships.
        people: all who may have posted before.

    Returns:
        How many entries are new.
    """
    new_friends = defaultdict(list)
    for one, other in pairs:
        new_friends[one].append(other)
        new_friends[other].append(one)
    return sum(
        write_entries(Tweet.objects.filter(author=author), owners=owners)
        for author in authors_among([person for person in people if person in new_friends])
        for owners in chunks(new_friends[author])
    )


def authors_among(people: Sequence[int]) -> Iterator[int]:
    """Yield those who have posted anything."""
    for chunk in chunks(people):
        yield from Tweet.objects.filter(author__in=chunk).order_by().values_list("author", flat=True).distinct()


def chunks(items: Sequence[Item]) -> Iterator[Sequence[Item]]:
    """Yield the items in pieces that one statement can handle."""
    for start in range(0, len(items), CHUNK):
        yield items[start : start + CHUNK]
