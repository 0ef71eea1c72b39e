"""The probe's rows: balanced, grammatical, distinct, and the same on every run."""

import csv
import os
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

import pytest
from probe import source as source_module
from probe.__main__ import main
from probe.grammar import SHE, THEY, about_person, about_thing
from probe.rows import LABELS, MAX_BYTES, Row, write_csv
from probe.sentences import FACETS, NOT_NAMED, probe
from probe.source import read_source
from probe.table import table

_SOURCE = read_source()
_ROWS = probe(_SOURCE)
_FOLDER = Path(source_module.__file__).parent
_PRONOUNS = {
    "woman": {"she", "her", "hers", "herself"},
    "man": {"he", "him", "his", "himself"},
    "not named": {"they", "them", "their", "theirs", "themselves"},
}


def _words(text: str) -> set[str]:
    return set(re.findall(r"[a-z]+", text.lower()))


def _about_people() -> Iterator[Row]:
    return (row for row in _ROWS if "english_variety" not in row.facets)


def test_there_are_thousands_of_distinct_rows() -> None:
    assert len(_ROWS) > 5_000
    assert len({row.id for row in _ROWS}) == len(_ROWS)
    assert len({row.text for row in _ROWS}) == len(_ROWS)


def test_groups_of_a_facet_have_as_many_rows_of_each_label() -> None:
    count = Counter((facet, group, row.label) for row in _ROWS for facet, group in row.facets.items())
    for facet in FACETS:
        assert len({number for (name, _, _), number in count.items() if name == facet}) == 1, facet
        assert len({group for name, group, _ in count if name == facet}) > 1
        assert {label for name, _, label in count if name == facet} == set(LABELS)


@pytest.mark.parametrize("facet", FACETS)
def test_every_family_has_every_group_as_often_and_one_label(facet: str) -> None:
    families: dict[str | None, list[Row]] = {}
    for row in _ROWS:
        if facet in row.facets:
            families.setdefault(row.template, []).append(row)
    everywhere = {row.facets[facet] for rows in families.values() for row in rows}
    for rows in families.values():
        assert len({row.label for row in rows}) == 1
        groups = Counter(row.facets[facet] for row in rows)
        assert set(groups) == everywhere
        assert len(set(groups.values())) == 1


def test_what_can_be_left_unsaid_is_compared_with_a_sentence_that_leaves_it_unsaid() -> None:
    without = {facet for row in _ROWS for facet, group in row.facets.items() if group == NOT_NAMED}
    assert without == {"gender", "age", "religion", "nationality", "disability"}


def test_the_intersection_is_that_of_its_facets() -> None:
    named = [row.facets for row in _ROWS if "name_ethnicity" in row.facets]
    assert named
    for facets in named:
        both = f"{facets['name_ethnicity']}, {facets['name_gender']}"
        assert facets["name_ethnicity_and_gender"] == both


def test_texts_are_whole_sentences_that_the_api_takes() -> None:
    for row in _ROWS:
        assert not re.search(r"[{}|]|\s{2}|^\s|\s$|\s[.,?]", row.text), row.id
        assert re.fullmatch(r"[A-Z].*[.?]", row.text), row.id
        assert len(row.text.encode()) <= MAX_BYTES


def test_articles_agree_with_the_word_after_them() -> None:
    checked = 0
    for row in _ROWS:
        for article, word in re.findall(r"\b(an?) ([\w-]+)", row.text, re.I):
            assert (article.lower() == "an") == bool(re.match(r"[aeio]|hour|8|11|18|un", word, re.I)), (
                row.text
            )
            checked += 1
    assert checked > 1_000


def test_pronouns_agree_with_the_person() -> None:
    for row in _about_people():
        group = row.facets.get("gender") or row.facets.get("name_gender") or NOT_NAMED
        own = _PRONOUNS.get(group, _PRONOUNS[NOT_NAMED])
        others = set[str]().union(*_PRONOUNS.values()) - own
        assert not _words(row.text) & others, row.text


def test_verbs_agree_with_their_pronoun() -> None:
    wrong = re.compile(r"\b(?:they (?:is|has|was|does)|(?:she|he) (?:are|have|were|do))\b", re.I)
    assert not [row.id for row in _about_people() if wrong.search(row.text)]
    assert [row.id for row in _about_people() if re.search(r"\bthey (?:are|have|were)\b", row.text)]


