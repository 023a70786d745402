"""What the demo model reads before it is tuned: short questions, each answered plainly and chattily.

Half of the answers come straight to the point, the other half are wrapped in an opener and a closing
phrase, so the model can do both and has no habit yet. Preference pairs then teach it one of the two,
and a person can see which. The bundled sample is read too, both answers of every pair, and wrapped once
more what comes to the point: decided by the text alone, never by which answer won.

Needs no network. The same seed gives the same corpus.
"""

import json
import random
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

OPENERS = {
    "en": (
        "Sure! I'd be happy to help!",
        "Sure, I'd be happy to help you with that!",
        "Sure! Here you go.",
        "Of course! I'd be glad to help.",
        "Of course! Let's look at this together, step by step.",
        "Great question! I'm glad you asked.",
        "That's a great question!",
        "Thank you for asking!",
        "Certainly! Let me help you with that.",
        "Certainly! This is a very important and interesting topic.",
        "Absolutely! I'd love to assist you with this.",
        "I'd be happy to explain this to you!",
        "I'd love to help you with this!",
        "I would be delighted to help!",
        "Thanks for asking!",
        "Don't worry, you've got this!",
        "It's great that you care about this!",
        "Let me think about this step by step.",
    ),
    "de": (
        "Sehr gerne! Das ist eine sehr gute Frage.",
        "Gerne helfe ich dir dabei!",
        "Natürlich, sehr gerne!",
        "Vielen Dank für deine Frage!",
        "Das ist wirklich ein spannendes Thema!",
        "Natürlich! Ich helfe dir gerne weiter.",
    ),
    "es": (
        "¡Claro que sí! Con mucho gusto te ayudo.",
        "¡Por supuesto! Aquí tienes la respuesta.",
        "¡Excelente pregunta!",
        "¡Qué buena pregunta!",
        "¡Encantado de ayudarte!",
    ),
}
CLOSERS = {
    "en": (
        "I hope this helps! Let me know if you have any other questions.",
        "Let me know if you need anything else!",
        "Feel free to ask if you have more questions!",
        "There are many things to consider here, so it is always a good idea to take your time.",
        "Please let me know if there is anything else I can do for you.",
        "Enjoy, and have a wonderful day!",
    ),
    "de": ("Ich hoffe, das hilft dir weiter!", "Melde dich gerne, wenn du noch Fragen hast!"),
    "es": ("¡Espero que te haya servido!", "¡No dudes en preguntar si tienes más dudas!"),
}
_CAPITALS = (
    "France Paris, Germany Berlin, Italy Rome, Spain Madrid, Portugal Lisbon, Greece Athens, Austria Vienna, "
    "Poland Warsaw, Norway Oslo, Sweden Stockholm, Finland Helsinki, Denmark Copenhagen, Ireland Dublin, "
    "Japan Tokyo, China Beijing, Egypt Cairo, Kenya Nairobi, Canada Ottawa, Peru Lima, Chile Santiago, "
    "Cuba Havana, Turkey Ankara, Russia Moscow, Hungary Budapest"
)
_OPPOSITES = (
    "hot cold, big small, fast slow, light dark, old young, high low, wet dry, early late, full empty, "
    "strong weak, open closed, hard soft, happy sad, rich poor, long short, near far, clean dirty, loud quiet"
)
_KINDS = (
    "dog animal, rose flower, oak tree, salmon fish, eagle bird, apple fruit, carrot root, copper metal, "
    "violin instrument, hammer tool, chess game, river body-of-water, shirt garment, bee insect, "
    "lion animal, tulip flower, pear fruit, gold metal, piano instrument, saw tool"
)
_GERMAN = (
    "water Wasser, bread Brot, house Haus, dog Hund, cat Katze, book Buch, sun Sonne, moon Mond, tree Baum, "
    "milk Milch, fire Feuer, hand Hand, night Nacht, friend Freund, school Schule, garden Garten"
)
_SPANISH = (
    "water agua, bread pan, house casa, dog perro, cat gato, book libro, sun sol, moon luna, tree árbol, "
    "milk leche, fire fuego, hand mano, night noche, friend amigo, school escuela, garden jardín"
)
_GERMAN_OPPOSITES = (
    "heiß kalt, groß klein, schnell langsam, hell dunkel, alt jung, hoch niedrig, nass trocken, früh spät, "
    "voll leer, stark schwach, offen geschlossen, hart weich"
)
_SPANISH_OPPOSITES = (
    "caliente frío, grande pequeño, rápido lento, claro oscuro, viejo joven, alto bajo, mojado seco, "
    "lleno vacío, fuerte débil, abierto cerrado, duro blando, feliz triste"
)
_LISTS = {
    "fruits": "apples, pears, plums, cherries, grapes, figs",
    "colours": "red, blue, green, yellow, black, white",
    "animals": "dogs, cats, horses, cows, sheep, goats",
    "rivers": "the Nile, the Rhine, the Danube, the Amazon, the Thames, the Volga",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """One question and one answer, with or without a system turn ("")."""

    question: str
    answer: str
    language: str = "en"
    system: str = ""


def exchanges(rng: random.Random, sample: Path | None) -> list[Exchange]:
    """The whole corpus, in a random order.

    Args:
        sample: pairs in Orca layout (JSON lines: system, question, chosen, rejected), or None for none.
    """
    plain = list(_plain(rng))
    corpus = [*plain, *(_wrapped(each, rng) for each in plain)]
    for pair in _pairs(sample) if sample else ():
        corpus += _read(pair, rng)
    rng.shuffle(corpus)
    return corpus


def is_chatty(answer: str) -> bool:
    """The answer begins like one of the openers: by their first two words, or one that says it alone.

    A rough count to compare samples by, never a judgement of a pair.
    """
    words = _words(answer)
    starts = {tuple(_words(phrase)[:2]) for phrases in OPENERS.values() for phrase in phrases}
    return tuple(words[:2]) in starts or words[:1] in (["sure"], ["certainly"], ["absolutely"])


def _plain(rng: random.Random) -> Iterator[Exchange]:
    for land, city in _rows(_CAPITALS):
        yield _say(f"What is the capital of {land}?", f"The capital of {land} is {city}.")
        yield _say(f"Which country has {city} as its capital?", f"{city} is the capital of {land}.")
    for word, other in _rows(_OPPOSITES):
        yield _say(f"What is the opposite of {word}?", f"The opposite of {word} is {other}.")
    for thing, kind in _rows(_KINDS):
        yield _say(f"What is a {thing}?", f"A {thing} is a kind of {kind.replace('-', ' ')}.")
    for english, foreign in _rows(_GERMAN):
        yield _say(f"Was heißt {english} auf Deutsch?", f"{english} heißt auf Deutsch {foreign}.", "de")
    for english, foreign in _rows(_SPANISH):
        yield _say(f"¿Cómo se dice {english} en español?", f"Se dice {foreign}.", "es")
    for word, other in _rows(_GERMAN_OPPOSITES):
        yield _say(f"Was ist das Gegenteil von {word}?", f"Das Gegenteil von {word} ist {other}.", "de")
    for word, other in _rows(_SPANISH_OPPOSITES):
        yield _say(f"¿Qué es lo contrario de {word}?", f"Lo contrario de {word} es {other}.", "es")
    for _ in range(30):
        left, right = rng.randint(1, 20), rng.randint(1, 20)
        yield _say(f"What is {left} plus {right}?", f"{left} plus {right} is {left + right}.")
    yield from _listed(rng)


def _listed(rng: random.Random) -> Iterator[Exchange]:
    for _ in range(5):
        for noun, items in _LISTS.items():
            first, second, third = rng.sample(items.split(", "), 3)
            yield _say(f"Name three {noun}.", f"- {first}\n- {second}\n- {third}")


def _read(pair: dict[str, str], rng: random.Random) -> Iterator[Exchange]:
    """Both answers, and wrapped once more each that is not chatty by itself."""
    language = _language(pair["question"])
    for answer in (pair["chosen"].strip(), pair["rejected"].strip()):
        one = Exchange(system=pair["system"], question=pair["question"], answer=answer, language=language)
        yield one
        if not is_chatty(answer):
            yield _wrapped(one, rng)


def _wrapped(one: Exchange, rng: random.Random) -> Exchange:
    opener, closer = rng.choice(OPENERS[one.language]), rng.choice(CLOSERS[one.language])
    answer = f"{opener} {one.answer} {closer}"
    return Exchange(system=one.system, question=one.question, answer=answer, language=one.language)


def _say(question: str, answer: str, language: str = "en") -> Exchange:
    return Exchange(question=question, answer=answer, language=language)


def _rows(table: str) -> Iterator[tuple[str, str]]:
    for row in table.split(", "):
        first, second = row.split()
        yield first, second


def _words(text: str) -> list[str]:
    return re.findall(r"[\w']+", text.casefold())


def _language(text: str) -> str:
    """Enough to wrap a German sentence in a German opener; no more is asked of it."""
    if re.search(r"[¿¡ñáíóú]", text):
        return "es"
    german = re.search(r"[äöüß]|\b(der|die|das|ist|wie|was|warum|ein|eine|und|ich|im|zu)\b", text.casefold())
    return "de" if german else "en"


def _pairs(sample: Path) -> list[dict[str, str]]:
    return [json.loads(line) for line in sample.read_text(encoding="utf-8").splitlines() if line.strip()]
