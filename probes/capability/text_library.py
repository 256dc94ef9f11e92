"""The text libraries: splitting text into words and parts of words, normalising it, and vocabularies.

The same sentence goes through the tokenisers of each library, is folded to one case and cut into pairs of words; the
offsets say where in the text, in bytes, each word stood, where a library tells them. A vocabulary is made from the
sentence, and the datasets of text are listed. TensorFlow Text is a package beside TensorFlow, TorchText one beside
PyTorch.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from probes.kit.observing import Observation

TITLE = "Text libraries: splitting and normalising"
SUBJECT = "media"

SENTENCE = "Tensors are fun, Straße!"
PIECES = ["[UNK]", "ten", "##sors", "are", "fun", ",", "!"]


def pytorch() -> Observation:
    """TorchText."""

    def library() -> str:
        import torchtext

        return f"TorchText {torchtext.__version__}"

    def words() -> list[str]:
        from torchtext.data.utils import get_tokenizer

        return list(get_tokenizer("basic_english")(SENTENCE))

    def pieces() -> list[str]:
        from torchtext.transforms import BERTTokenizer

        Path("pieces.txt").write_text("\n".join(PIECES))
        return list(BERTTokenizer("pieces.txt", do_lower_case=True, return_tokens=True)("Tensors are fun"))

    def pairs() -> list[str]:
        from torchtext.data.utils import ngrams_iterator

        return [pair for pair in ngrams_iterator(SENTENCE.split(), 2) if " " in pair]

    def vocabulary() -> list[str]:
        from torchtext.vocab import build_vocab_from_iterator

        return list(build_vocab_from_iterator([words()]).get_itos())

    def datasets() -> list[str]:
        from torchtext.datasets import DATASETS

        return sorted(DATASETS)

    return {
        "library": library,
        "split": lambda: {"words": words(), "starts": "not told"},
        "pieces": pieces,
        "folded": lambda: " ".join(words()),
        "pairs": pairs,
        "vocabulary": vocabulary,
        "datasets": datasets,
    }


def tensorflow() -> Observation:
    """TensorFlow Text; the datasets are in TensorFlow Datasets."""
    import tensorflow as tf

    def library() -> str:
        import tensorflow_text

        return f"TensorFlow Text {tensorflow_text.__version__}"

    def decoded(tensor: Any) -> list[str]:
        return [text.decode() for text in tensor.numpy().tolist()]

    def split() -> Observation:
        import tensorflow_text as tf_text

        words, starts, _ = tf_text.UnicodeScriptTokenizer().tokenize_with_offsets(SENTENCE)
        return {"words": decoded(words), "starts": starts.numpy().tolist()}

    def pieces() -> list[str]:
        import tensorflow_text as tf_text

        tokeniser = tf_text.FastBertTokenizer(PIECES, token_out_type=tf.string, lower_case_nfd_strip_accents=True)
        return decoded(tokeniser.tokenize(["Tensors are fun"]).flat_values)

    def folded() -> str:
        import tensorflow_text as tf_text

        return str(tf_text.case_fold_utf8(SENTENCE).numpy().decode())

    def pairs() -> list[str]:
        import tensorflow_text as tf_text

        return decoded(tf_text.ngrams(tf.strings.split(SENTENCE), 2, reduction_type=tf_text.Reduction.STRING_JOIN))

    def vocabulary() -> list[str]:
        from tensorflow_text.tools.wordpiece_vocab.bert_vocab_from_dataset import bert_vocab_from_dataset

        return list(bert_vocab_from_dataset(tf.data.Dataset.from_tensors([SENTENCE]), 30, ["[UNK]"]))

    def datasets() -> list[str]:
        import tensorflow_datasets as tfds

        modules = {name: tfds.builder_cls(name).__module__ for name in tfds.list_builders()}
        return sorted(name for name, module in modules.items() if module.startswith("tensorflow_datasets.text."))

    return {
        "library": library,
        "split": split,
        "pieces": pieces,
        "folded": folded,
        "pairs": pairs,
        "vocabulary": vocabulary,
        "datasets": datasets,
    }
