"""What several screens share: session, guard, charts, the pair view."""
