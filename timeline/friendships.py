"""Making and ending friendships, with what that does to both timelines.

A friendship and its backfill are one transaction, and so are an end and its removal: there is no state
in between that a crash could leave behind. The authors' locks keep a running fan-out from slipping through.
"""

from collections.abc import Sequence
from enum import Enum

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from timeline import notifications
from timeline.fanout import withdraw, write_entries
from timeline.locks import own_authors
from timeline.models import FriendRequest, Friendship, TimelineEntry, Tweet, User


class Asked(Enum):
    """What came of asking somebody to be friends."""

    SENT = "sent"
    WAITING = "waiting"
    FRIENDS = "friends"


def ask(sender: User, receiver: User) -> Asked:
    """Send a friend request; if the other one has asked already, the two are friends now.

    Raises:
        ValidationError: when they are the same person.
    """
    if sender == receiver:
        raise ValidationError(_("You cannot befriend yourself."))
    if are_friends(sender.pk, receiver.pk) or accept(sender=receiver, receiver=sender):
        return Asked.FRIENDS
    try:
        with transaction.atomic():
            own_authors([sender.pk, receiver.pk])
            if are_friends(sender.pk, receiver.pk):  # since this moment: the other one has accepted, or was accepted
                return Asked.FRIENDS
            FriendRequest.objects.create(sender=sender, receiver=receiver)
            notifications.of_request(sender, receiver)
    except IntegrityError:
        # Somebody was faster: we twice, or the other one in this very moment.
        return Asked.FRIENDS if accept(sender=receiver, receiver=sender) else Asked.WAITING
    return Asked.SENT


def accept(*, sender: User, receiver: User) -> bool:
    """Answer a request with yes. Returns False if it is not there any more: nothing has changed then."""
    with transaction.atomic():
        # The locks before the row, as `befriend` takes them: the other order could deadlock with it.
        own_authors([sender.pk, receiver.pk])
        if not withdraw_request(sender=sender, receiver=receiver):
            return False
        befriend(sender.pk, receiver.pk)
        notifications.of_acceptance(sender, receiver)
        return True


def withdraw_request(*, sender: User, receiver: User) -> bool:
    """Remove an open request, for either side. Returns False if it is not there any more.

    Deleting decides: of two people who accept and cancel at the same time, one finds the row, the other none.
    """
    with transaction.atomic():
        removed, _by_model = FriendRequest.objects.filter(sender=sender, receiver=receiver).delete()
        if removed:
            notifications.forget_request(sender.pk, receiver.pk)
        return bool(removed)


def are_friends(one: int, other: int) -> bool:
    """Tell whether two people, given by id, are friends."""
    return Friendship.objects.filter(user=one, friend=other).exists()


def befriend(one: int, other: int) -> bool:
    """Make two people, given by id, friends, and bring each one's tweets into the other's timeline.

    Returns:
        False if they were friends already.

    Raises:
        ValidationError: when they are the same person.
    """
    if one == other:
        raise ValidationError(_("One cannot befriend oneself."))
    with transaction.atomic():
        own_authors([one, other])
        if are_friends(one, other):
            return False
        Friendship.objects.bulk_create(
            [Friendship(user_id=one, friend_id=other), Friendship(user_id=other, friend_id=one)]
        )
        FriendRequest.objects.filter(_between(one, other, "sender", "receiver")).delete()
        notifications.forget_request(one, other)
        notifications.forget_request(other, one)
        backfill(one, other)
    return True


def backfill(one: int, other: int) -> int:
    """Write what two friends have posted into each other's timelines. Returns how many entries are new."""
    return write_entries(Tweet.objects.filter(author__in=[one, other]), owners=[one, other])


def unfriend(one: int, other: int) -> int:
    """End a friendship, and remove each one's tweets from the other's timeline.

    Returns:
        How many friendship rows were removed: 2, or 0 if the two were no friends.
    """
    with transaction.atomic():
        own_authors([one, other])
        removed = Friendship.objects.filter(_between(one, other, "user", "friend")).delete()[0]
        if not removed:  # nor between somebody and themselves: their own tweets stay in their own timeline
            return 0
        for owner, author in ((one, other), (other, one)):
            TimelineEntry.objects.filter(owner=owner, tweet__in=Tweet.objects.filter(author=author)).delete()
    return removed


def leave_circle(user_ids: Sequence[int]) -> None:
    """Empty the timelines of some people, and withdraw their tweets from all others; they are about to be deleted."""
    friends = Friendship.objects.filter(user__in=user_ids).values_list("friend", flat=True)
    # The friends' locks too: a fan-out of theirs must not write into a timeline that is going away.
    own_authors({*user_ids, *friends})
    withdraw(Tweet.objects.filter(author__in=user_ids))
    TimelineEntry.objects.filter(owner__in=user_ids).delete()


def _between(one: int, other: int, first: str, second: str) -> Q:
    """Return the condition for a row between two people, whichever way it points."""
    return Q(**{first: one, second: other}) | Q(**{first: other, second: one})
