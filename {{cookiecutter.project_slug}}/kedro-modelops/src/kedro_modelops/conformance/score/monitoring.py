"""Points for monitoring."""

import json

import numpy as np
import pandas as pd
import yaml

from kedro_modelops.conformance.score.last_run import Evidence, NotProvenError, Proof, require
from kedro_modelops.conformance.score.serving_cost import measure_costs
from kedro_modelops.models.scoring import answer, answers_in_numbers
from kedro_modelops.predictions.digests import hash_rows
from kedro_modelops.predictions.records import features_of
from kedro_modelops.problem import load_problem
from kedro_modelops.registry import model_registry
from kedro_modelops.serving.requests.broken_rules import BrokenContractError
from kedro_modelops.serving.requests.contract import RequestContract
from kedro_modelops.testing.forms import as_request
from kedro_modelops.tracking.resources import MEASURED

WATCH = "make monitor"
ECOSYSTEMS = {"pip", "github-actions", "docker"}


def dependencies_notified(evidence: Evidence) -> Proof:
    """A bot tells of new versions of packages, actions and images, and the version knows the lock it was made with."""
    updates = (yaml.safe_load(evidence.text(".github/dependabot.yml")) or {}).get("updates", [])
    told = {update.get("package-ecosystem") for update in updates if (update.get("schedule") or {}).get("interval")}
    require(told >= ECOSYSTEMS, f".github/dependabot.yml does not watch {', '.join(sorted(ECOSYSTEMS - told))}")
    lock = evidence.lineage.get("environment.lock")
    require(lock, f"version {evidence.version.version} does not know its lock: `make run`")
    data = [name for name in evidence.lineage if name.startswith("data.") and name != "data.clean"]
    require(data, f"version {evidence.version.version} does not know its data: `make run`")
    return Proof(f"{', '.join(sorted(told))} are watched; the version knows its lock and {len(data)} inputs.")


def data_invariants_hold(evidence: Evidence) -> Proof:
    """Tables are judged by contracts in training, and requests by theirs in serving."""
    evidence.require_rule("contracts")
    require("contract" in evidence.parameters["monitoring"]["limits"], "monitoring.limits does not say contract")
    problem = load_problem()
    contract = RequestContract(problem.request, dict(problem.example), 1)
    contract.read(json.dumps({"dataframe_records": [dict(problem.example)]}).encode())
    needed = next(str(name) for name, column in problem.request.to_schema().columns.items() if column.required)
    broken = {name: value for name, value in problem.example.items() if name != needed}
    try:
        contract.read(json.dumps({"dataframe_records": [broken]}).encode())
    except BrokenContractError:
        tables = sum("validator" in entry for entry in evidence.catalog.values())
        return Proof(f"{tables} datasets have a contract; the service refuses a request without {needed}.")
    msg = f"the service takes a request without {needed}"
    raise NotProvenError(msg)


def no_skew(evidence: Evidence) -> Proof:
    """The same rows give the same features in training and online, and predictions are watched for a difference."""
    limit = evidence.parameters["monitoring"]["limits"].get("skew")
    require(limit is not None, "monitoring.limits does not say skew")
    problem, requests = load_problem(), pd.DataFrame(evidence.load("requests"))
    complete = problem.complete_rows(requests, evidence.load("reference"))
    keys, online = problem.identify(complete), _online(requests, evidence)
    both = pd.concat([evidence.train_set, evidence.test_set]).set_index(evidence.roles.key)
    known = keys.isin(both.index).to_numpy()
    require(known.any(), "no request of the catalog is among the rows that were learned or judged")
    trained = both.loc[keys[known], list(online.columns)]
    same = hash_rows(trained) == hash_rows(online[known])
    require(same, "requests have other features online than training computed: `make test` says which")
    was, now = answer(evidence.model, trained), answer(evidence.model, online[known])
    require(np.array_equal(was.outputs, now.outputs), "requests are answered otherwise online")
    return Proof(f"{known.sum()} requests in JSON have the features that training computed; skew over {limit} alerts.")


def models_not_stale(evidence: Evidence) -> Proof:
    """The age of what serves is watched each day, and asks for a new model."""
    monitoring = evidence.parameters["monitoring"]
    limit = monitoring["limits"].get("age_days")
    require(limit is not None, "monitoring.limits does not say age_days")
    require("age_days" in monitoring["retrain_on"], "monitoring.retrain_on does not name age_days")
    evidence.require_schedule("monitor.yml", WATCH)
    old = [one["sentence"] for one in evidence.signals("age_days") if one["verdict"] == "alert"]
    require(not old, "; ".join(old))
    return Proof(f"Training rows older than {limit} days ask for a new model.")


