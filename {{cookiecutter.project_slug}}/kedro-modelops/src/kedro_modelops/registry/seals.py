"""What is sealed when a version is registered, and whether it is still the same.

Sealed are the files of the model, the files of its run (its evidence: verdicts, golden answers, card, profiles) and its
lineage. One hash over the tags that say so stands in the version and in the ledger.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from hashlib import sha256
from pathlib import Path

from mlflow import MlflowClient
from mlflow.entities.model_registry import ModelVersion
from mlflow.exceptions import MlflowException

from kedro_modelops.errors import RefusedError
from kedro_modelops.models.model_files import ModelFiles
from kedro_modelops.models.registered_model import digest
from kedro_modelops.registry.ledger import entries
from kedro_modelops.registry.ledger.moves import REGISTRY, Move
from kedro_modelops.tracking.artifacts import fetch_file, fetch_model

LINEAGE, EVIDENCE = "lineage.", "evidence"
FILE, MODEL, IMAGE, SEAL = f"{EVIDENCE}.", f"{LINEAGE}model.digest", f"{LINEAGE}image", "seal"
REGISTER, SET_IMAGE = "register", "image"
DOUBTED = "not as registered"


def seal(tags: Mapping[str, str], run_id: str) -> dict[str, str]:
    """The tag that seals all tags of lineage and evidence; the image comes later, and has an entry of its own."""
    sealed = {tag: value for tag, value in tags.items() if tag.startswith((LINEAGE, EVIDENCE)) and tag != IMAGE}
    return {SEAL: digest([run_id, sealed])}


def seal_files(run_id: str) -> dict[str, str]:
    """A tag for each file of a run, with its hash."""
    listed = [found.path for found in MlflowClient().list_artifacts(run_id) if not found.is_dir]
    return {f"{FILE}{name}": sha256(fetch_file(run_id, name)).hexdigest() for name in listed}


def seal_model(judged: Path, model_id: str) -> str:
    """Digest of a logged model's files; RefusedError if MLflow holds others than those that the gates judged."""
    held = fetch_model(f"models:/{model_id}").digest
    if ModelFiles(judged).digest != held:
        msg = f"The model that MLflow holds is not the one in {judged}, which the gates judged: train it anew"
        raise RefusedError(msg)
    return held


def broken(version: ModelVersion, registry: Sequence[Move] = ()) -> list[str]:
    """What of a version's tags is not what the ledger notes of its registration (`registry`, or read anew)."""
    if MODEL not in version.tags or SEAL not in version.tags:
        return ["it was registered without a seal over its files and lineage: train it anew"]
    noted = [m for m in registry or entries.read(version.name, REGISTRY) if m.after == str(version.version)]
    registrations = [move for move in noted if move.action == REGISTER]
    if not registrations:
        return ["the ledger has no entry of its registration: train it anew"]
    images = [move.image for move in noted if move.action == SET_IMAGE]
    found = []
    if seal(version.tags, version.run_id or "")[SEAL] != registrations[-1].seal:
        found.append(f"its lineage or evidence is not what the ledger has of its registration{_where(version)}")
    if version.tags.get(IMAGE, "") != (images[-1] if images else ""):
        found.append("its image is not what `kedro model set-image` noted in the ledger")
    return found


def _where(version: ModelVersion) -> str:
    """Names the tags that differ from those of the run, where one can still see it."""
    try:
        was = MlflowClient().get_run(version.run_id or "").data.tags
    except MlflowException:
        return ""
    tags = {tag for tag in was.keys() | version.tags.keys() if tag.startswith(LINEAGE)} - {MODEL, IMAGE}
    differ = sorted(tag for tag in tags if was.get(tag) != version.tags.get(tag))
    return f": {', '.join(differ)} differs from its run" if differ else ""


def require(version: ModelVersion) -> None:
    """Refuses a version whose tags are not as they were registered."""
    if found := broken(version):
        msg = f"version {version.version} of {version.name} is not used: {'; '.join(found)}"
        raise RefusedError(msg)


def read_model(version: ModelVersion) -> ModelFiles:
    """The files of a version's model.

    Raises:
        RefusedError: If they, or the version's lineage, are not as they were registered.
    """
    require(version)
    return _read_model(version)


def _read_model(version: ModelVersion) -> ModelFiles:
    files = fetch_model(f"models:/{version.name}/{version.version}")
    if files.digest != version.tags[MODEL]:
        msg = (
            f"the files of version {version.version} of {version.name} are not those that were registered: the model "
            "is not used. Find out who changed them, and train it anew, or bring the old files back"
        )
        raise RefusedError(msg)
    return files


def read_evidence(version: ModelVersion, name: str) -> bytes:
    """A file of a version's run.

    Raises:
        RefusedError: If it was not recorded, is lost, or is not what it was when the version was registered.
    """
    require(version)
    return _read_evidence(version, name)


def _read_evidence(version: ModelVersion, name: str) -> bytes:
    wanted = version.tags.get(f"{FILE}{name}")
    if wanted is None:
        msg = f"the run of version {version.version} had no {name} when it was registered: train it anew"
        raise RefusedError(msg)
    content = fetch_file(version.run_id or "", name)
    if sha256(content).hexdigest() != wanted:
        msg = f"{name} in the run of version {version.version} is not what it was registered with: it is not used"
        raise RefusedError(msg)
    return content


def changed(version: ModelVersion) -> list[str]:
    """Files of a version that are not what they were when it was registered, as sentences."""
    found: list[str] = []
    reads: list[Callable[[], object]] = [partial(_read_model, version)]
    reads += [partial(_read_evidence, version, name) for name in evidence(version)]
    for read in reads:
        try:
            read()
        except RefusedError as error:
            found.append(error.message)
    return found


def evidence(version: ModelVersion) -> list[str]:
    """Names of the files of its run that are sealed."""
    return [tag.removeprefix(FILE) for tag in version.tags if tag.startswith(FILE)]


def registration(version: ModelVersion) -> Move:
    """The entry that the ledger gets when a version is registered."""
    tags = version.tags
    move = Move(REGISTER, REGISTRY, "", str(version.version), entries.who(), "", tags[EVIDENCE], "")
    return move._replace(model=tags[MODEL], seal=tags[SEAL])
