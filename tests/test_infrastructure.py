"""The module for AWS: whom its roles trust, what is open, and that its outputs are what `make doctor` asks for.

No cloud and no provider is asked. Files are parsed by what checkov parses them with, and each check is tried on copies
too, into which what it has to find is planted.
"""

import json
import re
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from baking import CHECKOV, COMBINATIONS, PLUGIN, ROOT, run
from conftest import Bake

pytestmark = pytest.mark.judge
FOLDER = "kedro-modelops/infrastructure/aws"
MODULE = ROOT / "{{cookiecutter.project_slug}}" / FOLDER
PARSE = "import hcl2, json, sys; print(json.dumps([hcl2.load(open(file)) for file in sys.argv[1:]]))"
ASK = """
import json
from kedro_modelops.release.github_settings import OPEN, PROTECTED, SETTINGS
print(json.dumps([[known._asdict() for known in SETTINGS], OPEN, PROTECTED]))
"""
SETTINGS, OPEN, PROTECTED = json.loads(run(sys.executable, "-c", ASK, cwd=ROOT, env=PLUGIN).stdout)
TOFU = shutil.which("tofu") or shutil.which("terraform")
NEEDS_TOFU = pytest.mark.skipif(TOFU is None, reason="neither tofu nor terraform is here")
GOOD = {"organization": "example-org", "repository": "my-project", "deploy_key": "ssh-ed25519 AAAA deploy"}
SUBJECT = "repo:${var.organization}/${var.repository}:environment:${environment}"
SUBJECTS = f'${{[for environment in each.value.environments : "{SUBJECT}"]}}'
MAIN = ["refs/heads/main"]
WORLD = {"0.0.0.0/0", "::/0", "${each.value}"}  # each of var.clients

Blocks = dict[str, dict[str, Any]]
"""What stands in a module, by the kind and address of each block: `resource`, `aws_vpc.this`."""

PLANTED = {
    "any repository": ("github.tf", "/${var.repository}:", "/*:", "read"),
    "a pattern": ("github.tf", '"StringEquals"\n      variable = "${local.github_host}:sub"',
                  '"StringLike"\n      variable = "${local.github_host}:sub"', "read"),
    "any branch": ("github.tf", 'policies = ["read", "push"], branches = ["refs/heads/main"]',
                   'policies = ["read", "push"], branches = []', "build"),
    "any environment": ("github.tf", 'environments = ["training"]', 'environments = ["*"]', "train"),
    "an environment of all": ("github.tf", 'environments = ["production"]',
                              'environments = ["production", "ci"]', "production"),
    "any audience": ("github.tf", '["sts.amazonaws.com"]\n    }', '["*"]\n    }', "read"),
    "no branch asked": ("github.tf", '"${local.github_host}:ref"', '"${local.github_host}:actor"', "build"),
    "writing everywhere": ("github.tf", 'policies = ["read"]', 'policies = ["read", "write"]', "read"),
    "any account": ("host.tf", '["ec2.amazonaws.com"]', '["*"]', "host"),
    "SSH": ("network.tf", "from_port         = 443", "from_port         = 22",
            "aws_vpc_security_group_ingress_rule.host"),
    "the database": ("network.tf", "referenced_security_group_id = aws_security_group.host.id",
                     'cidr_ipv4 = "0.0.0.0/0"', "aws_vpc_security_group_ingress_rule.database"),
    "a public database": ("database.tf", "publicly_accessible                 = false",
                          "publicly_accessible                 = true", "aws_db_instance.this"),
    "public objects": ("storage.tf", "block_public_policy     = true", "block_public_policy     = false",
                       "aws_s3_bucket_public_access_block.this"),
    "HTTP": ("storage.tf", '["false"]', '["true"]', "data.aws_iam_policy_document.bucket"),
    "old metadata": ("host.tf", 'http_tokens                 = "required"',
                     'http_tokens                 = "optional"', "aws_instance.host"),
}  # fmt: skip
"""What somebody may write some day: the file, what stands there, what takes its place, and whom or what it opens."""


