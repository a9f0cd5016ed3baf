"""Images build, are small and safe, and run together, on a real engine."""

import io
import json
import os
import tarfile
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from baking import COMBINATIONS
from conftest import Bake
from images import NEEDS_ENGINE, SEALED, Stack, docker

pytestmark = [pytest.mark.slow, NEEDS_ENGINE]
Row = dict[str, Any]


@pytest.fixture(scope="module")
def stack(bake: Bake, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """A project with a champion, its images, and its stack, which is up and healthy."""
    answers = COMBINATIONS["laptop"] | {"project_slug": "harbour-delays", "python_version": "3.11"}
    stack = Stack.of(bake(**answers).copy(tmp_path_factory.mktemp("images")))
    project = stack.project
    project.set_up()
    project.make("run", env=stack.env)
    project.run(".venv/bin/kedro", "model", "promote", "1", "--to", "production", env=stack.env)
    try:
        stack.build()
        stack.up()
        yield stack
    finally:
        stack.remove()


@pytest.fixture(scope="module")
def row(stack: Stack) -> Row:
    """The example of the request's contract."""
    code = "import json; from harbour_delays.schemas import EXAMPLE; print(json.dumps(EXAMPLE))"
    example: Row = json.loads(stack.project.run(".venv/bin/python", "-c", code).stdout)
    return example


def test_labels_name_the_commit_and_the_version_of_the_model(stack: Stack) -> None:
    commit = stack.project.run("git", "rev-parse", "HEAD").stdout.strip()
    for image, known in (("serve", {"version": "1"}), ("train", {})):
        labels = stack.image(image)["Config"]["Labels"]
        wanted = {"revision": commit} | known
        assert {name: labels[f"org.opencontainers.image.{name}"] for name in wanted} == wanted


@pytest.mark.parametrize(
    ("image", "lacks"), [("serve", "mlflow kedro dvc pyarrow fairlearn"), ("train", "pytest ruff mypy")]
)
def test_an_image_holds_what_it_needs_and_no_more(stack: Stack, image: str, lacks: str) -> None:
    """No compiler, no cache, none of what others need."""
    tools, caches = (
        "command -v gcc cc g++ make ld strip",
        "find / -xdev -name .cache -o -path '/var/lib/apt/lists/*' 2>/dev/null",
    )
    assert stack.shell(image, f"{tools}; {caches}", "--user=0").stdout == ""
    for package in lacks.split():
        found = stack.shell(image, f"/opt/venv/bin/python -c 'import {package}'")
        assert f"No module named '{package}'" in found.stdout


def test_the_service_adds_at_most_260_mb_to_its_base(stack: Stack) -> None:
    """With the base from the registry, which is about 130 MB, that makes 390; a base made here may be larger."""
    told = docker("history", "--no-trunc", "--human=false", "--format={{json .}}", stack.env["SERVE_IMAGE"]).stdout
    layers = [json.loads(line) for line in told.splitlines()]
    first = next(number for number, layer in enumerate(layers) if "ARG REVISION" in layer["CreatedBy"])
    assert 100e6 < sum(int(layer["Size"]) for layer in layers[: first + 1]) <= 260e6


def test_the_pipelines_take_at_most_1_2_gb(stack: Stack) -> None:
    size = docker("image", "inspect", "--format={{.Size}}", stack.env["TRAIN_IMAGE"]).stdout
    assert 500e6 < int(size) <= 1.2e9


@pytest.mark.parametrize("image", ["serve", "train"])
def test_a_container_is_nobody_and_writes_nowhere(stack: Stack, image: str) -> None:
    assert stack.shell(image, "id -u").stdout.strip() == "10001"
    for place in ("/", "/opt", "/opt/venv", "/etc", "/usr/local/bin"):
        assert "Read-only file system" in stack.shell(image, f"touch {place}/x").stdout


def test_without_keys_the_service_does_not_start(stack: Stack) -> None:
    done = docker("run", *SEALED, stack.env["SERVE_IMAGE"], check=False)
    assert done.returncode == 1
    assert done.stdout.startswith("there is no file /run/serving/keys.json: set SERVING_KEYS_FILE")


def test_the_stack_is_sealed_and_open_to_this_host_alone(stack: Stack) -> None:
    for known in stack.containers().values():
        host = known["HostConfig"]
        assert host["ReadonlyRootfs"]
        assert host["CapDrop"] == ["ALL"]
        assert "no-new-privileges:true" in host["SecurityOpt"]
        assert known["Config"]["User"] in {"10001:10001", "999:999"}
        assert {port["HostIp"] for ports in host["PortBindings"].values() for port in ports} <= {"127.0.0.1"}


def test_who_has_no_key_or_password_is_refused(stack: Stack, row: Row) -> None:
    assert stack.predict(row, key="nobody.secret")[0] == 401
    assert stack.mlflow("experiments/get?experiment_id=0", Authorization="")[0] == 401
    assert stack.mlflow("experiments/get?experiment_id=0")[0] == 200


def test_secrets_are_in_no_image_and_no_environment(stack: Stack) -> None:
    told = json.dumps(list(stack.containers().values())) + json.dumps([stack.image("serve"), stack.image("train")])
    for path in (stack.project.path / "secrets").glob("*_*"):
        assert path.read_text("utf-8") not in told
    assert (stack.project.path / "secrets").stat().st_mode & 0o077 == 0


def test_keys_change_without_a_restart(stack: Stack, row: Row) -> None:
    env = {"SERVING_KEYS_FILE": "secrets/serving/keys.json"}
    made = stack.project.run(".venv/bin/kedro", "keys", "create", "another", "--scope", "predict", env=env).stdout
    while (status := stack.predict(row, key=made.split()[-1])[0]) == 401:  # until it has looked at the keys again
        time.sleep(0.2)
    assert status == 200


def test_the_pipelines_train_and_score_in_a_container_with_the_server_of_the_stack(stack: Stack) -> None:
    where = stack.project.path
    settings = stack.client() | {"OMP_NUM_THREADS": "1"}  # as in every other project here: tests share the cores
    given = [f"--env={name}={value}" for name, value in settings.items()]
    who = f"--user={os.getuid()}:{os.getgid()}"
    sealed = ("run", *SEALED, *given, who, "--network=host")
    docker(*sealed, f"--volume={where}:/project", stack.env["TRAIN_IMAGE"], "run", "--env=ci")
    status, found = stack.mlflow("registered-models/get?name=harbour-delays")
    assert status == 200
    assert [version["version"] for version in found["registered_model"]["latest_versions"]] == ["1"]
    stack.project.run(".venv/bin/kedro", "model", "promote", "1", "--to", "production", env=stack.env | settings)
    data = [f"--volume={where}/{folder}:/project/{folder}" for folder in ("data", "build/ci")]
    store = "--env=PREDICTION_STORE_URL=sqlite:////project/data/predictions.db"
    nightly = ("run", "--env=ci", "--pipelines=inference,outcomes,monitoring")
    docker(*sealed, *data, store, stack.env["TRAIN_IMAGE"], *nightly)
    assert list((where / "build/ci/08_reporting/scores").glob("*.parquet"))
    assert (where / "build/ci/08_reporting/monitoring.html").is_file()


REGISTERED = """
import mlflow
with mlflow.start_run():
    mlflow.log_text("kept", "model.txt")
    client = mlflow.MlflowClient()
    client.create_registered_model("kept")
    client.create_model_version("kept", mlflow.get_artifact_uri("model.txt"), mlflow.active_run().info.run_id)
"""
FETCHED = """
import mlflow
version = mlflow.MlflowClient().get_model_version("kept", "1")
print(mlflow.artifacts.load_text(version.source))
"""


def test_a_backup_brings_back_every_prediction_and_version(stack: Stack, row: Row, tmp_path: Path) -> None:
    python = partial(stack.project.run, ".venv/bin/python", "-W", "ignore", "-c")
    python(REGISTERED, env=stack.client())
    assert stack.predict(row)[0] == 200
    stored, file = stack.stored(), tmp_path / "backup.tar.gz"
    stack.project.make("backup", f"FILE={file}", env=stack.env)
    assert file.stat().st_mode & 0o077 == 0
    assert "holds data: --replace puts the backup" in restore(stack, file)

    stack.project.path.joinpath("secrets").rename(tmp_path / "secrets")
    assert "secrets/ is missing, and nothing else opens" in stack.project.make("up", check=False, env=stack.env).stdout
    stack.compose("down", "--volumes")

    cut = tmp_path / "cut.tar.gz"
    cut.write_bytes(file.read_bytes()[:-2000])
    assert "This is no backup of a stack" in restore(stack, cut)
    stack.project.make("restore", f"FILE={file}", env=stack.env)
    stack.project.make("up", env=stack.env)
    stack.await_health()
    assert stack.stored() == stored
    assert "kept" in python(FETCHED, env=stack.client()).stdout
    status, answer = stack.predict(row)
    assert status == 200
    kept = stack.stored()
    assert set(answer["prediction_ids"]) <= kept
    for artifacts, told in ((b"no archive" * 200, "artifacts.tar is broken"), (unwritable(), "Cannot mknod")):
        assert told in restore(stack, with_artifacts(file, artifacts, tmp_path / "broken.tar.gz"), "ARGS=--replace")
        stack.await_health()  # what served serves again, on what it had stored
        assert stack.predict(row)[0] == 200
        assert kept < stack.stored()

    settings = stack.project.path / ".env"
    before = settings.read_text("utf-8") if settings.exists() else ""
    settings.write_text(f"{before}SERVE_IMAGE=registry.invalid/serve@sha256:{'0' * 64}\n", "utf-8")
    assert "neither here nor to be had" in restore(stack, file, "ARGS=--replace")
    settings.write_text(before, "utf-8")
    assert stack.predict(row)[0] == 200

    stack.project.make("restore", f"FILE={file}", "ARGS=--replace", env=stack.env)
    stack.await_health()
    assert answer["prediction_ids"][0] not in stack.stored()
    assert stack.stored() == stored


def restore(stack: Stack, file: Path, *more: str) -> str:
    """What somebody is told whose backup is not restored."""
    done = stack.project.make("restore", f"FILE={file}", *more, check=False, env=stack.env)
    assert done.returncode
    return done.stdout


def unwritable() -> bytes:
    """An archive that can be read, and that no container without rights can bring to its disk."""
    device = tarfile.TarInfo("device")
    device.type, device.devmajor, device.devminor = tarfile.CHRTYPE, 1, 3
    archive = io.BytesIO()
    with tarfile.open(fileobj=archive, mode="w") as tar:
        tar.addfile(device)
    return archive.getvalue()


def with_artifacts(backup: Path, artifacts: bytes, target: Path) -> Path:
    """A backup with other artifacts of MLflow."""
    with tarfile.open(backup) as whole, tarfile.open(target, "w:gz") as changed:
        for member in whole:
            content = whole.extractfile(member)
            if member.name.endswith("artifacts.tar"):
                member.size, content = len(artifacts), io.BytesIO(artifacts)
            changed.addfile(member, content)
    return target


@pytest.mark.parametrize("part", ["serve", "mlflow", "postgres"])
def test_a_restart_of_a_part_loses_nothing(stack: Stack, row: Row, part: str) -> None:
    status, answer = stack.predict(row)
    assert status == 200
    before = stack.stored()
    assert set(answer["prediction_ids"]) <= before
    stack.compose("restart", part)
    stack.await_health()
    status, answer = stack.predict(row)
    assert status == 200
    assert stack.stored() == before | set(answer["prediction_ids"])
    assert stack.mlflow("experiments/get?experiment_id=0")[0] == 200
