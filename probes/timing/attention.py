"""Scaled dot-product attention: 4 sequences of 128 positions, 8 heads of 32.

Each position's query is compared with every key, and the softmax of that weighs the values: the core of transformers.
"fused" uses the function that each library offers for it; "composed" spells out two products and a softmax, which
hold a matrix of positions x positions for each head in memory. Beside the figures stands what was run: a kernel of its
own, or single operations. Inputs are laid out as sequences x positions x heads x features, as a layer's projections
leave them.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from probes.kit.observing import Observation
from probes.kit.task import Array, Arrays, Setting, Step

TITLE = "Attention"
SUBJECT = "layers"
VARIANTS = ("fused", "composed")
BATCH, TIME, HEADS, DEPTH = 4, 128, 8, 32


def inputs(rng: np.random.Generator, variant: str) -> Arrays:
    """Query, key and value."""
    shape = (BATCH, TIME, HEADS, DEPTH)
    return {name: rng.standard_normal(shape, dtype=np.float32) for name in ("query", "key", "value")}


def reference(data: Arrays, weights: Arrays, variant: str) -> Array:
    query, key, value = (data[name].transpose(0, 2, 1, 3) for name in ("query", "key", "value"))
    powers = np.exp(query @ key.transpose(0, 1, 3, 2) / np.sqrt(DEPTH))
    return (powers / powers.sum(axis=-1, keepdims=True) @ value).transpose(0, 2, 1, 3)


def operations(variant: str) -> float:
    """A multiplication and an addition for each term of the two products."""
    return 2 * 2.0 * BATCH * HEADS * TIME**2 * DEPTH


def pytorch(run: Setting) -> Step:
    import torch
    from torch.nn import functional

    def fused(query: Any, key: Any, value: Any) -> Any:
        # heads before positions: transposing gives views
        query, key, value = query.transpose(1, 2), key.transpose(1, 2), value.transpose(1, 2)
        return functional.scaled_dot_product_attention(query, key, value).transpose(1, 2)

    def composed(query: Any, key: Any, value: Any) -> Any:
        scores = torch.einsum("bqhd,bkhd->bhqk", query, key) / DEPTH**0.5
        return torch.einsum("bhqk,bkhd->bqhd", torch.softmax(scores, dim=-1), value)

    attend = fused if run.variant == "fused" else composed

    def observe() -> Observation:
        sample = torch.ones((BATCH, TIME, HEADS, DEPTH), device=run.device)
        with torch.profiler.profile() as profile:
            attend(sample, sample, sample)
        names = {event.key.removeprefix("aten::") for event in profile.key_averages()}
        return {"runs": sorted(name for name in names if "attention" in name or "bmm" in name or "softmax" in name)}

    return Step(run.traced(attend), observe)


def tensorflow(run: Setting) -> Step:
    import keras
    import tensorflow as tf

    def fused(query: Any, key: Any, value: Any) -> Any:
        return keras.ops.dot_product_attention(query, key, value)

    def composed(query: Any, key: Any, value: Any) -> Any:
        scores = tf.einsum("bqhd,bkhd->bhqk", query, key) / DEPTH**0.5
        return tf.einsum("bhqk,bkhd->bqhd", tf.nn.softmax(scores, axis=-1), value)

    attend = fused if run.variant == "fused" else composed

    def observe() -> Observation:
        sample = tf.ones((BATCH, TIME, HEADS, DEPTH))
        graph = tf.function(attend).get_concrete_function(sample, sample, sample).graph
        names = {operation.type for operation in graph.get_operations()}
        return {"runs": sorted(name for name in names if name in ("Einsum", "BatchMatMulV2", "Softmax"))}

    return Step(run.traced(attend), observe)
