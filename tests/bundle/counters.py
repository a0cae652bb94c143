"""The ten longest kernels of a file of `ncu --csv --page raw --print-units base`, as a table in Markdown.

    counters.py FILE
"""
import csv
import re
import sys

COLUMNS = [  # heading, metric, factor, format
    ("µs", "gpu__time_duration.sum", 1e-3, "{:.1f}"),  # of nanoseconds
    ("DRAM MB", "dram__bytes.sum", 1e-6, "{:.3f}"),
    ("sectors per load", "l1tex__average_t_sectors_per_request_pipe_lsu_mem_global_op_ld.ratio", 1, "{:.2f}"),
    ("sectors per store", "l1tex__average_t_sectors_per_request_pipe_lsu_mem_global_op_st.ratio", 1, "{:.2f}"),
    ("occupancy %", "sm__warps_active.avg.pct_of_peak_sustained_active", 1, "{:.0f}"),
]


def read(path):
    """The rows of the table; before it ncu prints its own lines, and after its heading stand the units."""
    with open(path) as file:
        lines = [line for line in file if line.startswith('"')]
    rows = [row for row in csv.DictReader(lines) if row["ID"]]
    if not rows:
        sys.exit(f"counters.py: {path} has no kernel: was ncu allowed to read the counters?")
    return rows


def short(name):
    """norma::cuda::correlate_3x3<4>(…) → correlate_3x3<4>"""
    return re.sub(r"\(.*", "", re.sub(r"^(void )?(?:\w+::|\(anonymous namespace\)::)*", "", name))


def value(row, metric):
    text = row.get(metric, "").replace(",", "")
    return float(text) if text else 0.0


def main():
    rows = sorted(read(sys.argv[1]), key=lambda row: -value(row, COLUMNS[0][1]))
    print(f"## The ten longest of {len(rows)} kernels, as the hardware counted them\n")
    print("| kernel | " + " | ".join(heading for heading, *_ in COLUMNS) + " |")
    print("|---|" + "---:|" * len(COLUMNS))
    for row in rows[:10]:
        numbers = (form.format(factor * value(row, metric)) for _, metric, factor, form in COLUMNS)
        print(f"| {short(row['Kernel Name'])} | " + " | ".join(numbers) + " |")


if __name__ == "__main__":
    main()
