"""Fetching open data: what is read from each format, pinned bytes, and what happens offline."""

import hashlib
import io
import json
import zipfile
from collections.abc import Iterator
from functools import partial
from http.server import BaseHTTPRequestHandler, SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
from dataset import DatasetError, Row
from open_data import (
    SOURCES,
    Source,
    collect,
    main,
    read_goemotions,
    read_labelled_sentences,
    read_product_reviews,
    read_review_sentences,
)


def test_emotions_of_one_side_give_a_label() -> None:
    lines = [
        "glad\t17\ta",
        "sad and angry\t25,2\tb",
        "hm\t6,27\tc",
        "glad but sad\t17,25\td",
        "glad, hm\t17,27\te",
    ]
    assert list(read_goemotions("\n".join(lines).encode())) == [
        Row("glad", "positive"),
        Row("sad and angry", "negative"),
        Row("hm", "neutral"),
    ]


def test_features_of_one_sign_give_a_label() -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("reviews/README.txt", "size[+2]##no review")
        archive.writestr(
            "reviews/phone.txt",
            "[t]title\nsize[+2],sound[+1][u]##it is small , and loud .\nsound[-3]##it does n't ring\n"
            "size[+1],sound[-1]##mixed\n##nothing annotated\nsize[+1]##\n",
        )
    assert list(read_product_reviews(buffer.getvalue())) == [
        Row("it is small, and loud.", "positive"),
        Row("it doesn't ring", "negative"),
    ]


def test_sentences_of_reviews_keep_their_label_unless_it_is_mixed() -> None:
    first = "books_neg_2\nbooks\t2\nneg\tIt drags.\nmix\tSo so.\nnr\tI was ill.\n"
    second = "books_pos_3\nbooks\t5\nneu\tIt has maps.\npos\tI laughed!\npos\t\n"
    assert list(read_review_sentences(f"{first}\n{second}".encode())) == [
        Row("It drags.", "negative"),
        Row("I was ill.", "neutral"),
        Row("It has maps.", "neutral"),
        Row("I laughed!", "positive"),
    ]


def test_scores_give_a_label() -> None:
    content = b"Wow... Loved\tit.\t1\nCrust is not good. \t0\n"
    assert list(read_labelled_sentences(content)) == [
        Row("Wow... Loved\tit.", "positive"),
        Row("Crust is not good.", "negative"),
    ]


CONTENT = b"Good.\t1\nGood.\t1\nBad.\t0\n"


@pytest.fixture
def server(tmp_path: Path) -> Iterator[str]:
    (tmp_path / "public").mkdir()
    (tmp_path / "public" / "data.txt").write_bytes(CONTENT)
    handler = partial(SimpleHTTPRequestHandler, directory=str(tmp_path / "public"))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as running:
        Thread(target=running.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{running.server_port}/data.txt"
        running.shutdown()


def source(url: str, content: bytes = CONTENT) -> Source:
    return Source("sentences", url, hashlib.sha256(content).hexdigest(), read_labelled_sentences)


def test_a_download_is_kept_and_then_needs_no_network(server: str, tmp_path: Path) -> None:
    out, cache = tmp_path / "out", tmp_path / "cache"
    collect(out, cache, [source(server)])
    written = (out / "sentences.jsonl").read_text().splitlines()
    assert [json.loads(line) for line in written] == [
        {"text": "Good.", "label": "positive"},
        {"text": "Bad.", "label": "negative"},
    ]
    collect(tmp_path / "again", cache, [source("http://127.0.0.1:9/gone")])
    assert (tmp_path / "again" / "sentences.jsonl").read_text().splitlines() == written


def test_other_bytes_than_the_pinned_are_refused(server: str, tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match="not the bytes that were pinned"):
        collect(tmp_path / "out", tmp_path / "cache", [source(server, b"other")])
    assert not (tmp_path / "out" / "sentences.jsonl").exists() and not (tmp_path / "cache").exists()


def test_a_kept_file_that_was_altered_is_refused(server: str, tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    collect(tmp_path / "out", cache, [source(server)])
    (kept,) = cache.iterdir()
    kept.write_bytes(CONTENT[:-5])
    with pytest.raises(DatasetError, match=f"{kept.name} .delete it.: not the bytes"):
        collect(tmp_path / "out", cache, [source(server)])


def test_a_download_that_breaks_off_is_said_and_not_kept(tmp_path: Path) -> None:
    class Broken(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("content-length", str(len(CONTENT)))
            self.end_headers()
            self.wfile.write(CONTENT[:5])

    with ThreadingHTTPServer(("127.0.0.1", 0), Broken) as running:
        Thread(target=running.serve_forever, daemon=True).start()
        with pytest.raises(DatasetError, match=r"IncompleteRead.*try again"):
            collect(tmp_path / "out", tmp_path / "cache", [source(f"http://127.0.0.1:{running.server_port}")])
        running.shutdown()
    assert not (tmp_path / "cache").exists()


def test_offline_it_says_where_to_put_the_file(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match="or put the file at"):
        collect(tmp_path / "out", tmp_path / "cache", [source("http://127.0.0.1:9/gone")])


def test_the_command_says_what_it_wrote_or_why_not(
    server: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["--out", str(tmp_path / "out"), "--cache", str(tmp_path / "cache")]
    monkeypatch.setattr("open_data.SOURCES", [source(server, b"other")])
    assert main(arguments) == 2
    assert f"{server}: not the bytes that were pinned" in capsys.readouterr().err
    monkeypatch.setattr("open_data.SOURCES", [source(server)])
    assert main(arguments) == 0
    assert "sentences.jsonl: 2 rows" in capsys.readouterr().err


def test_sources_are_pinned() -> None:
    assert len({item.name for item in SOURCES}) == len(SOURCES)
    assert all(item.url.startswith("https://") and len(item.sha256) == 64 for item in SOURCES)
