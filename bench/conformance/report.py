#!/usr/bin/env python3
"""Makes docs/results/conformance.md of the files that the runners wrote: report.py FILE.json … > conformance.md"""
import json
import sys
from pathlib import Path

MARKS = {True: "✓", False: "✗", None: "–"}


def main():
    runs = [json.loads(Path(f).read_text()) for f in sys.argv[1:]]
    cases = json.loads((Path(__file__).parent / "cases.json").read_text())
    verdicts = [{r["case"]: r for r in run["results"]} for run in runs]
    print("| case | " + " | ".join(run["framework"] for run in runs) + " | what it tests |")
    print("|---|" + "---|" * (len(runs) + 1))
    for case in cases:
        marks = [MARKS[v[case["name"]]["passed"]] for v in verdicts]
        print(f"| {case['name']} | " + " | ".join(marks) + f" | {case['why']} |")
    count = lambda run, passed: sum(r["passed"] is passed for r in run["results"])
    print("| **passed of judged** | " + " | ".join(f"{count(r, True)} of {count(r, True) + count(r, False)}" for r in runs) + " | |")
    print("\nVersions: " + ", ".join(f"{run['framework']} {run['version']}" for run in runs) + ".\n")
    for passed, title in ((False, "What failed"), (None, "What a framework does not have")):
        print(f"## {title}\n")
        for run in runs:
            texts = {}
            for r in run["results"]:
                if r["passed"] is passed:
                    texts.setdefault(r["text"], []).append(r["case"])
            for text, names in texts.items():
                print(f"- **{run['framework']}**: {text} ({', '.join(names)}).")
        print()


if __name__ == "__main__":
    main()
