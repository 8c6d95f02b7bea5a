"""Changing who sees a tweet."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from timeline.audience import change_audience
from timeline.forms.audience import AudienceForm
from timeline.models import Tweet
from timeline.views.access import MemberRequest, members_only, redirect_back
from timeline.views.cards import tell_gone


@require_http_methods(["GET", "HEAD", "POST"])
@members_only
def audience(request: MemberRequest, tweet_id: int) -> HttpResponse:
    """Show who sees a tweet of one's own; on POST let others see it."""
    tweet = get_object_or_404(Tweet.objects.select_related("author__picture"), pk=tweet_id, author=request.user)
    if request.method != "POST":
        named = list(tweet.addressees.values_list("person", flat=True))
        form = AudienceForm(request.user, chosen=named, initial={"audience": tweet.audience})
        return render(request, "timeline/audience.html", {"tweet": tweet, "audience": form})
    form = AudienceForm(request.user, request.POST)
    if not form.is_valid():
        return render(request, "timeline/audience.html", {"tweet": tweet, "audience": form}, status=422)
    try:
        change_audience(tweet, form.cleaned_data["audience"], form.chosen)
    except Tweet.DoesNotExist:
        return tell_gone(request)
    messages.success(request, _("Changed who sees this post."))
    return redirect_back(request, otherwise=tweet.get_absolute_url())


@members_only
@require_safe
def friends_to_choose(request: MemberRequest) -> HttpResponse:
    """Return the friends to tick, for a form that does not have them yet: a page costs nothing for it then."""
    return render(request, "timeline/_friends_to_choose.html", {"audience": AudienceForm(request.user)})
