"""Transformers of features that are no numbers and no categories: free text, and images encoded as text."""

from kedro_modelops.models.unstructured.image_pixels import ImagePixels
from kedro_modelops.models.unstructured.text_imputer import TextImputer

__all__ = ["ImagePixels", "TextImputer"]
