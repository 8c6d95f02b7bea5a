"""What people set for themselves: profile, picture, password; their data, and the end of their account."""

from django.contrib import messages
from django.contrib.auth import logout, update_session_auth_hash
from django.contrib.auth.forms import PasswordChangeForm
from django.core.exceptions import ValidationError
from django.http import FileResponse, HttpResponse
from django.shortcuts import redirect, render
from django.utils import translation
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from timeline import photos
from timeline.export import export
from timeline.forms.settings import DeleteAccountForm, PictureForm, ProfileForm
from timeline.limits import limited
from timeline.views.access import MemberRequest, language_of, members_only


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@members_only
def settings(request: MemberRequest) -> HttpResponse:
    """Show the settings; on POST store the profile."""
    if request.method != "POST":
        return show(request)
    form = ProfileForm(request.POST, instance=request.user)
    if not form.is_valid():
        # What was refused must not be shown as the person's name meanwhile.
        request.user.refresh_from_db()
        return show(request, profile=form, status=422)
    form.save()
    translation.activate(language_of(request))
    messages.success(request, _("Your settings are stored."))
    return redirect("settings")


def show(request: MemberRequest, status: int = 200, **forms: object) -> HttpResponse:
    """Return the page of settings, with forms that were filled in wrongly, if any."""
    context = {"profile": ProfileForm(instance=request.user), "picture": PictureForm(), "person": request.user, **forms}
    return render(request, "timeline/settings/settings.html", context, status=status)


@require_POST
@limited("upload")
@members_only
def set_picture(request: MemberRequest) -> HttpResponse:
    """Show a photo as the person's picture from now on, or with `remove` none."""
    if "remove" in request.POST:
        photos.remove_picture(request.user)
        messages.success(request, _("Your picture is removed."))
        return redirect("settings")
    form = PictureForm(request.POST, request.FILES)
    if form.is_valid():
        try:
            photos.set_picture(request.user, form.cleaned_data["picture"])
        except ValidationError as error:
            form.add_error("picture", error)
        except OSError:
            form.add_error("picture", _("This photo could not be stored right now. Try again later."))
        else:
            messages.success(request, _("This is your picture now."))
            return redirect("settings")
    return show(request, picture=form, status=422)


@sensitive_post_parameters("old_password", "new_password1", "new_password2")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@limited("password")
@members_only
def change_password(request: MemberRequest) -> HttpResponse:
    """Ask for the old password and a new one. All other sessions end; this one goes on."""
    form = PasswordChangeForm(request.user, request.POST or None)
    if not form.is_valid():
        return render(request, "timeline/settings/password.html", {"form": form}, status=422 if form.is_bound else 200)
    form.save()
    update_session_auth_hash(request, request.user)
    messages.success(request, _("Your password is changed. Everywhere else you are signed out."))
    return redirect("settings")


@require_POST
@never_cache
@limited("upload")
@members_only
def download_data(request: MemberRequest) -> HttpResponse:
    """Send everything that the person has here."""
    name = f"trellis-{request.user.username}-{localdate():%Y-%m-%d}.zip"
    # Sent in pieces, and like any other response as far as we are concerned.
    return FileResponse(export(request.user), as_attachment=True, filename=name)  # type: ignore[return-value]


@sensitive_post_parameters("password")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@limited("password")
@members_only
def delete_account(request: MemberRequest) -> HttpResponse:
    """Ask for the password; on POST delete the person with everything of theirs."""
    form = DeleteAccountForm(request.user, request.POST or None)
    if not form.is_valid():
        status = 422 if form.is_bound else 200
        return render(request, "timeline/settings/delete_account.html", {"form": form}, status=status)
    person = request.user
    logout(request)
    person.delete()
    messages.success(request, _("Your account is deleted, and everything of yours with it."))
    return redirect("login")
