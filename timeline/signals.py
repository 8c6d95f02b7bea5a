"""The one signal of Trellis: a new tweet is pushed to the tube of its shard."""

from functools import partial
from typing import Any

from django.db import transaction
from django.db.models.signals import post_save
from django.dispatch import receiver

from timeline import queue
from timeline.models import Tweet


@receiver(post_save, sender=Tweet, dispatch_uid="timeline.push_new_tweet")
def push_new_tweet(instance: Tweet, created: bool, raw: bool, using: str, **kwargs: Any) -> None:
    """Push a new tweet once it is committed, however it came about: page, admin, shell or command."""
    if created and not raw:
        # After the commit, or a consumer could look for the tweet before it is there. Robust, so that no
        # failing hook of somebody else's is skipped or skips this one.
        transaction.on_commit(partial(queue.push, instance.pk), using=using, robust=True)
