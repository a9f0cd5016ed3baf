"""`make doctor` looks at what is deployed to, as far as this machine may."""

import os
from pathlib import Path

import pytest
from kedro_modelops.release import doctor
from kedro_modelops.release.deployment.platform import examine_platform

KUBECTL = """#!/bin/sh
case "$*" in
version*) {answers} ;;
*"staging get secret/arrivals"*) echo 'Error: secrets "arrivals" not found' >&2; exit 1 ;;
*metrics*) echo 'Error: apiservices "v1beta1.metrics.k8s.io" not found' >&2; exit 1 ;;
esac
"""


def install(folder: Path, monkeypatch: pytest.MonkeyPatch, **programs: str) -> None:
    """Programs that are found first, or alone where there are none."""
    folder.mkdir()
    for name, text in programs.items():
        (folder / name).write_text(text)
        (folder / name).chmod(0o755)
    monkeypatch.setenv("PATH", str(folder), prepend=os.pathsep if programs else None)
    for name in ("DEPLOY_HOST", "DEPLOY_FOLDER", "DEPLOY_SSH_KEY", "DEPLOY_KNOWN_HOSTS", "KUBE_CONFIG", "TO"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.delenv("KUBECONFIG", raising=False)


def test_what_a_cluster_lacks_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    install(tmp_path / "bin", monkeypatch, kubectl=KUBECTL.format(answers="true"))
    wrong = {what: told for what, told in examine_platform(tmp_path) if told}
    assert wrong == {
        "cluster: metrics-server": 'Error: apiservices "v1beta1.metrics.k8s.io" not found',
        "cluster: the Secret arrivals in staging": 'Error: secrets "arrivals" not found',
    }
    monkeypatch.setenv("TO", "production")
    assert [what for what, told in examine_platform(tmp_path) if told] == ["cluster: metrics-server"]


@pytest.mark.parametrize(("config", "verdict"), [("", "optional"), ("apiVersion: v1", "missing")])
def test_a_cluster_that_nobody_named_is_optional_and_one_that_is_down_is_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, config: str, verdict: str
) -> None:
    install(tmp_path / "bin", monkeypatch, kubectl=KUBECTL.format(answers="echo refused >&2; exit 1"))
    monkeypatch.setenv("KUBE_CONFIG", config)
    ((what, told),) = examine_platform(tmp_path)
    assert doctor.judge(what, told) == verdict


@pytest.mark.parametrize("folder", ["deployed", "it's; touch x"])
def test_what_a_host_lacks_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, folder: str) -> None:
    here = f'#!/bin/sh\nfor last; do :; done\ncd {tmp_path} && exec sh -c "$last"\n'
    install(tmp_path / "bin", monkeypatch, ssh=here, docker='#!/bin/sh\n[ "$1" = version ]\n')
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}:/bin")
    (tmp_path / "compose.yaml").touch()
    assert [doctor.judge(*look) for look in examine_platform(tmp_path)] == ["optional"]
    monkeypatch.setenv("DEPLOY_HOST", "somebody@host")
    monkeypatch.setenv("DEPLOY_FOLDER", folder)
    ((what, told),) = examine_platform(tmp_path)
    assert what == "host"
    assert "secrets/serving/keys.json is missing" in told
    (tmp_path / folder / "secrets" / "serving").mkdir(parents=True)
    (tmp_path / folder / "secrets" / "serving" / "keys.json").write_text("{}")
    ((_, told),) = examine_platform(tmp_path)
    assert "keys.json" not in told
    assert not (tmp_path / "x").exists()
