"""The steps, each a Kedro pipeline that knows nothing of the others."""
