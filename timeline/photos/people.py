"""The pictures of people."""

from typing import IO

from django.db import transaction

from timeline.models import Photo, User
from timeline.photos.discarding import discard
from timeline.photos.drafts import upload
from timeline.photos.rendering import PICTURE


def set_picture(person: User, file: IO[bytes]) -> Photo:
    """Show a photo, cut to a square, as somebody's picture; the one before is deleted. Not within a transaction.

    Raises:
        PhotoRefusedError: it is no photo, or beyond a limit; with a message for the person.
        OSError: it could not be stored.
    """
    picture = upload(person, file, cut=PICTURE)
    with transaction.atomic():
        # The person's row is locked: of two windows that set a picture at once, one is the last.
        User.objects.select_for_update().get(pk=person.pk)
        remove_picture(person)
        picture.picture_of = person
        picture.save(update_fields=["picture_of"])
    return picture


def remove_picture(person: User) -> bool:
    """Delete somebody's picture.

    Returns:
        False if there was none.
    """
    with transaction.atomic():
        former = Photo.objects.filter(picture_of=person)
        pks = list(former.values_list("pk", flat=True))
        former.update(picture_of=None)
        return bool(discard(Photo.objects.filter(pk__in=pks)))
