"""Contracts of images: those that cannot be read or have another form are named, and the service takes no others."""

from base64 import b64encode
from io import BytesIO
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from kedro_modelops.errors import RefusedError
from kedro_modelops.files.folder import as_files, read_folder
from kedro_modelops.files.images import ImageRules
from kedro_modelops.models.estimators import Candidate, build_estimator
from kedro_modelops.models.model_format import ModelFormat
from kedro_modelops.models.unstructured import ImagePixels
from PIL import Image

RULES = ImageRules(at_least=2, suffixes=(".png",), sizes=(60, 2000), width=(8, 8), height=(4, 8), modes=("L",))
DRAW = np.random.default_rng(3)


def image(width: int = 8, height: int = 8, mode: str = "L", kind: str = "PNG", *, level: int = 255) -> bytes:
    """A file with noise, up to a level of brightness."""
    channels = len(Image.new(mode, (1, 1)).getbands())
    noise = DRAW.integers(0, level, (height, width, channels), dtype=np.uint8).squeeze()
    file = BytesIO()
    Image.fromarray(noise, mode=None).save(file, kind)
    return file.getvalue()


@pytest.fixture
def images(tmp_path: Path) -> Path:
    """A folder that keeps the rules."""
    for name in ("dark/1.png", "bright/1.png"):
        (tmp_path / name).parent.mkdir()
        (tmp_path / name).write_bytes(image())
    return tmp_path


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (image()[:-30], "cannot be read"),
        (image(kind="BMP"), "is no image of the kind PNG"),
        (b"x" * 100, "is no image of the kind PNG"),
        (image(width=9), "is 9 pixels wide, where 8 to 8 are expected"),
        (image(height=3), "is 3 pixels high, where 4 to 8 are expected"),
        (image(mode="RGB"), "has the colours RGB, where L is expected"),
        (b"x" * 2001, "has 2,001 bytes, where 60 to 2,000 are expected"),
    ],
)
def test_an_image_that_breaks_a_rule_is_named(images: Path, content: bytes, told: str) -> None:
    (images / "dark" / "2.png").write_bytes(content)
    with pytest.raises(RefusedError) as refused:
        read_folder(images, RULES)
    assert f"dark/2.png {told}" in refused.value.message
    accepted = RULES.accepts(pd.Series([b64encode(content).decode()]))
    assert not accepted.any()


def test_an_image_that_is_there_twice_is_named(images: Path) -> None:
    (images / "dark" / "2.png").write_bytes((images / "bright" / "1.png").read_bytes())
    with pytest.raises(RefusedError, match=r"dark/2\.png is the same as bright/1\.png"):
        read_folder(images, RULES)


def test_a_folder_is_a_table_of_images_in_base64(images: Path) -> None:
    table = read_folder(images, RULES)
    assert table["label"].tolist() == ["bright", "dark"]
    assert as_files(table, RULES) == {name: (images / name).read_bytes() for name in table["file"]}
    assert RULES.accepts(table["image"]).all()


def test_rules_say_what_they_accept() -> None:
    assert str(RULES) == ".png, L, 8 to 8 pixels wide, 4 to 8 pixels high, 60 to 2,000 bytes"


def test_an_example_is_one_that_the_service_takes() -> None:
    assert RULES.accepts(pd.Series([RULES.blank(), "no base64", ""])).tolist() == [True, False, False]


def test_pixels_are_features_and_survive_being_kept() -> None:
    files = [image(level=level) for level in (40, 255) * 20]
    features = pd.DataFrame({"image": [b64encode(content).decode() for content in files]})
    chain = [{"class": "kedro_modelops.models.unstructured.ImagePixels", "options": {"width": 4, "height": 2}}]
    linear = {"class": "sklearn.linear_model.LogisticRegression"}
    candidate = Candidate.model_validate({"text": chain, "estimator": linear})
    model = build_estimator(candidate, features, 1, text=["image"]).fit(features, [False, True] * 20)
    assert len(model[:-1].get_feature_names_out()) == 8
    assert model.score(features, [False, True] * 20) == 1
    loaded = ModelFormat(["numpy.dtype"], None).check(model)
    np.testing.assert_array_equal(loaded.predict_proba(features), model.predict_proba(features))


def test_a_service_whose_lock_has_no_pillow_is_refused_such_a_model(tmp_path: Path) -> None:
    features = pd.DataFrame({"image": [RULES.blank()] * 4})
    chain = [{"class": "kedro_modelops.models.unstructured.ImagePixels"}]
    dummy = {"class": "sklearn.dummy.DummyClassifier"}
    model = build_estimator(Candidate.model_validate({"text": chain, "estimator": dummy}), features, 1, text=["image"])
    lock = tmp_path / "serve.txt"
    lock.write_text("scikit-learn==1\nnumpy==1\n")
    with pytest.raises(RefusedError, match="it needs pillow"):
        ModelFormat(["numpy.dtype"], lock).check(model.fit(features, [0, 1, 0, 1]))


def test_an_image_is_as_bright_as_its_pixels() -> None:
    pixels = ImagePixels(width=2, height=2).transform([b64encode(_grey(51)).decode(), ""])
    np.testing.assert_allclose(pixels, [[0.2] * 4, [0] * 4], atol=1e-6)


def _grey(level: int) -> bytes:
    file = BytesIO()
    Image.new("L", (8, 8), level).save(file, "PNG")
    return file.getvalue()
