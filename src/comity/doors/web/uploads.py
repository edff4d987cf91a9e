"""Files that people send: held in memory, within one bound, whatever their name or their declared kind say."""

from io import BytesIO
from typing import Any, Final

from django.core.files.uploadedfile import InMemoryUploadedFile
from django.core.files.uploadhandler import FileUploadHandler, SkipFile, StopUpload

from comity.standing.agreements.reading.document import MOST_BYTES

MOST_SENT: Final = MOST_BYTES + 1024 * 1024
"""Bytes of a whole form: the largest file that is read, and the fields around it."""
MOST_SKIPPED: Final = 4 * MOST_SENT
"""Of a form that is too large, as many are let pass unread, so that its sender is told; a longer one is cut off."""
TAKEN: Final = frozenset({"/console/agreements/import/"})
"""Pages that take a file, from somebody signed in; anywhere else what is sent as a file is let pass unread."""
TOO_LARGE: Final = "comity.upload_too_large"
"""In the request's `META`: what was sent is more than is read, and nothing of it was."""


class BoundedUpload(FileUploadHandler):
    """Holds a file in memory; one of a form that says it is longer than the bound is not read at all."""

    def __init__(self, request: Any = None) -> None:  # noqa: ANN401 - as the framework declares it
        """Begin with nothing held."""
        super().__init__(request)
        self._held = BytesIO()
        self._whole = 0

    def handle_raw_input(  # type: ignore[no-untyped-def]
        self, input_data, META, content_length, boundary, encoding=None  # noqa: ANN001, N803, ARG002
    ) -> None:  # fmt: skip
        """Note how long the form says it is; what comes after that is never read."""
        self._whole = content_length

    def new_file(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - as the framework declares it
        """Begin a file, or stop before its first byte."""
        super().new_file(*args, **kwargs)
        user = getattr(self.request, "user", None)
        if getattr(self.request, "path", "") not in TAKEN or not getattr(user, "is_authenticated", False):
            raise SkipFile
        if self._whole > MOST_SENT:
            if self.request is not None:
                self.request.META[TOO_LARGE] = True
            raise StopUpload(connection_reset=self._whole > MOST_SKIPPED)
        self._held = BytesIO()

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:  # noqa: ARG002 - the framework gives it
        """Hold what came."""
        self._held.write(raw_data)

    def file_complete(self, file_size: int) -> InMemoryUploadedFile:
        """Return the file; its name and kind are what the sender says, and nothing here goes by them."""
        self._held.seek(0)
        return InMemoryUploadedFile(self._held, self.field_name, "file", "", file_size, None)
