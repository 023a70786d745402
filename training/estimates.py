"""Memory, disk and time that a run will need: simple formulas, each with its terms.

They answer "does it fit, and shall I wait or come back tomorrow".
"""

from dataclasses import dataclass
from enum import StrEnum

from training.choices import Method, Optimiser, Precision, Reference, Tuning
from training.devices import Device
from training.model_shape import ModelShape
from training.recipe import DpoRecipe

# Measured: a worker with torch, transformers, TRL and next to no model peaks at 0.6 GiB.
_PROCESS_BYTES = 590 << 20
_NF4_BYTES = 0.56  # 4 bits and the scales of blocks of 64 (Dettmers et al. 2023, sec. 3)
_SCALE_SAVING = 0.373 / 8  # bytes a weight (ibid.: 0.5 bits of scales become 0.127)
# Values kept for the backward pass, a token and layer: of the hidden and of the feed-forward width. Measured
# on the processor (python -m benchmarks.estimate); what is alive besides is one layer's worth again.
_KEPT_HIDDEN, _KEPT_FORWARD = 11, 6
_LEFT_SHARE = 0.4  # of a recomputed layer's values, in memory that is not given back (ibid.)
_HEAD_ROWS, _HEAD_COLUMNS = 4096, 32768  # TRL 1.16 makes logits in tiles of so many tokens and words
_HEAD_COPIES = {"cpu": 7, "cuda": 2}  # of a tile, in 32 bits: plain torch, or one Triton kernel
_ANSWER_TILE = 32 << 20  # bytes of logits at a time where a prompt is read once (answer_head)
_ANSWER_COPIES = 3  # of such a tile
_MASK_BYTES = 8  # attention mask of plain torch, a pair of tokens
_READ_COPIES = (
    3  # reading held-out pairs: logits of one answer, in 32 bits, their log-softmax, and passing ones
)
_START_SECONDS = 8.0  # importing, loading, before and after, a small model (measured in CPU time)
# Of one EPYC core in 32 bits on endless matrices; small ones reach half of it at so many tokens at once, and
# half of it at so wide a model. Fitted to 26 runs (python -m benchmarks.estimate).
_CPU_FLOPS = 95e9
_HALF_TOKENS, _HALF_WIDTH = 100, 100
_GPU_FLOPS = (
    (9.0, 250e12),
    (8.0, 80e12),
    (0.0, 25e12),
)  # by compute capability (choice: 25-40 % of the peak)
_TOUCHED = 10  # times that each logit is read or written on its way to a log-probability and an entropy
_STEP_SECONDS = 0.01  # Python around each micro-batch and each held-out pair, however small the model
_TOKEN_SECONDS = 0.002  # Python around each sampled token
_BYTES_A_SECOND = {"cpu": 10e9, "cuda": 1e12}  # memory read while sampling (choice)


class Bytes(StrEnum):
    """What takes memory."""

    PROCESS = "process"
    WEIGHTS = "weights"
    REFERENCE = "reference"
    TRAINABLE = "gradients and optimiser"
    ACTIVATIONS = "activations"
    LOGITS = "logits"
    EVALUATION = "evaluation, beyond that"


@dataclass(frozen=True, slots=True, kw_only=True)
class Workload:
    """What there is to do.

    Attributes:
        train, test: pairs.
        mean_tokens, longest_tokens: of prompt and answer together, after cutting, one side.
        mean_pair, longest_pair: of prompt and both answers together, after cutting.
    """

    train: int
    test: int
    mean_tokens: float
    longest_tokens: int
    mean_pair: float
    longest_pair: int


def memory(shape: ModelShape, recipe: DpoRecipe, work: Workload, device: Device) -> dict[Bytes, int]:
    """Peak bytes of the worker on its device, by what takes them.

    weights + reference (where it is a model of its own: an adapter is switched off instead) + trainable ·
    (gradient and what the optimiser remembers) + activations (see _activations) + one tile of logits, or,
    where that is more, the whole logits of the longest held-out answer.
    """
    width = value_bytes(recipe, device)
    weights = _weight_bytes(shape, recipe, width)
    activations = _activations(shape, recipe, work, device)
    logits = _logits(shape, recipe, work, device)
    reading = work.longest_tokens * shape.vocabulary * 4 * _READ_COPIES if work.test else 0
    return {
        Bytes.PROCESS: _PROCESS_BYTES,
        Bytes.WEIGHTS: weights,
        Bytes.REFERENCE: weights if recipe.second_model else 0,
        Bytes.TRAINABLE: int(trainable(shape, recipe) * _learning_bytes(shape, recipe)),
        Bytes.ACTIVATIONS: activations,
        Bytes.LOGITS: logits,
        Bytes.EVALUATION: max(0, reading - activations - logits),
    }


