"""Likes and comments: written under tweets that one sees, and read for a whole page of tweets at once.

Whoever writes one shares the lock of the tweet's author, as a fan-out does: while it is held nobody deletes the tweet,
changes its audience or ends the friendship, so what was checked holds until the transaction ends.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db import transaction
from django.db.models import BooleanField, Count, Exists, ExpressionWrapper, F, OuterRef, Q, QuerySet, Window
from django.db.models.functions import RowNumber

from timeline import notifications
from timeline.locks import share_authors
from timeline.models import Comment, Like, Tweet, User
from timeline.pages import Page, first_page
from timeline.prepared import Prepared, padded

# Shown under a tweet on a page with many; the rest is a number.
MOST_LIKES = 10
MOST_COMMENTS = 5


# --- Writing -------------------------------------------------------------------------------------------------


class CommentGoneError(Exception):
    """The comment that somebody replies to was deleted, or they may not see it any more."""


def like(person: User, tweet_id: int) -> Tweet:
    """Let somebody like a tweet; doing it twice changes nothing.

    Raises:
        Tweet.DoesNotExist: it is gone, or they may not see it.
    """
    with transaction.atomic():
        tweet = held(tweet_id, person)
        mine, is_new = Like.objects.get_or_create(tweet=tweet, person=person)
        if is_new:
            notifications.of_like(mine)
    return tweet


def unlike(person: User, tweet_id: int) -> None:
    """Take back a like, if there is one."""
    with transaction.atomic():
        # Deleting decides: a like that is just being written keeps what it tells.
        if Like.objects.filter(tweet=tweet_id, person=person).delete()[0]:
            notifications.forget_like(tweet_id, person.pk)


def comment(author: User, tweet_id: int, text: str, reply_to: int | None = None) -> Comment:
    """Write a comment on a tweet.

    Args:
        reply_to: the id of the comment on the same tweet that it replies to.

    Raises:
        Tweet.DoesNotExist: the tweet is gone, or they may not see it.
        CommentGoneError: they do not see what they reply to.
    """
    with transaction.atomic():
        tweet = held(tweet_id, author)
        replied = replied_to(tweet, author, reply_to)
        written = Comment.objects.create(tweet=tweet, author=author, text=text, reply_to=replied)
        notifications.of_comment(written)
    return written


def replied_to(tweet: Tweet, author: User, comment_id: int | None) -> Comment | None:
    """Return the comment that somebody replies to, None for no reply.

    Raises:
        CommentGoneError: they do not see it.
    """
    if comment_id is None:
        return None
    try:
        return Comment.objects.filter(tweet=tweet).visible_to(author).select_related("author").get(pk=comment_id)
    except Comment.DoesNotExist as error:
        raise CommentGoneError from error


def held(tweet_id: int, viewer: User) -> Tweet:
    """Return a tweet that `viewer` may see, and keep it so until the transaction ends.

    Raises:
        Tweet.DoesNotExist: it is gone, or they may not see it.
    """
    share_authors(Tweet.objects.filter(pk=tweet_id).values_list("author_id", flat=True))
    return Tweet.objects.visible_to(viewer).select_related("author").get(pk=tweet_id)


# --- Reading -------------------------------------------------------------------------------------------------


@dataclass
class Likes:
    """The likes of a tweet that one viewer sees.

    Attributes:
        people: some of those who like it: the viewer first, then whoever did last.
        count: how many there are.
        is_mine: the viewer likes it.
    """

    people: list[User] = field(default_factory=list)
    count: int = 0
    is_mine: bool = False

    @property
    def more(self) -> int:
        """How many are not named."""
        return self.count - len(self.people)


@dataclass
class Comments:
    """The comments on a tweet that one viewer sees.

    Attributes:
        rows: the last ones, oldest first; `shows_replied` tells whether the viewer sees what a reply replies to.
        count: how many there are.
    """

    rows: list[Comment] = field(default_factory=list)
    count: int = 0

    @property
    def more(self) -> int:
        """How many came before."""
        return self.count - len(self.rows)


def likes_of(tweets: Iterable[Tweet], viewer: User) -> dict[int, Likes]:
    """Return the likes of some tweets, which `viewer` may see, by tweet id; in one query."""
    found = {tweet.pk: Likes() for tweet in tweets}
    for row in LIKES(viewer.pk, *padded(list(found))) if found else ():
        its = found[row.tweet_id]
        its.people.append(row.person)
        its.count = row.number
        its.is_mine |= row.person_id == viewer.pk
    return found


def comments_of(tweets: Iterable[Tweet], viewer: User) -> dict[int, Comments]:
    """Return the comments on some tweets, which `viewer` may see, by tweet id; in one query."""
    found = {tweet.pk: Comments() for tweet in tweets}
    for row in reversed(list(COMMENTS(viewer.pk, *padded(list(found))))) if found else ():
        its = found[row.tweet_id]
        its.rows.append(row)
        its.count = row.number
    return found


def comments_page(tweet: Tweet, viewer: User, after: int | None) -> Page[Comment]:
    """Return a page of all comments on a tweet, which `viewer` may see, oldest first.

    Args:
        after: the comment after which it begins; None for the oldest page.
    """
    comments = shown(Comment.objects.filter(tweet=tweet), viewer).order_by("pk")
    return first_page(comments if after is None else comments.filter(pk__gt=after))


def shown(comments: "QuerySet[Comment]", viewer: User) -> "QuerySet[Comment]":
    """Return those of the comments that `viewer` sees, with their authors and `shows_replied`."""
    replied = Comment.objects.visible_to(viewer).filter(pk=OuterRef("reply_to"))
    with_people = comments.select_related("author__picture", "reply_to__author")
    return with_people.visible_to(viewer).annotate(shows_replied=Exists(replied))  # type: ignore[attr-defined]


def last_likes(viewer: int, *tweets: int) -> QuerySet:
    """Return the likes of some tweets that somebody sees: their own first, then the last ones."""
    person = User(pk=viewer)
    is_mine = ExpressionWrapper(Q(person=person), output_field=BooleanField())
    likes = Like.objects.filter(tweet__in=tweets).visible_to(person).select_related("person")
    return last_of_each(likes, [is_mine.desc(), F("pk").desc()], MOST_LIKES)


def last_comments(viewer: int, *tweets: int) -> QuerySet:
    """Return the last comments on some tweets that somebody sees, last first."""
    comments = shown(Comment.objects.filter(tweet__in=tweets), User(pk=viewer))
    return last_of_each(comments, [F("pk").desc()], MOST_COMMENTS)


def last_of_each(rows: QuerySet, order: list, most: int) -> QuerySet:
    """Return the first rows of each tweet in some order, with the `number` of all that the tweet has."""
    ranked = rows.annotate(
        number=Window(Count("pk"), partition_by="tweet"),
        rank=Window(RowNumber(), partition_by="tweet", order_by=order),
    )
    return ranked.filter(rank__lte=most).order_by("tweet", "rank")


LIKES, COMMENTS = Prepared(last_likes, name="likes"), Prepared(last_comments, name="comments")
