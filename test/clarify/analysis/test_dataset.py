"""Data sets: read in small memory; what is wrong is named with its row and column."""

import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from analysis.coding import Coded
from analysis.config import configuration
from analysis.dataset import Dataset, read_dataset
from analysis.problem import AnalysisError

Json = dict[str, Any]
Write = Callable[..., Path]
People = Callable[..., list[Json]]


def _values(column: Coded) -> list[str | None]:
    return [None if code < 0 else column.values[code] for code in column.codes]


@pytest.fixture
def read(document: Json, write: Write) -> Callable[..., Dataset]:
    def read_rows(rows: list[Json], name: str = "data.csv", **changes: object) -> Dataset:
        kind = "application/jsonlines" if name.endswith(".jsonl") else "text/csv"
        return read_dataset(write(rows, name), configuration(document | {"dataset_type": kind} | changes))

    return read_rows


Read = Callable[..., Dataset]


def test_csv_and_json_lines_are_the_same(read: Read, people: People) -> None:
    rows = people(50)
    of_csv, of_lines = read(rows), read(rows, "data.jsonl")
    for name, column in of_csv.facets.items():
        assert _values(column) == _values(of_lines.facets[name])
    assert _values(of_csv.label) == _values(of_lines.label) == [row["label"] for row in rows]


def test_columns_may_be_numbers(read: Read, people: People) -> None:
    data = read(people(20), label=2, facet=[{"name_or_index": 5}])
    assert set(data.facets) == {"gender"}
    assert data.names["label"] == "label"


def test_thresholds_make_intervals_open_below(read: Read, people: People) -> None:
    rows = [row | {"age": age} for row, age in zip(people(4), [40, 41, 60, 75], strict=True)]
    facet = [{"name_or_index": "age", "value_or_threshold": [60, 40]}]
    assert _values(read(rows, facet=facet).facets["age"]) == [
        "(-inf, 40]",
        "(40, 60]",
        "(40, 60]",
        "(60, 75]",
    ]


@pytest.mark.parametrize("nothing", ["", " ", "NaN", "nan", "null", None])
def test_empty_cells_are_counted_and_left_out(read: Read, people: People, nothing: str | None) -> None:
    rows = people(10)
    rows[0]["label"] = rows[1]["predicted_label"] = rows[2]["gender"] = rows[3]["gender"] = nothing
    data = read(rows, "data.jsonl")
    assert data.left_out == {"label": 1, "predicted_label": 1, "gender": 2}
    assert data.complete.sum() == 8


@pytest.mark.parametrize(
    ("column", "value", "message"),
    [
        ("label", "good", "row 3, column 'label': the value is 'good', but must be one of positive, neutral"),
        ("predicted_label", "Positive", "row 3, column 'predicted_label'"),
        ("age", "old", "row 3, column 'age': the value 'old' is no number, but the facet has thresholds"),
        ("age", "inf", "'inf' is no number"),
        ("id", "", "row 3 has no id"),
        ("id", "text-0", "rows 1 and 3 have the same id"),
    ],
)
@pytest.mark.parametrize("name", ["data.csv", "data.jsonl"])
def test_wrong_cells_are_named(
    read: Read, people: People, column: str, value: str, message: str, name: str
) -> None:
    rows = people(5)
    rows[2][column] = value
    with pytest.raises(AnalysisError, match=f"{name}, {message}" if message.startswith("row") else message):
        read(rows, name)


def test_a_long_value_is_shortened(read: Read, people: People) -> None:
    rows = people(3)
    rows[0]["label"] = "x" * 1000
    with pytest.raises(AnalysisError) as raised:
        read(rows)
    assert len(str(raised.value)) < 400


@pytest.mark.parametrize("name", ["data.csv", "data.jsonl"])
def test_unknown_columns_are_named_with_those_there_are(read: Read, people: People, name: str) -> None:
    with pytest.raises(AnalysisError, match=r"facet\[0\].name_or_index is 'sex', .* id, text, label"):
        read(people(3), name, facet=[{"name_or_index": "sex"}])


def test_headers_must_be_those_of_the_file(read: Read, people: People) -> None:
    with pytest.raises(AnalysisError, match="but headers says id, label"):
        read(people(3), headers=["id", "label"])


def test_too_many_categories_are_refused(read: Read, people: People) -> None:
    with pytest.raises(AnalysisError, match="row 101, column 'id': the value is the 101th different value"):
        read(people(200), facet=[{"name_or_index": "id"}])


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("data.csv", b"", "is empty"),
        ("data.jsonl", b"", "is empty"),
        ("data.csv", b"id,id\n1,2\n", "column 'id' twice"),
        (
            "data.csv",
            b"id,label,predicted_label,gender,age\n1,positive\n",
            "row 1 has 2 cells, but there are 5",
        ),
        ("data.csv", b'id,label,predicted_label,gender,age\n1,"a"b,c,d,e\n', "line 2 is no CSV"),
        ("data.csv", b"id,label,predicted_label,gender,age\n1,\xff,c,d,e\n", "no CSV in UTF-8"),
        ("data.jsonl", b'{"id": 1}\n{"id"\n', "only the columns id"),
        ("data.jsonl", b"[1]\n", r"row 1 is \[1\], but must be a JSON object"),
        ("data.jsonl", b"{]\n", "row 1 is no JSON"),
        (
            "data.jsonl",
            b'{"id":1,"label":"positive","predicted_label":"positive","gender":"f","age":1}\n{"id":2}\n',
            "row 2 has no column 'label'",
        ),
    ],
)
def test_broken_files_are_refused(
    document: Json, tmp_path: Path, name: str, content: bytes, message: str
) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    kind = "application/jsonlines" if name.endswith(".jsonl") else "text/csv"
    with pytest.raises(AnalysisError, match=message):
        read_dataset(path, configuration(document | {"dataset_type": kind}))


def test_a_missing_file_is_named(document: Json, tmp_path: Path) -> None:
    with pytest.raises(AnalysisError, match=r"none\.csv cannot be read"):
        read_dataset(tmp_path / "none.csv", configuration(document))


def test_memory_does_not_hold_the_texts(document: Json, write: Write, people: People) -> None:
    rows = [row | {"text": "word " * 400} for row in people(10_000)]
    path, config = write(rows), configuration(document)
    del rows
    tracemalloc.start()
    read_dataset(path, config)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert path.stat().st_size > 20_000_000
    assert peak < 2_000_000


def test_progress_is_told(
    document: Json, write: Write, people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("analysis.dataset._EVERY", 10)
    told: list[str] = []
    read_dataset(write(people(25)), configuration(document), told.append)
    assert told == ["10 rows read", "20 rows read"]
