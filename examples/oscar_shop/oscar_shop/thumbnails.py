"""Pictures as they are, so that the example needs no thumbnail library."""

from django.core.files.storage import default_storage
from oscar.core.thumbnails import AbstractThumbnailer


class WholePicture:
    """What the template tag asks of a preview."""

    def __init__(self, source):
        self.url = default_storage.url(str(source))


class WholePictures(AbstractThumbnailer):
    def generate_thumbnail(self, source, **opts):
        return WholePicture(source)

    def delete_thumbnails(self, source):
        pass