def _reads_once(recipe: DpoRecipe, device: Device) -> bool:
    """Each prompt once for both answers, see shared_prompts."""
    return device.kind == "cpu" and recipe.method is not Method.KTO


def _tokens_at_once(recipe: DpoRecipe, work: Workload, device: Device) -> int:
    longest = work.longest_pair if _reads_once(recipe, device) else 2 * work.longest_tokens
    return recipe.micro_batch * longest


def _logits(shape: ModelShape, recipe: DpoRecipe, work: Workload, device: Device) -> int:
    """One tile on its way to log-probabilities; a head that learns gathers its gradient besides."""
    tokens = _tokens_at_once(recipe, work, device)
    if not _reads_once(recipe, device):
        rows, columns = min(tokens, _HEAD_ROWS), min(shape.vocabulary, _HEAD_COLUMNS)
        return rows * columns * 4 * _HEAD_COPIES[device.kind]
    tile = min(_ANSWER_TILE, tokens * shape.vocabulary * 4) * _ANSWER_COPIES
    return tile + (shape.vocabulary * shape.hidden * 4 if recipe.tuning is Tuning.FULL else 0)


def _activations(shape: ModelShape, recipe: DpoRecipe, work: Workload, device: Device) -> int:
    """What the backward pass needs of the forward pass, and one layer's worth that is alive at the peak.

    Recomputed, each layer leaves its input, and one layer at a time has its values; on the processor the
    allocator keeps pieces of every layer it has seen.
    """
    a_layer = _a_layer(shape)
    whole = (shape.layers + 1) * a_layer
    left = _LEFT_SHARE * a_layer if device.kind == "cpu" else shape.hidden
    kept = a_layer + shape.layers * left if recipe.gradient_checkpointing else whole
    padded = device.kind == "cpu" and not _reads_once(recipe, device)
    mask = work.longest_tokens * _MASK_BYTES if padded else 0
    return int(_tokens_at_once(recipe, work, device) * (kept * value_bytes(recipe, device) + mask))


def _a_layer(shape: ModelShape) -> int:
    """Values that the backward pass needs of one layer, a token."""
    return _KEPT_HIDDEN * shape.hidden + _KEPT_FORWARD * shape.feed_forward


def disk(shape: ModelShape, recipe: DpoRecipe, *, download: bool) -> int:
    """Bytes of the run folder at its fullest: checkpoints, the final artefact, a download.

    A checkpoint holds the weights that learn and the optimiser's state. Besides those that the recipe keeps
    there is the best one, and the newest, for the oldest goes only after it is whole.
    """
    learned = trainable(shape, recipe)
    checkpoint = learned * (4 + state_bytes(shape, recipe))
    kept = recipe.checkpoints_kept + 2
    return int(kept * checkpoint + 4 * learned + (shape.stored_bytes if download else 0))


def seconds(shape: ModelShape, recipe: DpoRecipe, work: Workload, device: Device) -> float:
    """Duration from start to end.

    Floating-point operations a token and weight: 2 forward, 2 backward (4 where every weight learns), 2 for
    the reference, 2 where activations are recomputed (Kaplan et al. 2020, sec. 2.1), over the device's rate.
    The reference is asked about each pair once, in KTO each time.
    """
    steps = recipe.steps(work.train)
    backward = 4 if recipe.tuning is Tuning.FULL else 2
    learning = 2 + backward + (2 if recipe.gradient_checkpointing else 0)
    # The loss kto reads every prompt once more with another answer, to see how far the model has moved.
    moved = 2 if recipe.method is Method.KTO and recipe.kto_loss.measures_distance else 0
    seen = steps * recipe.pairs_per_step
    evaluated = work.test * evaluations(recipe, steps)
    asks_again = recipe.method is Method.KTO and recipe.reference is not Reference.PRECOMPUTED
    referred = seen + evaluated if asks_again else min(seen, work.train) + work.test
    # Forward passes over both sides of a pair; a backward pass counts as one or two.
    passes = (seen * (learning + moved) + (referred + evaluated) * (2 + moved)) / 2
    once = _reads_once(recipe, device)
    tokens = passes * (work.mean_pair if once else 2 * work.mean_tokens)
    answered = 2 * (work.mean_pair - work.mean_tokens) / work.mean_pair if once and work.mean_pair else 1.0
    looking = 2 * work.mean_tokens * shape.hidden * shape.layers  # of each token at those before it
    operations = 2 * tokens * (shape.parameters + looking)
    # What is kept and what is scored passes through memory; in small models that takes most of the time.
    values = shape.layers * _a_layer(shape) + _TOUCHED * shape.vocabulary * min(1.0, max(0.0, answered))
    moving = tokens * values * value_bytes(recipe, device) / _BYTES_A_SECOND[device.kind]
    around = _STEP_SECONDS * (seen / recipe.micro_batch + evaluated)
    at_once = recipe.micro_batch * (work.mean_pair if once else 2 * work.mean_tokens)
    computing = operations / _rate(device, shape.hidden, at_once) if at_once else 0.0
    return _START_SECONDS + around + computing + moving + sampling(shape, recipe, device)


