"""Answers to the lessons' exercises that must not pass: one module a lesson.

``MUTANTS`` maps an exercise to its mistakes, each with words that the check must say; ``UNFILLED``
maps an exercise to what stands there before it is filled in.
"""
