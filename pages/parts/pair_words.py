"""What verdicts and speakers are called on every screen."""

from curation.model import Speaker, Verdict

VERDICT_WORDS = {
    Verdict.ANSWER_1: "Answer 1",
    Verdict.ANSWER_2: "Answer 2",
    Verdict.TIE: "Tie",
    Verdict.BOTH_BAD: "Both bad",
    Verdict.SKIP: "Skipped",
    Verdict.CANNOT_JUDGE: "Cannot judge",
}
SPEAKER_WORDS = {Speaker.SYSTEM: "System", Speaker.USER: "User", Speaker.ASSISTANT: "Assistant"}
