"""Tweets as a page shows them: with all that belongs to them, in a fixed number of queries, however many there are."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

from timeline.models import Photo, Tweet, User
from timeline.reactions import Comments, Likes, comments_of, likes_of
from timeline.receipts import Receipt, receipt_of


@dataclass
class Card:
    """A tweet with what is shown under it.

    Attributes:
        tweet: the tweet, its author loaded.
        photos: its photos in order.
        likes, comments: those that the viewer sees.
        receipt: how far it has got, for its author alone.
    """

    tweet: Tweet
    photos: list[Photo] = field(default_factory=list)
    likes: Likes = field(default_factory=Likes)
    comments: Comments = field(default_factory=Comments)
    receipt: Receipt | None = None


def cards(tweets: Sequence[Tweet], viewer: User) -> list[Card]:
    """Return the tweets, which `viewer` may see, as cards."""
    photos, likes, comments = photos_of(tweets), likes_of(tweets, viewer), comments_of(tweets, viewer)
    return [
        Card(tweet, photos[tweet.pk], likes[tweet.pk], comments[tweet.pk], receipt_of(tweet, viewer))
        for tweet in tweets
    ]


def photos_of(tweets: Sequence[Tweet]) -> dict[int, list[Photo]]:
    """Return the photos of some tweets, by tweet id, in their order."""
    found: dict[int, list[Photo]] = defaultdict(list)
    if wanted := [tweet.pk for tweet in tweets if tweet.photo_count]:
        for photo in Photo.objects.filter(tweet__in=wanted).order_by("tweet", "position"):
            found[photo.tweet_id or 0].append(photo)
    return found
