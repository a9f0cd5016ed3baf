"""Times, converted to the unit and zone of their contract: the same instant, whatever it is written in."""

import pandas as pd

from kedro_modelops.contracts.losses import LossError

OFFSET = r"[T ]\d\d.*(?:[Zz]|[+-]\d\d(?::?\d\d)?)$"
"""How a time in ISO 8601 ends that has a zone."""
BARE = (
    "has no time zone: write its offset (2013-11-03T01:00:00-05:00), or let the contract say whose clock it is "
    '(metadata={"zone": "America/New_York"})'
)
NO_TIME = "is no time in ISO 8601 of the years 1678 to 2261, such as 2013-11-03T01:00:00-05:00: correct it"
NUMBER = "is a number, and says neither unit nor zone: write times in ISO 8601, such as 2013-11-03T01:00:00-05:00"
TOO_FINE = "is finer than the contract, which counts {}: round it where the table is made, or declare a finer unit"
TWICE = "is twice on the clock of {}, where the clock is put back: write its offset (2013-11-03T01:00:00-05:00)"
NEVER = "is not on the clock of {}, where the clock is put forward: correct it"


def to_time(values: pd.Series, target: pd.DatetimeTZDtype, zone: str | None) -> pd.Series:
    """Converts to moments.

    Args:
        values: Times of any unit and zone, ISO 8601, and nulls.
        target: Unit and zone of the contract.
        zone: Whose clock is meant where a time comes without a zone; None if nobody's.

    Raises:
        LossError: If a value is no time, if its moment is not known, or if the unit is too coarse for it.
    """
    if not pd.api.types.is_datetime64_any_dtype(values.dtype):
        values = _parse(values, zone)
    elif values.dt.tz is None:
        values = _localize(values, values, zone)
    moments = values.dt.tz_convert(target.tz)
    try:
        converted = moments.dt.as_unit(target.unit)
    except pd.errors.OutOfBoundsDatetime as error:
        row = int(values.isna().to_numpy().argmin())
        raise LossError(row, values.iloc[row], f"or a later row does not fit the unit: {error}") from error
    finer = (converted != moments) & moments.notna()
    if finer.any():
        row = int(finer.to_numpy().argmax())
        raise LossError(row, moments.iloc[row], TOO_FINE.format(target.unit))
    return pd.Series(converted)


def localize(time: pd.Timestamp, zone: str) -> pd.Timestamp:
    """The moment at which a clock of a zone shows a time; LossError if that is never or twice."""
    times = pd.Series([time])
    moment: pd.Timestamp = _localize(times, times, zone).iloc[0]
    return moment


def _localize(times: pd.Series, written: pd.Series, zone: str | None) -> pd.Series:
    """Moments of times without a zone, which were `written` in some form."""
    known = times.notna().to_numpy()
    if zone is None:
        if not known.any():
            return pd.Series(times.dt.tz_localize("UTC"))
        raise LossError(int(known.argmax()), written.iloc[known.argmax()], BARE)
    moments = times.dt.tz_localize(zone, ambiguous="NaT", nonexistent="NaT")
    unknown = moments.isna().to_numpy() & known
    if unknown.any():
        row = int(unknown.argmax())
        exists = pd.isna(times.iloc[row : row + 1].dt.tz_localize(zone, ambiguous="NaT", nonexistent="shift_forward"))
        raise LossError(row, written.iloc[row], (TWICE if exists.all() else NEVER).format(zone))
    return pd.Series(moments)


def _parse(values: pd.Series, zone: str | None) -> pd.Series:
    """Moments of texts, dates and times of Python, or nulls."""
    known = values.notna()
    if pd.api.types.is_numeric_dtype(values.dtype) and known.any():
        raise LossError(int(known.to_numpy().argmax()), values[known].iloc[0], NUMBER)
    text = values.map(lambda value: value.isoformat() if hasattr(value, "isoformat") else value, na_action="ignore")
    aware = text.astype("string").str.contains(OFFSET, regex=True).fillna(value=False).astype(bool)
    moments = pd.to_datetime(text.where(aware), format="ISO8601", utc=True, errors="coerce")
    bare = pd.to_datetime(text.mask(aware), format="ISO8601", errors="coerce")
    wrong = (moments.isna() & bare.isna() & known).to_numpy()
    if wrong.any():
        raise LossError(int(wrong.argmax()), values.iloc[wrong.argmax()], NO_TIME)
    return moments.fillna(_localize(bare, values, zone).dt.tz_convert("UTC"))
