"""What every page tells its viewer beside its own matter: what waits for them, and when they were here."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import OuterRef, QuerySet

from timeline.models import FriendRequest, Notification, Retention, User
from timeline.prepared import Prepared
from timeline.visibility import counted

# The badge says "99+" then.
MOST_UNREAD = 100


@dataclass(frozen=True)
class Overview:
    """How many friend requests wait for an answer, and notifications are unread.

    Attributes:
        unread: those that the page of notifications shows; not counted past `MOST_UNREAD`.
        newest, marker, visited_at: the last visit (`Visit`), None before the first one.
        floor: the first tweet that timelines store, 0 if they store all.
    """

    requests: int
    unread: int
    newest: int | None = None
    marker: int | None = None
    visited_at: datetime | None = None
    floor: int = 0


def overview_of(viewer: User) -> Overview:
    """Count everything in one query."""
    ((*counts,),) = COUNTS(viewer.pk)
    return Overview(*counts)


def counts_of(person: int) -> QuerySet:
    """Return the fields of the overview, in one row."""
    viewer = User(pk=person)
    return User.objects.filter(pk=viewer.pk).values_list(
        counted(FriendRequest.objects.filter(receiver=OuterRef("pk")), "receiver"),
        counted(unread_by(viewer), "receiver"),
        "visit__newest",
        "visit__marker",
        "visit__at",
        Retention.current_floor(),
    )


COUNTS = Prepared(counts_of, name="counts")


def unread_by(viewer: User) -> QuerySet[Notification]:
    """Return the unread notifications that the viewer may see, at most `MOST_UNREAD` of them."""
    some = Notification.objects.unread().visible_to(viewer).order_by().values("pk")[:MOST_UNREAD]
    return Notification.objects.filter(pk__in=some)
