"""People, their friendships, their tweets, the timelines that tweets are delivered to, and what is said about them."""

from timeline.models.addressee import Addressee
from timeline.models.allowance import Allowance
from timeline.models.comment import Comment
from timeline.models.entry import TimelineEntry
from timeline.models.friendship import FriendRequest, Friendship
from timeline.models.like import Like
from timeline.models.notification import Notification
from timeline.models.photo import Photo
from timeline.models.retention import Retention
from timeline.models.tweet import Tweet
from timeline.models.user import User
from timeline.models.visit import Visit

__all__ = [
    "Addressee",
    "Allowance",
    "Comment",
    "FriendRequest",
    "Friendship",
    "Like",
    "Notification",
    "Photo",
    "Retention",
    "TimelineEntry",
    "Tweet",
    "User",
    "Visit",
]
