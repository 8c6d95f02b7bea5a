"""Drafts: photos that were uploaded and wait for their tweet."""

from collections.abc import Mapping, Sequence
from typing import IO
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from timeline.models import Photo, Tweet, User
from timeline.photos import files
from timeline.photos.discarding import discard
from timeline.photos.reading import read
from timeline.photos.rendering import POSTED, Cut, Rendered, render

# How many drafts a person may have. The oldest give way, so that tabs that were closed block nobody.
MOST_DRAFTS = 36


class DraftGoneError(ValidationError):
    """A draft was used by another tweet, removed, or given up. The message is for its owner."""

    def __init__(self) -> None:
        super().__init__(
            _("A photo is not there any more: it was posted or removed in another window. Add it again."), code="gone"
        )


def upload(owner: User, file: IO[bytes], *, alt: str = "", cut: Cut = POSTED) -> Photo:
    """Take in a photo as a draft of `owner`: judged by its content, drawn anew without anything but its pixels.

    Never call it within a transaction: the row has to be there before the files are, or a crash would leave files that
    no row knows of.

    Args:
        file: the file as it was sent.
        alt: what the photo shows, in words.
        cut: the sizes that are kept.

    Raises:
        PhotoRefusedError: it is no photo, or beyond a limit; with a message for the owner.
        DraftGoneError: it was discarded at once; its owner is leaving.
        OSError: it could not be stored.
    """
    with read(file) as image:
        rendered = render(image, cut)
    with transaction.atomic(durable=True):
        photo = Photo.objects.create(owner=owner, alt=alt, width=rendered.width, height=rendered.height)
    _write(photo, rendered)
    _make_room(owner)
    return photo


def _write(photo: Photo, rendered: Rendered) -> None:
    """Write the files of a new draft, and leave none when it may not be kept."""
    try:
        files.write(photo.key, rendered.files)
    except OSError:
        discard(Photo.objects.filter(pk=photo.pk))
        raise
    # Its files may have been cleared away before they were there. What is discarded from now on has them.
    if not Photo.objects.filter(pk=photo.pk, owner=photo.owner).exists():
        files.remove(photo.key)
        raise DraftGoneError


def _make_room(owner: User) -> None:
    """Discard the oldest drafts of somebody who has too many."""
    too_many = Photo.objects.drafts_of(owner).order_by("-pk").values("pk")[MOST_DRAFTS:]
    if oldest := [row["pk"] for row in too_many]:
        discard(Photo.objects.drafts_of(owner).filter(pk__in=oldest))


def drafts_of(owner: User, keys: Sequence[UUID]) -> list[Photo]:
    """Return drafts of `owner` in the order of their keys; those that are gone are left out."""
    found = Photo.objects.drafts_of(owner).in_bulk(keys, field_name="key")
    return [found[key] for key in dict.fromkeys(keys) if key in found]


def describe(photos: Sequence[Photo], alts: Mapping[UUID, str]) -> None:
    """Store what photos show in words, where that was changed."""
    changed = [photo for photo in photos if alts.get(photo.key, photo.alt) != photo.alt]
    for photo in changed:
        photo.alt = alts[photo.key]
    Photo.objects.bulk_update(changed, ["alt"])


def attach(photos: Sequence[Photo], tweet: Tweet) -> None:
    """Give drafts of the author to a tweet, in their order, within the transaction that makes the tweet.

    Raises:
        DraftGoneError: one is no draft any more. The transaction has to be rolled back.
    """
    if not photos:
        return
    # Locked until the commit: a tweet in another window, or the sweeper, waits and then finds them taken.
    drafts = Photo.objects.drafts_of(tweet.author).select_for_update().order_by("pk")
    taken = drafts.in_bulk([photo.pk for photo in photos])
    if len(taken) != len(photos):
        raise DraftGoneError
    for position, photo in enumerate(photos):
        photo.tweet, photo.position = tweet, position
    Photo.objects.bulk_update(photos, ["tweet", "position"])
