"""A tweet, and how far its delivery is."""

from collections.abc import Collection
from datetime import timedelta
from typing import Any, Self

from django.conf import settings
from django.db import models, transaction
from django.db.models import F, Q
from django.db.models.expressions import CombinedExpression
from django.db.models.functions import Length, Now, Trim
from django.db.models.lookups import GreaterThan
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from timeline import visibility
from timeline.models.entry import TimelineEntry
from timeline.models.user import User
from timeline.shards import all_shards

MAX_LENGTH = 500
MOST_PHOTOS = 9


def end_of_lease() -> CombinedExpression:
    """Return the moment, by the database's clock, when the sweeper looks after a tweet that is pushed now."""
    return Now() + timedelta(seconds=settings.TIMELINE_LEASE)


class Delivery(models.TextChoices):
    """How far the delivery of a tweet is."""

    WAITING = "waiting", _("on its way")
    DELIVERED = "delivered", _("delivered")
    FAILED = "failed", _("failed")


class Audience(models.TextChoices):
    """To whom a tweet is addressed; `Addressee` names the people of the last two."""

    FRIENDS = "friends", _("all friends")
    ONLY = "only", _("only these friends")
    EXCEPT = "except", _("all friends except these")
    ME = "me", _("only me")


# Tweets to these are for some of the friends, whom `Addressee` names.
TO_SOME = (Audience.ONLY, Audience.EXCEPT)


class TweetQuerySet(models.QuerySet["Tweet"]):
    """Sets of tweets."""

    def visible_to(self, viewer: User) -> Self:
        """Return the tweets that `viewer` may see."""
        return self.filter(visibility.seen_by(viewer))

    def with_reach(self, author: User) -> Self:
        """Give those tweets that are by `author` their `reach`, how many friends they are for; the others None."""
        return self.annotate(reach=visibility.reach_of(author))

    def home_of(self, owner: User, before: int | None = None, after: int | None = None) -> Self:
        """Return the timeline of `owner`, newest first.

        Stored entries are candidates; what was unfriended or hidden after its delivery is left out here.

        Args:
            before: only what is older than this tweet id.
            after: only what is newer than this tweet id.
        """
        # One condition: in filters of their own, the bounds would speak of other people's entries too.
        bounds = {"entries__tweet_id__lt": before, "entries__tweet_id__gt": after}
        entry = Q(entries__owner=owner, **{name: bound for name, bound in bounds.items() if bound is not None})
        return (
            self.filter(entry)
            .visible_to(owner)
            .with_reach(owner)
            .select_related("author__picture")
            # By the entry's column, not the tweet's: the entries' key then gives the order without sorting.
            .order_by("-entries__tweet_id")
        )

    def stored(self) -> Self:
        """Return the tweets that are recent enough for timelines to store them."""
        return visibility.stored(self)  # type: ignore[return-value]  # it gives back what it is given

    def waiting(self) -> Self:
        """Return the tweets that are still to be delivered."""
        return self.filter(due_at__isnull=False)

    def due(self) -> Self:
        """Return the waiting tweets that the sweeper is to look after now."""
        return self.filter(due_at__lte=Now())

    def in_shards(self, shards: Collection[int]) -> Self:
        """Return the tweets of some shards."""
        return self.alias(shard=F("pk") % len(all_shards())).filter(shard__in=shards)

    def delivered(self) -> Self:
        """Return the tweets that have reached everybody they were for."""
        return self.filter(delivered_at__isnull=False)

    def failed(self) -> Self:
        """Return the tweets whose delivery was given up; `failure` says why."""
        return self.filter(delivered_at=None, due_at=None)

    def deliver_again(self) -> list[int]:
        """Put the tweets back to "waiting", as if just posted, and return their ids; pushing is the caller's part."""
        with transaction.atomic():
            ids = list(self.order_by("pk").values_list("pk", flat=True))
            Tweet.objects.filter(pk__in=ids).update(delivered_at=None, due_at=end_of_lease(), attempts=0, failure="")
        return ids

    def delete(self) -> tuple[int, dict[str, int]]:
        """Delete the tweets, also from every timeline, and their photos."""
        from timeline import photos
        from timeline.fanout import withdraw
        from timeline.models import Photo

        with transaction.atomic():
            withdraw(self)
            photos.discard(Photo.objects.filter(tweet__in=self))
            return super().delete()

    delete.alters_data = True  # type: ignore[attr-defined]
    delete.queryset_only = True  # type: ignore[attr-defined]


