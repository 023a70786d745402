"""What others make of a release folder: datasets, TRL, and a second machine."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from curation.database import Database
from curation.labelling import pairs
from curation.model import Message, Pair, Speaker, Verdict
from curation.release import export
from curation.release.layouts import Layout
from curation.workspace import Workspace
from tests.curation.conftest import NOW, APair, pair_of
from tests.curation.release.conftest import Releasing

ROOT = Path(__file__).parents[3]

_LOAD = """
import json, sys
import datasets
loaded = datasets.load_dataset(sys.argv[1])
print(json.dumps({
    "rows": {name: part.num_rows for name, part in loaded.items()},
    "columns": loaded["train"].column_names,
    "first": loaded["train"][0],
}))
"""

_PREPARE = """
import glob, json, sys
import datasets, torch, transformers
from tokenizers import Tokenizer, models, pre_tokenizers
from trl import DPOConfig, DPOTrainer, KTOConfig, KTOTrainer

release, exports, scratch = sys.argv[1:]
known = ["<eos>", "<unk>", "user", "assistant", "system", ":", "."]
words = {word: number for number, word in enumerate(known)}
raw = Tokenizer(models.WordLevel(words, unk_token="<unk>"))
raw.pre_tokenizer = pre_tokenizers.Whitespace()
tokenizer = transformers.PreTrainedTokenizerFast(
    tokenizer_object=raw, eos_token="<eos>", pad_token="<eos>", unk_token="<unk>"
)
tokenizer.chat_template = (
    "{% for m in messages %}{{ m['role'] + ' : ' + m['content'] + ' <eos> ' }}{% endfor %}"
    "{% if add_generation_prompt %}{{ 'assistant : ' }}{% endif %}"
)
config = transformers.LlamaConfig(
    vocab_size=len(words), hidden_size=8, intermediate_size=8, num_hidden_layers=1, num_attention_heads=1
)
transformers.LlamaForCausalLM(config).save_pretrained(scratch + "/model")
common = dict(output_dir=scratch, report_to="none", use_cpu=True, bf16=False, max_length=64)

def prepared(kind, arguments, rows):
    trainer = kind(
        model=scratch + "/model", args=arguments(**common), train_dataset=rows, processing_class=tokenizer
    )
    return {"rows": len(trainer.train_dataset), "keys": sorted(next(iter(trainer.get_train_dataloader())))}

def exported(layout):
    return datasets.load_dataset("json", data_files=glob.glob(f"{exports}/{layout}/train-*"))["train"]

