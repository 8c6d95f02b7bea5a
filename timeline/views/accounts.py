"""Signing up, in and out."""

from typing import Any

from django.conf import settings
from django.contrib.auth import login
from django.contrib.auth.views import LoginView
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from timeline.forms.account import SignUpForm
from timeline.limits import TooManyError, refuse, spend
from timeline.views.access import client_address

# Who has just signed up is known without being asked for the password.
BACKEND = "django.contrib.auth.backends.ModelBackend"


class LogIn(LoginView):
    """The log-in page; whoever is signed in already goes home."""

    template_name = "timeline/login.html"
    redirect_authenticated_user = True

    def get_redirect_url(self) -> str:  # type: ignore[override]  # the stubs know an argument too many
        """Return where to go afterwards, if the address says so; never here again, which would be a loop."""
        target = str(super().get_redirect_url())
        return "" if target.partition("?")[0] in (self.request.path, reverse("signup")) else target

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Log in, unless somebody tries too many names from one address."""
        try:
            spend("login", client_address(request))
        except TooManyError as error:
            return refuse(request, error)
        return super().post(request, *args, **kwargs)


log_in = method_decorator(never_cache, name="dispatch")(LogIn).as_view()


@sensitive_post_parameters("password1", "password2")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def sign_up(request: HttpRequest) -> HttpResponse:
    """Show the form; on POST make the person, sign them in and take them home."""
    if request.user.is_authenticated:
        return redirect("home")
    form = SignUpForm(request.POST or None)
    try:
        if form.is_bound:
            # Also what is refused: each try tells whether somebody has the name.
            spend("signup", client_address(request))
        if form.is_valid():
            login(request, form.save(), backend=BACKEND)
            return redirect("home")
    except ValidationError as error:
        form.add_error(None, error)
    except TooManyError as error:
        return refuse(request, error)
    return render(request, "timeline/sign_up.html", {"form": form}, status=422 if form.is_bound else 200)


def name_tried(request: HttpRequest, credentials: dict[str, Any] | None) -> str:
    """Return the user name of a log-in, as failures are counted for it."""
    return str((credentials or request.POST).get("username") or "").lower()


def locked_out(request: HttpRequest, response: HttpResponse | None, credentials: dict[str, Any]) -> HttpResponse:
    """Answer a log-in that was wrong too often, the same for names that exist and for those that do not."""
    minutes = round(settings.AXES_COOLOFF_TIME.total_seconds() / 60)
    message = ngettext(
        "Too many wrong passwords. Try again in %(minutes)d minute.",
        "Too many wrong passwords. Try again in %(minutes)d minutes.",
        minutes,
    )
    return render(request, "429.html", {"message": message % {"minutes": minutes}}, status=429)
