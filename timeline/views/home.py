"""The home timeline."""

from collections.abc import Callable
from functools import cache, partial

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from timeline import feed, unsent
from timeline.cards import cards
from timeline.forms.audience import AudienceForm
from timeline.forms.photo import PhotosForm
from timeline.forms.tweet import TweetForm
from timeline.models import Tweet
from timeline.overview import Overview, overview_of
from timeline.pages import Page, id_in, tweet_id_before
from timeline.views.access import MemberRequest, members_only
from timeline.visits import look

# "99+ new posts": more than that are not counted.
MOST_COUNTED = 100
# More new ones than these are not put on top of a page: it is loaded anew.
MOST_ON_TOP = 20


@members_only
@require_safe
def home(request: MemberRequest) -> HttpResponse:
    """Show what the viewer's friends and they themselves have posted, newest first.

    With `?before=` it goes on with what is older; with `?through=` it begins with the newest and ends with that tweet.
    """
    before = tweet_id_before(request)
    if before is not None:
        return older(request, before)
    form = TweetForm(initial={"text": unsent.take(request)})
    return render_home(request, form, PhotosForm(request.user), AudienceForm(request.user))


@members_only
@require_safe
def newer(request: MemberRequest) -> HttpResponse:
    """Tell how many tweets of friends have come since the one in `?after=`, 204 if none; with `?show=1` show them."""
    after = id_in(request, "after") or 0
    if request.GET.get("show"):
        return show_newer(request, after)
    waiting = feed.newer_than(request.user, after, MOST_COUNTED)
    if not any(tweet.author_id != request.user.pk for tweet in waiting):
        return HttpResponse(status=204)
    context = {"after": after, "count": len(waiting), "most": MOST_COUNTED, "is_whole": len(waiting) <= MOST_ON_TOP}
    return render(request, "timeline/_newer.html", context)


def show_newer(request: MemberRequest, after: int) -> HttpResponse:
    """Return what goes on top of a page whose newest tweet is `after`; if it is too much, the page is loaded anew."""
    rows = feed.newer_than(request.user, after, MOST_ON_TOP + 1)
    if not request.htmx or len(rows) > MOST_ON_TOP:
        # htmx loads the page that this names; without it nobody comes here.
        return HttpResponse(status=204, headers={"HX-Redirect": reverse("home")})
    newest = rows[0].pk if rows else after
    context = {"cards": cards(rows, request.user), "after": newest, "here": reverse("home")}
    return render(request, "timeline/_on_top.html", context)


def older(request: MemberRequest, before: int) -> HttpResponse:
    """Show a page from before a tweet, to htmx only what is added to the page that is there."""
    page = feed.home_page(request.user, before)
    template = "timeline/_older.html" if request.htmx else "timeline/home.html"
    return render(request, template, context_of(request, page, is_first=False))


def render_home(
    request: MemberRequest, form: TweetForm, photos: PhotosForm, audience: AudienceForm, status: int = 200
) -> HttpResponse:
    """Return the home page with the forms for a new tweet, which may be ones that were filled in wrongly."""
    overview = cache(lambda: overview_of(request.user))
    page, is_cut = first_or_through(request, overview)
    newest = page.rows[0].pk if page.rows else 0
    marker = overview().marker or 0 if is_cut else look(request.user.pk, newest, overview())
    context = {
        **context_of(request, page, is_first=True),
        "form": form,
        "photos": photos,
        "audience": audience,
        "writer": unsent.token_of(request.user),
        "overview": overview(),
        "after": newest,
        "is_cut": is_cut,
        "marked": first_seen(page, marker),
    }
    return render(request, "timeline/home.html", context, status=status)


def first_or_through(request: MemberRequest, overview: Callable[[], Overview]) -> tuple[Page[Tweet], bool]:
    """Return the newest page, or all down to the tweet in `?through=`; and whether newer ones are left out.

    Raises:
        Http404: that is no tweet id.
    """
    through = id_in(request, "through")
    first = partial(feed.home_page, request.user, None, lambda: bool(overview().floor))
    if through is None:
        return first(), False
    page, is_cut = feed.page_through(request.user, through)
    # The tweet may be gone, and with it all that was stored.
    return (page, is_cut) if page.rows else (first(), False)


def first_seen(page: Page[Tweet], marker: int) -> int | None:
    """Return the id of the first tweet on the page that was there at the last visit, None if there is nothing newer."""
    seen = [tweet.pk for tweet in page.rows if tweet.pk <= marker]
    return seen[0] if 0 < len(seen) < len(page.rows) else None


def context_of(request: MemberRequest, page: Page[Tweet], *, is_first: bool) -> dict[str, object]:
    """Return what the template of a list of tweets needs."""
    return {
        "page": page,
        "cards": cards(page.rows, request.user),
        "is_first": is_first,
        "address": reverse("home"),
        "is_endless": True,
    }
