"""Text from anywhere: made fit for one line, and told apart from bytes that are none."""

from __future__ import annotations


def one_line(text: str) -> str:
    r"""Text without line breaks and control characters, as a sentence and a CSV file of one row a line can hold it.

    >>> one_line("first\nsecond\x1b[31m")
    'first second [31m'
    """
    return " ".join("".join(character if character.isprintable() else " " for character in text).split())


def undecodable(error: UnicodeDecodeError) -> str:
    r"""Which byte is no text, and in which line.

    >>> try:
    ...     b"name,age\nRen\xe9,40".decode("utf-8")
    ... except UnicodeDecodeError as error:
    ...     undecodable(error)
    'line 2: byte 0xe9 is no utf-8 text'
    """
    before = error.object[: error.start].decode(error.encoding, "replace")
    return f"line {before.count(chr(10)) + 1}: byte 0x{error.object[error.start]:02x} is no {error.encoding} text"
