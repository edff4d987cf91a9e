"""What posts are called, for templates."""

from django import template

from comity.doors.web.posts import title_of
from comity.standing.directory.facts import PostFacts

register = template.Library()


@register.filter
def post_title(post: PostFacts) -> str:
    """Return the title of a post in the reader's language."""
    return title_of(post)
