"""What several tests of synthetic heads share."""

import pytest

from phantom_head import label_map


@pytest.fixture(scope="session")
def anatomy():
    """The head of ellipsoids, made ready once. Needs requirements-full.txt."""
    from headway_training.heads.anatomy import prepare

    return prepare(label_map(), "phantom")
