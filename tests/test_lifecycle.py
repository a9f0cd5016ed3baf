"""train.yml and deploy.yml, executed: from data to a model that serves in production, and back.

Real are MLflow's server, the DVC remote, the registry of images, the host behind SSH and its containers; github.com is
a stand-in, and so are the few actions that cannot work elsewhere.
"""

import json
import re
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from baking import AUTHOR, COMBINATIONS, run
from conftest import Bake
from expressions import Evaluator
from github import GitHub, Jobs, results, told
from images import ask, compose, docker, free_port, stand_ins, take_what_is_here
from servers import NEEDS_HOST, image_registry, mlflow_server, ssh_host

pytestmark = [pytest.mark.slow, NEEDS_HOST]
GREEN = {"success"}
CANARY_SECONDS = "6"


@pytest.fixture(scope="module")
def github(bake: Bake, evaluator: Evaluator, tmp_path_factory: pytest.TempPathFactory) -> Iterator[GitHub]:
    """A repository with data and the smallest of searches, and an MLflow server."""
    home = tmp_path_factory.mktemp("lifecycle")
    project = bake(**COMBINATIONS["laptop"], project_slug="night-flights").copy(home / "clone")
    take_what_is_here(project.path)
    project.set_up()
    project.search_less()
    github = GitHub(project, evaluator, home / "github")
    github.push("Search less")
    github.store_data()
    with mlflow_server(project, home / "mlflow") as address:
        github.variables["MLFLOW_TRACKING_URI"] = address
        yield github


@pytest.fixture(scope="module")
def trained(github: GitHub) -> tuple[Jobs, Jobs]:
    """Two trainings at once, and the merge of what they propose."""
    with ThreadPoolExecutor() as pool:
        trainings = [pool.submit(github.run, "train", "push") for _ in range(2)]
        first, second = (training.result() for training in trainings)
    assert results(first) == results(second) == {"train": GREEN, "propose": GREEN}, told(first) + told(second)
    merge(github)
    return first, second


def merge(github: GitHub) -> None:
    """Merges the newest pull request."""
    *_, branch = github.state["pulls"]
    github.project.run("git", "fetch", "--quiet", "origin", branch)
    github.project.run("git", "merge", "--quiet", "--no-ff", "--message=Merge", "FETCH_HEAD", env=AUTHOR)
    github.push()


def kedro(github: GitHub, *words: str, **env: str) -> str:
    """What a command of a person says who uses the team's server."""
    settings = {"MLFLOW_TRACKING_URI": github.variables["MLFLOW_TRACKING_URI"], "COLUMNS": "400"}
    return github.project.run(".venv/bin/kedro", "model", *words, env=settings | env).stdout


def versions(github: GitHub) -> set[str]:
    """Versions in the registry of the server."""
    address = f"{github.variables['MLFLOW_TRACKING_URI']}/api/2.0/mlflow/model-versions/search"
    return {version["version"] for version in ask(address)[1].get("model_versions", [])}


def test_two_trainings_at_once_are_one_and_are_proposed(github: GitHub, trained: tuple[Jobs, Jobs]) -> None:
    logs = [training["train"][0].log for training in trained]
    assert sorted(log.count("is cached - skipping run") for log in logs) == [0, 3]  # registration asks the registry
    assert versions(github) == {"1"}
    ((_, pull),) = github.state["pulls"].items()
    (comment,) = pull["comments"]
    assert "All gates passed" in comment
    assert re.search(r"\| ROC AUC \| 0\.\d+ \|", comment)
    assert f"[MLflow run]({github.variables['MLFLOW_TRACKING_URI']}/#/experiments/" in comment
    assert "xychart-beta" in comment
    assert "[Report and plots](https://github.com/artifacts/training)" in comment


@pytest.mark.usefixtures("trained")
def test_the_merge_of_a_training_starts_no_other(github: GitHub) -> None:
    changed = github.project.run("git", "diff", "--name-only", "HEAD^").stdout.split()
    assert changed == ["dvc.lock"]
    assert github.starts("push", changed) == {"ci"}
    assert github.starts("push", ["conf/base/catalog.yml"]) == {"ci", "train"}


