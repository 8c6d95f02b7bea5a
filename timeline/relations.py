"""How people stand to whoever looks at them: friend, stranger, or somewhere in between."""

from django.db.models import Case, CharField, Exists, OuterRef, QuerySet, TextChoices, Value, When

from timeline.models import FriendRequest, Friendship, User
from timeline.visibility import counted


class Relation(TextChoices):
    """How a person stands to a viewer."""

    ONESELF = "oneself"
    FRIEND = "friend"
    ASKED = "asked"  # the viewer has sent them a request
    ASKING = "asking"  # they have sent the viewer one
    STRANGER = "stranger"


def with_switches(people: QuerySet[User], viewer: User) -> QuerySet[User]:
    """Return the people, each with whether the viewer withholds their own tweets from them, and hides theirs."""
    rows = Friendship.objects.all()
    return people.annotate(
        is_withheld=Exists(rows.filter(user=viewer, friend=OuterRef("pk"), is_withheld=True)),
        is_muted=Exists(rows.filter(user=OuterRef("pk"), friend=viewer, is_muted=True)),
    )


def with_common_friends(people: QuerySet[User], viewer: User) -> QuerySet[User]:
    """Return the people, each with the number of `common` friends of theirs and the viewer."""
    theirs = Friendship.objects.filter(user=OuterRef("pk"), friend__in=friends_of(viewer))
    return people.annotate(common=counted(theirs, "user"))


def common_friends(viewer: User, person: User) -> QuerySet[User]:
    """Return the friends that two people have in common."""
    return User.objects.friends_of(viewer).filter(pk__in=friends_of(person))


def friends_of(person: User) -> QuerySet:
    """Return the ids of somebody's friends."""
    return Friendship.objects.filter(user=person).values("friend")


def related_to(people: QuerySet[User], viewer: User) -> QuerySet[User]:
    """Return the people, each with a `relation` to the viewer and their picture, in the same query."""
    friendship = Friendship.objects.filter(user=viewer, friend=OuterRef("pk"))
    asked = FriendRequest.objects.filter(sender=viewer, receiver=OuterRef("pk"))
    asking = FriendRequest.objects.filter(sender=OuterRef("pk"), receiver=viewer)
    return people.select_related("picture").annotate(
        relation=Case(
            When(pk=viewer.pk, then=Value(Relation.ONESELF)),
            When(Exists(friendship), then=Value(Relation.FRIEND)),
            When(Exists(asked), then=Value(Relation.ASKED)),
            When(Exists(asking), then=Value(Relation.ASKING)),
            default=Value(Relation.STRANGER),
            output_field=CharField(),
        )
    )