@pytest.fixture(scope="session")
def modules(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Blocks]:
    """The module as it is, without a name, and with each thing planted; parsed at once, as it takes long to begin."""
    home, paths = tmp_path_factory.mktemp("infrastructure"), sorted(MODULE.glob("*.tf"))
    for name, (file, known, planted, _) in PLANTED.items():
        text = (MODULE / file).read_text("utf-8")
        assert known in text, f"{file} has nothing to plant {name} in"
        (home / name).write_text(text.replace(known, planted, 1), "utf-8")
    done = run(*CHECKOV, "--quiet", "python", "-c", PARSE, *paths, *PLANTED, cwd=home)
    parsed = json.loads(done.stdout.splitlines()[-1])
    whole = {path.name: tree for path, tree in zip(paths, parsed, strict=False)}
    changed = {name: {PLANTED[name][0]: tree} for name, tree in zip(PLANTED, parsed[len(paths) :], strict=True)}
    return {name: _blocks([*(whole | trees).values()]) for name, trees in {"": {}, **changed}.items()}


@pytest.fixture(scope="session")
def module(modules: dict[str, Blocks]) -> Blocks:
    """The module as it is."""
    return modules[""]


def _blocks(trees: list[dict[str, Any]]) -> Blocks:
    found: Blocks = {}
    for kind, block in ((kind, block) for tree in trees for kind, blocks in tree.items() for block in blocks):
        for name, content in block.items():
            inner = content.items() if kind in {"resource", "data"} else [("", content)]
            found.setdefault(kind, {}).update({f"{name}.{last}".strip("."): body for last, body in inner})
    return found


def value(body: dict[str, Any], name: str) -> Any:
    """An attribute, which the parser wraps into a list."""
    return body.get(name, [None])[0]


def statements(module: Blocks, name: str) -> list[dict[str, Any]]:
    """Statements of a policy document."""
    found: list[dict[str, Any]] = module["data"][f"aws_iam_policy_document.{name}"]["statement"]
    return found


def conditions(statement: dict[str, Any]) -> dict[str, tuple[Any, Any]]:
    """Test and values of each condition, by what is compared; those that are made for each of a list, by that too."""
    plain = [("", condition) for condition in statement.get("condition", [])]
    made = [(value(block["condition"], "for_each"), block["condition"]["content"][0])
            for block in statement.get("dynamic", []) if "condition" in block]  # fmt: skip
    return {
        f"{value(condition, 'variable')} {of}".strip(): (value(condition, "test"), value(condition, "values"))
        for of, condition in [*plain, *made]
    }


def trusting(module: Blocks) -> Iterator[str]:
    """Roles that others may take than the jobs on `main` of the environments that they are for, or a host of EC2."""
    wanted = {
        "${local.github_host}:aud": ("StringEquals", ["sts.amazonaws.com"]),
        "${local.github_host}:sub": ("StringEquals", SUBJECTS),
        "${local.github_host}:ref ${each.value.branches}": ("StringEquals", ["${condition.value}"]),
    }
    (roles,) = module["locals"]["roles"]
    for address, role in module["resource"].items():
        if not address.startswith("aws_iam_role."):
            continue
        document = re.search(r"aws_iam_policy_document\.(\w+)", value(role, "assume_role_policy"))
        assert document, f"{address} trusts by no document"
        for statement in statements(module, document[1]):
            (principal,) = statement["principals"]
            who = (value(principal, "type"), value(principal, "identifiers"))
            if who == ("Federated", ["${local.github_arn}"]):
                yield from roles if conditions(statement) != wanted else ()
            elif who != ("Service", ["ec2.amazonaws.com"]):
                yield address.partition(".")[2]
    for name, role in roles.items():
        everybody = OPEN in role["environments"]
        if not set(role["environments"]) <= {OPEN, *PROTECTED} or (everybody and role["policies"] != ["read"]):
            yield name
        if not everybody and role["branches"] != MAIN:
            yield name


