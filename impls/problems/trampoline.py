"""The trampoline: recursion that is written with generators runs in a loop, which keeps the calls that wait in a list.

Recursion is made ready for it by writing `(yield walk(child))` where it says `walk(child)`. Its frames are then on the heap, where
no recursion limit counts them. They are in a list: a long chain of suspended generators that refer to each other crashes when it
is freed.
"""


def trampoline(call):
    """The answer of a generator that yields the calls it makes and is sent the answer of each."""
    waiting, answer = [call], None
    while waiting:
        try:
            inner = waiting[-1].send(answer)
        except StopIteration as returned:
            waiting.pop()
            answer = returned.value
        else:
            waiting.append(inner)
            answer = None
    return answer
