"""Files made to be read forever: few bytes that are much work."""

from reading_given import pdf_file


def nested_forms(*, levels: int, fan: int, pages: int) -> bytes:
    """Return a PDF of which each page draws a form that draws `fan` forms, and so on, `levels` deep."""
    first = 4 + levels
    kids = b" ".join(b"%d 0 R" % (first + page) for page in range(pages))
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [%s] /Count %d >>" % (kids, pages),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    for level in range(levels):
        is_last = level == levels - 1
        drawn = b"BT /F 12 Tf (an agreement) Tj ET" if is_last else b"/X Do " * fan
        inner = b"<< /XObject << /X %d 0 R >> /Font << /F 3 0 R >> >>" % (4 + level + (not is_last))
        head = b"<< /Type /XObject /Subtype /Form /BBox [0 0 9 9] /Resources %s /Length %d >>" % (inner, len(drawn))
        objects.append(head + b"\nstream\n" + drawn + b"\nendstream")
    page = b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 99 99] /Resources << /XObject << /X 4 0 R >> >> /Contents "
    objects += [page + b"%d 0 R >>" % (first + pages)] * pages
    objects.append(b"<< /Length 5 >>\nstream\n/X Do\nendstream")
    return pdf_file(objects)
