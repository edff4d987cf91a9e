"""Signing in: django-allauth, told what Comity's accounts are."""
