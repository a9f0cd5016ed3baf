"""Each rule of `kedro modelops conventions` is kept by a fresh project, and broken where one file is spoiled."""

import json
from pathlib import Path

import pytest
from edits import Edit, Spoil
from kedro_modelops.conformance.conventions import RULES, all_rules, judge_conventions
from kedro_modelops.conformance.project_facts import ProjectFacts
from kedro_modelops.conformance.rule import Judged, Rule, Verdict, judge
from kedro_modelops.errors import RefusedError
from kedro_modelops.problem import load_problem
from kedro_modelops.stages import in_step
from kedro_modelops.testing.commands import PROJECT, git
from kedro_modelops.testing.project import Kedro, ReplaceProblem

BY_NAME = {rule.name: rule for rule in RULES}


def keep(path: str) -> Spoil:
    """Puts a file into git, whatever .gitignore says."""

    def spoil(project: Path) -> None:
        Edit(path, text="a,b\n1,2\n")(project)
        git(project, "add", "--force", path)

    return spoil


EVALUATION, CATALOG, INGESTION = (
    f"conf/base/{name}.yml" for name in ("parameters_evaluation", "catalog", "parameters_ingestion")
)
ACTION = "jobs: {a: {steps: [{uses: someone/else@v1}]}}\n"
SPOILINGS: list[tuple[str, str, Spoil]] = [
    ("raw_data", "data/01_raw/more.csv", keep("data/01_raw/more.csv")),
    ("raw_data", "data/01_raw/flights/2014-01.parquet", keep("data/01_raw/flights/2014-01.parquet")),
    ("raw_data", "data/notes/table.csv", keep("data/notes/table.csv")),
    (
        "raw_data",
        "tables/more.csv",
        lambda project: (
            keep("tables/more.csv")(project),
            Edit(
                CATALOG,
                text="""
more:
  type: pandas.CSVDataset
  filepath: tables/more.csv
  validator: flight_delays.schemas.RawWeather
""",
            )(project),
        ),
    ),
    ("no_secret", "src/settings.py:1", Edit("src/settings.py", text="PASS" + "WORD = 'hunter2-4711-Xy'\n")),
    ("no_secret", ".pre-commit-config.yaml", Edit(".pre-commit-config.yaml", "id: detect-secrets", "id: another")),
    ("pinned", ".github/workflows/own.yml: someone/else@v1", Edit(".github/workflows/own.yml", text=ACTION)),
    (
        "pinned",
        ".github/workflows/ci.yml: actions/checkout@v7",
        Edit(".github/workflows/ci.yml", "checkout@[0-9a-f]+", "checkout@v7"),
    ),
    (
        "pinned",
        "docker/own.Dockerfile: python:3.11",
        Edit("docker/own.Dockerfile", text="FROM python:3.11 AS a\nFROM a\n"),
    ),
    (
        "pinned",
        "compose.override.yaml: postgres",
        Edit("compose.override.yaml", text="services: {db: {image: postgres}}\n"),
    ),
    ("locks_hashed", "requirements/dev.txt: left-pad==1", Edit("requirements/dev.txt", text="left-pad==1\n")),
    (
        "locks_hashed",
        "requirements/more.txt: git+https://example.com/a",
        Edit("requirements/more.txt", text="git+https://example.com/a\n"),
    ),
    (
        "locks_hashed",
        "pyproject.toml: lifelines",
        Edit("pyproject.toml", "(?m)^dependencies = \\[", 'dependencies = ["lifelines[all]>=0.30",'),
    ),
    ("contracts", "train_set", Edit(CATALOG, r"(?s)(train_set:.*?)\n  validator: [^\n]*", r"\1")),
    ("contracts", "more", Edit(CATALOG, text="\nmore: {type: pandas.SQLTableDataset, table_name: more}\n")),
    (
        "contracts",
        "more",
        Edit(CATALOG, text="\nmore: {type: CachedDataset, dataset: {type: polars.EagerPolarsDataset, filepath: a}}\n"),
    ),
    (
        "contracts",
        "weather_raw",
        Edit(CATALOG, r"validator: (flight_delays.schemas.RawWeather)", r"validator: {class: \1, enabled: false}"),
    ),
    (
        "contracts",
        "weather_raw",
        Edit(CATALOG, r"validator: (flight_delays.schemas.RawWeather)", r"validator: {class: \1, severity: warn}"),
    ),
    (
        "nodes_tested",
        "sample_requests",
        Edit("tests/unit/test_data_processing.py", r"sample_requests\(lazy, test\)", "lazy['2013-05']()"),
    ),
    ("nodes_tested", "label", Edit("tests/unit/test_features.py", r"assert label\(.*", "pass")),
    (
        "node_names",
        "pipeline.py: index_weather",
        Edit("src/flight_delays/pipelines/data_processing/pipeline.py", 'name="index_weather"', 'name="weather"'),
    ),
    (
        "safe_loading",
        "model.py: joblib.load",
        Edit("src/flight_delays/model.py", text="import joblib\n\njoblib.load('a')\n"),
    ),
    ("short_code", "model.py", Edit("src/flight_delays/model.py", text="a = 1\n" * 200)),
    ("gates_on", "gates.floor", Edit(EVALUATION, "minimum: 0.65", "minimum: 0.65\n    enabled: false")),
    (
        "gates_on",
        "production: gates.leak",
        Edit("conf/production/parameters.yml", text="gates: {leak: {enabled: 'no'}}\n"),
    ),
    ("limits_kept", "gates.floor.minimum", Edit(EVALUATION, "minimum: 0.65", "minimum: 0.6")),
    ("limits_kept", "gates.overfit.max_gap", Edit(EVALUATION, "max_gap: 0.15", "max_gap: 0.2")),
    ("limits_kept", "gates.champion.confidence", Edit(EVALUATION, "confidence: 0.95", "confidence: 0.6")),
    ("limits_kept", "gates.fairness.columns", Edit(EVALUATION, r"columns: \[origin\]", "columns: []")),
    (
        "limits_kept",
        "evaluation.slices.columns",
        Edit(EVALUATION, r"columns: \[origin, carrier\]", "columns: [origin]"),
    ),
    (
        "limits_kept",
        "production: gates.lineage.allow_dirty",
        Edit("conf/production/parameters_evaluation.yml", "allow_dirty: false", "allow_dirty: true"),
    ),
    (
        "limits_kept",
        "staging: gates.floor.minimum",
        Edit("conf/staging/parameters.yml", text="gates: {floor: {minimum: 0.1}}\n"),
    ),
    (
        "limits_kept",
        "monitoring.performance.roc_auc",
        Edit("conf/base/parameters_monitoring.yml", "roc_auc: 0.05", "roc_auc: 0.5"),
    ),
    (
        "limits_kept",
        "monitoring.retrain_on",
        Edit("conf/base/parameters_monitoring.yml", r"retrain_on: \[performance, ", "retrain_on: ["),
    ),
    ("limits_kept", "ingestion.limits.rows", Edit(INGESTION, "rows: 0.25", "rows: 0.9")),
    (
        "limits_kept",
        "gates.behaviour.expectations.a flight number tells the model nothing.answer",
        Edit(EVALUATION, "answer: stays", "answer: does not fall"),
    ),
    ("platform_files", "Makefile", Edit("Makefile", text="\nmore:\n\ttrue\n")),
    ("platform_files", "docker/serve.Dockerfile", lambda project: (project / "docker/serve.Dockerfile").unlink()),
    ("platform_files", "kedro-modelops", Edit("kedro-modelops/src/kedro_modelops/errors.py", text="# mine\n")),
    ("platform_files", "", lambda project: (project / ".conformance.json").unlink()),
    (
        "supported_version",
        "kedro-modelops",
        Edit("pyproject.toml", r"^\[tool.kedro_modelops\]", '[tool.kedro_modelops]\nrequired-version = ">=99"'),
    ),
]


