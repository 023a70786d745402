"""Pairs, decisions, the queue, annotators, guidelines."""
