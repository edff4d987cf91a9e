"""Why a reading doubts something, and why it could not be made, in the reader's language."""

import re
from collections.abc import Mapping
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from comity.standing.agreements.reading.found import Why

UNREADABLE: Final[Mapping[Why, Promise]] = {
    Why.EMPTY: _("The file holds hardly any text. Choose the text or the PDF of the signed agreement."),
    Why.TOO_LARGE: _("The file is too large: 20 MB at most. Choose the agreement alone, without attachments."),
    Why.TANGLED: _(
        "The file is too large or too tangled to read in time: save it as plain text, or use the command line"
        " (comity agreement import)."
    ),
    Why.TOO_MANY_PAGES: _("The file has more than 200 pages. Choose the agreement alone, without attachments."),
    Why.NO_TEXT: _("This PDF holds pictures of pages only. Run a text recognition first, for example ocrmypdf."),
    Why.ENCRYPTED: _("This PDF is locked with a password. Save it without a password."),
    Why.DAMAGED: _("This PDF is damaged. Open it in a viewer and print it to a new PDF."),
    Why.NOT_TEXT: _("This is no PDF and no plain text. Save it as PDF or as plain text; Word can do both."),
    Why.NOT_AN_AGREEMENT: _(
        "This is no 287(g) agreement: too few of its sections are there. Other agreements are written by hand or from"
        " a template."
    ),
    Why.TWO_AGREEMENTS: _("The file holds two agreements. Choose each by itself."),
}
_DOUBTS: Final[tuple[tuple[str, Promise], ...]] = (
    (r"the figure was repaired .*", _("a figure was unclear in the scan and was repaired")),
    (
        r"the figure in words and the one in digits differ: (?P<a>.*) and (?P<b>.*)",
        _("the figure in words and the one in digits differ: %(a)s and %(b)s"),
    ),
    (
        r"these are working days.*",
        _("these are working days: how long that is depends on weekends and holidays"),
    ),
    (r"the words stand in another section.*", _("the words stand in another section than in the models")),
    (r"the document also says (?P<a>.*)", _("the document also says %(a)s")),
    (r"the name may hold recognition errors", _("the name may hold errors of the scan")),
    (r"this does not look like the name of an agency", _("this does not look like the name of an agency")),
    (r"\d+ agencies of the directory have this name: (?P<a>.*)", _("several agencies have this name: %(a)s")),
    (r"no agency of the directory has this name", _("no agency of the directory has this name")),
    (r"two parties have the same name", _("two parties have the same name")),
    (r"the text looks more like `(?P<a>.*)`", _("the text looks more like the model %(a)s")),
    (r"nothing in the text tells the model.*", _("nothing in the text tells the model: choose it")),
    (r"it could be `(?P<a>.*)` as well.*", _("it could be the model %(a)s as well: choose it")),
    (
        r"it permits: a second person confirms it.*",
        _("it lets something go: a second person confirms it, and which elements it needs"),
    ),
    (
        r"what was obtained under the agreement.*",
        _("what was obtained under the agreement is passed on only with consent"),
    ),
)


def said_doubt(doubt: str) -> str:
    """Return a doubt in the reader's language; one that is not known here as it was said."""
    for pattern, words in _DOUBTS:
        found = re.fullmatch(pattern, doubt)
        if found:
            return str(words) % found.groupdict()
    return doubt
