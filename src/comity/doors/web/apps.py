"""The console as Django sees it: templates, static files, translations."""

import logging

from django.apps import AppConfig


class WebConfig(AppConfig):
    """App label `web`; it has no tables."""

    name = "comity.doors.web"
    label = "web"

    def ready(self) -> None:
        """Keep the framework's own words out of the log, which quote what was sent; watch second factors."""
        for name in ("django.request", "django.security"):
            logger = logging.getLogger(name)
            logger.addHandler(logging.NullHandler())
            logger.propagate = False
        from comity.doors.web.signin.factors import watch_factors  # noqa: PLC0415 - once apps are loaded

        watch_factors()
