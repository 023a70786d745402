"""How far the labels can be trusted: agreement, annotators, bias. Only reads."""
