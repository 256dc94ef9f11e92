"""Ready-made vision models: to classify, to detect and to segment, and one that is trained further.

For each kind of task the models with published weights are counted, without fetching any, and one model is run with
random weights. Then a classifier is taken as the start for a task of two classes: its body is frozen, its head is new,
and ten steps are taken. `body_moved` must be nothing and the loss must fall. TorchVision has all three kinds; for
TensorFlow Keras has classifiers, and KerasHub, a further package, the other two.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from probes.kit.observing import Observation

TITLE = "Ready-made vision models"
SUBJECT = "media"
SLOW = True

IMAGES = np.random.default_rng(0).random((8, 64, 64, 3), dtype=np.float32)
IMAGES[4:] *= 0.3
LABELS = np.repeat([0, 1], 4)


def pytorch() -> Observation:
    """TorchVision's registry of models and weights, and three small models of it."""
    import torch

    torch.manual_seed(0)
    images = torch.from_numpy(IMAGES).permute(0, 3, 1, 2)

    def library() -> str:
        import torchvision

        return f"TorchVision {torchvision.__version__}"

    def published(module: str) -> int:
        import torchvision
        from torchvision.models import get_model_weights, list_models

        names = list_models(module=getattr(torchvision.models, module) if module else torchvision.models)
        return sum(len(get_model_weights(name)) > 0 for name in names)

    def run(name: str, **settings: Any) -> Any:
        from torchvision.models import get_model

        with torch.no_grad():
            return get_model(name, weights=None, weights_backbone=None, **settings).eval()(images[:2])

    def classified() -> list[int]:
        from torchvision.models import get_model

        return list(get_model("mobilenet_v3_small").eval()(images[:2]).shape)

    def detected() -> list[str]:
        return sorted(run("ssdlite320_mobilenet_v3_large", num_classes=5)[0])

    def segmented() -> list[int]:
        return list(run("lraspp_mobilenet_v3_large", num_classes=5)["out"].shape)

    def trained_further() -> Observation:
        from torchvision.models import resnet18

        model = resnet18().requires_grad_(False).eval()
        model.fc = torch.nn.Linear(model.fc.in_features, 2)
        before = {name: value.clone() for name, value in model.state_dict().items() if not name.startswith("fc.")}
        optimizer = torch.optim.Adam(model.fc.parameters(), lr=0.01)
        losses = []
        for _ in range(10):
            loss = torch.nn.functional.cross_entropy(model(images), torch.from_numpy(LABELS))
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
        after = model.state_dict()
        moved = [name for name in before if not torch.equal(before[name], after[name])]
        return {"loss_ratio": losses[-1] / losses[0], "body_moved": len(moved)}

    return {
        "library": library,
        "classification": {"models_with_weights": lambda: published(""), "gives": classified},
        "detection": {"models_with_weights": lambda: published("detection"), "gives": detected},
        "segmentation": {"models_with_weights": lambda: published("segmentation"), "gives": segmented},
        "trained_further": trained_further,
    }


def tensorflow() -> Observation:
    """Keras Applications for classifiers, KerasHub for detectors and segmenters."""
    import inspect

    import tensorflow as tf

    tf.keras.utils.set_random_seed(0)

    def published() -> int:
        applications = vars(tf.keras.applications).values()
        return sum(callable(one) and "weights" in inspect.signature(one).parameters for one in applications)

    def classified() -> list[int]:
        return list(tf.keras.applications.MobileNetV3Small(weights=None, input_shape=(64, 64, 3))(IMAGES[:2]).shape)

    def library() -> str:
        import keras_hub

        return f"KerasHub {keras_hub.__version__}"

    def hub(task: str) -> Any:
        import keras_hub

        return getattr(keras_hub.models, task)

    def body() -> Any:
        return hub("ResNetBackbone")([64], [7], [64] * 4, [1] * 4, [1, 2, 2, 2], "basic_block", image_shape=(64, 64, 3))

    def detected() -> list[str]:
        pyramid = hub("RetinaNetBackbone")(body(), min_level=3, max_level=5, use_p5=False, image_shape=(64, 64, 3))
        detector = hub("RetinaNetObjectDetector")(pyramid, num_classes=5)
        return sorted(detector.predict(IMAGES[:2], verbose=0))

    def segmented() -> list[int]:
        backbone = hub("DeepLabV3Backbone")(body(), "P5", 32, [6, 12, 18], image_shape=(64, 64, 3))
        return list(hub("DeepLabV3ImageSegmenter")(backbone, num_classes=5)(IMAGES[:2]).shape)

    def trained_further() -> Observation:
        body = tf.keras.applications.ResNet50(include_top=False, weights=None, input_shape=(64, 64, 3), pooling="avg")
        body.trainable = False
        model = tf.keras.Sequential([body, tf.keras.layers.Dense(2)])
        before = body.get_weights()
        loss = tf.keras.losses.SparseCategoricalCrossentropy(from_logits=True)
        model.compile(optimizer=tf.keras.optimizers.Adam(0.01), loss=loss)
        losses = model.fit(IMAGES, LABELS, epochs=10, batch_size=8, verbose=0).history["loss"]
        moved = [not np.array_equal(a, b) for a, b in zip(before, body.get_weights(), strict=True)]
        return {"loss_ratio": losses[-1] / losses[0], "body_moved": sum(moved)}

    return {
        "library": library,
        "classification": {"models_with_weights": published, "gives": classified},
        "detection": {"models_with_weights": lambda: len(hub("ObjectDetector").presets), "gives": detected},
        "segmentation": {"models_with_weights": lambda: len(hub("ImageSegmenter").presets), "gives": segmented},
        "trained_further": trained_further,
    }
