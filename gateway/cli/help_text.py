"""The last part of a command's `--help`: how it is called, in examples that fit 80 columns."""


def examples(*lines: str) -> str:
    """For `epilog`: the lines as they are, one below the other."""
    return "\b\nExamples:\n" + "\n".join(f"  {line}" for line in lines)
