"""Who may use a page, and where an action leads back to."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, cast

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django_htmx.middleware import HtmxDetails

from timeline.dormancy import greet
from timeline.models import User

P = ParamSpec("P")


class MemberRequest(HttpRequest):
    """A request of somebody who is signed in. For annotations only."""

    user: User
    htmx: HtmxDetails


def members_only(
    view: Callable[Concatenate[MemberRequest, P], HttpResponse],
) -> Callable[Concatenate[HttpRequest, P], HttpResponse]:
    """Send whoever is not signed in to the log-in page, and from there back to the page that they wanted."""

    @wraps(view)
    def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        if request.user.is_authenticated:
            greet(request.user)
            return view(cast(MemberRequest, request), *args, **kwargs)
        # What was to be posted is lost, and its address shows nothing: home, then.
        return redirect_to_login(reverse("home") if request.method == "POST" else request.get_full_path())

    return guarded


def redirect_back(request: HttpRequest, otherwise: str) -> HttpResponseRedirect:
    """Redirect to where the form said (`next`) if that is an address of ours, else to a view or address."""
    target = request.POST.get("next", "")
    is_ours = url_has_allowed_host_and_scheme(target, {request.get_host()}, require_https=request.is_secure())
    return HttpResponseRedirect(target if is_ours else otherwise)
