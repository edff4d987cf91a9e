"""Bytes to pages of text: plain text in UTF-8 or Windows-1252, and PDF with a text layer. Everything is bounded."""

import io
import logging
import re
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from pypdf import PdfReader
from pypdf.errors import DependencyError, FileNotDecryptedError, LimitReachedError, PyPdfError
from pypdf.generic import StreamObject

from comity.standing.agreements.reading.found import Unreadable, Why

logging.getLogger("pypdf").setLevel(logging.CRITICAL)  # what a file is broken in is told once, in our words

MOST_BYTES: Final = 20 * 1024 * 1024
MOST_PAGES: Final = 200
MOST_CHARACTERS: Final = 4000 * MOST_PAGES
MOST_PAGE_BYTES: Final = 4 * 1024 * 1024
"""Of one page's drawing instructions, unpacked. A page of text has some ten thousand."""
MOST_DRAWN: Final = 10_000
"""Pictures and forms that the pages draw: forms draw forms, and few bytes may draw without end."""
MOST_DRAWN_EACH: Final = 1_000
"""Of them, what one page draws."""
MOST_STEPS: Final = 2_000_000
"""Drawing instructions of the pages with all the forms they draw. A page of text has some thousand."""
MOST_LINE: Final = 2_000
"""Characters of a line; a longer one is broken where a word ends, so that no pattern goes through more at once."""
LEAST_LETTERS: Final = 40
"""Of a document that holds text at all; in a PDF, where a stamp on a picture is text too, of a page."""
MOST_CONTROLS: Final = 0.01
"""Share of control characters in what is still text."""
_OTHER_FORMS: Final = (
    (b"PK\x03\x04", "a Word document or an archive", "save it as PDF or as plain text"),
    (b"\xd0\xcf\x11\xe0", "an old Word document", "save it as PDF or as plain text"),
    (b"{\\rtf", "a rich text file", "save it as PDF or as plain text"),
    (b"\x89PNG", "a picture", "run a text recognition first, for example ocrmypdf"),
    (b"\xff\xd8\xff", "a picture", "run a text recognition first, for example ocrmypdf"),
    (b"II*\x00", "a picture", "run a text recognition first, for example ocrmypdf"),
    (b"MM\x00*", "a picture", "run a text recognition first, for example ocrmypdf"),
)
_MARKS: Final = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))
_ENDS_OF_LINES: Final = re.compile("\r\n|[\r\v\x85\u2028\u2029]")
_READ_TWICE: Final = (
    ("â€™", "’"), ("â€˜", "‘"), ("â€œ", "“"), ("â€\x9d", "”"), ("â€\ufffd", "”"), ("â€“", "–"), ("â€”", "—"),
    ("â€¢", "•"), ("Â§", "§"), ("Â\xa0", " "),
)  # fmt: skip
"""What signs in UTF-8 become when somebody took them for Windows-1252 and stored them again."""
MOSTLY: Final = 0.4
"""Share of zero bytes at even or odd places from which bytes are UTF-16, whose mark was lost."""