def opened(module: Blocks) -> Iterator[str]:
    """What others reach, but by port 443 and TLS."""
    strict: dict[str, dict[str, Any]] = {
        "aws_db_instance": {"publicly_accessible": False, "storage_encrypted": True, "deletion_protection": True},
        "aws_s3_bucket_public_access_block": dict.fromkeys(
            ("block_public_acls", "block_public_policy", "ignore_public_acls", "restrict_public_buckets"), True
        ),
        "aws_subnet": {"map_public_ip_on_launch": None},
        "aws_security_group": {"ingress": None},
        "aws_ecr_repository": {"image_tag_mutability": "IMMUTABLE"},
    }
    for address, body in module["resource"].items():
        kind = address.partition(".")[0]
        if any(value(body, name) != wanted for name, wanted in strict.get(kind, {}).items()):
            yield address
        from_outside = kind.endswith("ingress_rule") and {value(body, "cidr_ipv4"), value(body, "cidr_ipv6")} & WORLD
        ports = (value(body, "ip_protocol"), value(body, "from_port"), value(body, "to_port"))
        if from_outside and ports != ("tcp", 443, 443):
            yield address
        if kind == "aws_instance":
            (metadata,), (disk,) = body["metadata_options"], body["root_block_device"]
            if value(metadata, "http_tokens") != "required" or value(disk, "encrypted") is not True:
                yield address
    (denied, *_) = statements(module, "bucket")
    if conditions(denied) != {"aws:SecureTransport": ("Bool", ["false"])} or value(denied, "effect") != "Deny":
        yield "data.aws_iam_policy_document.bucket"


def test_roles_trust_this_repository_on_main_and_each_environment_has_one(module: Blocks) -> None:
    assert [*trusting(module)] == []
    (roles,) = module["locals"]["roles"]
    assert sorted(name for role in roles.values() for name in role["environments"]) == sorted([OPEN, *PROTECTED])
    assert {name for name, role in roles.items() if {"write", "push"} & {*role["policies"]}} == {"train", "build"}


def test_nothing_is_open_to_the_world_but_443(module: Blocks) -> None:
    assert [*opened(module)] == []
    rules = [body for address, body in module["resource"].items() if "ingress_rule" in address]
    assert sorted(value(rule, "from_port") for rule in rules) == [443, 5432]
    parameters = {
        value(one, "name"): value(one, "value")
        for one in module["resource"]["aws_db_parameter_group.this"]["parameter"]
    }
    assert parameters["rds.force_ssl"] == "1"


@pytest.mark.parametrize("planted", PLANTED)
def test_what_is_planted_is_found(planted: str, modules: dict[str, Blocks]) -> None:
    found = {*trusting(modules[planted]), *opened(modules[planted])}
    assert PLANTED[planted][3] in found


def test_the_variables_that_are_set_are_those_that_doctor_looks_for(module: Blocks) -> None:
    settings = {known["name"]: known for known in SETTINGS if known["kind"] == "variable"}
    (places,) = module["locals"]["settings"]
    told = {*places}
    here = {name for name, known in settings.items() if known["only"] in {"s3", "compose"} and known["needed_by"]}
    assert told == here - {"DEPLOY_KNOWN_HOSTS"} | {"IMAGE_REPOSITORY"}  # a host makes its key when it starts
    for name in told - {"DEPLOY_HOST"}:  # which has a place for each host
        assert {"repository"} <= places[name].keys() <= {"repository", *PROTECTED}
    assert set(settings["DEPLOY_HOST"]["environments"]) == {*value(module["variable"]["hosts"], "default")}
    assert [name for name, output in module["output"].items() if not value(output, "description")] == []


