"""Model and held-out rows to metrics, slices, gates and a report; a model that a gate refuses goes no further."""

from kedro.pipeline import Node, Pipeline

from kedro_modelops.pipelines.evaluation.card import write_model_card
from kedro_modelops.pipelines.evaluation.figures import draw_figures
from kedro_modelops.pipelines.evaluation.golden import record_golden
from kedro_modelops.pipelines.evaluation.importances import measure_importances
from kedro_modelops.pipelines.evaluation.nodes import measure, measure_slices, predict_test_set, sample_profile
from kedro_modelops.pipelines.evaluation.report import render_report
from kedro_modelops.pipelines.evaluation.sections import render_sections
from kedro_modelops.pipelines.evaluation.verdict import enforce_gates, judge_gates


def create_pipeline() -> Pipeline:
    """Wires the nodes."""
    held_out = ["model", "test_set", "params:problem"]
    settings = ["params:evaluation", "params:training.scoring"]
    stated = ["params:problem", "params:card", "params:prices"]
    return Pipeline(
        [
            Node(predict_test_set, held_out, "predictions", name="predict_test_set"),
            Node(
                sample_profile,
                ["train_set", "test_set", "params:evaluation", "params:training.seed"],
                ["train_profile", "test_profile"],
                name="sample_profile",
            ),
            Node(
                measure,
                ["model", "train_set", "test_set", "params:problem", "params:evaluation"],
                "metrics",
                name="measure",
            ),
            Node(measure_slices, [*held_out, *settings], "slices", name="measure_slices"),
            Node(
                measure_importances,
                [*held_out, *settings, "params:training.seed"],
                "importances",
                name="measure_importances",
            ),
            Node(
                record_golden,
                ["model", "requests", "reference", "params:problem"],
                "golden",
                name="record_golden",
            ),
            Node(draw_figures, [*held_out, "params:training.scoring"], "figures", name="draw_figures"),
            Node(
                judge_gates,
                [
                    "model",
                    "train_set",
                    "test_set",
                    "predictions",
                    "metrics",
                    "slices",
                    "champion",
                    "lineage",
                    "params:problem",
                    "params:training.scoring",
                    "params:training.seed",
                    "params:gates",
                ],
                "gates",
                name="judge_gates",
            ),
            Node(
                write_model_card,
                ["model", "metrics", "slices", "gates", "lineage", "resources", *settings, *stated],
                "model_card",
                name="write_model_card",
            ),
            Node(
                render_sections,
                ["model", "test_set", "predictions", "metrics", "slices", "params:problem", "params:evaluation"],
                "sections",
                name="render_sections",
            ),
            Node(
                render_report,
                [
                    *("model_card", "gates", "metrics", "slices", "importances"),
                    *("search_results", "figures", "sections", *settings, "params:problem"),
                ],
                "report",
                name="render_report",
            ),
            Node(enforce_gates, ["gates", "report"], "passed_gates", name="enforce_gates"),
        ]
    )
