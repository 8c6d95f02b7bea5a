"""What every page tells its viewer beside its own matter: what waits for them, and how many friends they have."""

from dataclasses import dataclass

from django.db.models import Count, IntegerField, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce

from timeline.models import FriendRequest, Friendship, Notification, User

# The badge says "99+" then.
MOST_UNREAD = 100


@dataclass(frozen=True)
class Overview:
    """How many friend requests wait for an answer, notifications are unread, and friends there are.

    Attributes:
        unread: those that the page of notifications shows; not counted past `MOST_UNREAD`.
    """

    requests: int
    unread: int
    friends: int


def overview_of(viewer: User) -> Overview:
    """Count everything in one query."""
    counts = User.objects.filter(pk=viewer.pk).values_list(
        count_of(FriendRequest.objects.filter(receiver=OuterRef("pk")), "receiver"),
        count_of(unread_by(viewer), "receiver"),
        count_of(Friendship.objects.filter(user=OuterRef("pk"), is_withheld=False), "user"),
    )
    return Overview(*counts.get())


def unread_by(viewer: User) -> QuerySet[Notification]:
    """Return the unread notifications that the viewer may see, at most `MOST_UNREAD` of them."""
    some = Notification.objects.unread().visible_to(viewer).order_by().values("pk")[:MOST_UNREAD]
    return Notification.objects.filter(pk__in=some)


def count_of(rows: QuerySet, key: str) -> Coalesce:
    """Return how many rows there are for one value of a field, as an expression."""
    counted = rows.order_by().values(key).annotate(number=Count("pk")).values("number")
    return Coalesce(Subquery(counted), 0, output_field=IntegerField())
