"""How people stand to whoever looks at them: friend, stranger, or somewhere in between."""

from django.db.models import Case, CharField, Exists, OuterRef, QuerySet, TextChoices, Value, When

from timeline.models import FriendRequest, Friendship, User


class Relation(TextChoices):
    """How a person stands to a viewer."""

    ONESELF = "oneself"
    FRIEND = "friend"
    ASKED = "asked"  # the viewer has sent them a request
    ASKING = "asking"  # they have sent the viewer one
    STRANGER = "stranger"


def related_to(people: QuerySet[User], viewer: User) -> QuerySet[User]:
    """Return the people, each with a `relation` to the viewer, in the same query."""
    friendship = Friendship.objects.filter(user=viewer, friend=OuterRef("pk"))
    asked = FriendRequest.objects.filter(sender=viewer, receiver=OuterRef("pk"))
    asking = FriendRequest.objects.filter(sender=OuterRef("pk"), receiver=viewer)
    return people.annotate(
        relation=Case(
            When(pk=viewer.pk, then=Value(Relation.ONESELF)),
            When(Exists(friendship), then=Value(Relation.FRIEND)),
            When(Exists(asked), then=Value(Relation.ASKED)),
            When(Exists(asking), then=Value(Relation.ASKING)),
            default=Value(Relation.STRANGER),
            output_field=CharField(),
        )
    )
