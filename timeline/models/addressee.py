"""Whom the audience of a tweet names."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class Addressee(models.Model):
    """One of "only these friends" or "all friends except these". Who is no friend (any more) does not count."""

    tweet = models.ForeignKey(
        "timeline.Tweet",
        on_delete=models.CASCADE,
        related_name="addressees",
        verbose_name=_("tweet"),
        # The unique pair begins with it.
        db_index=False,
    )
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", verbose_name=_("person")
    )

    class Meta:
        verbose_name = _("addressee")
        verbose_name_plural = _("addressees")
        constraints = [models.UniqueConstraint(fields=["tweet", "person"], name="addressee_once")]

    def __str__(self) -> str:
        return f"{self.tweet_id}: {self.person_id}"