@pytest.mark.usefixtures("trained")
def test_a_training_that_a_gate_refuses_is_red_and_says_why_where_it_was_asked_for(github: GitHub) -> None:
    before = versions(github)
    jobs = github.run("train", "workflow_dispatch", {"inputs": {"parameters": "gates.floor.minimum=0.99"}})
    assert results(jobs) == {"train": {"failure"}, "propose": GREEN}
    assert versions(github) == before
    assert len(github.state["pulls"]) == 1
    comment = github.state["sent"][-1]
    assert re.fullmatch(r"repos/example-org/project/commits/[0-9a-f]{40}/comments", comment["path"])
    assert "Refused by floor: nothing was registered" in comment["body"]


@dataclass
class Hosts:
    """Staging and production, on this machine, behind SSH.

    Attributes:
        github: Which deploys to them.
        home: Folder of their folders.
        ports: At which the service of each answers.
        key: API key of the deployment.
        hold: While this file exists, a canary of production keeps its share, and takes no more.
    """

    github: GitHub
    home: Path
    ports: dict[str, str]
    key: str
    hold: Path

    def deploy(self, version: str, before: Jobs | None = None) -> Jobs:
        """Deploys a version, or what served last; with `before` it goes on with the jobs that failed then."""
        inputs = {"version": version, "reason": f"to try {version}"}
        return self.github.run("deploy", "workflow_dispatch", {"inputs": inputs}, before=before)

    def serves(self, environment: str) -> dict[str, Any]:
        """What the service of an environment says of itself."""
        answer: dict[str, Any] = ask(f"http://127.0.0.1:{self.ports[environment]}/ready")[1]
        return answer

    def predict(self, environment: str, rows: list[dict[str, Any]]) -> dict[str, Any]:
        """Asks for predictions, as a caller would."""
        url = f"http://127.0.0.1:{self.ports[environment]}/invocations"
        status, content = ask(url, {"dataframe_records": rows}, Authorization=f"Bearer {self.key}")
        assert status == 200, content
        answer: dict[str, Any] = content
        return answer

    def containers(self, environment: str) -> dict[str, str]:
        """Ids of the running containers of an environment, by service."""
        label = f"--filter=label=com.docker.compose.project={self.project(environment)}"
        told = docker("ps", label, '--format={{.Label "com.docker.compose.service"}} {{.ID}}').stdout
        return dict(line.split() for line in told.splitlines())

    def project(self, environment: str) -> str:
        """Name under which Docker Compose runs an environment."""
        return f"{environment}-{self.ports[environment]}"

    def remove(self) -> None:
        """Stops everything, and removes what was stored."""
        for environment in self.ports:
            folder = self.home / environment
            if (folder / "compose.yaml").exists():
                run(*compose(), "--profile=canary", "down", "--volumes", cwd=folder, check=False)


@pytest.fixture(scope="module")
def hosts(github: GitHub, trained: tuple[Jobs, Jobs], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hosts]:
    """Two hosts that hold keys and settings, and a registry of images."""
    home = tmp_path_factory.mktemp("hosts")
    keys = home / "keys.json"
    words = ["keys", "create", "deployment", "--scope", "predict", "--scope", "operate"]
    told = github.project.run(".venv/bin/kedro", *words, env={"SERVING_KEYS_FILE": str(keys)}).stdout
    ports = {name: free_port() for name in ("staging", "production")}
    with ExitStack() as stack:
        github.variables["IMAGE_REPOSITORY"] = stack.enter_context(image_registry(home / "registry"))
        host = stack.enter_context(ssh_host(home / "ssh"))
        hosts = Hosts(github, home, ports, told.split()[-1], host.hold)
        stack.callback(hosts.remove)
        for name, port in hosts.ports.items():
            (home / name / "secrets" / "serving").mkdir(parents=True)
            (home / name / "secrets" / "serving" / "keys.json").write_text(keys.read_text("utf-8"), "utf-8")
            settings = {"COMPOSE_PROJECT_NAME": hosts.project(name), "SERVE_PORT": port, "CANARY_PORT": free_port()}
            lines = [f"{variable}={value}\n" for variable, value in (settings | stand_ins()).items()]
            (home / name / ".env").write_text("".join(lines), "utf-8")
            variables = {"DEPLOY_HOST": host.address, "DEPLOY_KNOWN_HOSTS": host.known}
            variables |= {"DEPLOY_FOLDER": str(home / name), "CANARY_SECONDS": CANARY_SECONDS}
            github.environments[name] = (variables, {"DEPLOY_SSH_KEY": host.key, "SERVING_KEY": hosts.key})
        github.change_state(kept={"repos/example-org/project/actions/runs/1/approvals": "hubot"})
        yield hosts


