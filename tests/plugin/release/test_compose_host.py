"""What a deployment types for a Docker host behind SSH; `ssh` runs it here."""

import os
import stat
import time
from pathlib import Path

import pytest
from kedro_modelops.release.deployment.backup import back_up, restore
from kedro_modelops.release.deployment.compose_host import ComposeHost
from kedro_modelops.release.deployment.target import open_target
from kedro_modelops.release.programs import ReleaseError

IMAGE = f"registry.example/serve@sha256:{'1' * 64}"
SSH = """#!/bin/sh
echo "$*" >>{home}/typed
for option; do
    case $option in *key) cp "$option" {home}/key-seen ;; esac
    last=$option
done
case $* in *" -N "*) touch {home}/forwarding; exec sleep 60 ;; esac
cd {home} && exec sh -c "$last"
"""
HOST = """#!/bin/sh
echo "host $*" >>{home}/typed
case $1 in current) echo {image} ;; port) echo "$2" ;; undo) exit 3 ;; canary) cat >{home}/password ;;
backup) echo all ;; restore) cat >{home}/restored ;; esac
"""


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The host, and a project that is deployed to it."""
    home = tmp_path / "host"
    (home / "bin").mkdir(parents=True)
    (tmp_path / "project/deploy/compose").mkdir(parents=True)
    script = tmp_path / "host.sh"
    monkeypatch.setattr("kedro_modelops.release.deployment.compose_host.SCRIPT", script)
    (tmp_path / "project/compose.yaml").write_text("services: {}\n")
    for path, text in {home / "bin/ssh": SSH, script: HOST}.items():
        path.write_text(text.format(home=home, image=IMAGE))
    (home / "bin/ssh").chmod(0o755)
    monkeypatch.chdir(tmp_path / "project")
    monkeypatch.setenv("PATH", str(home / "bin"), prepend=os.pathsep)
    monkeypatch.setenv("DEPLOY_HOST", "somebody@host")
    for name in ("DEPLOY_FOLDER", "DEPLOY_SSH_KEY", "DEPLOY_KNOWN_HOSTS", "REGISTRY_PASSWORD"):
        monkeypatch.delenv(name, raising=False)
    return home


def test_the_stack_is_sent_before_it_is_changed_and_words_arrive_as_they_were(home: Path, tmp_path: Path) -> None:
    host = ComposeHost(tmp_path)
    assert host.current() == IMAGE
    host.start_canary(f"it's; touch {home}/x", 10)
    assert (home / "project/compose.yaml").read_text() == "services: {}\n"
    assert f"host canary it's; touch {home}/x 10" in (home / "typed").read_text()
    assert not (home / "x").exists()


def test_the_login_of_a_registry_is_passed_on_where_nobody_can_read_it(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REGISTRY_USERNAME", "reader")
    monkeypatch.setenv("REGISTRY_PASSWORD", "a password")
    ComposeHost(tmp_path).start_canary(IMAGE, 10)
    typed = (home / "typed").read_text()
    assert f"host canary {IMAGE} 10 registry.example reader\n" in typed
    assert "a password" not in typed
    assert (home / "password").read_text() == "a password"


def test_a_folder_of_any_name_is_one_folder(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DEPLOY_FOLDER", "the folder; touch x")
    ComposeHost(tmp_path).serve(IMAGE)
    assert (home / "the folder; touch x/deploy/compose/host.sh").exists()
    assert not (home / "x").exists()


def test_what_the_host_refuses_is_refused(home: Path, tmp_path: Path) -> None:
    with pytest.raises(ReleaseError, match="ssh -o ended with 3: see above"):
        ComposeHost(tmp_path).undo(IMAGE)


def test_secrets_are_in_files_for_this_user_alone_and_gone_afterwards(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DEPLOY_SSH_KEY", "PRIVATE")
    monkeypatch.setenv("DEPLOY_KNOWN_HOSTS", "host ssh-ed25519 AAAA")
    with open_target("production") as host:
        host.current()
        options = (home / "typed").read_text().split()
        key = Path(options[options.index("-i") + 1])
        assert stat.S_IMODE(key.stat().st_mode) == 0o600
    assert not key.exists()
    assert (home / "key-seen").read_text() == "PRIVATE\n"
    typed = (home / "typed").read_text()
    assert "PRIVATE" not in typed
    assert "StrictHostKeyChecking=yes" in typed


@pytest.mark.parametrize(("part", "port"), [("serve", "proxy"), ("canary", "canary")])
def test_a_service_is_reached_through_a_tunnel_that_ends(home: Path, tmp_path: Path, part: str, port: str) -> None:
    host = ComposeHost(tmp_path)
    host.current()
    with host.reach(part) as url:
        while not (home / "forwarding").exists():
            time.sleep(0.05)
        here = url.rpartition(":")[2]
    assert f"-N -L 127.0.0.1:{here}:127.0.0.1:{port} somebody@host" in (home / "typed").read_text()


def test_what_a_host_has_stored_comes_here_whole_and_goes_back(home: Path, tmp_path: Path) -> None:
    file = tmp_path / "backup.tar.gz"
    back_up(file)
    assert file.read_text() == "all\n"
    restore(file, replace=True)
    assert (home / "restored").read_text() == "all\n"
    assert "host restore replace" in (home / "typed").read_text()
    (tmp_path / "host.sh").write_text("#!/bin/sh\necho half\ntest $1 != backup\n")
    with pytest.raises(ReleaseError, match="ended with 1: see above"):
        back_up(file)
    assert file.read_text() == "all\n"
    assert [path.name for path in tmp_path.glob("*.part")] == []


@pytest.mark.parametrize("named", ["deploy@i-0123456789abcdef0", "ssh://deploy@i-0123456789abcdef0:22"])
def test_an_instance_of_ec2_is_reached_by_session_manager_and_others_are_not(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, named: str
) -> None:
    leads = "ProxyCommand=aws ssm start-session --target %h --document-name AWS-StartSSHSession"
    for name, through in {named: True, "deploy@i-host.example.org": False, "deploy@host": False}.items():
        (home / "typed").unlink(missing_ok=True)
        monkeypatch.setenv("DEPLOY_HOST", name)
        ComposeHost(tmp_path).current()
        assert (leads in (home / "typed").read_text()) is through


def test_a_host_that_is_not_named_is_asked_for(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DEPLOY_HOST")
    with pytest.raises(ReleaseError, match="DEPLOY_HOST is not set: ssh://user@host:port"):
        ComposeHost(tmp_path)
