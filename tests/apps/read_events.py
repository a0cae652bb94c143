#!/usr/bin/env python3
"""Prints the scalars of a folder's event files as TensorBoard's own reader sees them: a JSON object
{tag: [[step, value, wall time], …]}."""
import json
import sys

from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

events = EventAccumulator(sys.argv[1])
events.Reload()
print(json.dumps({tag: [[e.step, e.value, e.wall_time] for e in events.Scalars(tag)]
                  for tag in events.Tags()["scalars"]}))
