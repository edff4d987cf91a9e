"""Addresses of the console about asks and disclosures, below `/console/exchange/`."""

from typing import Final

from django.urls import URLPattern

ADDRESSES: Final[list[URLPattern]] = []
