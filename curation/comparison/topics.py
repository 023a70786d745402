"""Win rates by what the prompts are about: a model may gain on one kind of question and lose on another.

Prompts are grouped by the words and letters they share (k-means on their n-grams), which needs no language
model and no labels. A group is named by the prompt nearest to its centre.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import NormalDist

from curation.comparison import winning
from curation.comparison.results import Judgement
from curation.comparison.winning import Judged, Rate

FROM = 12  # different prompts; fewer make groups of one or two, which say nothing (choice)
_MOST = 8
_STANDARD = NormalDist()
_OF_A_GROUP = 6  # prompts, about (choice)


@dataclass(frozen=True, slots=True, kw_only=True)
class Topic:
    """A group of prompts and how the model does on it.

    Attributes:
        like: the prompt nearest to the centre of the group.
        prompts: of the group that were judged; their interval resamples whole prompts.
    """

    like: str
    prompts: int
    rate: Rate


def grouped(prompts: Mapping[str, str], *, seed: int = 0) -> dict[str, str]:
    """Prompt key → the text of the prompt at the centre of its group; empty below FROM prompts.

    Args:
        prompts: key → text. The same prompts give the same groups, in whatever order.
    """
    texts = sorted(set(prompts.values()))
    if len(texts) < FROM:
        return {}
    # Loaded here: it takes a second, and most looks at a comparison have too few prompts.
    from sklearn.cluster import KMeans
    from sklearn.feature_extraction.text import TfidfVectorizer

    reading = TfidfVectorizer(analyzer="char_wb", ngram_range=(3, 5), sublinear_tf=True, max_features=20_000)
    seen = reading.fit_transform(texts)  # (prompts, n-grams), rows of length 1
    count = min(_MOST, max(2, round(len(texts) / _OF_A_GROUP)))
    fitted = KMeans(n_clusters=count, n_init=4, random_state=seed).fit(seen)
    distances = fitted.transform(seen)  # (prompts, groups)
    centres = {group: texts[int(distances[:, group].argmin())] for group in range(count)}
    group_of = dict(zip(texts, (centres[int(label)] for label in fitted.labels_), strict=True))
    return {key: group_of[text] for key, text in prompts.items()}


def rates(
    said: Sequence[Judgement], model: str, against: str, groups: Mapping[str, str], *, seed: int = 0
) -> tuple[Topic, ...]:
    """How a model does against another in each group of prompts, the largest group first.

    Args:
        groups: what `grouped` made of the judgements' prompts.
    """
    judged: dict[str, list[Judged]] = {}
    for one in said:
        if set(one.models) == {model, against} and one.prompt in groups:
            judged.setdefault(groups[one.prompt], []).append(
                Judged(prompt=one.prompt, score=one.score_of(model))
            )
    found = [(like, winning.win_rate(rows, seed=seed)) for like, rows in judged.items()]
    topics = [Topic(like=like, prompts=rate.prompts, rate=rate) for like, rate in found if rate is not None]
    return tuple(sorted(topics, key=lambda topic: (-topic.prompts, topic.like)))


def differ(topics: Sequence[Topic]) -> bool:
    """Whether two groups' intervals do not meet, at 95 % together by Bonferroni's correction.

    Percentile intervals are widened as a normal's would be; with few prompts a group this stays cautious.
    """
    if len(topics) < 2:
        return False
    factor = _STANDARD.inv_cdf(1 - 0.025 / len(topics)) / _STANDARD.inv_cdf(0.975)
    lows = [topic.rate.rate - factor * (topic.rate.rate - topic.rate.low) for topic in topics]
    highs = [topic.rate.rate + factor * (topic.rate.high - topic.rate.rate) for topic in topics]
    return max(lows) > min(highs)
