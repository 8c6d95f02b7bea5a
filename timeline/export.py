"""Everything that somebody has in Trellis, as one file that they may take away.

Rows are read and written in pieces: memory stays bounded however much there is.
"""

import json
import tempfile
import zipfile
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from itertools import chain
from typing import IO

from django.db.models import F, QuerySet
from django.utils.timezone import localtime

from timeline import photos
from timeline.models import Addressee, Comment, FriendRequest, Friendship, Like, Notification, Photo, Tweet, User
from timeline.photos import Size

Row = dict[str, object]

# Bytes that are kept in memory before a file on disk takes over.
IN_MEMORY = 5_000_000
CHUNK = 500


def export(person: User) -> IO[bytes]:
    """Return a ZIP archive, open at its beginning, with one JSON file for each subject, and the photos.

    Of others it holds no more than who they are, where the person sees them anyway.
    """
    archive = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115  # the answer closes it when it is sent
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as zipped:
        for name, rows in SUBJECTS.items():
            with zipped.open(f"{name}.json", "w") as file:
                write_array(file, rows(person))
        for photo in Photo.objects.filter(owner=person).iterator(CHUNK):
            path = photos.path_of(photo.key, Size.LARGE)
            if path.is_file():
                zipped.write(path, f"photos/{photo.key}.webp", zipfile.ZIP_STORED)
    archive.seek(0)
    return archive


def write_array(file: IO[bytes], rows: Iterable[Row]) -> None:
    """Write rows as a JSON array, one a line."""
    separator = b"["
    for row in rows:
        file.write(separator + b"\n" + json.dumps(row, ensure_ascii=False, default=written).encode())
        separator = b","
    file.write(b"\n]\n" if separator == b"," else b"[]\n")


def written(value: object) -> str:
    """Return a moment or a key as it stands in JSON."""
    return localtime(value).isoformat() if isinstance(value, datetime) else str(value)


def profile(person: User) -> Iterator[Row]:
    """Return who they are and what they have set."""
    fields = ("username", "name", "about", "email", "language", "look_back", "date_joined", "last_seen_at")
    yield {name: getattr(person, name) for name in fields}


def friends(person: User) -> Iterator[Row]:
    """Return their friends, since when, and what they have set for each."""
    theirs = Friendship.objects.filter(user=person).order_by("pk")
    muted = set(Friendship.objects.filter(friend=person, is_muted=True).values_list("user", flat=True))
    for row in theirs.select_related("friend").iterator(CHUNK):
        yield {
            "username": row.friend.username,
            "since": row.created_at,
            "is_withheld": row.is_withheld,
            "is_muted": row.friend_id in muted,
        }


def requests(person: User) -> Iterator[Row]:
    """Return the open requests, sent and received."""
    sent = FriendRequest.objects.filter(sender=person).order_by("pk")
    received = FriendRequest.objects.filter(receiver=person).order_by("pk")
    return chain(
        plain(sent, "created_at", to=F("receiver__username")), plain(received, "created_at", by=F("sender__username"))
    )


def tweets(person: User) -> Iterator[Row]:
    """Return their tweets, with whom each is for, and its photos."""
    for chunk in in_chunks(Tweet.objects.filter(author=person)):
        ids = [tweet.pk for tweet in chunk]
        named = by_tweet(Addressee.objects.filter(tweet__in=ids).values_list("tweet", "person__username"))
        shown = by_tweet(Photo.objects.filter(tweet__in=ids).order_by("position").values_list("tweet", "key", "alt"))
        for tweet in chunk:
            yield {
                "id": tweet.pk,
                "created_at": tweet.created_at,
                "text": tweet.text,
                "audience": tweet.audience,
                "people": [name for (name,) in named.get(tweet.pk, [])],
                "photos": [{"file": f"photos/{key}.webp", "alt": alt} for key, alt in shown.get(tweet.pk, [])],
            }


def comments(person: User) -> Iterator[Row]:
    """Return what they have said."""
    return plain(Comment.objects.filter(author=person).order_by("pk"), "id", "tweet", "reply_to", "text", "created_at")


def likes(person: User) -> Iterator[Row]:
    """Return what they like."""
    return plain(Like.objects.filter(person=person).order_by("pk"), "tweet", "created_at")


def notifications(person: User) -> Iterator[Row]:
    """Return what they were told."""
    told = Notification.objects.visible_to(person).order_by("pk")
    return plain(told, "kind", "tweet", "comment", "created_at", "read_at", by=F("actor__username"))


SUBJECTS: dict[str, Callable[[User], Iterator[Row]]] = {
    "profile": profile,
    "friends": friends,
    "requests": requests,
    "tweets": tweets,
    "comments": comments,
    "likes": likes,
    "notifications": notifications,
}


def plain(rows: QuerySet, *fields: str, **named: F) -> Iterator[Row]:
    """Return some fields of rows as they are."""
    return iter(rows.values(*fields, **named).iterator(CHUNK))


def in_chunks(rows: "QuerySet[Tweet]") -> Iterator[list[Tweet]]:
    """Return tweets in pieces, oldest first."""
    last = 0
    while chunk := list(rows.filter(pk__gt=last).order_by("pk")[:CHUNK]):
        yield chunk
        last = chunk[-1].pk


def by_tweet(rows: Iterable[tuple]) -> dict[int, list[tuple]]:
    """Return rows by their first column."""
    found: dict[int, list[tuple]] = {}
    for tweet, *rest in rows:
        found.setdefault(tweet, []).append(tuple(rest))
    return found
