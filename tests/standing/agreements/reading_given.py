"""What the tests of readings start from: PDFs made here, and the two real texts where they are."""

import os
import zlib
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from comity.standing.agreements.reading.found import Model, Provision, Reading, Unreadable
from comity.standing.agreements.reading.reading import read_agreement
from comity.standing.agreements.reading.synthetic import Noise, make_agreement, scan


def real_text(name: str) -> bytes:
    """Return a signed agreement as it came out of a scan, from `COMITY_REAL_DATA` or beside the checkout."""
    folder = Path(os.environ.get("COMITY_REAL_DATA") or Path(__file__).parents[4] / "shared" / "data")
    found = sorted((folder / "agreements").glob(f"{name}*.txt"))
    if not found:
        pytest.skip("the signed agreements are absent: set COMITY_REAL_DATA to their folder")
    return found[0].read_bytes()


def read(content: bytes | str, model: Model | None = None) -> Reading:
    """Return a reading, of text in UTF-8 too; fails where nothing could be read."""
    found = read_agreement(content.encode() if isinstance(content, str) else content, model=model)
    assert isinstance(found, Reading), found
    return found


def refused(content: bytes) -> Unreadable:
    found = read_agreement(content, model=None)
    assert isinstance(found, Unreadable)
    return found


def one(reading: Reading, term: str) -> Provision:
    """Return the only provision of a term."""
    (found,) = [provision for provision in reading.provisions if provision.term == term]
    return found


def pdf_of(pages: list[str], *, pack: bool = True) -> bytes:
    """Return a PDF with a text layer, one string a page."""
    objects = [b"<< /Type /Catalog /Pages 2 0 R >>", b"", b"<< /Type /Font /Subtype /Type1 /BaseFont /Courier >>"]
    kids = []
    for page in pages:
        lines = [line.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)") for line in page.split("\n")]
        drawn = "BT /F1 9 Tf 11 TL 40 800 Td " + " T* ".join(f"({line}) Tj" for line in lines) + " ET"
        objects += _page(drawn.encode("cp1252", "replace"), len(objects), pack=pack)
        kids.append(f"{len(objects) - 1} 0 R")
    objects[1] = f"<< /Type /Pages /Kids [{' '.join(kids)}] /Count {len(kids)} >>".encode()
    return pdf_file(objects)


def _page(drawn: bytes, at: int, *, pack: bool) -> list[bytes]:
    stream = zlib.compress(drawn) if pack else drawn
    how = b"/Filter /FlateDecode " if pack else b""
    fonts = "/Resources << /Font << /F1 3 0 R >> >> >>"
    page = f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents {at + 2} 0 R {fonts}".encode()
    return [page, b"<< " + how + f"/Length {len(stream)} >>\nstream\n".encode() + stream + b"\nendstream"]


def pdf_file(objects: list[bytes]) -> bytes:
    """Return a PDF of these objects; the first is its catalogue."""
    told, places = b"%PDF-1.4\n", []
    for number, held in enumerate(objects, start=1):
        places.append(len(told))
        told += f"{number} 0 obj\n".encode() + held + b"\nendobj\n"
    start = len(told)
    told += f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n".encode()
    told += b"".join(f"{place:010d} 00000 n \n".encode() for place in places)
    return told + f"trailer\n<< /Size {len(objects) + 1} /Root 1 0 R >>\nstartxref\n{start}\n%%EOF\n".encode()


@dataclass
class Measured:
    """Sections and terms wanted, found, and found although they are not there."""

    sections: int = 0
    sections_found: int = 0
    sections_added: int = 0
    terms: int = 0
    terms_found: int = 0
    values_wrong: int = 0
    models: int = 0
    texts: int = 0


def measure(seeds: range, model: Model, noise: Noise) -> Measured:
    """Scan and read synthetic agreements, a third each without one and two of their sections, and count."""
    count = Measured()
    for seed in seeds:
        given = make_agreement(seed, model=model, dropped=seed % 3)
        reading = read(scan(given, seed, noise=noise))
        wanted = set(zip(given.paths, given.headings, strict=True))
        found = {(section.path, section.heading) for section in reading.sections}
        count.texts += 1
        count.models += reading.model == model
        count.sections += len(wanted)
        count.sections_found += len(wanted & found)
        count.sections_added += len(found - wanted)
        values = defaultdict(list)
        for provision in reading.provisions:
            values[provision.term].append(provision.value)
        for term, value in given.terms.items():
            count.terms += 1
            count.terms_found += value in values[term]
            count.values_wrong += any(other != value for other in values[term])
    return count


def agreement_with(heading: str, words: str, *, model: Model = Model.TFM) -> str:
    """Return a clean synthetic agreement in which what stands under a heading is replaced by `words`."""
    given = make_agreement(1, model=model)
    blocks = given.text.split("\n\n")
    place = next(i for i, block in enumerate(blocks) if block.split(". ", 1)[-1].split("\n")[-1] == heading)
    return "\n\n".join([*blocks[: place + 1], words, *blocks[place + 2 :]])


def all_words(reading: Reading) -> Iterator[str]:
    """Yield every text a reading holds."""
    yield reading.text
    for section in reading.sections:
        yield section.title
        yield from (clause.words for clause in section.clauses)
    for provision in reading.provisions:
        yield provision.words
        yield str(provision.value)
    yield from (party.words + party.name for party in reading.parties)
    yield from (unplaced.words for unplaced in reading.unplaced)
    yield from (clause.words for clause in reading.clauses)
