"""Images as numbers: the brightness of their pixels."""

from base64 import b64decode
from collections.abc import Iterable
from io import BytesIO
from typing import Any, Self

import numpy as np
from sklearn.base import BaseEstimator, TransformerMixin

PACKAGE = "pillow"
"""The distribution that reads images, which services without images do without."""


class ImagePixels(TransformerMixin, BaseEstimator):  # type: ignore[misc]  # no types
    """Makes each image grey and of one size; each pixel is a feature between 0 (black, or no image) and 1 (white).

    Attributes:
        width: Pixels of a row.
        height: Rows.
    """

    def __init__(self, width: int = 16, height: int = 16) -> None:
        """Takes the size."""
        self.width, self.height = width, height

    def fit(self, X: Any, y: Any = None) -> Self:  # noqa: N803  (scikit-learn's names)
        """Learns nothing."""
        return self

    def transform(self, X: Iterable[str]) -> np.ndarray:  # noqa: N803
        """The pixels of each image, row by row.

        Args:
            X: Files of images as base64.
        """
        return np.stack([self._pixels(value) for value in X])

    def get_feature_names_out(self, input_features: Any = None) -> np.ndarray:
        """Row and column of each pixel."""
        names = [f"pixel_{row}_{column}" for row in range(self.height) for column in range(self.width)]
        return np.array(names, dtype=object)

    def __sklearn_is_fitted__(self) -> bool:
        """It always is."""
        return True

    def _pixels(self, value: str) -> np.ndarray:
        from PIL import Image  # noqa: PLC0415  (services without images do without it)

        if not value:
            return np.zeros(self.width * self.height)
        with Image.open(BytesIO(b64decode(value))) as image:
            grey = image.convert("L").resize((self.width, self.height), Image.Resampling.BILINEAR)
        return np.asarray(grey, dtype=float).ravel() / 255
