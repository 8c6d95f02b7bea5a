"""People, their friendships, their tweets, and the timelines that tweets are delivered to."""

from timeline.models.entry import TimelineEntry
from timeline.models.friendship import FriendRequest, Friendship
from timeline.models.retention import Retention
from timeline.models.tweet import Tweet
from timeline.models.user import User

__all__ = ["FriendRequest", "Friendship", "Retention", "TimelineEntry", "Tweet", "User"]
