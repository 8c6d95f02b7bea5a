"""How people stand to whoever looks at them: friend, stranger, or somewhere in between."""

from typing import cast

from django.db.models import Case, CharField, Exists, OuterRef, QuerySet, TextChoices, Value, When

from timeline.models import FriendRequest, Friendship, User


class Relation(TextChoices):
    """How a person stands to a viewer."""

    ONESELF = "oneself"
    FRIEND = "friend"
    ASKED = "asked"  # the viewer has sent them a request
    ASKING = "asking"  # they have sent the viewer one
    STRANGER = "stranger"


class RelatedUser(User):
    """A person with `relation`, as `related_to` finds them. For annotations only."""

    relation: str

    class Meta:
        abstract = True


def related_to(people: QuerySet[User], viewer: User) -> "QuerySet[RelatedUser]":
    """Return the people with their `relation` to the viewer, in the same query."""
    friendship = Friendship.objects.filter(user=viewer, friend=OuterRef("pk"))
    asked = FriendRequest.objects.filter(sender=viewer, receiver=OuterRef("pk"))
    asking = FriendRequest.objects.filter(sender=OuterRef("pk"), receiver=viewer)
    related = people.annotate(
        relation=Case(
            When(pk=viewer.pk, then=Value(Relation.ONESELF)),
            When(Exists(friendship), then=Value(Relation.FRIEND)),
            When(Exists(asked), then=Value(Relation.ASKED)),
            When(Exists(asking), then=Value(Relation.ASKING)),
            default=Value(Relation.STRANGER),
            output_field=CharField(),
        )
    )
    return cast("QuerySet[RelatedUser]", related)