def trainable(shape: ModelShape, recipe: DpoRecipe) -> int:
    """Weights that learn."""
    if recipe.tuning is Tuning.FULL:
        return shape.parameters
    return shape.adapter_parameters(recipe.lora_rank, recipe.lora_target_modules)


def value_bytes(recipe: DpoRecipe, device: Device) -> int:
    """Bytes of a value in forward and backward: bf16 where asked, or where `auto` meets a GPU that has it."""
    bf16 = recipe.precision is Precision.BF16
    bf16 |= recipe.precision is Precision.AUTO and device.capability >= 8.0
    return 2 if bf16 else 4


def _learning_bytes(shape: ModelShape, recipe: DpoRecipe) -> float:
    """A gradient, the optimiser's state, and of an adapter the weight itself."""
    return 4 + state_bytes(shape, recipe) + (4 if recipe.tuning.has_adapter else 0)


def state_bytes(shape: ModelShape, recipe: DpoRecipe) -> float:
    """Bytes that the optimiser remembers of a weight that learns.

    Adafactor keeps a number a row and one a column of each matrix (Shazeer and Stern 2018, sec. 3): of a
    matrix of m by n weights 1/m + 1/n numbers a weight. An adapter's matrices are as narrow as its rank.
    """
    if recipe.optimizer is not Optimiser.ADAFACTOR:
        return recipe.optimizer.state_bytes
    narrow = recipe.lora_rank if recipe.tuning.has_adapter else shape.feed_forward
    return 4 * (1 / max(1, narrow) + 1 / max(1, shape.hidden))


def _weight_bytes(shape: ModelShape, recipe: DpoRecipe, width: int) -> int:
    if recipe.tuning is Tuning.FULL:
        return shape.parameters * 4
    if recipe.tuning is Tuning.LORA:
        return shape.parameters * width
    embedded = min(shape.parameters, 2 * shape.vocabulary * shape.hidden)
    stored = 1.0 if recipe.tuning is Tuning.LORA_8BIT else _NF4_BYTES
    if recipe.double_quantization:
        stored -= _SCALE_SAVING
    return int((shape.parameters - embedded) * stored) + embedded * width


def evaluations(recipe: DpoRecipe, steps: int) -> float:
    """How often the trainer looks at the held-out pairs, step 0 included."""
    every = recipe.evaluate_every * steps if recipe.evaluate_every < 1 else recipe.evaluate_every
    return 1 + (steps / every if every else 1)


def sampling(shape: ModelShape, recipe: DpoRecipe, device: Device) -> float:
    """Seconds for answers before and after, token by token: every weight is read for each."""
    tokens = 2 * recipe.sample_prompts * recipe.sample_tokens
    read = _weight_bytes(shape, recipe, value_bytes(recipe, device))
    return tokens * (_TOKEN_SECONDS + read / _BYTES_A_SECOND[device.kind])


def _rate(device: Device, width: int, tokens: float) -> float:
    """Floating-point operations a second, on matrices of so many tokens and such a hidden width."""
    if device.kind == "cpu":
        filled = tokens / (tokens + _HALF_TOKENS) * width / (width + _HALF_WIDTH)
        return _CPU_FLOPS * filled * max(1, device.cores - 1)
    return next(rate for capability, rate in _GPU_FLOPS if device.capability >= capability)
