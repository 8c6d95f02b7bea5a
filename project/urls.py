"""All addresses."""

from django.contrib import admin
from django.urls import URLPattern, URLResolver, path

from timeline.views import health

urlpatterns: list[URLPattern | URLResolver] = [
    path("livez", health.livez, name="livez"),
    path("readyz", health.readyz, name="readyz"),
    path("admin/", admin.site.urls),
]
