#!/usr/bin/env python3
"""Reads the event files of a folder with TensorBoard's own reader and prints their scalars as a JSON object
{tag: [[step, value, wall time], …]}."""
import json
import sys

from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

events = EventAccumulator(sys.argv[1])
events.Reload()
print(json.dumps({tag: [[e.step, e.value, e.wall_time] for e in events.Scalars(tag)]
                  for tag in events.Tags()["scalars"]}))
