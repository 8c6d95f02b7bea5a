"""The home timeline."""

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from timeline.cards import cards
from timeline.feed import home_page
from timeline.forms.photo import PhotosForm
from timeline.forms.tweet import TweetForm
from timeline.pages import tweet_id_before
from timeline.views.access import MemberRequest, members_only


@members_only
@require_safe
def home(request: MemberRequest) -> HttpResponse:
    """Show what the viewer's friends and they themselves have posted, newest first."""
    return render_home(request, TweetForm(), PhotosForm(request.user))


def render_home(request: MemberRequest, form: TweetForm, photos: PhotosForm, status: int = 200) -> HttpResponse:
    """Return the home page with the forms for a new tweet, which may be ones that were filled in wrongly."""
    before = tweet_id_before(request)
    page = home_page(request.user, before)
    context = {
        "form": form,
        "photos": photos,
        "page": page,
        "cards": cards(page.rows, request.user),
        "is_first": before is None,
        "address": reverse("home"),
    }
    return render(request, "timeline/home.html", context, status=status)
