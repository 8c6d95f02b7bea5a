"""What happened to somebody: requests, acceptances, likes, comments, mentions."""

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from timeline import visibility
from timeline.models.user import User


class Kind(models.TextChoices):
    """What happened."""

    REQUEST = "request", _("friend request")
    ACCEPTANCE = "acceptance", _("accepted request")
    LIKE = "like", _("like")
    COMMENT = "comment", _("comment")
    REPLY = "reply", _("reply")
    MENTION = "mention", _("mention")


class NotificationQuerySet(models.QuerySet["Notification"]):
    """Sets of notifications."""

    def unread(self) -> Self:
        """Return those that their receiver has not seen."""
        return self.filter(read_at=None)

    def visible_to(self, receiver: User) -> Self:
        """Return those to `receiver` that speak of nothing which they may not see (any more)."""
        from timeline.models import Comment, FriendRequest

        comment = Comment.objects.visible_to(receiver).filter(pk=OuterRef("comment"))
        request = FriendRequest.objects.filter(sender=OuterRef("actor"), receiver=receiver)
        return self.filter(
            Q(tweet=None) | visibility.seen_with_tweet(receiver),
            Q(comment=None) | Exists(comment),
            ~Q(kind=Kind.REQUEST) | Exists(request),
            receiver=receiver,
        )

    def with_subjects(self) -> Self:
        """Return them with all that a page shows of them."""
        return self.select_related("actor__picture", "tweet", "comment")

    def mark_as_read(self) -> int:
        """Remember that their receiver has seen them. Returns how many were unread."""
        return self.unread().update(read_at=Now())


class Notification(models.Model):
    """One thing that `actor` did and `receiver` wants to know of. It goes with what it speaks of."""

    receiver = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="notifications",
        verbose_name=_("receiver"),
        # The index below begins with it.
        db_index=False,
    )
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", verbose_name=_("actor")
    )
    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices)
    tweet = models.ForeignKey(
        "timeline.Tweet", on_delete=models.CASCADE, null=True, related_name="+", verbose_name=_("tweet")
    )
    comment = models.ForeignKey(
        "timeline.Comment", on_delete=models.CASCADE, null=True, related_name="+", verbose_name=_("comment")
    )
    created_at = models.DateTimeField(_("at"), db_default=Now(), editable=False)
    read_at = models.DateTimeField(_("read at"), null=True, editable=False)

    objects = NotificationQuerySet.as_manager()

    class Meta:
        verbose_name = _("notification")
        verbose_name_plural = _("notifications")
        ordering = ["-pk"]
        indexes = [
            models.Index(fields=["receiver", "id"], name="notification_of_receiver"),
            # The badge.
            models.Index(fields=["receiver"], name="notification_unread", condition=Q(read_at=None)),
        ]
        constraints = [
            # Liking, taking it back and liking again is one piece of news; so is asking again and again.
            models.UniqueConstraint(
                fields=["receiver", "actor", "tweet"],
                condition=Q(kind=Kind.LIKE),
                name="notification_one_per_like",
            ),
            models.UniqueConstraint(
                fields=["receiver", "actor"],
                condition=Q(kind=Kind.REQUEST),
                name="notification_one_per_request",
            ),
        ]

    def get_absolute_url(self) -> str:
        """Return the address of what it speaks of."""
        return (self.comment or self.tweet or self.actor).get_absolute_url()

    def __str__(self) -> str:
        return f"{self.actor} → {self.receiver}: {self.kind}"
