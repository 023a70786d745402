"""The dataset card of a release: README.md, with a YAML header that `datasets.load_dataset` honours."""

import json
from collections.abc import Iterator

from curation.model import Tier
from curation.release import columns, preset
from curation.release.contents import Content
from curation.release.gate import Acknowledgement, Examination
from curation.validation import history, runner
from curation.validation.finding import Finding, Scope, Severity

_SIZES = ((1_000, "n<1K"), (10_000, "1K<n<10K"), (100_000, "10K<n<100K"), (1_000_000, "100K<n<1M"))

_TIER_MEANING = {
    Tier.GOLD: "settled by a reviewer",
    Tier.AGREE2: "two or more votes, all equal",
    Tier.MAJORITY: "more than half of three or more votes",
    Tier.SINGLE: "one vote",
    Tier.PRIOR: "imported preference, seen by no person",
}


def markdown(
    content: Content, examination: Examination, acknowledgements: tuple[Acknowledgement, ...]
) -> str:
    """The whole card; the same content, findings and acknowledgements give the same text."""
    parts = (
        _header(content, examination),
        _support_warning(examination),
        _summary(content, examination),
        _contents(examination),
        _support(content, examination),
        _people(content),
        _rules(content, examination, acknowledgements),
        _biases(examination),
        _training(examination),
        _transforms(content),
        _origins(content),
        _guidelines(content),
        _columns(),
    )
    return "\n\n".join(part for part in parts if part) + "\n"


def _header(content: Content, examination: Examination) -> str:
    rows = examination.train + examination.test
    size = next((name for limit, name in _SIZES if rows < limit), "n>1M")
    return "\n".join(
        (
            "---",
            f"pretty_name: {json.dumps(content.title, ensure_ascii=False)}",
            *_licence(content),
            *(
                ("language:", *(f"- {language}" for language in content.languages))
                if content.languages
                else ()
            ),
            "task_categories:",
            "- text-generation",
            "tags:",
            "- preference",
            "- dpo",
            "- trl",
            "- pairloom",
            "size_categories:",
            f"- {size}",
            "configs:",
            "- config_name: default",
            "  data_files:",
            "  - split: train",
            "    path: data/train-*.parquet",
            "  - split: test",
            "    path: data/test-*.parquet",
            "---",
        )
    )


def _licence(content: Content) -> tuple[str, ...]:
    """The Hub's field: the licence that all sources state, "other" where they differ, else "unknown"."""
    stated = {origin.licence for origin in content.origins}
    if stated and "" not in stated:
        one = len(stated) == 1
        return (f"license: {json.dumps(stated.pop().lower(), ensure_ascii=False) if one else 'other'}",)
    return ("license: unknown",)


def _support_warning(examination: Examination) -> str:
    """The first line says it when too few rows are backed by two people or a lead (rules.md §6)."""
    if examination.supported_share >= examination.policy.supported_share:
        return ""
    single, prior = (examination.tiers.get(tier, 0) for tier in (Tier.SINGLE, Tier.PRIOR))
    rows = examination.train + examination.test
    return (
        f"**{single + prior} of {rows} rows are not backed by two people or a lead:** {single} rest on one "
        f"vote, {prior} on an imported preference that no person has seen."
    )


def _summary(content: Content, examination: Examination) -> str:
    return (
        f"# {_line(content.title)}\n\n"
        "Preference pairs in TRL's conversational layout, released by Pairloom.\n\n"
        f"- Fingerprint: `{content.fingerprint}` (SHA-256 over the sorted SHA-256 of each row's canonical "
        "JSON: sorted keys, no white space, unescaped UTF-8; 64 hexadecimal digits and a line feed a row)\n"
        f"- Train {examination.train}, test {examination.test}, ties {examination.ties}, "
        f"excluded {examination.excluded}, of {examination.validation.pairs} pairs\n"
        f"- Rule set {runner.RULE_SET}; protected prompts: {_protected(examination)}"
    )


