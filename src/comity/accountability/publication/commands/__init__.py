"""The writes of publication, one verb each."""

from comity.accountability.publication.commands.directory import publish_directory
from comity.accountability.publication.commands.law import publish_law
from comity.accountability.publication.commands.publish import publish_agreements
from comity.accountability.publication.commands.text import Passage, preview_text, publish_text

__all__ = [
    "Passage",
    "preview_text",
    "publish_agreements",
    "publish_directory",
    "publish_law",
    "publish_text",
]