def numerically_stable(evidence: Evidence) -> Proof:
    """Features, answers and metrics are numbers, also where a row lacks what it may lack; other answers alert."""
    require(
        evidence.parameters["monitoring"]["limits"].get("not_numbers") == 0, "monitoring.limits.not_numbers is not 0"
    )
    odd = [name for name, value in evidence.load("metrics").items() if not np.isfinite(value)]
    require(not odd, f"{', '.join(odd)} of metrics.json are no numbers")
    features = evidence.roles.features(evidence.test_set)
    numbers = features.select_dtypes("number")
    infinite = [str(name) for name in numbers if np.isinf(numbers[name].to_numpy(float)).any()]
    require(not infinite, f"{', '.join(infinite)} of the test set are infinite")
    columns = load_problem().features.to_schema().columns
    may_lack = [str(name) for name in numbers if columns[name].nullable]
    bare = features.assign(**dict.fromkeys(may_lack, np.nan)).astype(features.dtypes)
    sound = answers_in_numbers(evidence.model, features) and answers_in_numbers(evidence.model, bare)
    require(sound, "the model answers with what is no number")
    return Proof(f"{len(features):,} rows are answered in numbers, also without {len(may_lack)} that may be missing.")


def compute_not_regressed(evidence: Evidence) -> Proof:
    """Time, memory and cost of training and serving are measured, and held against the champion's and the limits."""
    ours = {name: evidence.run.data.metrics.get(name) for name in MEASURED}
    lacking = [name for name, value in ours.items() if value is None]
    require(not lacking, f"the last training has no {', '.join(lacking)}: `make run`")
    allowed = evidence.settings.get("score", {}).get("most_of_champion")
    require(
        allowed, "[tool.kedro_modelops.score] most_of_champion does not say how much dearer a model may be, such as 2.0"
    )
    serving = model_registry.aliases(evidence.version.name).get(model_registry.CHAMPION)
    if serving and serving != str(evidence.version.version):
        theirs = model_registry.run_of(model_registry.find(evidence.version.name, serving)).data.metrics
        dearer = [f"{name} ({value:.3g}, it was {theirs[name]:.3g})" for name, value in ours.items()
                  if theirs.get(name) and value and value > allowed * theirs[name]]  # fmt: skip
        require(not dearer, f"more than {allowed} times the champion's: {', '.join(dearer)}")
    costs, limit = measure_costs(evidence), evidence.parameters["monitoring"]["limits"].get("latency_p99_ms")
    require(
        limit and costs["latency_p99_ms"] <= limit, f"a row takes {costs['latency_p99_ms']:.0f} ms; {limit} are allowed"
    )
    told = f"champion {serving}" if serving else "no champion yet"
    return Proof(f"{ours['wall_seconds']:.0f} s and {ours['peak_memory_mb']:.0f} MB of training, against {told}.", ours)


def quality_not_regressed(evidence: Evidence) -> Proof:
    """Quality on served rows is judged each day, and asks for a new model."""
    monitoring = evidence.parameters["monitoring"]
    require(evidence.scoring in monitoring["performance"], f"monitoring.performance does not name {evidence.scoring}")
    require("performance" in monitoring["retrain_on"], "monitoring.retrain_on does not name performance")
    evidence.require_schedule("monitor.yml", WATCH)
    worse = [one["sentence"] for one in evidence.signals("performance") if one["verdict"] == "alert"]
    require(not worse, "; ".join(worse))
    judged = [one for one in evidence.signals("performance") if one["verdict"] == "ok"]
    told = f"{len(judged)} metrics were as before when it last did" if judged else "no served rows were judged yet"
    return Proof(f"monitor.yml judges {', '.join(monitoring['performance'])}; {told}.")


def _online(requests: pd.DataFrame, evidence: Evidence) -> pd.DataFrame:
    """Features of requests, which came as JSON."""
    problem = load_problem()
    contract = RequestContract(problem.request, dict(problem.example), len(requests))
    rows = contract.table(contract.read(as_request(requests))[0])
    return features_of(problem.complete_rows(rows, evidence.load("reference")))
