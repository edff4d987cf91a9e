"""Addresses of the auditor's workbench."""

from typing import Final

from django.urls import URLPattern, path

from comity.doors.web.audit import items, paper, samples

ADDRESSES: Final[list[URLPattern]] = [
    path("", samples.samples, name="audit"),
    path("draw/", samples.draw, name="audit-draw"),
    path("<uuid:sample_id>/", samples.sample, name="audit-sample"),
    path("<uuid:sample_id>/paper/", paper.paper, name="audit-paper"),
    path("<uuid:sample_id>/<uuid:decision_id>/", items.item, name="audit-item"),
]
