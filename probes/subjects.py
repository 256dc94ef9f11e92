"""The subjects by which the catalogue is grouped, in the order in which it shows them."""

SUBJECTS = {
    "start": "Starting up",
    "linear_algebra": "Linear algebra",
    "layers": "Operations and layers",
    "training": "Training",
    "gradients": "Gradients",
    "execution": "Eager and traced execution",
    "models": "Model styles",
    "tensors": "Tensors and dtypes",
    "ragged_sparse": "Ragged and sparse data",
    "data": "Datasets and batches",
    "interchange": "NumPy, saving and exporting",
    "randomness": "Random numbers and determinism",
    "errors": "Error messages",
    "media": "Images, audio and text",
    "tools": "Dashboards and profiling",
    "beyond_python": "C++, phones and the web",
    "scale": "Several processes",
    "libraries": "What each library contains",
}
