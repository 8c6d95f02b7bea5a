"""Dormant people cost nothing: whoever has not been here for long gets no entries, and finds all of them on return.

Off by default (TIMELINE_DORMANT_DAYS). What fan-out has to know stands on the friendship's row, the only one it reads.
"""

import logging
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models.functions import Now
from django.utils.timezone import now

from timeline.fanout import write_entries
from timeline.locks import own_authors
from timeline.models import Friendship, TimelineEntry, Tweet, User

logger = logging.getLogger(__name__)

# How exactly it is known when somebody was here last: a write an hour, and not one a page.
RESOLUTION = timedelta(hours=1)
# How many people one round lets fall asleep.
CHUNK = 100


def let_sleep() -> int:
    """Make people dormant who have not been here for TIMELINE_DORMANT_DAYS. Returns how many, a chunk at the most."""
    if not settings.TIMELINE_DORMANT_DAYS:
        return 0
    longest = Now() - timedelta(days=settings.TIMELINE_DORMANT_DAYS)
    absent = User.objects.filter(is_dormant=False, last_seen_at__lt=longest).order_by("last_seen_at")[:CHUNK]
    asleep = sum(sleep(user) for user in absent)
    if asleep:
        logger.info("dormant now people=%d", asleep)
    return asleep


def sleep(user: User) -> bool:
    """Write nothing for a person from now on, and remove what friends wrote. Returns False if they were faster."""
    with transaction.atomic():
        own_authors(friends_of(user))
        # Not if they have come back in this very moment. Not "=": SQLite keeps milliseconds, as text.
        if not User.objects.filter(pk=user.pk, last_seen_at__lte=user.last_seen_at).update(is_dormant=True):
            return False
        Friendship.objects.filter(friend=user).update(is_dormant=True)
        TimelineEntry.objects.filter(owner=user).exclude(tweet__in=Tweet.objects.filter(author=user)).delete()
    return True


def greet(user: User) -> None:
    """Note that a person is here, and make their timeline anew, whole, if they were dormant."""
    if user.is_dormant:
        wake(user)
    elif user.last_seen_at < now() - RESOLUTION:
        User.objects.filter(pk=user.pk).update(last_seen_at=Now())


def wake(user: User) -> int:
    """End a person's dormancy. Returns how many entries their timeline has got."""
    with transaction.atomic():
        # Until this is done nobody's tweet is on its way, so each is in the rebuilt timeline or delivered later.
        own_authors(friends_of(user))
        User.objects.filter(pk=user.pk).update(is_dormant=False, last_seen_at=Now())
        Friendship.objects.filter(friend=user).update(is_dormant=False)
        return write_entries(Tweet.objects.all(), owners=[user.pk])


def friends_of(user: User) -> set[int]:
    """Return the ids of a person and their friends, whose tweets reach them."""
    return {user.pk, *Friendship.objects.filter(friend=user).values_list("user", flat=True)}
