"""Every page in every state, in both languages, at three widths, in light and dark: pictures, and what must hold.

`python -m tests.pages --out FOLDER` makes them all (a few minutes); `--readme` makes the README's screenshots instead.
`tests/acceptance/test_pages.py` looks at a few of them in the suite.
"""
