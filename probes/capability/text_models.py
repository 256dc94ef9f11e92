"""High-level parts for text: what prepares it, and a model that reads it as it stands.

A vocabulary of nine entries is given. The tokeniser must give the numbers of the words. A small BERT with random
weights is put together to sort texts into two classes, and trained on two texts; its loss must fall. KerasHub, which
KerasNLP has become, has the tokeniser and the whole model, which takes raw texts. For PyTorch the library is Hugging
Face's Transformers, whose tokeniser and model are called one after the other.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from probes.kit.observing import Observation

TITLE = "High-level parts for text"
SUBJECT = "media"
SLOW = True

VOCABULARY = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "good", "bad", "film", "a"]
TEXTS, LABELS = ["a good film", "a bad film"], [1, 0]
EPOCHS = 30


def pytorch() -> Observation:
    """Transformers."""
    import torch

    torch.manual_seed(0)

    def tokeniser() -> Any:
        from transformers import BertTokenizer

        Path("vocabulary.txt").write_text("\n".join(VOCABULARY))
        return BertTokenizer("vocabulary.txt")

    def classifier() -> Any:
        from transformers import BertConfig, BertForSequenceClassification

        sizes = {"hidden_size": 16, "intermediate_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2}
        return BertForSequenceClassification(BertConfig(vocab_size=len(VOCABULARY), num_labels=2, **sizes))

    def library() -> str:
        import transformers

        return f"Transformers {transformers.__version__}"

    def outputs() -> list[int]:
        return list(classifier()(**tokeniser()(TEXTS, return_tensors="pt")).logits.shape)

    def trained() -> Observation:
        model, batch = classifier(), tokeniser()(TEXTS, return_tensors="pt")
        optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
        losses = []
        for _ in range(EPOCHS):
            loss = model(**batch, labels=torch.tensor(LABELS)).loss
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
        return {"first_loss": losses[0], "last_loss": losses[-1]}

    return {
        "library": library,
        "numbers_of_words": lambda: tokeniser()(TEXTS[0], add_special_tokens=False)["input_ids"],
        "outputs": outputs,
        "trained": trained,
    }


def tensorflow() -> Observation:
    """KerasHub, which works with strings through TensorFlow Text."""
    import tensorflow as tf

    tf.keras.utils.set_random_seed(0)

    def tokeniser() -> Any:
        import tensorflow_text  # noqa: F401 -- KerasHub needs it for strings
        from keras_hub.models import BertTokenizer

        return BertTokenizer(vocabulary=VOCABULARY)

    def classifier() -> Any:
        from keras_hub.models import BertBackbone, BertTextClassifier, BertTextClassifierPreprocessor

        sizes = {"hidden_dim": 16, "intermediate_dim": 16, "num_layers": 1, "num_heads": 2, "max_sequence_length": 8}
        preprocessor = BertTextClassifierPreprocessor(tokeniser(), sequence_length=8)
        return BertTextClassifier(BertBackbone(len(VOCABULARY), **sizes), num_classes=2, preprocessor=preprocessor)

    def library() -> str:
        import keras_hub

        return f"KerasHub {keras_hub.__version__}"

    def trained() -> Observation:
        model = classifier()
        model.compile(tf.keras.optimizers.Adam(0.01), tf.keras.losses.SparseCategoricalCrossentropy(from_logits=True))
        losses = model.fit(TEXTS, tf.constant(LABELS), batch_size=2, epochs=EPOCHS, verbose=0).history["loss"]
        return {"first_loss": losses[0], "last_loss": losses[-1]}

    return {
        "library": library,
        "numbers_of_words": lambda: [int(number) for number in tokeniser()(TEXTS[0])],
        "outputs": lambda: list(classifier().predict(TEXTS, verbose=0).shape),
        "trained": trained,
    }
