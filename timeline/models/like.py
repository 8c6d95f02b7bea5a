"""Somebody likes a tweet."""

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from timeline import visibility
from timeline.models.user import User


class LikeQuerySet(models.QuerySet["Like"]):
    """Sets of likes."""

    def visible_to(self, viewer: User) -> Self:
        """Return those of the likes of tweets which `viewer` may see that they may see, too."""
        return self.filter(visibility.reaction_seen_by(viewer, "person"))


class Like(models.Model):
    """One person's like of one tweet."""

    tweet = models.ForeignKey(
        "timeline.Tweet",
        on_delete=models.CASCADE,
        related_name="likes",
        verbose_name=_("tweet"),
        # The unique pair begins with it.
        db_index=False,
    )
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="likes", verbose_name=_("person")
    )
    created_at = models.DateTimeField(_("liked at"), db_default=Now(), editable=False)

    objects = LikeQuerySet.as_manager()

    class Meta:
        verbose_name = _("like")
        verbose_name_plural = _("likes")
        constraints = [models.UniqueConstraint(fields=["tweet", "person"], name="like_once")]

    def __str__(self) -> str:
        return f"{self.person} ♥ {self.tweet_id}"
