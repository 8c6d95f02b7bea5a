"""Signing up, in and out."""

from django.contrib.auth import login
from django.contrib.auth.views import LoginView
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from timeline.forms.account import SignUpForm


class LogIn(LoginView):
    """The log-in page; whoever is signed in already goes home."""

    template_name = "timeline/login.html"
    redirect_authenticated_user = True

    def get_redirect_url(self) -> str:  # type: ignore[override]  # the stubs know an argument too many
        """Return where to go afterwards, if the address says so; never here again, which would be a loop."""
        target = str(super().get_redirect_url())
        return "" if target.partition("?")[0] in (self.request.path, reverse("signup")) else target


log_in = method_decorator(never_cache, name="dispatch")(LogIn).as_view()


@sensitive_post_parameters("password1", "password2")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def sign_up(request: HttpRequest) -> HttpResponse:
    """Show the form; on POST make the person, sign them in and take them home."""
    if request.user.is_authenticated:
        return redirect("home")
    form = SignUpForm(request.POST or None)
    if form.is_valid():
        try:
            login(request, form.save())
        except ValidationError as error:
            form.add_error(None, error)
        else:
            return redirect("home")
    return render(request, "timeline/sign_up.html", {"form": form}, status=422 if form.is_bound else 200)
