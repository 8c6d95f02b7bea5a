"""Finding people, and one person's page."""

from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from timeline.cards import cards
from timeline.forms.search import SearchForm
from timeline.models import FriendRequest, Tweet, User
from timeline.pages import first_page, tweet_id_before, username_after
from timeline.relations import common_friends, related_to, with_common_friends, with_switches
from timeline.views.access import MemberRequest, members_only

# Open requests shown on the people page; answering some brings up the next.
MOST_REQUESTS = 20


@members_only
@require_safe
def people(request: MemberRequest) -> HttpResponse:
    """Show the viewer's friends and open requests, or whoever is found by the beginning of a name."""
    form = SearchForm(request.GET)
    # As user names are shown: @name.
    text = form.cleaned_data["q"].lstrip("@") if form.is_valid() else ""
    found = User.objects.filter(is_active=True).named(text) if text else User.objects.friends_of(request.user)
    after = username_after(request)
    context = {
        "form": form,
        "text": text,
        "is_friends_list": not text,
        "page": first_page(related_to(found, request.user).filter(username__gt=after).order_by("username")),
        "is_first": not after,
        "received": FriendRequest.objects.filter(receiver=request.user).select_related("sender__picture")[
            :MOST_REQUESTS
        ],
        "sent": FriendRequest.objects.filter(sender=request.user).select_related("receiver__picture")[:MOST_REQUESTS],
    }
    return render(request, "timeline/people.html", context, status=200 if form.is_valid() else 400)


@members_only
@require_safe
def person(request: MemberRequest, username: str) -> HttpResponse:
    """Show a person, how they stand to the viewer, and their tweets that the viewer may see."""
    found = get_object_or_404(profile_of(username, request.user))
    tweets = Tweet.objects.filter(author=found.pk).visible_to(request.user).with_reach(request.user)
    tweets = tweets.select_related("author__picture").order_by("-pk")
    before = tweet_id_before(request)
    page = first_page(tweets if before is None else tweets.filter(pk__lt=before))
    context = {
        "person": found,
        "page": page,
        "cards": cards(page.rows, request.user),
        "is_first": before is None,
        "address": found.get_absolute_url(),
    }
    return render(request, "timeline/person.html", context)


@members_only
@require_safe
def common(request: MemberRequest, username: str) -> HttpResponse:
    """Show the friends that the viewer and a person have in common."""
    found = get_object_or_404(User.objects.called(username))
    after = username_after(request)
    rows = related_to(common_friends(request.user, found), request.user).filter(username__gt=after)
    context = {"person": found, "page": first_page(rows.order_by("username")), "is_first": not after}
    return render(request, "timeline/common.html", context)


def profile_of(username: str, viewer: User) -> QuerySet[User]:
    """Return the person of that user name, in any case, with all that their page tells the viewer of them."""
    found = related_to(User.objects.called(username), viewer)
    return with_common_friends(with_switches(found, viewer), viewer)
