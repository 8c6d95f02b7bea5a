"""Posting a tweet and deleting it."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from timeline.forms.photo import PhotosForm
from timeline.forms.tweet import TweetForm
from timeline.models import Tweet
from timeline.pages import id_in
from timeline.photos import DraftGoneError
from timeline.posting import post
from timeline.reactions import comments_page
from timeline.views.access import MemberRequest, members_only, redirect_back
from timeline.views.cards import card_or_404
from timeline.views.home import render_home


@require_POST
@members_only
def post_tweet(request: MemberRequest) -> HttpResponse:
    """Store a tweet with its photos; all the rest follows from that."""
    photos = PhotosForm(request.user, request.POST, request.FILES)
    has_good_photos = photos.is_valid()
    form = TweetForm(request.POST, instance=Tweet(author=request.user, photo_count=len(photos.drafts)))
    if not (form.is_valid() and has_good_photos):
        return render_home(request, form, photos, status=422)
    try:
        post(request.user, form.cleaned_data["text"], photos=photos.drafts)
    except DraftGoneError as error:
        photos.refuse(error)
        return render_home(request, form, photos, status=422)
    return redirect("home")


@members_only
@require_safe
def tweet(request: MemberRequest, tweet_id: int) -> HttpResponse:
    """Show a tweet with all comments on it that the viewer sees, a page at a time, oldest first."""
    card = card_or_404(tweet_id, request.user)
    after = id_in(request, "after")
    page = comments_page(card.tweet, request.user, after)
    return render(request, "timeline/tweet.html", {"card": card, "page": page, "is_first": after is None})


@require_http_methods(["GET", "HEAD", "POST"])
@members_only
def delete_tweet(request: MemberRequest, tweet_id: int) -> HttpResponse:
    """Ask whether to delete one's own tweet; on POST delete it."""
    tweet = get_object_or_404(Tweet.objects.select_related("author"), pk=tweet_id, author=request.user)
    if request.method != "POST":
        return render(request, "timeline/delete_tweet.html", {"tweet": tweet})
    tweet.delete()
    messages.success(request, _("Your tweet is deleted."))
    return redirect_back(request, otherwise=reverse("home"))
