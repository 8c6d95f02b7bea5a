"""A photo: of a tweet, or the picture of a person."""

import uuid
from datetime import timedelta
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Abs, Now
from django.db.models.lookups import IsNull
from django.utils.translation import gettext_lazy as _

from timeline import visibility
from timeline.models.user import User

# How long a photo that was uploaded waits for its tweet.
PATIENCE = timedelta(days=1)
# Neither of a tweet nor anybody's picture. ABS hides the columns from SQLite, which would else look into the unique
# index of one of them, where nearly every photo is NULL.
UNUSED = Q(IsNull(Abs("tweet"), True)) & Q(IsNull(Abs("picture_of"), True))


class PhotoQuerySet(models.QuerySet["Photo"]):
    """Sets of photos."""

    def visible_to(self, viewer: User) -> Self:
        """Return the photos that `viewer` may see: of tweets that they may see, people's pictures, and their own."""
        return self.filter(Q(owner=viewer) | Q(picture_of__isnull=False) | visibility.seen_with_tweet(viewer))

    def drafts_of(self, owner: User) -> Self:
        """Return what somebody has uploaded and not used yet."""
        return self.filter(UNUSED, owner=owner)

    def discarded(self) -> Self:
        """Return the photos that nobody will use: what they were for was deleted, or never posted."""
        return self.filter(UNUSED & (Q(owner=None) | Q(created_at__lt=Now() - PATIENCE)))


class Photo(models.Model):
    """A photo. The row is stored before its files and deleted after them, so that no file is ever without a row.

    Whose tweet or person is deleted has no owner any more, and the sweeper deletes the files and then the row.
    """

    # Names the files, and cannot be guessed.
    key = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        editable=False,
        related_name="photos",
        verbose_name=_("owner"),
    )
    tweet = models.ForeignKey(
        "timeline.Tweet",
        on_delete=models.SET_NULL,
        null=True,
        editable=False,
        related_name="photos",
        verbose_name=_("tweet"),
        # The unique pair begins with it.
        db_index=False,
    )
    # Not the other way round: the circle of references would let TRUNCATE … CASCADE on tweets empty everything.
    picture_of = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        editable=False,
        related_name="picture",
        verbose_name=_("picture of"),
    )
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    alt = models.CharField(_("description"), max_length=300, blank=True)
    width = models.PositiveIntegerField(_("width"))
    height = models.PositiveIntegerField(_("height"))
    created_at = models.DateTimeField(_("uploaded at"), db_default=Now(), editable=False)

    objects = PhotoQuerySet.as_manager()

    class Meta:
        verbose_name = _("photo")
        verbose_name_plural = _("photos")
        ordering = ["position"]
        indexes = [
            # Somebody's drafts; and for the sweeper, what nobody will use. Nothing else is in it, so it stays tiny.
            models.Index(fields=["owner", "created_at"], name="photo_unused", condition=UNUSED),
        ]
        constraints = [
            models.UniqueConstraint(fields=["tweet", "position"], name="photo_one_per_place"),
        ]

    def __str__(self) -> str:
        return self.alt or str(self.key)