def test_variables_are_used_and_described(module: Blocks) -> None:
    used = "".join(path.read_text("utf-8") for path in MODULE.glob("*.tf") if path.name != "variables.tf")
    assert [name for name in module["variable"] if not re.search(rf"\bvar\.{name}\b", used)] == []
    for name, variable in module["variable"].items():
        assert value(variable, "description").endswith("."), name
        assert value(variable, "type"), name
    example = re.search(r'module "platform" \{(.*?)\n\}', (MODULE / "example/main.tf").read_text("utf-8"), re.DOTALL)
    assert example
    given = set(re.findall(r"^  (\w+) +=", example[1], re.MULTILINE)) - {"source"}
    assert given <= module["variable"].keys()
    assert given >= {name for name, variable in module["variable"].items() if "default" not in variable}


@pytest.mark.parametrize("answers", ["laptop", "amazon"])
def test_the_document_names_what_is_there(answers: str, module: Blocks, bake: Bake) -> None:
    project = bake(**COMBINATIONS[answers]).path
    (chapter,) = re.findall(
        r"^## Infrastructure on AWS\n(.*?)^## ",
        (project / "docs/run-in-production.md").read_text("utf-8"),
        re.MULTILINE | re.DOTALL,
    )
    example = (project / FOLDER / "example/main.tf").read_text("utf-8")
    told = re.findall(r"^tofu -chdir=infrastructure output (?:-raw )?(\w+)", chapter, re.MULTILINE)
    assert told == ["commands", "settings"]
    assert [name for name in told if f'output "{name}"' not in example] == []
    (places,) = module["locals"]["settings"]
    shown = {name for name in [*module["output"], *places] if re.search(rf"\b{name}\b", chapter)}
    assert shown >= {"commands", "dvc_remote", "addresses", "database", "policies", *places}
    assert (project / "infrastructure" / re.findall(r'source += "(.*)"', example)[0]).resolve() == (
        project / FOLDER
    ).resolve()


def test_checkov_finds_nothing(bake: Bake) -> None:
    scan = (*CHECKOV, "--quiet", "checkov", "--skip-download", "--compact", "--framework", "terraform", "secrets")
    done = run(*scan, "--directory", FOLDER, cwd=bake().path, check=False)
    passed = re.search(r"^Passed checks: (\d+), Failed checks: 0, ", done.stdout, re.MULTILINE)
    assert done.returncode == 0, done.stdout
    assert passed, done.stdout
    assert int(passed[1]) > 200


@NEEDS_TOFU
def test_it_is_formatted() -> None:
    run(str(TOFU), "fmt", "-check", "-recursive", ".", cwd=MODULE)


@NEEDS_TOFU
def test_answers_that_would_trust_others_or_could_not_work_are_refused(tmp_path: Path) -> None:
    shutil.copy(MODULE / "variables.tf", tmp_path)

    def plan(**answers: str) -> str:
        variables = [f"-var={name}={answer}" for name, answer in (GOOD | answers).items()]
        done = run(str(TOFU), "plan", "-input=false", "-no-color", *variables, cwd=tmp_path, check=False)
        told = re.sub(r"\s*\n\W*", " ", done.stdout)
        return told if done.returncode else ""

    assert plan() == ""
    assert plan(organization="example-org@12", repository="my-project@34") == ""
    assert plan(hosts="[]", deploy_key="") == ""
    refused = {
        "organization": ("*", "would trust others"),
        "repository": ("*", "would trust others"),
        "hosts": ('["ci"]', "staging, production, both or none"),
        "deploy_key": ("-----BEGIN", "is a public key"),
        "clients": ('["everybody"]', "IPv4 networks"),
        "kept_days": ("90", "7 to 35"),
        "github_provider_arn": ("arn:aws:iam::1:oidc-provider/example.org", "ends with"),
    }
    for name, (answer, sentence) in refused.items():
        assert sentence in plan(**{name: answer}), name
    assert "numbers behind both names" in plan(repository="my-project@34")
