"""Answers and likelihoods of a tuned model beside its base, made by a process like a training run's."""
