"""The registry, as a deployment asks it."""

from kedro_modelops.errors import RefusedError
from kedro_modelops.registry import model_registry, promotion, seals
from kedro_modelops.registry.ledger import history


class RegisteredVersions:
    """Versions of a registered model that may serve; each method raises RefusedError for another."""

    def __init__(self, name: str) -> None:
        """Takes the name of the registered model."""
        self.name = name

    def number(self, wanted: str) -> str:
        """Number of the version with this number or alias."""
        version = model_registry.find(self.name, wanted)
        promotion.check(version)
        return str(version.version)

    def image(self, wanted: str) -> str:
        """The image that was built with a version; empty if none was."""
        return model_registry.find(self.name, wanted).tags.get(seals.IMAGE, "")

    def note_image(self, wanted: str, image: str) -> None:
        """Makes an image part of the lineage of a version."""
        model_registry.set_image(self.name, wanted, image)

    def golden(self, wanted: str) -> str:
        """What a version answered to some requests when it was trained, as JSON."""
        version = model_registry.find(self.name, wanted)
        promotion.check(version)
        return model_registry.golden(version)

    def previous(self, environment: str) -> tuple[str, str]:
        """The version that a rollback would bring back, and its image."""
        before = promotion.previous(self.name, environment)
        if not before.image:
            msg = f"version {before.after} served without an image that the ledger knows: deploy it as a new one"
            raise RefusedError(msg)
        return before.after, before.image

    def promote(self, version: str, environment: str, reason: str, approved_by: str) -> str:
        """Makes a version the one that serves; one that does already, in the same image, has its entry."""
        if promotion.serves(self.name, version, environment):
            return f"Version {version} serves in {environment}, as the ledger says already."
        return history.moved(promotion.promote(self.name, version, environment, reason, approved_by))

    def rollback(self, environment: str, reason: str, approved_by: str) -> str:
        """Makes the version serve that served before."""
        return history.moved(promotion.rollback(self.name, environment, reason, approved_by))
