"""Why a person does or does not see a tweet, in one line."""

from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from timeline import visibility
from timeline.models import Friendship, TimelineEntry, Tweet, User
from timeline.models.tweet import Delivery


def explain_delivery(tweet_id: int, viewer: User) -> str:
    """Return one line that tells whether `viewer` sees the tweet, and why."""
    tweet = Tweet.objects.select_related("author").filter(pk=tweet_id).first()
    if tweet is None:
        return _("Nobody sees tweet %(tweet)d: it was deleted, or never posted.") % {"tweet": tweet_id}
    sentence = reason_against(tweet, viewer) or state_of_entry(tweet, viewer)
    return sentence % {
        "viewer": viewer.username,
        "tweet": tweet.pk,
        "author": tweet.author.username,
        "when": moment(tweet),
        "attempts": tweet.attempts,
        "failure": tweet.failure,
        "days": tweet.author.look_back,
        "audience": tweet.get_audience_display(),
    }


def reason_against(tweet: Tweet, viewer: User) -> str | None:
    """Return the sentence for a tweet that is not for this viewer, or None if it is."""
    if Tweet.objects.visible_to(viewer).filter(pk=tweet.pk).exists():
        return None
    friendship = Friendship.objects.filter(user=tweet.author_id, friend=viewer).first()
    if friendship is None:
        return _("%(viewer)s does not see tweet %(tweet)d: not a friend of its author %(author)s.")
    if friendship.is_withheld:
        return _("%(viewer)s does not see tweet %(tweet)d: %(author)s shows them none of their tweets.")
    if friendship.is_muted:
        return _("%(viewer)s does not see tweet %(tweet)d: they hide the tweets of %(author)s from themselves.")
    if not Tweet.objects.filter(visibility.within_look_back(), pk=tweet.pk).exists():
        return _("%(viewer)s does not see tweet %(tweet)d: %(author)s lets friends look back %(days)d days only.")
    return _("%(viewer)s does not see tweet %(tweet)d: %(author)s did not address it to them (%(audience)s).")


def state_of_entry(tweet: Tweet, viewer: User) -> str:
    """Return the sentence for a tweet that this viewer may see."""
    if TimelineEntry.objects.filter(owner=viewer, tweet=tweet).exists():
        if tweet.author_id == viewer.pk:
            return _("%(viewer)s sees tweet %(tweet)d: it is their own.")
        return _("%(viewer)s sees tweet %(tweet)d: delivered.")
    if not Tweet.objects.stored().filter(pk=tweet.pk).exists():
        return _("%(viewer)s sees tweet %(tweet)d further back: it is older than what timelines store.")
    if viewer.is_dormant:
        return _("%(viewer)s will see tweet %(tweet)d on returning: they have not been here for long.")
    if tweet.delivery == Delivery.WAITING:
        return _("%(viewer)s does not see tweet %(tweet)d yet: waiting since %(when)s, attempts so far: %(attempts)d.")
    if tweet.delivery == Delivery.FAILED:
        return _(
            "%(viewer)s does not see tweet %(tweet)d: its delivery failed after %(attempts)d attempts (%(failure)s). "
            "Retry it with: manage.py failed_tweets --retry %(tweet)d"
        )
    return _(
        "%(viewer)s should see tweet %(tweet)d, delivered at %(when)s, but the entry is missing. "
        "Mend it with: manage.py rebuild_timeline %(viewer)s"
    )


def moment(tweet: Tweet) -> str:
    """Return when the tweet was delivered, or else posted."""
    return date_format(localtime(tweet.delivered_at or tweet.created_at), "Y-m-d H:i:s")
