"""Parts of one card, answered to whoever did something there."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from timeline.cards import Card, cards
from timeline.models import Tweet, User
from timeline.views.access import MemberRequest, redirect_back


def card_of(tweet_id: int, viewer: User) -> Card:
    """Return a tweet as a card.

    Raises:
        Tweet.DoesNotExist: it is gone, or `viewer` may not see it.
    """
    tweets = Tweet.objects.visible_to(viewer).with_reach(viewer).select_related("author__picture")
    tweet = tweets.get(pk=tweet_id)
    return cards([tweet], viewer)[0]


def card_or_404(tweet_id: int, viewer: User) -> Card:
    """Return a tweet as a card.

    Raises:
        Http404: it is gone, or `viewer` may not see it.
    """
    try:
        return card_of(tweet_id, viewer)
    except Tweet.DoesNotExist as error:
        raise Http404("no such tweet") from error


def part(request: MemberRequest, template: str, card: Card, status: int = 200, **more: object) -> HttpResponse:
    """Return one part of a card; its forms lead back to where the form that was sent did."""
    return render(request, template, {"card": card, "here": request.POST.get("next", ""), **more}, status=status)


def tell_gone(request: MemberRequest, message: str | None = None) -> HttpResponse:
    """Say that something is no longer there, in place or where the form leads back to.

    In place it is said on top of what is there: nothing that somebody has written is lost.
    """
    message = message or _("This post is no longer there.")
    if request.htmx:
        answer = render(request, "timeline/_gone.html", {"message": message}, status=404)
        answer["HX-Reswap"] = "afterbegin"
        return answer
    messages.warning(request, message)
    return redirect_back(request, otherwise=reverse("home"))
