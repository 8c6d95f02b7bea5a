"""The home timeline."""

from collections.abc import Callable, Iterable, Sequence
from functools import cache, partial
from itertools import islice

from django.conf import settings
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
from timeline.pages import Page, id_in, ids_of, tweet_id_before
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
    kept = unsent.take(request)
    audience = AudienceForm(
        request.user, chosen=kept.people, initial={"audience": kept.audience or None, "names": kept.names}
    )
    return render_home(request, TweetForm(initial={"text": kept.text}), PhotosForm(request.user), audience)


@members_only
@require_safe
def newer(request: MemberRequest) -> HttpResponse:
    """Tell how many tweets of friends have come beside those in `?shown=`, 204 if none; with `?show=1` show them."""
    shown = ids_of(request.GET.get("shown", ""))
    if request.GET.get("show"):
        return show_newer(request, shown)
    waiting = feed.newer_than(request.user, shown, MOST_COUNTED)
    if not any(tweet.author_id != request.user.pk for tweet in waiting):
        return HttpResponse(status=204)
    context = {
        "shown": listed(shown),
        "count": len(waiting),
        "most": MOST_COUNTED,
        "is_whole": len(waiting) <= MOST_ON_TOP,
    }
    return render(request, "timeline/_newer.html", context)


def show_newer(request: MemberRequest, shown: Sequence[int]) -> HttpResponse:
    """Return what goes on top of a page whose newest tweets are `shown`; if it is too much, the page is loaded anew."""
    rows = feed.newer_than(request.user, shown, MOST_ON_TOP + 1)
    if not request.htmx or len(rows) > MOST_ON_TOP:
        # htmx loads the page that this names; without it nobody comes here.
        return HttpResponse(status=204, headers={"HX-Redirect": reverse("home")})
    on_page = sorted([*shown, *(tweet.pk for tweet in rows)], reverse=True)
    look(request.user.pk, on_page[0] if on_page else 0, overview_of(request.user))
    context = {"cards": cards(rows, request.user), "shown": listed(on_page), "here": reverse("home")}
    return render(request, "timeline/_on_top.html", context)


def listed(ids: Iterable[int]) -> str:
    """Return the first ids, a page's worth of them, as the page sends them back."""
    return ",".join(map(str, islice(ids, settings.TIMELINE_PAGE)))


def older(request: MemberRequest, before: int) -> HttpResponse:
    """Show a page from before a tweet, to htmx only what is added to the page that is there."""
    page, overview = feed.home_page(request.user, before), overview_of(request.user)
    template = "timeline/_older.html" if request.htmx else "timeline/home.html"
    marked = first_seen(page, overview.marker or 0, before)
    context = {**context_of(request, page, is_first=False), "overview": overview, "marked": marked}
    return render(request, template, context)


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
        "shown": listed(tweet.pk for tweet in page.rows),
        "is_cut": is_cut,
        "marked": first_seen(page, marker),
        # What was refused has no page to come back to.
        "here": reverse("home") if request.method == "POST" else "",
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
    page, is_cut = feed.page_through(request.user, through, overview().floor)
    # The tweet may be gone, and with it all that was stored.
    return (page, is_cut) if page.rows else (first(), False)


def first_seen(page: Page[Tweet], marker: int, before: int | None = None) -> int | None:
    """Return the id of the first tweet on the page that was there at the last visit, None if nothing above is newer.

    Args:
        before: the tweet after which the page begins.
    """
    seen = [tweet.pk for tweet in page.rows if tweet.pk <= marker]
    is_below_newer = len(seen) < len(page.rows) if before is None else before > marker
    return seen[0] if seen and is_below_newer else None


def context_of(request: MemberRequest, page: Page[Tweet], *, is_first: bool) -> dict[str, object]:
    """Return what the template of a list of tweets needs."""
    return {
        "page": page,
        "cards": cards(page.rows, request.user),
        "is_first": is_first,
        "address": reverse("home"),
        "is_endless": True,
    }
