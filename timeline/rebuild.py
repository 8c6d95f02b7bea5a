"""Making one person's timeline anew, from friendships and tweets alone."""

from dataclasses import dataclass

from django.db import transaction

from timeline import visibility
from timeline.fanout import write_entries
from timeline.locks import share_authors
from timeline.models import Friendship, TimelineEntry, Tweet, User


@dataclass(frozen=True)
class Rebuilt:
    """What was wrong with a timeline: how many entries it lacked, and how many it had too many."""

    added: int
    removed: int


def rebuild_timeline(owner: User) -> Rebuilt:
    """Write what the timeline lacks and remove what does not belong there; what is right stays untouched.

    Somebody who is dormant keeps an empty timeline: it is made anew when they return.

    Pages can be read meanwhile: they never show less than before.
    """
    with transaction.atomic():
        # Nobody's friendship with the owner ends, and no tweet of theirs goes, until this is done.
        authors = Friendship.objects.filter(friend=owner).values_list("user", flat=True)
        share_authors([owner.pk, *authors])
        held = TimelineEntry.objects.filter(owner=owner).values_list("owner", "tweet")
        removed = TimelineEntry.objects.remove_others(
            held, keep=visibility.entries_of(Tweet.objects.all(), owners=[owner.pk]).order_by()
        )
        return Rebuilt(added=write_entries(Tweet.objects.all(), owners=[owner.pk]), removed=removed)
