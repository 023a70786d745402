"""Which of two models people prefer: what they were shown, what they said, and what that proves."""
