from pathlib import Path

from kedro_modelops.testing.project import Kedro


def test_dvc_yaml_that_is_out_of_date_is_shown_and_mended(project: Path, kedro: Kedro) -> None:
    stages = project / "dvc.yaml"
    stages.write_text(stages.read_text().replace("- problem", "- puzzle"))
    result = kedro("dvc", "check")
    assert result.exit_code == 1
    assert "-      - puzzle" in result.output
    assert kedro("dvc", "sync").exit_code == 0
    assert "- puzzle" not in stages.read_text()