def _protected(examination: Examination) -> str:
    sets = [f"{count} of {_line(name)}" for name, count in examination.protected.items()]
    return ", ".join(sets) or "none supplied"


def _contents(examination: Examination) -> str:
    fair = examination.test - examination.chosen_test
    arm = (
        "All test rows come from the random arm of the queue or were never queued."
        if not examination.chosen_test
        else f"{fair} of {examination.test} test rows come from the random arm of the queue or were never "
        f"queued; {examination.chosen_test} were picked for another reason and are no fair sample."
    )
    return (
        "## Files\n\n"
        "| file | content |\n|---|---|\n"
        "| `data/train-*.parquet`, `data/test-*.parquet` | the pairs; no prompt is in both |\n"
        "| `ties.parquet` | pairs judged a tie or both bad |\n"
        f"{_UNPAIRED if examination.validation.of_rule('R02') else ''}"
        "| `excluded.parquet` | pairs left out, with the rules and reasons, without texts |\n"
        "| `decisions.parquet` | every decision, people by pseudonym, comments left out |\n"
        "| `validation.json` | policy, findings with examples, acknowledgements |\n"
        "| `manifest.json` | fingerprint, counts, SHA-256 of every file |\n\n"
        f"Split by prompt cluster, seed {examination.policy.split_seed}. {arm}"
    )


_UNPAIRED = (
    "| `unpaired.parquet` | wanted answers of pairs whose other answer is empty (V02), for KTO; the pairs "
    "stand in `excluded.parquet` |\n"
)


def _support(content: Content, examination: Examination) -> str:
    tiers = "\n".join(
        f"| {tier.value} | {_TIER_MEANING[tier]} | {count} |" for tier, count in examination.tiers.items()
    )
    return (
        "## Support\n\n"
        f"Minimum: {examination.policy.minimum_tier.value}. {len(content.annotators)} people made "
        f"{sum(each.decisions for each in content.annotators)} decisions.\n\n"
        f"| tier | meaning | rows |\n|---|---|---|\n{tiers}\n\n"
        f"{_rewritten(content, examination)}{examination.agreement.sentence}"
    )


def _rewritten(content: Content, examination: Examination) -> str:
    if not examination.policy.rewrites:
        return "Answers that people rewrote are left out of this release.\n\n"
    if not content.rewritten:
        return ""
    return (
        f"In {content.rewritten} rows the chosen answer is one that an annotator rewrote, and the rejected "
        "one is the answer it was made from. Their origin is the pseudonym after “person”; `made_pair` in "
        "`decisions.parquet` names the decision.\n\n"
    )


def _people(content: Content) -> str:
    if not content.annotators:
        return ""
    rows = "\n".join(
        f"| {_cell(each.pseudonym)} | {each.decisions} | {each.votes} | {each.ties} | "
        f"{'' if each.seconds is None else f'{each.seconds:g}'} |"
        for each in content.annotators
    )
    return (
        "## Annotators\n\nBy pseudonym.\n\n"
        "| annotator | decisions | votes in effect | of them ties or both bad | median seconds |\n"
        f"|---|---|---|---|---|\n{rows}"
    )


def _rules(content: Content, examination: Examination, acknowledgements: tuple[Acknowledgement, ...]) -> str:
    rows = "\n".join(_rule_rows(content, examination))
    accepted = "\n".join(f"- {each.rule} ({each.count}), by {_line(each.by)}" for each in acknowledgements)
    changes = ", ".join(f"{name} = {value}" for name, value in examination.policy.changes.items())
    return (
        "## Rules\n\n"
        "E keeps rows out, W was acknowledged by a person, I is reported. Before: pairs of the workspace "
        "that a finding concerns. After: rows of train and test that it still concerns; none where it is "
        "about the whole set.\n\n"
        f"| rule | severity | before | after | finding |\n|---|---|---|---|---|\n{rows}\n\n"
        f"Settings that differ from the default: {changes or 'none'}.\n\n"
        f"Acknowledged by name:\n\n{accepted or 'nothing had to be.'}"
    )