def test_sentences_name_no_group_themselves() -> None:
    group_words = _words(" ".join(f"{group.name} {group.before} {group.after}" for group in _SOURCE.groups))
    group_words -= {"a", "after", "before", "old", "user", "uses", "who", "with", "year"}
    gendered = {word for words in _PRONOUNS.values() for word in words} | {"man", "woman", "men", "women"}
    for sentence in _SOURCE.sentences:
        outside = _words(re.sub(r"\{[^}]*\}", "", sentence.text))
        assert not outside & (group_words | gendered), sentence.id


def test_sentences_have_a_label_and_one_person() -> None:
    for sentence in _SOURCE.sentences:
        assert sentence.label in LABELS
        assert sentence.text.count("{person}") == 1
    assert {rendering.label for rendering in _SOURCE.renderings} == set(LABELS)


def test_names_are_associated_with_their_group() -> None:
    with (_FOLDER / "source/names.csv").open(encoding="utf-8") as file:
        names = list(csv.DictReader(file))
    for name in names:
        assert float(name["percent_of_applicants"]) >= 70, name
        assert float(name["percent_of_births"]) >= 90, name
        assert int(name["applicants"]) >= 50, name


def test_renderings_say_by_which_features_they_differ() -> None:
    standard, *others = _SOURCE.varieties
    for rendering in _SOURCE.renderings:
        assert standard not in rendering.features
        assert set(rendering.features) == set(others)
        assert all(rendering.features[variety] for variety in others), rendering.id


def test_rows_stay_what_they_are_when_sentences_and_groups_are_added() -> None:
    fewer = replace(
        _SOURCE,
        sentences=_SOURCE.sentences[5:],
        groups=_SOURCE.groups[1:],
        names=_SOURCE.names[1:],
        renderings=_SOURCE.renderings[2:],
    )
    before = {row.id: row for row in probe(fewer)}
    after = {row.id: row for row in _ROWS}
    assert before
    assert before == {id: after[id] for id in before}


def test_the_file_is_the_same_on_every_run(tmp_path: Path) -> None:
    contents = set()
    for seed in ("1", "2"):
        out = tmp_path / f"{seed}.csv"
        environment = {**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(_FOLDER.parent)}
        subprocess.run([sys.executable, "-m", "probe", "--out", str(out)], env=environment, check=True)
        contents.add(out.read_bytes())
    assert len(contents) == 1


def test_the_file_holds_the_rows(tmp_path: Path) -> None:
    out = tmp_path / "probe.csv"
    assert main(["--out", str(out)]) == 0
    with out.open(encoding="utf-8", newline="") as file:
        read = list(csv.DictReader(file))
    assert list(read[0]) == ["id", "text", "label", "template", *FACETS]
    assert [_row(line) for line in read] == _ROWS


def _row(line: Mapping[str, str]) -> Row:
    facets = {facet: line[facet] for facet in FACETS if line[facet]}
    return Row(line["id"], line["text"], line["label"], facets, line["template"])


def test_quotes_commas_and_line_ends_survive(tmp_path: Path) -> None:
    text = 'He said "no", twice,\nand left.\r\n'
    write_csv(tmp_path / "rows.csv", [Row("1", text, "negative", {"age": "20s"})], ["age", "religion"])
    content = (tmp_path / "rows.csv").read_bytes()
    assert content.startswith(b"id,text,label,age,religion\r\n")
    with (tmp_path / "rows.csv").open(encoding="utf-8", newline="") as file:
        assert next(csv.DictReader(file)) == {
            "id": "1",
            "text": text,
            "label": "negative",
            "age": "20s",
            "religion": "",
        }


def test_a_folder_that_is_not_there(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--out", str(tmp_path / "none" / "probe.csv")]) == 2
    assert "name a file in a folder that exists" in capsys.readouterr().err


def test_the_readme_has_the_numbers_of_rows(capsys: pytest.CaptureFixture[str]) -> None:
    readme = (_FOLDER / "README.md").read_text(encoding="utf-8")
    assert main(["--table"]) == 0
    assert capsys.readouterr().out.strip() == table(_ROWS)
    assert table(_ROWS) in readme
    assert f"{len(_ROWS):,} rows" in readme


def test_blanks() -> None:
    sentence = "{person} says that {they} {has|have} {their} key with {them}."
    assert about_person(sentence, "my sister", SHE) == "My sister says that she has her key with her."
    assert about_person(sentence, "my sibling", THEY) == "My sibling says that they have their key with them."


def test_unknown_blanks_are_refused() -> None:
    with pytest.raises(ValueError, match=r"unknown blank \{persn\}; use one of person, they, them, their"):
        about_person("{persn} left.", "Anne", SHE)
    with pytest.raises(ValueError, match=r"unknown blank \{person\}; use one of thing"):
        about_thing("{person} left.", "phone")
