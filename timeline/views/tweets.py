"""Posting a tweet and deleting it."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from timeline import unsent
from timeline.forms.audience import AudienceForm, ids_in
from timeline.forms.photo import PhotosForm
from timeline.forms.tweet import TweetForm
from timeline.limits import TooManyError, spend
from timeline.models import Tweet
from timeline.pages import id_in
from timeline.photos import DraftGoneError
from timeline.posting import post
from timeline.reactions import comments_page
from timeline.receipts import receipt_of
from timeline.views.access import MemberRequest, members_only, redirect_back
from timeline.views.cards import card_or_404
from timeline.views.home import render_home, show_newer

# The page asks for a receipt after 2, 4, 8 … seconds, so often until it is every minute or so.
MOST_ASKED = 5


@require_http_methods(["GET", "HEAD", "POST"])
@members_only
def post_tweet(request: MemberRequest) -> HttpResponse:
    """Store a tweet with its photos; all the rest follows from that.

    GET leads home: the address of what was refused stays in the browser, and is loaded anew or returned to.
    """
    if request.method != "POST":
        return redirect("home")
    photos = PhotosForm(request.user, request.POST, request.FILES)
    has_good_photos = photos.is_valid()
    form = TweetForm(request.POST, instance=Tweet(author=request.user, photo_count=len(photos.drafts)))
    audience = AudienceForm(request.user, request.POST)
    # All of them say what is wrong, not only the first.
    if not all([form.is_valid(), has_good_photos, audience.is_valid()]):
        return refuse(request, form, photos, audience)
    try:
        spend("post", request.user.pk)
        to, people = audience.cleaned_data["audience"], audience.chosen
        post(request.user, form.cleaned_data["text"], audience=to, people=people, photos=photos.drafts)
    except TooManyError as error:
        form.add_error("text", str(error))
        return refuse(request, form, photos, audience, status=429)
    except DraftGoneError as error:
        photos.refuse(error)
        return refuse(request, form, photos, audience)
    return show_newer(request, ids_in(request.POST.get("shown", "").split(","))) if request.htmx else redirect("home")


def refuse(
    request: MemberRequest, form: TweetForm, photos: PhotosForm, audience: AudienceForm, status: int = 422
) -> HttpResponse:
    """Show the forms as they were filled in, with what is wrong about them: in their place, or with the home page."""
    if not request.htmx:
        return render_home(request, form, photos, audience, status)
    writer = unsent.token_of(request.user)
    context = {"form": form, "photos": photos, "audience": audience, "writer": writer}
    answer = render(request, "timeline/_compose.html", context, status=status)
    answer["HX-Retarget"], answer["HX-Reswap"] = "#compose", "outerHTML"
    return answer


@members_only
@require_safe
def tweet(request: MemberRequest, tweet_id: int) -> HttpResponse:
    """Show a tweet with all comments on it that the viewer sees, a page at a time, oldest first."""
    card = card_or_404(tweet_id, request.user)
    after = id_in(request, "after")
    page = comments_page(card.tweet, request.user, after)
    return render(request, "timeline/tweet.html", {"card": card, "page": page, "is_first": after is None})


@members_only
@require_safe
def receipt(request: MemberRequest, tweet_id: int) -> HttpResponse:
    """Return how far the delivery of a tweet of one's own is."""
    found = get_object_or_404(Tweet.objects.filter(author=request.user).with_reach(request.user), pk=tweet_id)
    asked = min(id_in(request, "asked") or 1, MOST_ASKED)
    # Asked for ever more rarely: it may take until somebody mends something.
    context = {
        "tweet": found,
        "receipt": receipt_of(found, request.user),
        "delay": 2 * 2**asked,
        "asked": min(asked + 1, MOST_ASKED),
    }
    return render(request, "timeline/_receipt.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@members_only
def delete_tweet(request: MemberRequest, tweet_id: int) -> HttpResponse:
    """Ask whether to delete one's own tweet; on POST delete it."""
    tweet = get_object_or_404(Tweet.objects.select_related("author__picture"), pk=tweet_id, author=request.user)
    if request.method != "POST":
        return render(request, "timeline/delete_tweet.html", {"tweet": tweet})
    tweet.delete()
    messages.success(request, _("Your post is deleted."))
    return redirect_back(request, otherwise=reverse("home"))
