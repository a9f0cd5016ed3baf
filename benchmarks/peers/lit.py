"""The same model behind LitServe, with its batching on."""

import os
import sys
from pathlib import Path
from typing import Any

import litserve
import pandas as pd
import skops.io
import yaml

MODEL = Path(os.environ["MODEL"])


class Delays(litserve.LitAPI):
    """Answers rows of features."""

    def setup(self, device: Any) -> None:
        """Loads the model."""
        saved = yaml.safe_load((MODEL / "MLmodel").read_text())["flavors"]["sklearn"]
        self.model = skops.io.load(MODEL / saved["pickled_model"], trusted=saved["skops_trusted_types"])

    def decode_request(self, request: dict[str, Any]) -> dict[str, Any]:
        """The only row of a request."""
        return request["rows"][0]

    def batch(self, inputs: list[dict[str, Any]]) -> pd.DataFrame:
        """Rows of several requests."""
        return pd.DataFrame(inputs)

    def predict(self, x: pd.DataFrame) -> list[bool]:
        """One answer a row."""
        return self.model.predict(x).tolist()

    def unbatch(self, output: list[bool]) -> list[bool]:
        """An answer for each request."""
        return output

    def encode_response(self, output: bool) -> dict[str, list[bool]]:
        """As it is sent."""
        return {"predictions": [output]}


if __name__ == "__main__":
    api = Delays(max_batch_size=256, batch_timeout=0.005)
    server = litserve.LitServer(api, accelerator="cpu", workers_per_device=1)
    server.run(host="127.0.0.1", port=int(sys.argv[1]), num_api_servers=1, generate_client_file=False)
