"""Data contracts of a chemical analysis of wines: Aeberhard and Forina, UCI Machine Learning Repository, 1991.

`conf/base/catalog.yml` names a contract in a dataset's `validator:` key. A field's metadata say `known` (`before` the
answer is asked for, or `after`) and `pii` (does it identify a person). Only fields known before may become features.
"""

import pandera.pandas as pa
from kedro_modelops.contracts import Table
from pandera.typing import Series

BEFORE = {"known": "before", "pii": False}
AFTER = {"known": "after", "pii": False}

CULTIVARS = ["Barbera", "Barolo", "Grignolino"]


class Features(Table):
    """What the model sees: thirteen measurements of a wine."""

    alcohol: Series[float] = pa.Field(ge=8, le=20, metadata=BEFORE, description="Per cent")
    malic_acid: Series[float] = pa.Field(ge=0, le=10, metadata=BEFORE, description="Grams a litre")
    ash: Series[float] = pa.Field(ge=0, le=10, metadata=BEFORE, description="Grams a litre")
    alcalinity_of_ash: Series[float] = pa.Field(ge=0, le=50, metadata=BEFORE, description="Milliequivalents a litre")
    magnesium: Series[float] = pa.Field(ge=20, le=500, metadata=BEFORE, description="Milligrams a litre")
    total_phenols: Series[float] = pa.Field(ge=0, le=10, metadata=BEFORE, description="Grams a litre")
    flavanoids: Series[float] = pa.Field(ge=0, le=10, metadata=BEFORE, description="Grams a litre")
    nonflavanoid_phenols: Series[float] = pa.Field(ge=0, le=5, metadata=BEFORE, description="Grams a litre")
    proanthocyanins: Series[float] = pa.Field(ge=0, le=10, metadata=BEFORE, description="Grams a litre")
    color_intensity: Series[float] = pa.Field(ge=0, le=20, metadata=BEFORE, description="Absorbance")
    hue: Series[float] = pa.Field(ge=0, le=5, metadata=BEFORE, description="Ratio of absorbances")
    dilution: Series[float] = pa.Field(
        alias="od280/od315_of_diluted_wines", ge=0, le=10, metadata=BEFORE, description="Ratio of absorbances"
    )
    proline: Series[float] = pa.Field(ge=100, le=3000, metadata=BEFORE, description="Milligrams a litre")


EXAMPLE = {
    "alcohol": 14.23,
    "malic_acid": 1.71,
    "ash": 2.43,
    "alcalinity_of_ash": 15.6,
    "magnesium": 127.0,
    "total_phenols": 2.8,
    "flavanoids": 3.06,
    "nonflavanoid_phenols": 0.28,
    "proanthocyanins": 2.29,
    "color_intensity": 5.64,
    "hue": 1.04,
    "od280/od315_of_diluted_wines": 3.92,
    "proline": 1065.0,
}
"""A wine as the service takes one, for its documentation."""


class RawWines(Features):
    """One row a wine: what was measured, and the number of its cultivar (`target`)."""

    target: Series[int] = pa.Field(isin=[0, 1, 2], metadata=AFTER)


class ModelInput(Features):
    """Features with the wine's key, its strength, by which slices are made, and its cultivar."""

    wine: Series[str] = pa.Field(unique=True, metadata=BEFORE)
    strength: Series[str] = pa.Field(isin=["light", "strong"], metadata=BEFORE)
    cultivar: Series[str] = pa.Field(isin=CULTIVARS, metadata=AFTER)


class Predictions(Table):
    """The cultivar that each wine is taken for, and how sure that is."""

    wine: Series[str] = pa.Field(unique=True, metadata=BEFORE)
    cultivar: Series[str] = pa.Field(isin=CULTIVARS, metadata=AFTER)
    prediction: Series[str] = pa.Field(isin=CULTIVARS, metadata=BEFORE)
    score: Series[float] = pa.Field(ge=0, le=1, metadata=BEFORE)
