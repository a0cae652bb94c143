#!/usr/bin/env python3
"""Draws test and train accuracy over epochs from metrics.jsonl files, as an SVG.

    docs/results/plot.py docs/results/curves.svg bn=runs/bn/metrics.jsonl gn=runs/gn/metrics.jsonl
"""
import json
import sys

WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 720, 400, 56, 92, 44, 48
COLORS = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00"]  # Okabe and Ito: told apart by everyone


def text(x, y, words, anchor="middle", size=13, color="#57606a", weight="normal"):
    return (f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" font-size="{size}" fill="{color}" '
            f'font-weight="{weight}">{words}</text>')


def line(points, color, dash=""):
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    return f'<polyline points="{path}" fill="none" stroke="{color}" stroke-width="2"{dash}/>'


def main(target, runs):
    curves = {}
    for run in runs:
        name, file = run.split("=", 1)
        with open(file) as lines:
            curves[name] = [json.loads(l) for l in lines]
    epochs = max(len(c) for c in curves.values())
    low = 10 * int(min(e["train_accuracy"] for c in curves.values() for e in c) // 10)
    high = 10 * int(max(e["test_accuracy"] for c in curves.values() for e in c) // 10 + 1)
    x = lambda epoch: LEFT + (epoch - 1) / max(1, epochs - 1) * (WIDTH - LEFT - RIGHT)
    y = lambda accuracy: TOP + (high - accuracy) / (high - low) * (HEIGHT - TOP - BOTTOM)

    data = next(iter(curves.values()))[0]["data"]
    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif">',
             f'<rect width="{WIDTH}" height="{HEIGHT}" fill="white"/>',
             text(LEFT, 24, f"Accuracy on {data} in percent: test (solid), train (dashed)", "start", 15, "#1f2328", "bold")]
    for accuracy in range(low, high + 1, 10):
        parts.append(f'<line x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y(accuracy):.1f}" y2="{y(accuracy):.1f}" stroke="#d0d7de"/>')
        parts.append(text(LEFT - 10, y(accuracy) + 4, accuracy, "end"))
    for epoch in [1] + list(range(5, epochs + 1, 5)):
        parts.append(text(x(epoch), HEIGHT - BOTTOM + 20, epoch))
    parts.append(text((LEFT + WIDTH - RIGHT) / 2, HEIGHT - 8, "epoch"))
    floor = float("inf")  # labels from the top down, no two closer than a line
    ends = sorted(curves, key=lambda name: curves[name][-1]["test_accuracy"])
    for color, name in zip(COLORS, curves):
        curve = curves[name]
        parts.append(line([(x(e["epoch"]), y(e["train_accuracy"])) for e in curve], color, ' stroke-dasharray="5 4" opacity="0.6"'))
        parts.append(line([(x(e["epoch"]), y(e["test_accuracy"])) for e in curve], color))
    for name in ends:
        color = COLORS[list(curves).index(name)]
        last = curves[name][-1]["test_accuracy"]
        at = min(y(last) + 4, floor - 16)
        floor = at
        parts.append(text(x(epochs) + 8, at, f"{name} {last:.1f}", "start", 13, color, "bold"))
    with open(target, "w") as out:
        out.write("\n".join(parts + ["</svg>"]) + "\n")


if len(sys.argv) < 3:
    sys.exit(__doc__)
main(sys.argv[1], sys.argv[2:])