@pytest.fixture(scope="module")
def deployed(hosts: Hosts) -> Jobs:
    """The first deployment."""
    jobs = hosts.deploy("challenger")
    assert results(jobs) == {"build": GREEN, "staging": GREEN, "production": GREEN}, told(jobs)
    return jobs


def test_one_image_goes_to_staging_and_once_approved_to_production(hosts: Hosts, deployed: Jobs) -> None:
    image = deployed["build"][0].outputs["image"]
    assert re.fullmatch(r"127\.0\.0\.1:\d+/night-flights/serve@sha256:[0-9a-f]{64}", image)
    for environment in hosts.ports:
        assert hosts.containers(environment).keys() == {"postgres", "proxy", "serve"}
        assert (
            docker("inspect", "--format={{.Config.Image}}", hosts.containers(environment)["serve"]).stdout.strip()
            == image
        )
        assert hosts.serves(environment)["version"] == "1"
    noted = {action: asked for _, action, asked in hosts.github.noted}
    assert noted["anchore/scan-action"]["severity-cutoff"] == "critical"
    assert noted["actions/attest-build-provenance"]["subject-digest"] == image.partition("@")[2]
    signer = "https://github.com/example-org/project/.github/workflows/deploy.yml@refs/heads/main"
    assert [(entry["image"], entry["signer"]) for entry in hosts.github.state["signed"]] == [(image, signer)]
    for job in ("staging", "production"):
        assert f"{image} was built by {signer}." in deployed[job][0].log


@pytest.mark.usefixtures("deployed")
def test_the_ledger_and_the_trace_of_a_prediction_tell_of_the_deployment(hosts: Hosts, deployed: Jobs) -> None:
    image = deployed["build"][0].outputs["image"]
    told = [line.split("│") for line in kedro(hosts.github, "history").splitlines() if "│" in line]
    entry = next([cell.strip() for cell in cells] for cells in told if "production" in "".join(cells))
    assert re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d", entry[1])
    assert entry[2:7] == ["promote", "production", "", "1", "octocat"]
    assert entry[-3:-1] == [image, "hubot"]
    answer = hosts.predict("production", [example(hosts.github)])
    place = "{{range .NetworkSettings.Networks}}{{.IPAddress}} {{end}}"
    postgres = docker("inspect", f"--format={place}", hosts.containers("production")["postgres"]).stdout.split()[0]
    url = (
        (hosts.home / "production" / "secrets" / "predictions_url")
        .read_text("utf-8")
        .replace("@postgres/", f"@{postgres}/")
    )
    trace = kedro(hosts.github, "trace", answer["prediction_ids"][0], PREDICTION_STORE_URL=url)
    assert image in trace
    assert re.search(r"promote in production .* octocat: to try challenger", trace)


def example(github: GitHub) -> dict[str, Any]:
    """What the service's documentation asks."""
    code = "import json; from night_flights.schemas import EXAMPLE; print(json.dumps(EXAMPLE))"
    row: dict[str, Any] = json.loads(github.project.run(".venv/bin/python", "-c", code).stdout)
    return row


