"""Clearing away photos that nobody uses any more.

First the row says so (it has no owner), in the transaction of what made it so; then the files go, then the row. At each
step a crash leaves a row that says what is still to be done, and the sweeper does it.
"""

import logging

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
        transaction.on_commit(clear_away, robust=True)
    return discarded


def clear_away() -> int:
    """Delete some of the discarded photos and old drafts, files first. What cannot be deleted now stays for later.

    Returns:
        How many were cleared away.
    """
    # Nobody can attach a draft that is given up here: both change the row, and name what it was before.
    Photo.objects.discarded().exclude(owner=None).update(owner=None)
    doomed = Photo.objects.discarded().filter(owner=None).order_by("pk")[:CHUNK]
    cleared = [photo.pk for photo in doomed if _remove_files(photo)]
    Photo.objects.filter(pk__in=cleared).delete()
    return len(cleared)


def _remove_files(photo: Photo) -> bool:
    try:
        files.remove(photo.key)
    except OSError as error:
        logger.warning("a photo cannot be deleted, trying again later key=%s: %s", photo.key, error)
        return False
    return True
