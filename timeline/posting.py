"""Posting: the tweet with its audience and its photos, in one transaction, from which all the rest follows."""

from collections.abc import Iterable, Sequence

from django.db import transaction

from timeline import notifications
from timeline.audience import address
from timeline.models import Photo, Tweet, User
from timeline.models.tweet import Audience
from timeline.photos import attach


def post(
    author: User,
    text: str,
    *,
    audience: Audience = Audience.FRIENDS,
    people: Iterable[int] = (),
    photos: Sequence[Photo] = (),
) -> Tweet:
    """Store a tweet; the signal pushes its id once all of this is committed.

    Args:
        people: the ids of the friends whom the audience names, for those audiences that name any.
        photos: drafts of the author, in the order in which they are shown.

    Raises:
        DraftGoneError: another tweet took one of the photos; nothing is stored.
    """
    with transaction.atomic():
        tweet = Tweet.objects.create(author=author, text=text, audience=audience, photo_count=len(photos))
        address(tweet, audience, people)
        attach(photos, tweet)
        notifications.of_tweet(tweet)
    return tweet
