"""The whole country, as `load_areas` brings it."""

import pytest

from geo.services import Loaded, load_areas


@pytest.fixture
def whole_country(db: None) -> Loaded:
    return load_areas()
