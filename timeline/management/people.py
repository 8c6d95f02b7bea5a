"""People as arguments of commands."""

from django.core.management.base import CommandError
from django.utils.translation import gettext as _

from timeline.models import User


def person_named(username: str) -> User:
    """Return the person of that user name, in any case.

    Raises:
        CommandError: when there is none.
    """
    try:
        return User.objects.get_by_natural_key(username)
    except User.DoesNotExist as error:
        raise CommandError(_("There is nobody with the user name %(name)s.") % {"name": repr(username)}) from error
