"""Points for the development of models."""

import json

from sklearn.base import is_classifier

from kedro_modelops.conformance.score.last_run import Evidence, Proof, require
from kedro_modelops.conformance.score.staleness import replay
from kedro_modelops.pipelines.monitoring.parameters import CALIBRATION, COVERAGE

TRAINING, RULESET = "conf/base/parameters_training.yml", ".github/rulesets/main.json"


def specification_reviewed(evidence: Evidence) -> Proof:
    """Parameters are in git, changes of them are reviewed, and the version knows commit and parameters."""
    require(TRAINING in evidence.tracked, f"git does not keep {TRAINING}")
    ruleset = json.loads(evidence.text(RULESET) or "{}")
    asked = [rule["parameters"] for rule in ruleset.get("rules", []) if rule.get("type") == "pull_request"]
    approvals = max((rule.get("required_approving_review_count", 0) for rule in asked), default=0)
    require(ruleset.get("enforcement") == "active" and approvals, f"{RULESET} asks nobody to approve a change")
    owners = [line for line in evidence.text(".github/CODEOWNERS").splitlines() if line.startswith("* ")]
    require(owners, ".github/CODEOWNERS names nobody for all files")
    number, lineage = evidence.version.version, evidence.lineage
    lacking = [name for name in ("git.commit", "parameters") if lineage.get(name, "none") == "none"]
    require(not lacking, f"version {number} does not know its {', '.join(lacking)}: commit, then `make run`")
    return Proof(f"Version {number} is of commit {lineage['git.commit'][:10]}; {owners[0].removeprefix('* ')} reviews.")


def offline_meets_online(evidence: Evidence) -> Proof:
    """What gates measure offline is measured on served rows too, beside it."""
    watched = set(evidence.parameters["monitoring"]["performance"])
    require(
        evidence.scoring in watched,
        f"monitoring.performance does not name {evidence.scoring}, which decides",
    )
    foreign = sorted(watched - set(evidence.parameters["evaluation"]["metrics"]) - {CALIBRATION, COVERAGE})
    require(not foreign, f"monitoring.performance names {', '.join(foreign)}, which evaluation.metrics does not")
    measured = evidence.load("metrics")
    absent = [name for name in watched - {CALIBRATION, COVERAGE} if f"test_{name}" not in measured]
    require(not absent, f"metrics.json has no {', '.join(absent)}: `make run`")
    told = "; no outcomes of served rows are known yet"
    if evidence.exists("monitoring"):
        told = "".join(f"; {one['sentence']}" for one in evidence.signals("performance"))
    return Proof(f"{', '.join(sorted(watched))} are measured before and after a model serves{told}")


def hyperparameters_tuned(evidence: Evidence) -> Proof:
    """More than one setting of more than one algorithm was tried, and the best one was taken."""
    tried = evidence.load("search_results")
    best, kinds = tried.iloc[0], tried["candidate"].nunique()
    settings = int((tried["candidate"] == best["candidate"]).sum())
    tuned = max(tried.groupby("candidate").size())
    require(kinds > 1 and tuned > 1, f"{settings} settings of {kinds} algorithms were tried: widen training.candidates")
    require(
        best["score"] >= tried["score"].max(), "the best setting of search_results.csv does not come first: `make run`"
    )
    used, chosen = evidence.model[-1].get_params(), json.loads(best["settings"])
    other = [name for name, value in chosen.items() if name in used and used[name] != value]
    require(not other, f"the model has another {', '.join(other)} than the best setting: `make run`")
    return Proof(f"{len(tried)} settings of {kinds} algorithms were tried; {best['candidate']} is best, of {settings}.")


def staleness_known(evidence: Evidence) -> Proof:
    """How much a model loses with its age was replayed on the past."""
    require(evidence.roles.time, "problem.time is null: nothing says how old a row is, so nobody knows what age costs")
    ages = replay(evidence.model, evidence.train_set, evidence.test_set, evidence.roles, evidence.scoring)
    known = [one for one in ages if one["score"] == one["score"]]
    require(len(known) > 1, "the rows span too little time to replay a model's ageing: add older data")
    told = ", ".join(f"{one['score']:.3f} after {one['days']:.0f} days" for one in known)
    return Proof(f"{evidence.scoring} of models that are not trained anew, by age: {told}.", {"ages": ages})


def simpler_model_not_better(evidence: Evidence) -> Proof:
    """A guess and a linear model were fitted on the same rows, and are not better."""
    found = evidence.require_gate("baseline")
    require(found["measured"] is not None and "linear" in found["sentence"], "the gate baseline fitted no linear model")
    return Proof(found["sentence"])


def good_on_slices(evidence: Evidence) -> Proof:
    """Each slice that is large enough was judged."""
    return Proof(evidence.require_gate("slices")["sentence"])


def inclusion_tested(evidence: Evidence) -> Proof:
    """Groups are treated alike; a regression, which selects nobody, errs alike for them."""
    gates = evidence.parameters["gates"]
    columns = gates["fairness"]["columns"]
    require(columns, "gates.fairness.columns names no group")
    if is_classifier(evidence.model):
        return Proof(evidence.require_gate("fairness")["sentence"])
    apart = sorted(set(columns) - set(evidence.parameters["evaluation"]["slices"]["columns"]))
    require(not apart, f"evaluation.slices.columns lacks {', '.join(apart)}, of which gates.fairness.columns speaks")
    return Proof(evidence.require_gate("slices")["sentence"])
