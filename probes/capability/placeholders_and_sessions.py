"""Two tensors multiplied and summed as in TensorFlow 1, with placeholders and a session.

TensorFlow 2 runs such a program through tf.compat.v1. The graph is put together first: the product is a name in it,
and a print of it shows no number, until a session is asked for it. PyTorch's half computes the same at once.
"""

from __future__ import annotations

from typing import Any

from probes.kit.observing import Observation

TITLE = "Placeholders and a session"
SUBJECT = "execution"

ROW = [[2.0, 4.0, 6.0]]
COLUMN = [[1.0], [3.0], [5.0]]


def pytorch() -> Observation:
    """There is nothing to declare and nothing to ask for."""
    import torch

    product = torch.tensor(ROW) * torch.tensor(COLUMN)
    return {
        "product_printed": lambda: str(product),
        "product_read": lambda: product.tolist(),
        "without_a_session": lambda: product.tolist(),
        "in_a_session": {"product": None, "sum": None, "sum_and_product": None},
        "outside_compat": {"placeholder": None, "Session": None},
    }


def tensorflow() -> Observation:
    """Each entry declares the graph anew, with eager execution switched off."""
    import tensorflow as tf

    def declared() -> tuple[dict[str, Any], dict[Any, Any]]:
        tf.compat.v1.disable_eager_execution()
        x = tf.compat.v1.placeholder(tf.float32, name="x")
        y = tf.compat.v1.placeholder(tf.float32, name="y")
        product = tf.math.multiply(x, y)
        return {"product": product, "sum": tf.reduce_sum(product)}, {x: ROW, y: COLUMN}

    def product() -> Any:
        return declared()[0]["product"]

    def without_a_session() -> Any:
        graph, feed = declared()
        return graph["product"].eval(feed).tolist()

    def in_a_session(*wanted: str) -> Any:
        graph, feed = declared()
        with tf.compat.v1.Session() as session:
            return [values.tolist() for values in session.run([graph[name] for name in wanted], feed)]

    return {
        "product_printed": lambda: str(product()),
        "product_read": lambda: product().numpy().tolist(),
        "without_a_session": without_a_session,
        "in_a_session": {
            "product": lambda: in_a_session("product"),
            "sum": lambda: in_a_session("sum"),
            "sum_and_product": lambda: in_a_session("sum", "product"),
        },
        "outside_compat": {"placeholder": lambda: str(tf.placeholder), "Session": lambda: str(tf.Session)},
    }