def found(name: str, project: Path) -> Judged:
    return judge(BY_NAME[name], ProjectFacts(project), {})


def test_a_fresh_project_keeps_all_rules(spoilable: Path) -> None:
    judged = judge_conventions(ProjectFacts(spoilable), ["dvc_yaml"])
    assert {one.name: one.findings for one in judged if one.verdict != Verdict.PASSED} == {}


@pytest.mark.parametrize(
    ("name", "subject", "spoil"), SPOILINGS, ids=lambda value: value if isinstance(value, str) else ""
)
def test_a_spoiled_file_breaks_the_rule(name: str, subject: str, spoil: Spoil, spoilable: Path) -> None:
    spoil(spoilable)
    judged = found(name, spoilable)
    assert judged.verdict == Verdict.FAILED
    assert subject in {finding.subject for finding in judged.findings}


def test_a_package_that_the_lock_leaves_out_is_asked_for_where_it_is_excluded(spoilable: Path) -> None:
    Edit("pyproject.toml", "(?m)^dependencies = \\[", 'dependencies = ["statsmodels>=0.14",')(spoilable)
    (finding,) = found("locks_hashed", spoilable).findings
    assert "asks for statsmodels, which requirements/train.txt lacks: take it out of exclude-dep" in finding.sentence


def test_each_rule_has_a_project_that_breaks_it() -> None:
    elsewhere = {"dvc_yaml", "features_known_before", "personal_data_marked"}
    assert {name for name, *_ in SPOILINGS} | elsewhere == set(BY_NAME)


