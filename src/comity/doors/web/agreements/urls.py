"""Addresses of the console about agreements, below `/console/agreements/`."""

from typing import Final

from django.urls import URLPattern

ADDRESSES: Final[list[URLPattern]] = []
