"""Who may use a page, and where an action leads back to."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, cast

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import translation
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django_htmx.middleware import HtmxDetails

from timeline import unsent
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
            remembered = request.COOKIES.pop(settings.LANGUAGE_COOKIE_NAME, "")
            if request.user.language or remembered:
                translation.activate(language_of(request))
            response = view(cast(MemberRequest, request), *args, **kwargs)
            remember_language(request, response, remembered)
            return response
        if getattr(request, "htmx", False):
            return ask_to_sign_in(request)
        # What was to be posted is not stored, and its address shows nothing: home, then, where a new tweet is kept.
        if request.method == "POST" and unsent.keep(request):
            messages.info(request, _("You were signed out. Log in again: what you wrote is kept."))
        return redirect_to_login(reverse("home") if request.method == "POST" else request.get_full_path())

    return guarded


def language_of(request: HttpRequest) -> str:
    """Return the language that the person has set, else the one that their browser prefers."""
    return getattr(request.user, "language", "") or translation.get_language_from_request(request)


def remember_language(request: HttpRequest, response: HttpResponse, remembered: str) -> None:
    """Have the browser remember what the person has set, for pages that do not know who they are: what is not found,
    what is refused, and logging in.

    Args:
        remembered: what the browser remembers already.
    """
    chosen = getattr(request.user, "language", remembered)
    if chosen and chosen != remembered:
        response.set_cookie(
            settings.LANGUAGE_COOKIE_NAME,
            chosen,
            max_age=settings.LANGUAGE_COOKIE_AGE,
            secure=settings.LANGUAGE_COOKIE_SECURE,
            httponly=settings.LANGUAGE_COOKIE_HTTPONLY,
            samesite=settings.LANGUAGE_COOKIE_SAMESITE,
        )
    elif remembered and not chosen:
        response.delete_cookie(settings.LANGUAGE_COOKIE_NAME, samesite=settings.LANGUAGE_COOKIE_SAMESITE)


def client_address(request: HttpRequest) -> str:
    """Return the address that a request came from.

    Behind the proxy (HTTPS=yes) that is the last entry of X-Forwarded-For, which the proxy has added; what stands
    before it, and all of it where there is no proxy, is whatever the visitor likes to claim.
    """
    if settings.HTTPS and (forwarded := request.headers.get("X-Forwarded-For")):
        return forwarded.rpartition(",")[2].strip()
    return str(request.META.get("REMOTE_ADDR", ""))


def ask_to_sign_in(request: HttpRequest) -> HttpResponse:
    """Say on top of what is there that one is signed out: a log-in page in its place would take what is written."""
    answer = render(request, "timeline/_signed_out.html", status=401)
    answer["HX-Reswap"] = "afterbegin"
    return answer


def redirect_back(request: HttpRequest, otherwise: str) -> HttpResponseRedirect:
    """Redirect to where the form said (`next`) if that is an address of ours, else to a view or address."""
    target = request.POST.get("next", "")
    is_ours = url_has_allowed_host_and_scheme(target, {request.get_host()}, require_https=request.is_secure())
    return HttpResponseRedirect(target if is_ours else otherwise)