_BROKEN: Final = (
    PyPdfError, ValueError, LookupError, TypeError, AttributeError, ArithmeticError, RecursionError, AssertionError,
    NotImplementedError, EOFError, struct.error, zlib.error,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Document:
    """The pages of a document as text; `form` is `text` or `pdf`."""

    form: str
    pages: tuple[str, ...]


def read_document(content: bytes) -> Document | Unreadable:
    """Return the pages, or why there are none. At most 20 MB and 200 pages."""
    if not content.strip(b" \t\r\n\f\x00"):
        return Unreadable(Why.EMPTY, "the file is empty", "give the text or the PDF of the signed agreement")
    if len(content) > MOST_BYTES:
        return Unreadable(
            Why.TOO_LARGE, f"more than {MOST_BYTES // 2**20} MB", "give the agreement alone, without attachments"
        )
    if b"%PDF-" in content[:1024]:
        return _read_pdf(content)
    for magic, what, remedy in _OTHER_FORMS:
        if content.startswith(magic):
            return Unreadable(Why.NOT_TEXT, f"this is {what}", remedy)
    return _read_text(content)


def _read_text(content: bytes) -> Document | Unreadable:
    text = _decoded(content)
    controls = sum(1 for c in text if ord(c) < 32 and c not in "\t\n\r\f\v") + text.count("\ufffd")  # noqa: PLR2004 - ASCII
    if "\0" in text or controls > MOST_CONTROLS * len(text):
        return Unreadable(Why.NOT_TEXT, "this is no text", "give plain text (UTF-8 or Windows-1252) or a PDF")
    pages = _ENDS_OF_LINES.sub("\n", text).split("\f")
    while len(pages) > 1 and not pages[-1].strip():
        pages.pop()
    return _checked(Document("text", tuple(pages)))


def _decoded(content: bytes) -> str:
    for mark, encoding in _MARKS:
        if content.startswith(mark):
            return content.removeprefix(mark).decode(encoding, errors="replace")
    for first, encoding in ((1, "utf-16-le"), (0, "utf-16-be")):
        zeros = content[first::2].count(0)
        if zeros > MOSTLY * len(content) / 2 and not content[1 - first :: 2].count(0):
            return content.decode(encoding, errors="replace")
    try:
        return _once(content.decode("utf-8"))
    except UnicodeDecodeError:
        return content.decode("cp1252", errors="replace")


def _once(text: str) -> str:
    """Return text with the signs that were encoded twice as they were meant."""
    for twice, sign in _READ_TWICE:
        text = text.replace(twice, sign)
    return text


def _checked(document: Document) -> Document | Unreadable:
    if not document.pages:
        return _damaged()
    letters = sum(1 for page in document.pages for _ in re.finditer(r"[A-Za-z]", page))
    is_pdf = document.form == "pdf"
    if letters < LEAST_LETTERS * (len(document.pages) if is_pdf else 1):
        if is_pdf:
            return Unreadable(
                Why.NO_TEXT,
                "this PDF holds pictures of pages only",
                "run a text recognition first, for example ocrmypdf",
            )
        return Unreadable(Why.EMPTY, "the file holds hardly any text", "give the whole text of the signed agreement")
    characters = sum(map(len, document.pages))
    if len(document.pages) > MOST_PAGES or characters > MOST_CHARACTERS:
        return _too_many(len(document.pages))
    return Document(document.form, tuple(map(_broken, document.pages)))


def _broken(page: str) -> str:
    """Return a page with lines of `MOST_LINE` characters at most."""
    lines = page.split("\n")
    if max(map(len, lines)) <= MOST_LINE:
        return page
    return "\n".join(piece for line in lines for piece in _pieces(line))


def _pieces(line: str) -> Iterator[str]:
    at = 0
    while len(line) - at > MOST_LINE:
        end = line.rfind(" ", at + MOST_LINE // 2, at + MOST_LINE) + 1 or at + MOST_LINE
        yield line[at:end].rstrip()
        at = end
    yield line[at:]


def _too_many(pages: int) -> Unreadable:
    return Unreadable(
        Why.TOO_MANY_PAGES,
        f"{pages} pages, or as much text as more than {MOST_PAGES} pages hold",
        "an agreement has some twenty: give it alone, without attachments",
    )


def _read_pdf(content: bytes) -> Document | Unreadable:
    try:
        reader = PdfReader(io.BytesIO(content))
        if reader.is_encrypted and not reader.decrypt(""):
            return _encrypted()
        if len(reader.pages) > MOST_PAGES:
            return _too_many(len(reader.pages))
        pages, held, drawn = [], 0, _Drawn()
        for page in reader.pages:
            stream = page.get("/Contents")
            if stream is not None and _unpacked(stream.get_object()) > MOST_PAGE_BYTES:
                return _bomb()
            drawn.begin_page()
            pages.append(page.extract_text(visitor_operand_before=drawn.step))
            if drawn.is_over:
                return _bomb()
            held += len(pages[-1])
            if held > MOST_CHARACTERS:
                return _too_many(len(reader.pages))
    except (FileNotDecryptedError, DependencyError):
        return _encrypted()
    except LimitReachedError:
        return _bomb()
    except _BROKEN:
        # pypdf names most damage itself; in the rest of a broken file it meets the wrong kind of object
        return _damaged()
    return _checked(Document("pdf", tuple(pages)))


class _Drawn:
    """Counts what the pages draw, and ends a page that draws too much; pypdf would leave the rest out in silence."""

    def __init__(self) -> None:
        """Begin with nothing drawn."""
        self._steps = self._all = self._each = 0

    @property
    def is_over(self) -> bool:
        """Whether it is too much. Asked after each page: inside a form pypdf goes on past what `step` raises."""
        return self._steps > MOST_STEPS or self._all > MOST_DRAWN or self._each > MOST_DRAWN_EACH

    def begin_page(self) -> None:
        """Count for another page."""
        self._each = 0

    def step(self, operator: bytes, *_: object) -> None:
        """Count one instruction; raises `LimitReachedError` from the bound on."""
        self._steps += 1
        if operator == b"Do":
            self._all, self._each = self._all + 1, self._each + 1
        if self.is_over:
            raise LimitReachedError("the pages draw more than pages of text do")


def _unpacked(contents: object) -> int:
    """Return how long a page's drawing instructions are, unpacked; pypdf stops on its own far above our bound."""
    if isinstance(contents, StreamObject):
        return len(contents.get_data())
    if isinstance(contents, list):
        return sum(_unpacked(part.get_object()) for part in contents)
    return 0


def _damaged() -> Unreadable:
    return Unreadable(Why.DAMAGED, "this PDF is damaged", "open it in a viewer and print it to a new PDF")


def _encrypted() -> Unreadable:
    return Unreadable(Why.ENCRYPTED, "this PDF is locked with a password", "save it without a password")


def _bomb() -> Unreadable:
    return Unreadable(Why.TANGLED, "a page of this PDF unpacks to more than any page of text", "save it as plain text")