print(json.dumps({
    "release": prepared(DPOTrainer, DPOConfig, datasets.load_dataset(release)["train"]),
    "trl": prepared(DPOTrainer, DPOConfig, exported("trl")),
    "trl-conversational": prepared(DPOTrainer, DPOConfig, exported("trl-conversational")),
    "kto": prepared(KTOTrainer, KTOConfig, exported("kto")),
}))
"""


def child(code: str, *arguments: str, environment: dict[str, str] | None = None) -> dict[str, object]:
    """Run Python in a process of its own, so that ours never imports datasets or torch."""
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=240,
        env={
            **os.environ,
            "OMP_NUM_THREADS": "1",
            "HF_HUB_OFFLINE": "1",
            "HF_HUB_DISABLE_TELEMETRY": "1",
            **(environment or {}),
        },
    )
    assert done.returncode == 0, done.stderr[-2000:]
    result: dict[str, object] = json.loads(done.stdout.splitlines()[-1])
    return result


def test_datasets_opens_the_folder_as_it_is(
    a_pair: APair, releasing: Releasing, ten_pairs: None, tmp_path: Path
) -> None:
    a_pair("Ja. 👍\u2028\x07", "Nein.", prompt="Größer als π?")
    release = releasing()
    loaded = child(_LOAD, str(release.path), environment={"HF_HOME": str(tmp_path / "hf")})
    assert loaded["rows"] == {"train": release.train, "test": release.test}
    assert loaded["columns"] == [
        "prompt", "chosen", "rejected", "pair_id", "tier", "n_votes", "agreement", "strength", "p_chosen",
        "source", "origins",
    ]  # fmt: skip
    assert loaded["first"]["chosen"][0]["role"] == "assistant"  # type: ignore[index]


@pytest.mark.trainer
def test_trl_prepares_the_rows_of_a_release_and_of_its_layouts(
    a_pair: APair, releasing: Releasing, ten_pairs: None, tmp_path: Path
) -> None:
    a_pair(
        context=[
            Message(speaker=Speaker.SYSTEM, content="Be brief."),
            Message(speaker=Speaker.USER, content="Hi."),
            Message(speaker=Speaker.ASSISTANT, content="Hello."),
        ]
    )
    release = releasing()
    exports = {
        layout.value: export.export(release.path, layout, tmp_path / layout)
        for layout in (Layout.TRL, Layout.TRL_CONVERSATIONAL, Layout.KTO)
    }
    prepared = child(
        _PREPARE,
        str(release.path),
        str(tmp_path),
        str(tmp_path / "run"),
        environment={"HF_HOME": str(tmp_path / "hf")},
    )
    rows = {"release": release.train, **{name: made.train for name, made in exports.items()}}
    assert {name: found["rows"] for name, found in prepared.items()} == rows  # type: ignore[index]
    assert all("input_ids" in str(found["keys"]) for found in prepared.values())  # type: ignore[index]


def workspace_with_a_past(home: Path) -> Workspace:
    """A workspace on disk with pairs, votes, an undone vote and a settlement."""
    place = Workspace(home=home)
    place.create()
    db = Database.open(place.database)
    made = [
        pair_of(f"Yes {n} é", f" No {n}", f"Ist es {n}?", Verdict.ANSWER_1, (), "", "s", n) for n in range(30)
    ]
    with db.writing() as tx:
        pairs.add(tx, made, NOW)
        for number, pair in enumerate(made[:9]):
            vote(tx, pair, number, ("answer_1", "answer_2", "tie")[number % 3])
        tx.execute(
            "INSERT INTO settlement (id, pair_id, verdict, reason, settled_by, settled)"
            " VALUES ('s-1', $pair, 'answer_1', 'seen', 'lead', $now)",
            {"pair": made[0].id, "now": NOW},
        )
    db.close()
    return place


def vote(tx: object, pair: Pair, number: int, verdict: str) -> None:
    tx.execute(  # type: ignore[attr-defined]
        "INSERT INTO decision (id, pair_id, annotator_id, verdict, left_answer, arm, server_time)"
        " VALUES ($id, $pair, 'ann-1', $verdict, 'answer_1', 'random', $now)",
        {"id": f"d-{number}", "pair": pair.id, "verdict": verdict, "now": NOW},
    )


def run_command(
    home: Path, *arguments: str, code: Path = ROOT, **environment: str
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "curation", *arguments],
        cwd=code,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=120,
        env={**os.environ, "PAIRLOOM_HOME": str(home), "PYTHONUTF8": "1", **environment},
    )


def another_checkout(folder: Path) -> Path:
    """The code as it is, at another place, without anything that has been built."""
    shutil.copytree(ROOT / "curation", folder / "curation", ignore=shutil.ignore_patterns("__pycache__"))
    return folder


def on_one_core(work: Callable[[], subprocess.CompletedProcess[str]]) -> subprocess.CompletedProcess[str]:
    """Run processes that see one core only, so that DuckDB, Arrow and numpy take one thread."""
    cores = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(cores)})
    try:
        return work()
    finally:
        os.sched_setaffinity(0, cores)


def test_another_machine_makes_the_same_bytes_of_the_same_state(tmp_path: Path) -> None:
    here = workspace_with_a_past(tmp_path / "here")
    there = tmp_path / "another place" / "ß"
    shutil.copytree(here.home, there)
    code = another_checkout(tmp_path / "second clone")
    options = ("release", "--name", "v1", "--accept-all", "--by", "ann-1", "--json")
    first = run_command(here.home, *options, TZ="UTC", LC_ALL="C", PYTHONHASHSEED="1")
    second = on_one_core(
        lambda: run_command(
            there,
            *options,
            code=code,
            TZ="Pacific/Auckland",
            LC_ALL="de_DE.UTF-8",
            PYTHONHASHSEED="2",
            OMP_NUM_THREADS="1",
            HOME=str(tmp_path),
        )
    )
    assert (first.returncode, second.returncode) == (0, 0), first.stderr + second.stderr
    folders = [Path(json.loads(done.stdout.splitlines()[-1])["path"]) for done in (first, second)]
    contents = [
        {path.relative_to(folder): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
        for folder in folders
    ]
    assert contents[0] == contents[1]
    assert len(contents[0]) == 9


def test_the_commands_answer_with_the_agreed_keys(tmp_path: Path) -> None:
    home = workspace_with_a_past(tmp_path / "here").home
    validated = json.loads(run_command(home, "validate", "--json").stdout.splitlines()[-1])
    assert validated["pairs"] == 30
    assert {"rule", "severity", "count", "share", "examples"} <= set(validated["findings"][0])
    blocked = run_command(home, "release", "--name", "v1", "--json")
    assert (blocked.returncode, blocked.stdout) == (1, "")
    assert "V18 needs an acknowledgement" in blocked.stderr
    accepted = [option for rule in ("V12", "V18") for option in ("--accept", rule)]
    released = json.loads(
        run_command(home, "release", "--name", "v1", *accepted, "--json").stdout.splitlines()[-1]
    )
    assert set(released) == {"path", "fingerprint", "train", "test", "excluded", "ties"}
    verified = run_command(home, "verify", released["path"], "--json")
    assert (verified.returncode, json.loads(verified.stdout)) == (0, {"ok": True, "differences": []})
    (Path(released["path"]) / "README.md").write_text("mine", encoding="utf-8")
    verified = run_command(home, "verify", released["path"], "--json")
    assert verified.returncode == 1
    assert json.loads(verified.stdout)["differences"][0]["path"] == "README.md"
