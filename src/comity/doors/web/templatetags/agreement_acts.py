"""The acts that a post may take on the agreement its page is about."""

from collections.abc import Mapping

from django import template
from django.http import HttpRequest
from django.template import Context

from comity.doors.web.agreements.acts import Part, list_acts
from comity.doors.web.agreements.subject import find

register = template.Library()


@register.inclusion_tag("console/agreements/parts/acts_shown.html", takes_context=True)
def agreement_acts(context: Context) -> Mapping[str, object]:
    """Return the acts on the agreement whose code is in the address, those open by heading, the others with reasons."""
    request: HttpRequest = context["request"]
    match = request.resolver_match
    code = str(match.kwargs["code"]) if match else ""
    acts = list_acts(find(request.staff, code))  # type: ignore[attr-defined]
    parts = [(part.value, [one for one in acts if one.is_open and one.part == part.value]) for part in Part]
    return {"parts": [row for row in parts if row[1]], "closed": [one for one in acts if not one.is_open]}
