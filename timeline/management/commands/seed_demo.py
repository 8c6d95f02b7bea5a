"""`manage.py seed_demo`"""

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from timeline import demo


class Command(BaseCommand):
    help = "Makes a small circle of friends to look around in, and prints how to log in; does nothing the second time."

    def handle(self, *args: Any, **options: Any) -> None:
        if demo.is_seeded():
            self.stdout.write(
                _("The demo circle is there already. The password of %(user)s is kept in %(file)s.")
                % {"user": demo.LOGIN, "file": demo.password_file()}
            )
            return
        try:
            seeded = demo.seed()
        except demo.NamesTakenError as error:
            raise CommandError(
                _("The demo circle cannot be made: these user names are taken: %(names)s.") % {"names": error}
            ) from error
        self.stdout.write(
            _("The demo circle is ready: %(people)d people, %(friendships)d friendships, %(tweets)d tweets.")
            % vars(seeded)
        )
        self.stdout.write(
            _("Log in as %(username)s with the password %(password)s, also at /admin/. It is kept in %(file)s.")
            % {**vars(seeded), "file": demo.password_file()}
        )