class Tweet(models.Model):
    """What a person tells their friends. The row is the truth about its delivery, the queue only a hint.

    A tweet is *waiting* while it has `due_at`, *delivered* once it has `delivered_at`, and *failed* with neither.
    """

    author = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="tweets",
        verbose_name=_("author"),
        # The index below begins with `author`.
        db_index=False,
    )
    text = models.CharField(_("text"), max_length=MAX_LENGTH, blank=True)
    photo_count = models.PositiveSmallIntegerField(_("photos"), default=0, db_default=0, editable=False)
    audience = models.CharField(
        _("audience"),
        max_length=7,
        choices=Audience.choices,
        default=Audience.FRIENDS,
        db_default=Audience.FRIENDS,
        editable=False,
    )
    created_at = models.DateTimeField(_("posted at"), db_default=Now(), editable=False)

    delivered_at = models.DateTimeField(_("delivered at"), null=True, editable=False)
    due_at = models.DateTimeField(
        _("due at"),
        null=True,
        db_default=Now() + timedelta(seconds=30),
        editable=False,
        help_text=_("When the sweeper looks after it, should it still be on its way."),
    )
    attempts = models.PositiveSmallIntegerField(
        _("attempts"), db_default=0, editable=False, help_text=_("How often a delivery was begun.")
    )
    failure = models.TextField(
        _("failure"), db_default="", editable=False, help_text=_("What the last failed attempt said.")
    )

    # How many friends it is for, if its author has read it `with_reach`.
    reach: int | None = None

    objects = TweetQuerySet.as_manager()

    class Meta:
        verbose_name = _("tweet")
        verbose_name_plural = _("tweets")
        indexes = [
            # A person's own page, and the backfill of a new friend.
            models.Index(fields=["author", "id"], name="tweet_by_author"),
            # The sweeper: what is due. Delivered tweets are not in it, so it stays tiny.
            models.Index(fields=["due_at"], name="tweet_due", condition=Q(due_at__isnull=False)),
            # The audit: those few tweets that are not for all friends.
            models.Index(fields=["author", "id"], name="tweet_to_some", condition=Q(audience__in=TO_SOME)),
            # The operator: what was given up.
            models.Index(fields=["id"], name="tweet_failed", condition=Q(delivered_at=None, due_at=None)),
        ]
        constraints = [
            models.CheckConstraint(
                condition=GreaterThan(Length(Trim("text")), 0) | Q(photo_count__gt=0),
                name="tweet_not_empty",
                violation_error_message=_("A tweet needs some text, or a photo."),
            ),
            models.CheckConstraint(condition=Q(photo_count__lte=MOST_PHOTOS), name="tweet_not_too_many_photos"),
            models.CheckConstraint(condition=Q(delivered_at=None) | Q(due_at=None), name="tweet_delivered_is_not_due"),
        ]

    def __str__(self) -> str:
        return self.text if len(self.text) <= 60 else f"{self.text[:59]}…"

    def get_absolute_url(self) -> str:
        return reverse("tweet", args=[self.pk])

    @property
    def delivery(self) -> Delivery:
        """How far the delivery is."""
        if self.delivered_at:
            return Delivery.DELIVERED
        return Delivery.WAITING if self.due_at else Delivery.FAILED

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Store the tweet; a new one enters its author's timeline in the same transaction."""
        is_new = self._state.adding
        if is_new:
            self.due_at = end_of_lease()
        with transaction.atomic():
            super().save(*args, **kwargs)
            if is_new:
                TimelineEntry.objects.create(owner_id=self.author_id, tweet_id=self.pk)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        """Delete the tweet, also from every timeline."""
        return Tweet.objects.filter(pk=self.pk).delete()
