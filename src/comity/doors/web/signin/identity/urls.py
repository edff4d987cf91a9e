"""Addresses of signing in by an identity provider."""

from typing import Final

from django.urls import URLPattern, path

from comity.doors.web.signin.identity import views

ADDRESSES: Final[list[URLPattern]] = [
    path("link/", views.link, name="identity_link"),
    path("<slug:code>/", views.begin, name="identity_begin"),
    path("<slug:code>/callback/", views.callback, name="identity_callback"),
    path("<slug:code>/acs/", views.receive, name="identity_receive"),
    path("<slug:code>/finish/", views.finish, name="identity_finish"),
    path("<slug:code>/metadata/", views.metadata, name="identity_metadata"),
]
