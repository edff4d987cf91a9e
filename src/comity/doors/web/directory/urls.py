"""Addresses of the console about the directory, below `/console/directory/`."""

from typing import Final

from django.urls import URLPattern, path

from comity.doors.web.directory.agencies import agencies, state_map
from comity.doors.web.directory.agency import agency
from comity.doors.web.directory.task_force import task_force

ADDRESSES: Final[list[URLPattern]] = [
    path("", agencies, name="agencies"),
    path("map/counties/", state_map, name="agencies-map"),
    path("task-forces/<slug:code>/", task_force, name="task-force"),
    path("<slug:code>/", agency, name="agency"),
]
