"""Clearing away photos that nobody uses any more.

First the row says so (it has no owner), in the transaction of what made it so; then the files go, then the row. At each
step a crash leaves a row that says what is still to be done, and the sweeper does it.
"""

import logging
from functools import partial

from django.db import transaction
from django.db.models import QuerySet

from timeline.models import Photo
from timeline.photos import files

logger = logging.getLogger(__name__)

# How many photos one round clears away: a request or a round of the sweeper is not held up by thousands.
CHUNK = 100


def discard(photos: "QuerySet[Photo]") -> int:
    """Let go of some photos: from the commit on nobody sees them, and their files are deleted right after it.

    Returns:
        How many there were.
    """
    discarded = photos.exclude(owner=None).update(owner=None)
    if discarded:
        # Robust: whatever goes wrong, the sweeper tries again.
        transaction.on_commit(partial(clear_away), robust=True)
    return discarded


def clear_away(limit: int = CHUNK) -> int:
    """Delete discarded photos and old drafts, files first.

    Returns:
        How many were cleared away; as many as `limit` when there may be more.

    Raises:
        OSError: a file cannot be deleted; its row stays, and is tried again.
    """
    # Nobody can attach a draft that is given up here: both change the row, and name what it was before.
    Photo.objects.discarded().update(owner=None)
    doomed = list(Photo.objects.discarded().filter(owner=None).order_by("pk")[:limit])
    for photo in doomed:
        files.remove(photo.key)
    Photo.objects.filter(pk__in=[photo.pk for photo in doomed]).delete()
    return len(doomed)
