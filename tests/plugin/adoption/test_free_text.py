"""Free text: columns whose words are features, and folders of which each file is a row."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from kedro_modelops.adoption.judging.model_input import compute, divide
from kedro_modelops.adoption.judging.training_settings import training_of
from kedro_modelops.adoption.proposing.roles import propose
from kedro_modelops.adoption.proposing.wishes import Wishes
from kedro_modelops.adoption.questions import lines
from kedro_modelops.adoption.tables import read_source
from kedro_modelops.errors import RefusedError
from kedro_modelops.models.estimators import Candidate, build_estimator
from tables import ROWS, taken

DRAW = np.random.default_rng(5)
NOUNS, VERBS = ["room", "view", "meal", "staff", "bed"], ["was", "seemed", "felt"]
PRAISE = {"yes": ["lovely", "clean", "quiet"], "no": ["dirty", "cold", "loud"]}


def reviews() -> pd.DataFrame:
    """With what was written, a title of two words, and a colour of one."""
    again = DRAW.choice(["yes", "no"], ROWS)
    return pd.DataFrame(
        {
            "review": [
                f"The {DRAW.choice(NOUNS)} {DRAW.choice(VERBS)} {DRAW.choice(PRAISE[back])} on day {number}"
                for number, back in enumerate(again)
            ],
            "title": [f"visit no{number}" for number in range(ROWS)],
            "colour": [f"x{number}y" for number in range(ROWS)],
            "nights": DRAW.integers(1, 9, ROWS),
            "again": again,
        }
    )


def test_what_people_write_is_a_feature_by_its_words() -> None:
    found = taken(reviews(), target="again")
    assert (found.features, found.text) == (("review", "nights"), ("review",))
    assert dict(lines(found))["free text"] == "review: its words are features"
    assert set(found.left_out) == {"title", "colour"}
    candidates = training_of(found, found.table)["candidates"]
    vectorizers = {name: candidate["text"][0]["class"].rpartition(".")[2] for name, candidate in candidates.items()}
    assert vectorizers["logistic_regression"] == "TfidfVectorizer"
    assert all("categorical" not in candidate for candidate in candidates.values())


def test_text_that_is_kept_is_read_by_its_words_where_it_has_some() -> None:
    found = taken(reviews(), target="again", keep=["title", "colour"])
    assert found.text == ("review", "title")
    assert found.categories == ["colour"]


CHINESE = ("房间", ["很干净也很安静", "舒适而且明亮"], ["又脏又吵真糟糕", "很冷而且太暗了"])
JAPANESE = ("この部屋は", ["とても清潔で静かです", "快適で明るいです"], ["汚くてうるさいです", "寒くて暗すぎます"])
THAI = ("ห้องนี้", ["สะอาดและเงียบมาก", "สบายและสว่างมาก"], ["สกปรกและเสียงดังมาก", "หนาวและมืดเกินไป"])


def unspaced(opening: str, praise: list[str], blame: list[str]) -> pd.DataFrame:
    again = DRAW.choice(["yes", "no"], ROWS)
    said = [f"{n % 100}{opening}{DRAW.choice(praise if back == 'yes' else blame)}第{n}" for n, back in enumerate(again)]
    return pd.DataFrame({"review": said, "nights": DRAW.integers(1, 9, ROWS), "again": again})


@pytest.mark.parametrize("script", [CHINESE, JAPANESE, THAI], ids=["Chinese", "Japanese", "Thai"])
def test_text_without_spaces_is_read_by_its_characters(script: tuple[str, list[str], list[str]]) -> None:
    found = taken(unspaced(*script), target="again")
    assert (found.features, found.text) == (("review", "nights"), ("review",))
    table = compute(found, found.table)
    train, test = divide(found, table)
    for candidate in training_of(found, train)["candidates"].values():
        columns = train[list(found.features)]
        model = build_estimator(Candidate.model_validate(candidate), columns, 1, text=found.text)
        assert model.fit(columns, train["again"]).score(test[columns.columns], test["again"]) > 0.95


def test_names_in_a_script_without_spaces_are_no_free_text() -> None:
    cities = [f"{'甲乙丙丁戊己庚辛壬癸'[n % 10]}{'东西南北中'[n % 5]}{n}市" for n in range(ROWS)]
    found = taken(reviews().assign(city=cities), target="again")
    assert found.text == ("review",)
    assert "analyzer" not in str(training_of(found, found.table)["candidates"])


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """With a sub-folder for each class."""
    for number, row in enumerate(reviews().head(60).itertuples()):
        file = tmp_path / "reviews" / row.again / f"{number:03d}.txt"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(row.review, encoding="utf-8")
    return tmp_path / "reviews"


def test_each_file_of_a_folder_is_a_row(folder: Path) -> None:
    (folder / "no" / "copy.txt").write_bytes(min((folder / "no").iterdir()).read_bytes())
    (folder / ".DS_Store").write_bytes(b"\0")
    found = propose(read_source(str(folder)), Wishes())
    assert (found.target, found.kind, found.key, found.features) == ("label", "binary", ("file",), ("text",))
    assert (found.stored, found.rows, found.text) == ("data/01_raw/reviews", 60, ("text",))
    assert found.dropped == {"1 files": "repeat another one"}
    assert found.table["file"].str.rpartition("/")[0].tolist() == found.table["label"].tolist()


def test_a_table_beside_the_files_says_what_is_known_of_each(folder: Path) -> None:
    files = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*.txt"))
    known = pd.DataFrame({"file": files, "stars": range(len(files)), "paid": "1,50"})
    known.to_csv(folder / "labels.csv", sep=";", index=False)
    found = propose(read_source(str(folder)), Wishes(target="stars", kind="regression"))
    assert list(found.columns) == ["file", "text", "stars", "paid"]
    assert found.columns["paid"].content.unique().tolist() == [1.5]
    known[1:].to_csv(folder / "labels.csv", index=False)
    with pytest.raises(RefusedError, match=rf"{files[0]} lies in no sub-folder, and labels\.csv has no row of it"):
        read_source(str(folder))
    known.rename(columns={"file": "name"}).to_csv(folder / "labels.csv", index=False)
    with pytest.raises(RefusedError, match="has no column `file`"):
        read_source(str(folder))


def test_files_that_cannot_be_read_are_named_before_anything_is_written(folder: Path) -> None:
    (folder / "no" / "latin.txt").write_bytes("schön".encode("latin-1"))
    (folder / "no" / "page.pdf").write_bytes(b"%PDF")
    with pytest.raises(RefusedError) as refused:
        read_source(str(folder))
    assert "no/latin.txt is no text in UTF-8: byte 4 is 0xf6" in refused.value.message
    assert "no/page.pdf ends in .pdf, where .txt is expected" in refused.value.message