def test_stages_that_do_not_follow_the_pipelines_break_the_rule(monkeypatch: pytest.MonkeyPatch) -> None:
    facts = ProjectFacts(PROJECT)
    assert judge(BY_NAME["dvc_yaml"], facts, {}).verdict == Verdict.PASSED
    stated = in_step.current(PROJECT).replace("kedro run --pipelines=training", "kedro run")
    monkeypatch.setattr(in_step, "current", lambda _: stated)
    assert judge(BY_NAME["dvc_yaml"], facts, {}).verdict == Verdict.FAILED


@pytest.mark.parametrize("name", ["features_known_before", "personal_data_marked"])
def test_a_field_that_says_nothing_breaks_the_rule(name: str, spoilable: Path, replace_problem: ReplaceProblem) -> None:
    silent = type("Silent", (load_problem().features,), {"__annotations__": {"origin": str}, "__module__": __name__})
    globals()["Silent"] = silent
    replace_problem(features=silent)
    assert found(name, spoilable).verdict == Verdict.FAILED


@pytest.mark.parametrize(
    "tightened",
    [
        Edit(EVALUATION, "minimum: 0.65", "minimum: 0.67"),
        Edit(EVALUATION, "max_gap: 0.15", "max_gap: 0.1"),
        Edit(EVALUATION, "bins: 10", "bins: 20"),
        Edit(EVALUATION, r"columns: \[origin\]", "columns: [origin, carrier]"),
        Edit("conf/base/parameters_monitoring.yml", "min_rows: 200", "min_rows: 100"),
        Edit("conf/base/parameters_monitoring.yml", "monitors: {}", "monitors: {ours: {class: a.B, most: 2}}"),
        Edit("conf/base/parameters_data_processing.yml", "target: late", "target: later"),  # limits of another problem
    ],
)
def test_a_stricter_limit_keeps_the_rule(tightened: Edit, spoilable: Path) -> None:
    tightened(spoilable)
    assert found("limits_kept", spoilable).verdict == Verdict.PASSED


def test_what_is_declared_with_a_reason_is_shown_and_breaks_nothing(spoilable: Path) -> None:
    Edit("Makefile", text="\nmore:\n\ttrue\n")(spoilable)
    stated = '\n[tool.kedro_modelops.conventions.reasons.platform_files]\nMakefile = "we need more"\n'
    Edit("pyproject.toml", text=stated)(spoilable)
    judged = {one.name: one for one in judge_conventions(ProjectFacts(spoilable), ["dvc_yaml"])}["platform_files"]
    assert (judged.verdict, dict(judged.declared)) == (Verdict.PASSED, {"Makefile": "we need more"})


@pytest.mark.parametrize(("rule", "reason"), [("platform_files", ""), ("no_secret", "it is none")])
def test_no_reason_and_a_reason_for_a_secret_do_not_count(rule: str, reason: str, spoilable: Path) -> None:
    Edit("Makefile", text="\nmore:\n\ttrue\n")(spoilable)
    Edit("src/settings.py", text="PASS" + "WORD = 'hunter2-4711-Xy'\n")(spoilable)
    stated = (
        f'\n[tool.kedro_modelops.conventions.reasons.{rule}]\nMakefile = "{reason}"\n"src/settings.py:1" = "{reason}"\n'
    )
    Edit("pyproject.toml", text=stated)(spoilable)
    judged = {one.name: one.verdict for one in judge_conventions(ProjectFacts(spoilable), ["dvc_yaml"])}
    assert judged[rule] == Verdict.FAILED


RULES_PATH = "kedro_modelops.conformance.conventions.RULES"
ORGANIZATION = """
from kedro_modelops.conformance.rule import Finding, Rule


def named(facts):
    if facts.project.name != "{name}":
        yield Finding("name", "projects are called {name}")


RULES = [Rule("named", "The folder has our name", named)]
"""


