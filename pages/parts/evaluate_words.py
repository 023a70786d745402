"""Why is this number like that: what each figure of an evaluation means, and how it is misread."""

import streamlit as st

from curation.comparison import evidence, length_control, verdict, winning

_WORDS = {
    "verdict": f"""The first of these that holds:

1. **Leak suspected:** held-out accuracy and a baseline both lie above {verdict.LEAK_ACCURACY:.0%}. Something
   other than quality tells the pairs apart.
2. **Better** or **worse:** the evidence from blind judgements has reached {evidence.LINE:.0f}. The side with
   more decisive judgements is preferred.
3. **No difference shown:** people have judged, and the line has not been reached. That is no proof that
   there is none.
4. **Not judged yet:** only held-out pairs are known, and they alone never make a verdict of better.
""",
    "judgements": f"""**A win rate of 50 %** is what two equal models get. Ties, both bad and equal answers
count half: many of them pull the rate towards 50 %, however clear the decisive judgements are.

**The interval is wide** with few prompts, as several judgements of one prompt count as one. A true rate of
60 % takes about {winning.decisive_needed(0.6)} decisive judgements.

**The evidence falls** whenever a judgement goes the other way; that is how it stays honest when read at every
look. Of two judges of a pair only the first counts here: they are not independent.

**At equal length** is what would be left if both wrote equally long answers. Much lower than the plain rate:
the model wins by length. It needs {length_control.FROM} votes on answers of different length.

**Judges agree little:** the answers differ little, or the guidelines leave open what is better.
""",
    "held out": """**Accuracy of the base is not defined**, and is 0 at step 0 of a run: against itself every
reward is 0, and equal rewards do not count as right.

**Margin** is reward(chosen) − reward(rejected), in nats times beta. Both rewards may be below 0, the chosen
one too: likelihood has moved to answers that are in neither column. Only the difference is trained.

**Loss 0.693** is ln 2: the model prefers neither. Stuck there, it learns nothing, mostly for a learning rate
too small or a warm-up longer than the run.

**Accuracy near 1 at once** is seldom a success. A baseline that is as right, by writing or by length, says
that the pairs have a leak.

**High accuracy, few wins:** ranking two given answers is easier than writing a better one.
""",
    "calibration": """σ(margin) is the chance that the model gives to the chosen answer. On the dashed line it
is right as often as it says. Training for longer moves the points to the right, whether it is right or not.

A short run with a small beta says 55 % and is right in 80 %: underconfident, and no harm for ranking.
Overconfident margins make poor doubts about labels.
""",
}


def why(figures: str) -> None:
    """A button that explains some figures in place.

    Args:
        figures: a key of _WORDS.
    """
    asked = "What the verdict follows" if figures == "verdict" else "Why is this number like that?"
    with st.popover(asked, icon=":material/help:", key=f"why-{figures.replace(' ', '-')}"):
        st.markdown(_WORDS[figures])
