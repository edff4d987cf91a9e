"""Every form of the console says in which post it was opened: the framework's own tag says it beside its token.

A session has one post at a time; a form left open in another tab must not be sent, and recorded, as another post.
"""

from django import template
from django.template import Context
from django.template.base import Parser, Token
from django.template.defaulttags import CsrfTokenNode
from django.utils.html import format_html

from comity.doors.web.page import ACTING

register = template.Library()


class FormNode(CsrfTokenNode):
    """The token against forged forms, and the post that is acted in where somebody acts in one."""

    def render(self, context: Context) -> str:
        """Return the hidden fields."""
        token, staff = super().render(context), context.get("staff")
        if staff is None:
            return token
        return token + format_html('<input type="hidden" name="{}" value="{}">', ACTING, staff.post.id)


@register.tag("csrf_token")
def csrf_token(_parser: Parser, _token: Token) -> FormNode:
    """Return what `{% csrf_token %}` stands for."""
    return FormNode()
