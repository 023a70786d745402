"""The ShareGPT layout in LLaMA-Factory's own loader, where somebody has it: its pins exclude ours.

Name the Python of an environment that has LLaMA-Factory (0.9.5 was tried) in PAIRLOOM_LLAMAFACTORY_PYTHON.
"""

import json
import os
import subprocess
from pathlib import Path

import pytest

from curation.model import Message, Speaker
from curation.release.layouts import Layout
from tests.curation.conftest import APair
from tests.curation.release.conftest import Releasing
from tests.curation.release.test_export import exported

_PYTHON = os.environ.get("PAIRLOOM_LLAMAFACTORY_PYTHON", "")
_LOAD = """
import json, sys
from llamafactory.data import get_dataset, get_template_and_fix_tokenizer
from llamafactory.hparams import DataArguments, ModelArguments
from tokenizers import Tokenizer, decoders, models, pre_tokenizers
from transformers import PreTrainedTokenizerFast, Seq2SeqTrainingArguments

folder, name, scratch = sys.argv[1:]
alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
bytewise = Tokenizer(models.BPE(vocab={sign: n for n, sign in enumerate(alphabet)}, merges=[]))
bytewise.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)
bytewise.decoder = decoders.ByteLevel()
tokenizer = PreTrainedTokenizerFast(tokenizer_object=bytewise, eos_token="<|im_end|>", pad_token="<pad>")
data = DataArguments(template="chatml", dataset=name, dataset_dir=folder, cutoff_len=4096)
template = get_template_and_fix_tokenizer(tokenizer, data)
training = Seq2SeqTrainingArguments(output_dir=scratch, report_to=[], use_cpu=True)
model = ModelArguments(model_name_or_path=scratch)
rows = get_dataset(template, model, data, training, stage="rm", tokenizer=tokenizer)["train_dataset"]
learnt = lambda row, side: [token for token in row[f"{side}_labels"] if token >= 0]
print(json.dumps([
    {"whole": tokenizer.decode(row["chosen_input_ids"]), "chosen": tokenizer.decode(learnt(row, "chosen")),
     "rejected": tokenizer.decode(learnt(row, "rejected"))} for row in rows
]))
"""


@pytest.mark.skipif(not _PYTHON, reason="PAIRLOOM_LLAMAFACTORY_PYTHON names no Python with LLaMA-Factory")
def test_llama_factory_reads_every_row_with_system_message_turns_and_bytes(
    a_pair: APair, releasing: Releasing, ten_pairs: None, tmp_path: Path
) -> None:
    talk = [
        Message(speaker=Speaker.SYSTEM, content="Be brief."),
        Message(speaker=Speaker.USER, content="Bonjour"),
        Message(speaker=Speaker.ASSISTANT, content="Salut"),
    ]
    for number in range(10):
        a_pair(f"Größer 👍\u2028{number}\r\n- b", f"Non {number}", prompt=f"Ça va {number} ?", context=talk)
    made = exported(releasing(), Layout.SHAREGPT, tmp_path)
    info = json.loads((made.path / "dataset_info.json").read_text(encoding="utf-8"))
    name = next(each for each in info if each.endswith("_train"))
    rows = loaded(str(made.path), name, str(tmp_path / "scratch"))
    assert len(rows) == made.train
    talks = [row for row in rows if "Größer" in row["chosen"]]
    assert talks
    for row in talks:
        assert "👍\u2028" in row["chosen"]
        assert "\r\n- b" in row["chosen"]
        assert row["rejected"].startswith("Non")
        assert "Ça va" not in row["chosen"]  # only answers carry loss
        places = [row["whole"].index(said) for said in ("Be brief.", "Bonjour", "Salut", "Ça va", "Größer")]
        assert places == sorted(places)


def loaded(*arguments: str) -> list[dict[str, str]]:
    done = subprocess.run(
        [_PYTHON, "-c", _LOAD, *arguments],
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=240,
        env={**os.environ, "HF_HUB_OFFLINE": "1", "PYTHONUTF8": "1", "HF_HOME": arguments[2]},
    )
    assert done.returncode == 0, done.stderr[-2000:]
    rows: list[dict[str, str]] = json.loads(done.stdout.splitlines()[-1])
    return rows
