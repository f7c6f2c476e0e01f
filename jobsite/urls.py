"""Addresses of the whole site. Django's own handlers render 404.html and 500.html."""

from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("admin/", admin.site.urls),
    path("", include("postings.urls")),
]
