"""Real reviews: which are read, into which groups, and what is said of the others."""

import csv
import json
from pathlib import Path

import pytest
from probe.reviews import ReviewsError, main, read_reviews


def _line(**keys: object) -> str:
    return json.dumps({"id": "1", "text": "Fits well.", "label": "positive", **keys})


@pytest.mark.parametrize(
    ("age", "band"),
    [(18, "18-34"), (34, "18-34"), (34.5, "18-34"), (35, "35-54"), (54, "35-54"), (55, "55-120")],
)
def test_age_bands(age: float, band: str) -> None:
    assert read_reviews([_line(age=age)]).rows[0].facets == {"age_band": band}


def test_reviews_without_a_facet_are_left_out_and_counted() -> None:
    reviews = read_reviews(
        [
            _line(id="a", age=40, department="Tops"),
            _line(id="b", age=40),
            _line(id="c", age=17, department="Tops"),
            _line(id="d", age=40, department=""),
            _line(id="e"),
            _line(id="f", age=40, department="Tops", text="a" * 1_025),
        ]
    )
    assert [row.id for row in reviews.rows] == ["a"]
    assert reviews.left_out == {
        "no department": 2,
        "no age_band": 1,
        "no age_band and no department": 1,
        "longer than 1,024 bytes": 1,
    }


def test_a_facet_that_no_review_has_is_no_column() -> None:
    reviews = read_reviews([_line(department="Tops"), _line(department="Dresses")])
    assert reviews.facets == ["department"]
    assert len(reviews.rows) == 2


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("{", "line 2: not JSON"),
        ("[]", "line 2: needs an object"),
        (_line(text=7), 'line 2: needs an object with the strings "id" and "text"'),
        (_line(label="good"), 'line 2: "label" must be one of positive, neutral, negative'),
    ],
)
def test_bad_lines_are_named(line: str, message: str) -> None:
    with pytest.raises(ReviewsError, match=message):
        read_reviews([_line(age=40), line])


def test_reviews_without_any_facet() -> None:
    with pytest.raises(ReviewsError, match='no review has an "age" or a "department"'):
        read_reviews([_line()])


def test_the_command_writes_a_file_and_says_what_it_left_out(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    reviews = tmp_path / "reviews.jsonl"
    reviews.write_text(f"{_line(department='Tops')}\n{_line(id='2')}\n", encoding="utf-8")
    out = tmp_path / "reviews.csv"
    assert main([str(reviews), "--out", str(out)]) == 0
    with out.open(encoding="utf-8", newline="") as file:
        assert list(csv.DictReader(file)) == [
            {"id": "1", "text": "Fits well.", "label": "positive", "department": "Tops"}
        ]
    assert "left out: 1 with no department" in capsys.readouterr().err


def test_files_that_cannot_be_used(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = str(tmp_path / "reviews.csv")
    assert main([str(tmp_path / "none.jsonl"), "--out", out]) == 2
    assert "No such file" in capsys.readouterr().err
    latin = tmp_path / "latin.jsonl"
    latin.write_bytes(b'{"text": "\xe9"}\n')
    assert main([str(latin), "--out", out]) == 2
    assert "utf-8" in capsys.readouterr().err
    bad = tmp_path / "bad.jsonl"
    bad.write_text("secret text\n", encoding="utf-8")
    assert main([str(bad), "--out", out]) == 2
    assert "secret" not in capsys.readouterr().err
