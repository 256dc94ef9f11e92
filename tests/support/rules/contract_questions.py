"""The questionnaire as the contract lists it."""

QUESTIONS = {
    "language": ("one", True, "python cpp java javascript swift other"),
    "deployment": ("many", True, "experiments server aws gcp mobile edge microcontroller browser desktop"),
    "data_type": ("many", True, "images text audio tabular sequences sparse"),
    "goal": ("one", True, "research prototype production learning competition"),
    "experience": ("one", False, "beginner intermediate expert"),
    "control": ("one", False, "high_level full_control"),
    "model": ("one", False, "standard custom dynamic pretrained"),
    "needs": (
        "many",
        False,
        "debugging higher_order_gradients string_tensors ragged_batches sparse_formats complex_numbers numpy_interop "
        "input_pipelines augmentation custom_cpp_ops dashboards portability reproducibility speed low_memory "
        "long_term_support language_models on_device_training",
    ),
    "scale": ("one", False, "one_machine multi_gpu cluster tpu"),
    "system": ("many", False, "linux windows macos"),
    "codebase": ("one", False, "none pytorch tensorflow tensorflow1 keras mixed"),
    "phone_system": ("many", False, "android ios"),
    "chip": ("one", False, "litert_toolchain onnx_toolchain"),
    "python": ("many", False, "py310 py311 py312 py313 py314 py315"),
}
"""Question → its kind, whether it is required, and its options, as the contract lists them."""
