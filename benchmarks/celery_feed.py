"""The peer that most people would pick: a Celery task for each tweet, which writes with `bulk_create`.

Configured as Celery's documentation advises for many short tasks: prefork processes, messages prefetched in numbers,
acknowledged early, no results, no gossip; one persistent connection to the database in each process.
"""

import os

from celery import Celery
from django.apps import apps

app = Celery("feed", broker=os.environ.get("FEED_BROKER"))
app.conf.update(
    task_ignore_result=True,
    task_acks_late=False,
    worker_prefetch_multiplier=64,
    worker_disable_rate_limits=True,
    broker_connection_retry_on_startup=True,
)
# Keep the connection to the database: by default every task makes one of its own, whatever CONN_MAX_AGE says.
app.conf["CELERY_DB_REUSE_MAX"] = 1_000_000


@app.task(name="deliver")  # type: ignore[untyped-decorator]
def deliver(tweet_id: int) -> None:
    """Write a tweet into the timelines of its author's friends."""
    tweet_model, friendship_model = (apps.get_model("timeline", name) for name in ("Tweet", "Friendship"))
    entry_model = apps.get_model("plain", "FeedEntry")
    author_id = tweet_model.objects.values_list("author_id", flat=True).get(pk=tweet_id)
    friends = friendship_model.objects.filter(user_id=author_id).values_list("friend_id", flat=True)
    # Messages may come twice here, too.
    entry_model.objects.bulk_create(
        [entry_model(owner_id=friend, tweet_id=tweet_id) for friend in friends], ignore_conflicts=True
    )
