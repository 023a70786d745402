"""Each argument of the seed notebook, what it is called today, and how this project honours it.

The notebook is "Fine-tune a Mistral-7b model with DPO" (Labonne 2024), written for TRL 0.7 and
transformers 4.36; the names on the right are those of TRL 1.16, peft 0.21 and transformers 5.23.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Mapping:
    """One argument, then and now.

    Attributes:
        knob: the setting of DpoRecipe that holds it; "" where it is fixed.
    """

    seed: str
    now: str
    knob: str
    how: str


def _kept(
    seed: str, now: str, knob: str, how: str = "The same meaning, under the same or a newer name."
) -> Mapping:
    return Mapping(seed=seed, now=now, knob=knob, how=how)


MAPPING: tuple[Mapping, ...] = (
    _kept("LoraConfig(r=16)", "LoraConfig(r=)", "lora_rank"),
    _kept("LoraConfig(lora_alpha=16)", "LoraConfig(lora_alpha=)", "lora_alpha"),
    _kept(
        "LoraConfig(lora_dropout=0.05)",
        "LoraConfig(lora_dropout=), DPOConfig(disable_dropout=True)",
        "lora_dropout",
        "TRL switches every dropout off, the adapter's too, while the saved file still says 0.05. We switch "
        "the adapter's back on after TRL has built the model; base model and reference stay without dropout.",
    ),
    _kept(
        'LoraConfig(bias="none")',
        'LoraConfig(bias="none")',
        "",
        "Fixed: a trained bias stays on when the adapter is switched off, so the reference would be wrong.",
    ),
    _kept("LoraConfig(target_modules=[…])", "LoraConfig(target_modules=)", "lora_target_modules"),
    _kept('LoraConfig(task_type="CAUSAL_LM")', 'LoraConfig(task_type="CAUSAL_LM")', "", "Fixed."),
    _kept(
        "from_pretrained(load_in_4bit=True)",
        'BitsAndBytesConfig(load_in_4bit=True, bnb_4bit_quant_type="nf4")',
        "tuning",
        "The bare flag is gone from transformers. 4-bit means NF4 here, as in the QLoRA paper.",
    ),
    _kept(
        "from_pretrained(torch_dtype=torch.float16)",
        "from_pretrained(dtype=)",
        "precision",
        "Renamed to dtype. The 4-bit layers compute in bf16, which has the range that fp16 lacks.",
    ),
    _kept(
        "second from_pretrained(…) as ref_model",
        "DPOTrainer(peft_config=), no ref_model",
        "tuning",
        "Left out: the reference is the same model with its adapter switched off, which saves a whole "
        "model in memory.",
    ),
    _kept(
        "model.config.use_cache = False",
        "set by the trainer",
        "",
        "TRL passes use_cache=False itself; nothing to set.",
    ),
    _kept(
        "tokenizer.pad_token = tokenizer.eos_token",
        "the same",
        "",
        "Done where a tokenizer has no padding token; padding is masked, so the end mark is still learned.",
    ),
    _kept(
        'tokenizer.padding_side = "left"',
        "set by the trainer",
        "",
        "TRL 1.x pads each side of a pair by itself; sampling pads nothing, it takes one prompt at a time.",
    ),
    _kept(
        "TrainingArguments(…)",
        "DPOConfig(…)",
        "",
        "DPOConfig inherits it with other defaults (learning rate 1e-6, bf16, a log line every 10 steps), so "
        "every value is passed on by name.",
    ),
    _kept(
        "per_device_train_batch_size=4",
        "per_device_train_batch_size=",
        "micro_batch",
        "Kept on a GPU. A processor takes long pairs one at a time, 16 in a step as before: each step has "
        "the same loss, at less time and memory. It reads each prompt once for both answers.",
    ),
    _kept(
        "gradient_accumulation_steps=4",
        "gradient_accumulation_steps=",
        "accumulation",
        "The pairs of a step stay 16, in micro-batches of 4 or, on a processor, of 1.",
    ),
    _kept(
        "gradient_checkpointing=True",
        "gradient_checkpointing=",
        "gradient_checkpointing",
        "Passed on explicitly, because TRL's own default is on. A processor that takes pairs one at a time "
        "keeps their layers instead: the same numbers, in less memory than four pairs recomputed.",
    ),
    _kept("learning_rate=5e-5", "learning_rate=", "learning_rate"),
    _kept('lr_scheduler_type="cosine"', "lr_scheduler_type=", "schedule"),
    _kept("max_steps=200", "max_steps=", "max_steps"),
    _kept(
        'save_strategy="no"',
        'save_strategy="steps"',
        "save_every",
        "Changed: without checkpoints a stopped run could not go on.",
    ),
    _kept("logging_steps=1", "logging_steps=", "log_every"),
    _kept(
        "output_dir=new_model",
        "the run folder",
        "",
        "Each attempt has its own folder, which is never used again.",
    ),
    _kept(
        'optim="paged_adamw_32bit"',
        "optim=",
        "optimizer",
        "Kept on a GPU. Without one there is nothing to page, and the run says that it uses torch's AdamW.",
    ),
    _kept("warmup_steps=100", "warmup_steps=", "warmup_steps"),
    _kept(
        "bf16=True",
        "bf16=, use_cpu=",
        "precision",
        "Kept where the device computes in bf16; elsewhere the run says that it uses 32 bits.",
    ),
    _kept(
        'report_to="wandb"',
        "report_to=",
        "report_to",
        "Only when asked: nothing leaves this machine by default.",
    ),
    _kept("DPOTrainer(beta=0.1)", "DPOConfig(beta=)", "beta", "Moved from the trainer to its configuration."),
    _kept(
        "DPOTrainer(tokenizer=)",
        "DPOTrainer(processing_class=)",
        "",
        "Renamed.",
    ),
    _kept(
        "DPOTrainer(max_prompt_length=1024)",
        "gone",
        "max_prompt_length",
        "TRL 1.x no longer cuts prompts. We do: the oldest turns go first, then the start of the last turn; "
        "the run says how many prompts were cut.",
    ),
    _kept(
        "DPOTrainer(max_length=1536)",
        "DPOConfig(max_length=)",
        "max_length",
        "Moved. Longer sequences lose the end of the answer; the run says how many.",
    ),
    _kept(
        "map(chatml_format)",
        "apply_chat_template on messages",
        "template",
        "The notebook wrote strings that end with <|im_end|>, so that TRL 1.x would add a second "
        "end mark. We hand over messages, and the template writes each mark once.",
    ),
)
