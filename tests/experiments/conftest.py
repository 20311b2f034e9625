"""The fake shop and its live run, as pages are tested with."""

from tests.serving.conftest import fake_shop, shop

__all__ = ["fake_shop", "shop"]
