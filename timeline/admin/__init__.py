"""Django admin: people, friend requests, friendships, tweets, comments, and a page with each person's timeline."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

# Importing registers them.
from timeline.admin import comments, friends, people, tweets

__all__ = ["comments", "friends", "people", "tweets"]

admin.site.site_header = admin.site.site_title = "Trellis"
admin.site.index_title = _("Administration")
