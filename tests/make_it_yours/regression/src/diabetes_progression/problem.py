"""The one interface to the platform: what it has to know of this problem."""

from kedro_modelops.problem import Problem

from .features import compute_features, identify, label
from .schemas import EXAMPLE, Features, ModelInput, Patient, Predictions

PROBLEM = Problem(
    request=Patient,
    features=Features,
    model_input=ModelInput,
    predictions=Predictions,
    example=EXAMPLE,
    compute_features=compute_features,
    identify=identify,
    label=label,
)