@pytest.mark.usefixtures("deployed")
def test_a_second_version_is_kept_out_and_let_in(hosts: Hosts) -> None:
    github, row = hosts.github, example(hosts.github)
    jobs = github.run("train", "workflow_dispatch", {"inputs": {"parameters": "training.seed=7"}})
    assert results(jobs) == {"train": GREEN, "propose": GREEN}, told(jobs)
    github.project.run("git", "fetch", "--quiet", "--all")  # the commit that it was trained from is not merged yet
    assert kedro(github, "verify", "challenger").strip() == "2"

    features = next((github.project.path / "src").glob("*/features.py"))
    trained_with = features.read_text("utf-8")
    features.write_text(trained_with.replace('flights["hour"]', '0 * flights["hour"]'), "utf-8")
    github.push("Compute a feature otherwise than in training")
    jobs = hosts.deploy("2")
    assert results(jobs) == {"build": GREEN, "staging": {"failure"}, "production": {"skipped"}}, told(jobs)
    assert re.search(r"golden row \d+ is answered with", told(jobs))
    assert {hosts.serves(environment)["version"] for environment in hosts.ports} == {"1"}
    features.write_text(trained_with, "utf-8")
    github.push("Compute it as in training")

    hosts.hold.touch()
    with calling(hosts, row) as seen, ThreadPoolExecutor() as pool:
        deployment = pool.submit(hosts.deploy, "2")
        try:
            await_answers(seen, deployment, lambda: "2" in [version for _, version in seen])
            begin = len(seen)
            await_answers(seen, deployment, lambda: len(seen) >= begin + 100)
            shared = [version for _, version in seen[begin:]]
        finally:
            hosts.hold.unlink()
        jobs = deployment.result()
    assert results(jobs) == {"build": GREEN, "staging": GREEN, "production": GREEN}, told(jobs)
    assert hosts.serves("production")["version"] == "2"
    assert {status for status, _ in seen} == {200}
    assert shared.count("1") > shared.count("2") > 0, "the canary takes a share only"


@pytest.mark.usefixtures("deployed")
def test_it_is_rolled_back_unless_what_was_before_is_unsigned_or_ill(hosts: Hosts) -> None:
    github, ledger = hosts.github, kedro(hosts.github, "history")
    signed = github.state["signed"]
    github.change_state(signed=[])
    jobs = hosts.deploy("rollback")
    assert results(jobs) == {"build": {"skipped"}, "staging": {"skipped"}, "production": {"failure"}}
    assert "is refused: it has no signature of" in told(jobs)
    assert hosts.containers("production").keys() == {"postgres", "proxy", "serve"}
    github.change_state(signed=signed)

    settings, _ = github.environments["production"]
    settings["CANARY_SECONDS"] = "3600"  # however long it takes to pause it, it is still the canary
    with ThreadPoolExecutor() as pool:
        deployment = pool.submit(hosts.deploy, "rollback")
        docker("pause", healthy(hosts, "production", "canary"))
        jobs = deployment.result()
    settings["CANARY_SECONDS"] = CANARY_SECONDS
    assert results(jobs) == {"build": {"skipped"}, "staging": {"skipped"}, "production": {"failure"}}
    assert "is taken back" in told(jobs)
    assert hosts.serves("production")["version"] == "2"
    assert hosts.containers("production").keys() == {"postgres", "proxy", "serve"}
    assert production(kedro(github, "history")) == production(ledger)

    jobs = hosts.deploy("rollback")
    assert results(jobs) == {"build": {"skipped"}, "staging": {"skipped"}, "production": GREEN}, told(jobs)
    assert hosts.serves("production")["version"] == "1"
    assert [line.split("│")[2:6] for line in production(kedro(github, "history"))][-1][0].strip() == "rollback"


@pytest.mark.usefixtures("deployed")
def test_december_opens_an_issue_for_each_finding_and_asks_for_one_training(github: GitHub) -> None:
    for again in (False, True):
        jobs = github.run("monitor", "workflow_dispatch", {"inputs": {"month": "2013-12"}})
        assert results(jobs) == {"watch": GREEN, "tell": GREEN}, told(jobs)
        assert jobs["watch"][0].outputs["refused"].startswith("a training was asked for on ") == again
    titles = [issue["title"] for issue in github.state["issues"]]
    assert len(titles) == len(set(titles))
    assert "Monitoring: shift/actual" in titles
    (sent,) = (sent for sent in github.state["sent"] if sent.get("event_type") == "drift")
    assert "shift/actual" in sent["client_payload[reasons]"].split(", ")


