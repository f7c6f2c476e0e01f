"""Addresses of the pages."""

from django.urls import path

from postings import feeds, views

urlpatterns = [
    path("", views.posting_list, name="posting_list"),
    path("feed.atom", feeds.atom, name="feed_atom"),
    path("feed.json", feeds.json_feed, name="feed_json"),
    path("jobs/<int:pk>/<slug:slug>/", views.posting_detail, name="posting"),
    path("logos/<slug:key>.webp", views.logo, name="logo"),
    path("suggest/", views.suggest, name="suggest"),
    path("shortlist/", views.kept_postings, name="shortlist"),
    path("styleguide/", views.style_page, name="styleguide"),
    path("organizations/", views.organization_list, name="organization_list"),
    path(
        "organizations/<int:pk>/<slug:slug>/",
        views.organization_detail,
        name="organization",
    ),
]
