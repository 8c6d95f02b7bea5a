"""Friend requests and mutual friendships."""

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Greatest, Least, Now
from django.utils.translation import gettext_lazy as _

from timeline.models.constraints import MirrorConstraint


class FriendRequest(models.Model):
    """An open request. It is deleted when it is answered: there is nothing to remember."""

    sender = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="requests_sent", verbose_name=_("sender")
    )
    receiver = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="requests_received", verbose_name=_("receiver")
    )
    created_at = models.DateTimeField(_("sent at"), db_default=Now(), editable=False)

    class Meta:
        verbose_name = _("friend request")
        verbose_name_plural = _("friend requests")
        ordering = ["-pk"]
        constraints = [
            # One open request between two people, whoever asks: two who ask each other at once become friends.
            models.UniqueConstraint(
                Least("sender", "receiver"),
                Greatest("sender", "receiver"),
                name="friendrequest_one_per_pair",
                violation_error_message=_("There is an open request between these two already."),
            ),
            models.CheckConstraint(
                condition=~Q(sender=F("receiver")),
                name="friendrequest_not_to_oneself",
                violation_error_message=_("One cannot befriend oneself."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.sender} → {self.receiver}"


class Friendship(models.Model):
    """One direction of a mutual friendship: what `user` writes reaches `friend`.

    Rows come and go in pairs, which the database itself enforces. Make and end friendships with
    `timeline.friendships`, which also takes care of the timelines.
    """

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="friendships",
        verbose_name=_("person"),
        # The unique pair begins with `user` and serves as its index.
        db_index=False,
    )
    # Indexed for "whose tweets reach me", which rebuilds one person's timeline.
    friend = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="befriended_by", verbose_name=_("friend")
    )
    created_at = models.DateTimeField(_("since"), db_default=Now(), editable=False)
    is_dormant = models.BooleanField(
        _("dormant"), db_default=False, editable=False, help_text=_("The friend has not been here for long.")
    )
    is_withheld = models.BooleanField(
        _("withheld"), db_default=False, editable=False, help_text=_("The person shows nothing to the friend.")
    )
    is_muted = models.BooleanField(
        _("muted"), db_default=False, editable=False, help_text=_("The friend hides what the person writes.")
    )

    class Meta:
        verbose_name = _("friendship")
        verbose_name_plural = _("friendships")
        indexes = [
            # Fan-out reads author → receivers from this index alone.
            models.Index(
                fields=["user", "friend"],
                name="friendship_receiving",
                condition=Q(is_dormant=False, is_withheld=False, is_muted=False),
            ),
        ]
        constraints = [
            models.UniqueConstraint(fields=["user", "friend"], name="friendship_unique_pair"),
            models.CheckConstraint(
                condition=~Q(user=F("friend")),
                name="friendship_not_with_oneself",
                violation_error_message=_("One cannot befriend oneself."),
            ),
            MirrorConstraint("user", "friend", name="friendship_has_its_mirror"),
        ]

    def __str__(self) -> str:
        return f"{self.user} – {self.friend}"

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        """End the friendship, in both directions and in both timelines."""
        from timeline.friendships import unfriend

        return unfriend(self.user_id, self.friend_id), {}