@pytest.mark.usefixtures("deployed")
def test_a_store_that_is_down_is_said_and_changes_no_issue(github: GitHub) -> None:
    before, url = github.state, "postgresql+psycopg://nobody@127.0.0.1:1/none"
    github.environments["monitoring"] = ({}, {"PREDICTION_STORE_URL": url})
    jobs = github.run("monitor", "schedule")
    del github.environments["monitoring"]
    assert results(jobs) == {"watch": {"failure"}, "tell": {"skipped"}}
    assert "does not answer; start it, or change PREDICTION_STORE_URL" in told(jobs)
    assert github.state == before


@pytest.mark.usefixtures("deployed")
def test_the_training_that_was_asked_for_answers_the_findings(github: GitHub) -> None:
    (sent,) = (sent for sent in github.state["sent"] if sent.get("event_type") == "drift")
    assert {issue["state"] for issue in github.state["issues"]} == {"open"}
    github.project.run(".venv/bin/kedro", "run", "--pipelines=ingestion")
    github.push("Take in November and December")
    github.store_data()

    reasons = sent["client_payload[reasons]"]
    jobs = github.run("train", "repository_dispatch", {"client_payload": {"reasons": reasons}})
    assert results(jobs) == {"train": GREEN, "propose": GREEN}, told(jobs)
    *_, pull = github.state["pulls"].values()
    assert f"Asked for because: {reasons}" in pull["comments"][-1]
    merge(github)
    kedro(github, "promote", "challenger", "--to", "production", "--reason", reasons)

    jobs = github.run("monitor", "workflow_dispatch", {"inputs": {"month": "2013-12"}})
    assert results(jobs) == {"watch": GREEN, "tell": GREEN}, told(jobs)
    assert jobs["watch"][0].outputs["refused"] == "nothing asks for a new model"
    assert {issue["state"] for issue in github.state["issues"]} == {"closed"}
    assert len([sent for sent in github.state["sent"] if sent.get("event_type") == "drift"]) == 1


def production(history: str) -> list[str]:
    """Lines of the ledger that concern production."""
    return [line for line in history.splitlines() if "production" in line]


def healthy(hosts: Hosts, environment: str, service: str) -> str:
    """Id of a container, once it is there and well."""
    deadline = time.monotonic() + 1800
    while time.monotonic() < deadline:
        container = hosts.containers(environment).get(service, "")
        state = (
            docker("inspect", "--format={{.State.Health.Status}}", container, check=False).stdout if container else ""
        )
        if state.strip() == "healthy":
            return container
        time.sleep(0.2)
    pytest.fail(f"no {service} in {environment}")


def await_answers(seen: list[tuple[int, str]], deployment: "Future[Jobs]", until: Callable[[], bool]) -> None:
    """Waits until the answers that were seen are enough; a deployment that ends before that has failed."""
    while not until():
        assert not deployment.done(), f"it ended after {len(seen)} answers:\n{told(deployment.result())}"
        time.sleep(0.1)


@contextmanager
def calling(hosts: Hosts, row: dict[str, Any]) -> Iterator[list[tuple[int, str]]]:
    """Asks production again and again until the body ends; yields status and version of the answers."""
    seen: list[tuple[int, str]] = []
    ended = threading.Event()
    url = f"http://127.0.0.1:{hosts.ports['production']}/invocations"

    def call() -> None:
        while not ended.wait(0.05):
            try:
                status, answer = ask(url, {"dataframe_records": [row]}, Authorization=f"Bearer {hosts.key}")
            except OSError:
                status = 0
            seen.append((status, answer["model"]["version"] if status == 200 else ""))

    with ThreadPoolExecutor() as pool:
        caller = pool.submit(call)
        try:
            yield seen
        finally:  # or what failed would wait for the caller for ever
            ended.set()
        caller.result()
