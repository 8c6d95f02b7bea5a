"""A comment on a tweet."""

from typing import Any, Self

from django.conf import settings
from django.db import models, transaction
from django.db.models import Q
from django.db.models.functions import Length, Now, Trim
from django.db.models.lookups import GreaterThan
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from timeline import visibility
from timeline.locks import own_authors
from timeline.models.user import User

MAX_LENGTH = 500


class CommentQuerySet(models.QuerySet["Comment"]):
    """Sets of comments."""

    def visible_to(self, viewer: User) -> Self:
        """Return those of the comments on tweets which `viewer` may see that they may see, too."""
        return self.filter(visibility.reaction_seen_by(viewer, "author"))

    def deletable_by(self, person: User) -> Self:
        """Return the comments that somebody may delete: their own, and all those on their tweets."""
        return self.filter(Q(author=person) | Q(tweet__author=person))

    def delete(self) -> tuple[int, dict[str, int]]:
        """Delete the comments; the replies to them stay."""
        with transaction.atomic():
            # Or a reply that is being written would be left without what it replies to.
            own_authors(self.order_by().values_list("tweet__author", flat=True).distinct())
            return super().delete()

    delete.alters_data = True  # type: ignore[attr-defined]
    delete.queryset_only = True  # type: ignore[attr-defined]


class Comment(models.Model):
    """What somebody says to a tweet, or to another comment on it."""

    tweet = models.ForeignKey(
        "timeline.Tweet",
        on_delete=models.CASCADE,
        related_name="comments",
        verbose_name=_("tweet"),
        # The index below begins with it.
        db_index=False,
    )
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="comments", verbose_name=_("author")
    )
    text = models.CharField(_("text"), max_length=MAX_LENGTH)
    reply_to = models.ForeignKey(
        "self", on_delete=models.SET_NULL, null=True, blank=True, related_name="replies", verbose_name=_("reply to")
    )
    created_at = models.DateTimeField(_("written at"), db_default=Now(), editable=False)

    objects = CommentQuerySet.as_manager()

    class Meta:
        verbose_name = _("comment")
        verbose_name_plural = _("comments")
        indexes = [models.Index(fields=["tweet", "id"], name="comment_on_tweet")]
        constraints = [
            models.CheckConstraint(
                condition=GreaterThan(Length(Trim("text")), 0),
                name="comment_text_not_blank",
                violation_error_message=_("A comment needs some text."),
            ),
        ]

    def __str__(self) -> str:
        return self.text if len(self.text) <= 60 else f"{self.text[:59]}…"

    def get_absolute_url(self) -> str:
        """Return the address of the tweet's page from this comment on."""
        # No id is 0: what comes after it is everything.
        query = f"?after={self.pk - 1}" if self.pk > 1 else ""
        return f"{reverse('tweet', args=[self.tweet_id])}{query}#comment-{self.pk}"

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        """Delete the comment; the replies to it stay."""
        return Comment.objects.filter(pk=self.pk).delete()
