"""Writes the texts that go with the built-in model: one to measure on, one to calibrate with. Their seeds are none that
training or its held-out loss used, and they share none between them."""

import random
import sys

from stories import World, story


def text(seed, size):
    rng = random.Random(seed)
    parts, length = [], 0
    while length < size:
        parts.append(story(World(rng)))
        length += len(parts[-1]) + 2
    return "\n\n".join(parts) + "\n"


if __name__ == "__main__":
    folder = sys.argv[1]
    for name, size in (("held-out", 96_000), ("calibration", 64_000)):
        with open(f"{folder}/stories-{name}.txt", "w") as out:
            out.write(text(f"text {name}", size))
