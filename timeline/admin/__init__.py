"""Django admin: people, friend requests, friendships, tweets, and a page with each person's timeline entries."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

# Importing registers them.
from timeline.admin import friends, people, tweets

__all__ = ["friends", "people", "tweets"]

admin.site.site_header = admin.site.site_title = "Trellis"
admin.site.index_title = _("Administration")
