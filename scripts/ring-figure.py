#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Draw balance against needless moves, from what make bench-ring measured.

    scripts/ring-figure.py [build/bench-ring.tsv [docs/ring-balance.svg]]

One mark for each algorithm and number of members, equal weights.  To the right:
slots that move needlessly when a configured member is removed.  Up: slots of
the fullest member, the mean is 1.  Filled marks are that; a hollow one is the
auction when a member fails, which the table of configured weights absorbs.
"""
import csv
import sys
from xml.sax.saxutils import escape

MEMBERS = ("10", "100", "1000")
# algorithm: colour (Okabe and Ito, for all eyes), mark, where its labels are
ALGORITHMS = {
    "auction": ("#0072b2", "circle", "above"),
    "maglev": ("#d55e00", "square", "below"),
    "no seats": ("#56b4e9", "diamond", "left"),
    "ring": ("#009e73", "triangle", "right"),
}
LEGEND = {
    "auction": "slot auction",
    "maglev": "Maglev",
    "no seats": "slot auction without seats",
    "ring": "classic ring, 150 virtual nodes",
}

WIDTH, HEIGHT = 800, 500
LEFT, RIGHT, TOP, BOTTOM = 70, 780, 60, 410
INSET = 60  # from the axes to 0 and to 1, for marks and labels there


class Figures:
    def __init__(self, path):
        self.values = {}
        with open(path, newline="") as file:
            for row in csv.DictReader(file, delimiter="\t",
                                      quoting=csv.QUOTE_NONE):
                key = (row["subject"], row["slots"], row["weights"],
                       row["members"], row["algorithm"], row["figure"])
                self.values[key] = row["value"]

    def machine(self, figure):
        return self.values["machine", "", "", "", "", figure]

    def get(self, subject, algorithm, members, figure):
        key = subject, "65536", "equal", members, algorithm, figure
        return float(self.values[key])

    def points(self, event):
        """(algorithm, members, needless %, max / mean) of each mark."""
        return [(a, n, self.get(event, a, n, "needless_percent"),
                 self.get("balance", a, n, "max"))
                for a in ALGORITHMS for n in MEMBERS]


class Scale:
    """Linear; @step apart are the lines of the grid."""

    def __init__(self, first, last, step, start, end):
        self.first, self.step = first, step
        self.count = int((last - first) / step) + 1
        self.start = start
        self.unit = (end - start) / (self.count * step)

    def at(self, value):
        return self.start + (value - self.first) * self.unit

    def ticks(self):
        return [self.first + i * self.step for i in range(self.count + 1)]


def text(x, y, words, anchor="start", extra=""):
    return (f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}"{extra}>'
            f"{escape(words)}</text>")


def line(x1, y1, x2, y2, extra):
    return (f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" '
            f"{extra}/>")


def mark(algorithm, x, y, hollow=False):
    colour, shape, _ = ALGORITHMS[algorithm]
    look = (f'fill="{"#fff" if hollow else colour}" stroke="{colour}" '
            'stroke-width="1.5"')
    if shape == "circle":
        return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="5" {look}/>'
    corners = {
        "square": ((-4.5, -4.5), (4.5, -4.5), (4.5, 4.5), (-4.5, 4.5)),
        "diamond": ((0, -6), (6, 0), (0, 6), (-6, 0)),
        "triangle": ((0, -6), (5.5, 4.5), (-5.5, 4.5)),
    }[shape]
    points = " ".join(f"{x + dx:.1f},{y + dy:.1f}" for dx, dy in corners)
    return f'<polygon points="{points}" {look}/>'


def label(algorithm, members, x, y):
    """Pools of 100 and 1000 may be close: above and below, to both sides."""
    where = ALGORITHMS[algorithm][2]
    if where == "left":
        return text(x - 10, y + 4, members, "end")
    if where == "right":
        return text(x + 10, y + 4, members)
    dx, anchor = {"10": (0, "middle"), "100": (2, "end"),
                  "1000": (-2, "start")}[members]
    return text(x + dx, y + (18 if where == "below" else -10), members,
                anchor)


def axes(x, y):
    out = []
    for tick in x.ticks():
        out += [line(x.at(tick), TOP, x.at(tick), BOTTOM, 'stroke="#ddd"'),
                text(x.at(tick), BOTTOM + 18, f"{tick:.1f}", "middle")]
    for tick in y.ticks():
        out += [line(LEFT, y.at(tick), RIGHT, y.at(tick), 'stroke="#ddd"'),
                text(LEFT - 8, y.at(tick) + 4, f"{tick:.1f}", "end")]
    middle = (TOP + BOTTOM) / 2
    turned = f' transform="rotate(-90 22 {middle:.0f})"'
    return out + [
        line(LEFT, BOTTOM, RIGHT, BOTTOM, 'stroke="#333"'),
        line(LEFT, TOP, LEFT, BOTTOM, 'stroke="#333"'),
        text((LEFT + RIGHT) / 2, BOTTOM + 40, "needless moves when one of N "
             "configured members is removed, % of all slots", "middle"),
        text(22, middle, "slots of the fullest member, mean = 1", "middle",
             turned),
    ]


def failures(figures, x, y):
    """Where the auction is when a member fails instead of being removed."""
    farthest = x.at(max(figures.get("remove one", "auction", members,
                                    "needless_percent")
                        for members in MEMBERS))
    below = y.at(1) + 30
    out = [line(farthest, below, x.at(0) + 6, below, 'stroke="#0072b2" '
                'stroke-dasharray="4 3" marker-end="url(#tip)"')]
    for members in MEMBERS:
        needless = figures.get("one fails", "auction", members,
                               "needless_percent")
        share = figures.get("balance", "auction", members, "max")
        out.append(mark("auction", x.at(needless), y.at(share), hollow=True))
    return out


def legend(x, y):
    out = []
    for i, algorithm in enumerate(ALGORITHMS):
        out += [mark(algorithm, x, y + 20 * i),
                text(x + 14, y + 20 * i + 4, LEGEND[algorithm])]
    y += 20 * len(ALGORITHMS)
    return out + [mark("auction", x, y, hollow=True),
                  text(x + 14, y + 4, "slot auction when one fails instead"),
                  text(x + 14, y + 24, "(numbers: N members)")]


def draw(figures):
    points = figures.points("remove one")
    x = Scale(0, max(p[2] for p in points), 0.1, LEFT + INSET, RIGHT - 10)
    y = Scale(1, max(p[3] for p in points), 0.1, BOTTOM - INSET, TOP)
    source = (f"make bench-ring, {figures.machine('cpu')}, "
              f"{figures.machine('date')}")
    out = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" '
        f'height="{HEIGHT}" viewBox="0 0 {WIDTH} {HEIGHT}" '
        'font-family="sans-serif" font-size="12" fill="#222">',
        "<!-- SPDX-License-Identifier: BSD-2-Clause -->",
        "<!-- Made by scripts/ring-figure.py. -->",
        '<defs><marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" '
        'markerWidth="8" markerHeight="8" orient="auto">'
        '<path d="M0 0L8 4L0 8z" fill="#0072b2"/></marker></defs>',
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/>',
        text(LEFT, 26, "Balance against needless moves", extra=' font-size="16"'
             ' font-weight="bold"'),
        text(LEFT, 45, "65,536 slots, equal weights; best is the lower left "
             "corner"),
    ]
    out += axes(x, y)
    out += failures(figures, x, y)
    for algorithm, members, needless, share in points:
        out += [mark(algorithm, x.at(needless), y.at(share)),
                label(algorithm, members, x.at(needless), y.at(share))]
    out += legend(RIGHT - 270, TOP + 30)
    out += [text(LEFT, HEIGHT - 14, f"Source: {source}", extra=' fill="#666"'),
            "</svg>", ""]
    return "\n".join(out)


def main(argv):
    source, target = (argv[1:] + ["build/bench-ring.tsv",
                                  "docs/ring-balance.svg"][len(argv) - 1:])[:2]
    try:
        picture = draw(Figures(source))
    except (OSError, KeyError) as problem:
        sys.exit(f"{source}: no figure for {problem}; run make bench-ring")
    with open(target, "w") as file:
        file.write(picture)


if __name__ == "__main__":
    main(sys.argv)
