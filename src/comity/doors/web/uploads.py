"""Files that people send: held in memory, whatever their name or their declared kind say."""

from io import BytesIO
from typing import Any

from django.core.files.uploadedfile import InMemoryUploadedFile
from django.core.files.uploadhandler import FileUploadHandler, SkipFile

from comity.doors.web.limits import TAKEN


class BoundedUpload(FileUploadHandler):
    """Holds a file in memory, from somebody signed in on a page that takes one; `limits` bounds how long it is."""

    def __init__(self, request: Any = None) -> None:  # noqa: ANN401 - as the framework declares it
        """Begin with nothing held."""
        super().__init__(request)
        self._held = BytesIO()

    def new_file(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - as the framework declares it
        """Begin a file, or let it pass unread."""
        super().new_file(*args, **kwargs)
        user = getattr(self.request, "user", None)
        if getattr(self.request, "path", "") not in TAKEN or not getattr(user, "is_authenticated", False):
            raise SkipFile
        self._held = BytesIO()

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:  # noqa: ARG002 - the framework gives it
        """Hold what came."""
        self._held.write(raw_data)

    def file_complete(self, file_size: int) -> InMemoryUploadedFile:
        """Return the file; its name and kind are what the sender says, and nothing here goes by them."""
        self._held.seek(0)
        return InMemoryUploadedFile(self._held, self.field_name, "file", "", file_size, None)