def _rule_rows(content: Content, examination: Examination) -> Iterator[str]:
    """Every rule in order, those that found nothing too."""
    findings = examination.validation.findings
    clear = [(rule, _clear(rule)) for rule in {*runner.CHECKED} - {each.rule for each in findings}]
    told = [(key[0], _rule_row(each, content.remaining.get(key, 0))) for key, each in history.keyed(findings)]
    yield from (row for _, row in sorted([*clear, *told], key=lambda each: each[0]))


def _clear(rule: str) -> str:
    if rule == runner.AT_IMPORT:
        return f"| {rule} | E | | | The import refuses rows whose answers have different prompts. |"
    return f"| {rule} | | 0 | 0 | |"


def _rule_row(finding: Finding, remaining: int) -> str:
    after = "" if finding.scope is Scope.SET else 0 if finding.severity is Severity.ERROR else remaining
    counted = finding.count if finding.unit == "pair" else finding.counted
    return f"| {finding.rule} | {finding.severity.value} | {counted} | {after} | {_cell(finding.message)} |"


def biases(examination: Examination) -> tuple[str, ...]:
    """What is known to tell the winner besides quality, a sentence each; what was not found is said too."""
    found = []
    for rule, what in _BIASES.items():
        messages = [each.message for each in examination.validation.of_rule(rule)]
        found += [f"{rule}: {_line(message)}" for message in messages] or [f"{rule}: no {what} was found."]
    return tuple(found)


def _biases(examination: Examination) -> str:
    return "## Known biases\n\n" + "\n".join(f"- {each}" for each in biases(examination))


def _training(examination: Examination) -> str:
    found = preset.suggested(examination)
    lines = "\n".join(f"- `{each.key} = {each.value}`: {each.why}" for each in found)
    return f"## Training on it\n\n{lines or 'Nothing asks for other settings than the defaults.'}"


_BIASES = {
    "V12": "leak at the edges of the answers",
    "V13": "leak of the model that wrote an answer",
    "V14": "preference for a side of the screen",
    "V15": "preference for longer or shorter answers",
    "V16": "preference for an outward look, such as lists or code",
}


def _transforms(content: Content) -> str:
    fixes = " ".join(f"{_FIXES[rule]} in {count} rows." for rule, count in content.mended.items())
    fixed = f" Fixes that a lead applied: {fixes}" if fixes else " No fix of a text was applied."
    return (
        "## What was changed\n\n"
        "Both answers of every row are trimmed: white space, byte order marks and zero-width spaces at their "
        "two ends are removed (rule V12), on chosen and rejected alike. System messages in which a reader "
        f"sees nothing are left out.{fixed} Nothing else is changed; no label is flipped by a rule."
    )


_FIXES = {
    "V09": "Template tokens at the ends cut (V09)",
    "V10": "Wrong encoding repaired (V10)",
    "V11": "Repeated prompt cut from an answer (V11)",
    "V27": "Personal data or secrets replaced by placeholders (V27)",
}


def _origins(content: Content) -> str:
    rows = "\n".join(
        f"| {_cell(each.label)} | {each.kind} | {_cell(each.licence) or 'not stated'} | {each.pairs} |"
        for each in content.origins
    )
    return f"## Sources\n\n| source | kind | licence | pairs |\n|---|---|---|---|\n{rows}"


def _guidelines(content: Content) -> str:
    if not content.guideline:
        return "## Guidelines\n\nNone were written."
    return f"## Guidelines, version {content.guideline_version}\n\n{content.guideline.strip()}"


def _columns() -> str:
    rows = "\n".join(f"| {name} | {meaning} |" for name, meaning in columns.MEANING.items())
    return f"## Columns\n\n| column | meaning |\n|---|---|\n{rows}"


def _line(content: str) -> str:
    """On one line."""
    return " ".join(content.split())


def _cell(content: str) -> str:
    """Inside one cell of a table."""
    return _line(content).replace("|", "\\|")
