"""Runs on machines that share no folder with the app: what they need and leave travels through a URL."""
