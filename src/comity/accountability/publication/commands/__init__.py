"""The writes of publication, one verb each."""

from comity.accountability.publication.commands.publish import publish_agreements
from comity.accountability.publication.commands.text import Passage, preview_text, publish_text

__all__ = ["Passage", "preview_text", "publish_agreements", "publish_text"]
