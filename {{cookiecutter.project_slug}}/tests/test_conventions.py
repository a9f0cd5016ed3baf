"""What every project made from the template agrees on."""

from kedro_modelops.testing.conventions import ConventionTests


class TestConventions(ConventionTests):
    """Catalog, contracts and sources of this project."""
