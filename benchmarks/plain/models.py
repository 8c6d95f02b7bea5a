"""The timeline table that one writes without thinking of fan-out."""

from django.conf import settings
from django.db import models


class FeedEntry(models.Model):
    """One tweet in one timeline: an id, two foreign keys with their indexes, and a unique pair."""

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    tweet = models.ForeignKey("timeline.Tweet", on_delete=models.CASCADE, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["owner", "tweet"], name="feedentry_unique_pair")]

    def __str__(self) -> str:
        return f"{self.owner_id}: {self.tweet_id}"
