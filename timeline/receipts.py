"""What authors are told about their own tweets: how far they have got, and with how many friends they are."""

from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from timeline.models import Tweet, User
from timeline.models.tweet import Audience, Delivery


@dataclass(frozen=True)
class Receipt:
    """The delivery of one tweet.

    Attributes:
        friends: for how many friends it is. Nothing tells who of them hides it.
    """

    delivery: Delivery
    audience: Audience
    friends: int

    @property
    def is_waiting(self) -> bool:
        """Whether there will be news. With nobody to reach there is nothing to wait for."""
        return bool(self.friends) and self.delivery == Delivery.WAITING

    @property
    def words(self) -> str:
        """What the author reads."""
        if not self.friends:
            return _("only you")
        if self.delivery == Delivery.DELIVERED:
            return self._with_friends()
        return _("reaching your friends…") if self.is_waiting else _("did not reach all friends")

    def _with_friends(self) -> str:
        if self.audience == Audience.FRIENDS:
            text = ngettext("with your %(count)d friend", "with all %(count)d friends", self.friends)
        else:
            text = ngettext("with %(count)d friend", "with %(count)d friends", self.friends)
        return text % {"count": self.friends}


def receipt_of(tweet: Tweet, viewer: User) -> Receipt | None:
    """Return the receipt of a tweet that was read `with_reach`; None for everybody but its author."""
    if tweet.author_id != viewer.pk:
        return None
    return Receipt(tweet.delivery, Audience(tweet.audience), tweet.reach or 0)
