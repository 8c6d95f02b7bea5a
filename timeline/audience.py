"""Changing who sees what was posted: of one tweet, and between two friends. Exactly the changed entries are written.

Like a friendship, each change is one transaction with what it does to timelines, under the lock of the author's
audience.
"""

from collections.abc import Iterable

from django.db import transaction
from django.db.models import QuerySet

from timeline import visibility
from timeline.fanout import write_entries
from timeline.locks import own_authors
from timeline.models import Addressee, Friendship, TimelineEntry, Tweet
from timeline.models.tweet import TO_SOME, Audience


def change_audience(tweet: Tweet, audience: Audience, people: Iterable[int] = ()) -> None:
    """Let other people see a tweet from now on.

    Args:
        people: the ids of the friends whom the audience names, for those audiences that name any.

    Raises:
        Tweet.DoesNotExist: it was deleted meanwhile.
    """
    with transaction.atomic():
        own_authors([tweet.author_id])
        if not Tweet.objects.filter(pk=tweet.pk).update(audience=audience):
            raise Tweet.DoesNotExist
        address(tweet, audience, people)
        tweet.audience = audience
        this = Tweet.objects.filter(pk=tweet.pk)
        # Also if it is still on its way: the consumer may have read already for whom it was.
        write_entries(this)
        TimelineEntry.objects.remove_others(every_friends_entry(this), keep=visibility.entries_of(this).order_by())


def address(tweet: Tweet, audience: Audience, people: Iterable[int]) -> None:
    """Name the people of an audience, those of them who are friends of the author."""
    Addressee.objects.filter(tweet=tweet).delete()
    if audience in TO_SOME:
        friends = Friendship.objects.filter(user=tweet.author_id, friend__in=list(people))
        named = [Addressee(tweet=tweet, person_id=friend) for friend in friends.values_list("friend", flat=True)]
        Addressee.objects.bulk_create(named)


def withhold(author: int, friend: int, *, on: bool = True) -> bool:
    """Show nothing of `author` to `friend` from now on, or with `on=False` everything again.

    Returns:
        False if the two are no friends.
    """
    return _switch(author, friend, is_withheld=on)


def mute(friend: int, author: int, *, on: bool = True) -> bool:
    """Hide from `friend` what `author` writes, or with `on=False` show it again.

    Returns:
        False if the two are no friends.
    """
    return _switch(author, friend, is_muted=on)


def _switch(author: int, friend: int, **switches: bool) -> bool:
    with transaction.atomic():
        own_authors([author])
        if not Friendship.objects.filter(user=author, friend=friend).update(**switches):
            return False
        tweets = Tweet.objects.filter(author=author)
        write_entries(tweets, owners=[friend])
        TimelineEntry.objects.remove_others(
            TimelineEntry.objects.filter(owner=friend, tweet__in=tweets).values_list("owner", "tweet"),
            keep=visibility.entries_of(tweets, owners=[friend]).order_by(),
        )
    return True


def every_friends_entry(tweets: QuerySet[Tweet]) -> QuerySet:
    """Return the pairs of some tweets and all friends of their authors, whether they may see them or not."""
    return tweets.filter(author__friendships__friend__isnull=False).values_list(visibility.FRIEND, "pk")
