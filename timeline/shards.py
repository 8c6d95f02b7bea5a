"""Which shard a tweet belongs to, and which tube serves a shard."""

from django.conf import settings

TUBE_PREFIX = "tweet_pub_"


def shard_of(tweet_id: int) -> int:
    """Return the shard of a tweet, from 0 to N-1."""
    return tweet_id % settings.TIMELINE_SHARDS


def tube_of(shard: int) -> str:
    """Return the name of the beanstalkd tube that serves a shard."""
    return f"{TUBE_PREFIX}{shard}"


def all_shards() -> range:
    """Return the shards that there are now."""
    return range(settings.TIMELINE_SHARDS)
