"""Notifications: told in the transaction of what they tell of, to those who may see it at that moment.

Nobody is told of what they did themselves. What somebody may no longer see stays stored and is left out when they
read (`Notification.objects.visible_to`), so it is back together with what it speaks of.
"""

from collections.abc import Iterable

from django.db.models import Q, QuerySet, Value
from django.db.models.functions import Lower

from timeline import visibility
from timeline.mentions import names_in
from timeline.models import Comment, Like, Notification, Tweet, User
from timeline.models.notification import Kind


def of_request(sender: User, receiver: User) -> None:
    """Tell somebody that they are asked to be friends."""
    # What is left of a request that was deleted in the admin: this is a new one, unread.
    forget_request(sender.pk, receiver.pk)
    tell([Notification(kind=Kind.REQUEST, actor=sender, receiver=receiver)])


def of_acceptance(sender: User, receiver: User) -> None:
    """Tell the sender of a request that it was accepted."""
    tell([Notification(kind=Kind.ACCEPTANCE, actor=receiver, receiver=sender)])


def forget_request(sender: int, receiver: int) -> None:
    """Take back what was told of a request, given the ids of the two."""
    Notification.objects.filter(kind=Kind.REQUEST, actor=sender, receiver=receiver).delete()


def of_like(like: Like) -> None:
    """Tell the author of a tweet that somebody likes it."""
    tweet = like.tweet
    if like.person_id != tweet.author_id:
        tell([Notification(kind=Kind.LIKE, actor_id=like.person_id, receiver_id=tweet.author_id, tweet=tweet)])


def forget_like(tweet: int, person: int) -> None:
    """Take back what was told of a like, given the ids of tweet and person."""
    Notification.objects.filter(kind=Kind.LIKE, tweet=tweet, actor=person).delete()


def of_tweet(tweet: Tweet) -> None:
    """Tell whom a new tweet mentions; its audience is written already. Costs nothing if it mentions nobody."""
    if not (names := names_in(tweet.text)):
        return
    people = called_one_of(names).filter(visibility.viewers_of(tweet)).exclude(pk=tweet.author_id)
    tell(
        Notification(kind=Kind.MENTION, actor_id=tweet.author_id, receiver=person, tweet=tweet)
        for person in people.order_by("pk")
    )


def of_comment(comment: Comment) -> None:
    """Tell the author of the tweet, whoever is replied to, and who is mentioned; each of them once."""
    answered = comment.reply_to.author_id if comment.reply_to else None
    concerned = Q(pk__in=[pk for pk in (comment.tweet.author_id, answered) if pk])
    if names := names_in(comment.text):
        concerned |= Q(pk__in=called_one_of(names))
    people = User.objects.filter(concerned, visibility.viewers_of(comment.tweet, comment))

    def kind(person: User) -> Kind:
        if person.pk == answered:
            return Kind.REPLY
        return Kind.COMMENT if person.pk == comment.tweet.author_id else Kind.MENTION

    tell(
        Notification(
            kind=kind(person), actor_id=comment.author_id, receiver=person, tweet=comment.tweet, comment=comment
        )
        for person in people.exclude(pk=comment.author_id).order_by("pk")
    )


def called_one_of(names: Iterable[str]) -> QuerySet[User]:
    """Return the people of some user names, in any case, by the unique index."""
    # The database lowers both: its idea of lower case may differ from Python's.
    lowered = [Lower(Value(name)) for name in sorted(names)]
    return User.objects.alias(lower_username=Lower("username")).filter(lower_username__in=lowered)


def tell(notifications: Iterable[Notification]) -> None:
    """Store notifications; what was told already is not told twice."""
    Notification.objects.bulk_create(notifications, ignore_conflicts=True)