@pytest.mark.parametrize(("name", "verdict"), [("project", "passed"), ("another", "failed")])
def test_an_organization_adds_rules_in_a_file(name: str, verdict: str, spoilable: Path) -> None:
    Edit("conventions/ours.py", text=ORGANIZATION.format(name=name))(spoilable)
    Edit("pyproject.toml", text='\n[tool.kedro_modelops.conventions]\nrules = ["conventions/ours.py"]\n')(spoilable)
    *_, last = judge_conventions(ProjectFacts(spoilable), ["dvc_yaml", "no_secret"])
    assert (last.name, last.verdict) == ("named", verdict)


@pytest.mark.parametrize("named", ["json.loads", "no.such.RULES", "missing.py", RULES_PATH])
def test_rules_that_cannot_be_taken_are_refused(named: str, spoilable: Path) -> None:
    Edit("pyproject.toml", text=f'\n[tool.kedro_modelops.conventions]\nrules = ["{named}"]\n')(spoilable)
    with pytest.raises(RefusedError, match=r"two rules are called|rules names"):
        all_rules(ProjectFacts(spoilable))


def test_a_rule_by_its_path(spoilable: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    Edit("ours/acme_rules.py", text=ORGANIZATION.format(name="project"))(spoilable)
    monkeypatch.syspath_prepend(spoilable / "ours")
    Edit("pyproject.toml", text='\n[tool.kedro_modelops.conventions]\nrules = ["acme_rules.RULES"]\n')(spoilable)
    assert all_rules(ProjectFacts(spoilable))[-1].name == "named"


def test_a_rule_that_fails_by_itself_blames_no_project(spoilable: Path) -> None:
    def crash(_: ProjectFacts) -> list[object]:
        return [1 / 0]

    judged = judge(Rule("crash", "It works", crash), ProjectFacts(spoilable), {})  # type: ignore[arg-type]
    assert judged.verdict == Verdict.CRASHED
    assert "fails by itself" in judged.findings[0].sentence


def test_keys_that_the_kit_does_not_test_break_the_rule(spoilable: Path) -> None:
    for file in (spoilable / "tests").rglob("*.py"):
        file.write_text(file.read_text("utf-8").replace("identify", "other"), "utf-8")
    assert found("nodes_tested", spoilable).verdict == Verdict.PASSED
    Edit("tests/test_same_features.py", r"class TestKeys\(KeyTests\)", "class TestKeys")(spoilable)
    assert {finding.subject for finding in found("nodes_tested", spoilable).findings} == {"identify"}


def test_a_reason_for_a_rule_that_there_is_not_is_refused(spoilable: Path) -> None:
    Edit("pyproject.toml", text='\n[tool.kedro_modelops.conventions.reasons.gate_on]\na = "b"\n')(spoilable)
    with pytest.raises(RefusedError, match="there is no rule gate_on"):
        judge_conventions(ProjectFacts(spoilable))


def test_the_command_tells_people_and_programs(spoilable: Path, kedro: Kedro) -> None:
    Edit("docker/own.Dockerfile", text="FROM python:3.11\n")(spoilable)
    words = ("modelops", "conventions", "--without", "dvc_yaml", "--without", "no_secret")
    told, as_json = kedro(*words), kedro(*words, "--json")
    assert (told.exit_code, as_json.exit_code) == (1, 1)
    assert "docker/own.Dockerfile uses python:3.11" in told.output
    answer = json.loads(as_json.stdout)
    assert (answer["kept"], answer["rules"]) == (len(RULES) - 3, len(RULES) - 2)
    assert answer["without_contract"]["metrics"] == "json.JSONDataset"
    broken = [rule for rule in answer["conventions"] if rule["verdict"] != "passed"]
    assert [rule["name"] for rule in broken] == ["pinned"]


def test_limits_of_another_table_are_taken_for_delivered(spoilable: Path, kedro: Kedro) -> None:
    Edit(EVALUATION, "minimum: 0.65", "minimum: 0.6")(spoilable)
    done = kedro("modelops", "conventions", "--take-limits", "--without", "dvc_yaml", "--without", "no_secret")
    assert done.exit_code == 0, done.output
    assert '"gates.floor.minimum": 0.6' in (spoilable / ".conformance.json").read_text()
