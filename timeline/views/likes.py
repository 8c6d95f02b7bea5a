"""Liking tweets."""

from django.http import HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_POST

from timeline import reactions
from timeline.limits import limited
from timeline.models import Tweet
from timeline.views.access import MemberRequest, members_only, redirect_back
from timeline.views.cards import card_of, part, tell_gone


@require_POST
@limited("like")
@members_only
def like(request: MemberRequest, tweet_id: int) -> HttpResponse:
    """Like a tweet."""
    try:
        reactions.like(request.user, tweet_id)
        return answer(request, tweet_id)
    except Tweet.DoesNotExist:
        return tell_gone(request)


@require_POST
@members_only
def unlike(request: MemberRequest, tweet_id: int) -> HttpResponse:
    """Take back a like."""
    reactions.unlike(request.user, tweet_id)
    try:
        return answer(request, tweet_id)
    except Tweet.DoesNotExist:
        return tell_gone(request)


def answer(request: MemberRequest, tweet_id: int) -> HttpResponse:
    """Show the likes as they are now."""
    card = card_of(tweet_id, request.user)
    if request.htmx:
        return part(request, "timeline/_likes.html", card)
    return redirect_back(request, otherwise=reverse("tweet", args=[tweet_id]))
