"""C++ code called from Python: a function of one's own, and one of a library that knows nothing of the framework.

`own` is x tanh(x), compiled against the installed package and given a tensor. `of_others` passes a tensor's numbers on
to a library that was compiled apart and has never heard of tensors. Compare the numbers, and what it takes: PyTorch
writes the binding, compiles and imports in one call; in TensorFlow an operator and its kernel are registered, compiled
with the flags that tf.sysconfig tells, and loaded.
"""

from __future__ import annotations

import os
import sysconfig
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from probes.kit.observing import Missing, Observation
from probes.kit.programs import cpp_compiler, run

TITLE = "C++ functions called from Python"
SUBJECT = "beyond_python"
SLOW = True

X = [1.0, -2.0, 0.5]
HORNER = """
extern "C" double horner(const double* coefficients, int n, double x) {
  double sum = 0;
  for (int i = 0; i < n; ++i) sum = sum * x + coefficients[i];
  return sum;
}
"""


def off(got: Any, wanted: Any) -> Observation:
    return {"off_by": float(np.max(np.abs(np.ravel(got) - np.ravel(wanted))))}


def linked_library(compiler: str) -> list[str]:
    """The flags for the library of others, which is compiled first: a polynomial by Horner's rule."""
    Path("horner.cpp").write_text(HORNER)
    run(compiler, "-shared", "-fPIC", "horner.cpp", "-o", "libhorner.so")
    return [f"-L{Path.cwd()}", f"-Wl,-rpath,{Path.cwd()}", "-lhorner"]


def pytorch() -> Observation:
    """load_inline turns C++ functions into functions of a Python module."""
    import torch
    from torch.utils import cpp_extension

    source = """
extern "C" double horner(const double* coefficients, int n, double x);

torch::Tensor bent(torch::Tensor x) { return x * x.tanh(); }

double polynomial(torch::Tensor coefficients, double x) {
  return horner(coefficients.data_ptr<double>(), coefficients.numel(), x);
}
"""

    @cache
    def extension() -> Any:
        flags = linked_library(cpp_compiler("c++20"))
        if not cpp_extension.is_ninja_available():
            raise Missing("build tool ninja")
        if not Path(sysconfig.get_path("include"), "Python.h").exists():
            raise Missing("Python.h, the header for extensions of Python,")
        os.environ["TORCH_EXTENSIONS_DIR"] = str(Path.cwd())
        return cpp_extension.load_inline(
            "extension", source, functions=["bent", "polynomial"], extra_cflags=["-O0"], extra_ldflags=flags
        )

    x = torch.tensor(X, dtype=torch.float64)
    return {
        "own": lambda: off(extension().bent(x), X * np.tanh(X)),
        "of_others": lambda: off(extension().polynomial(x, 2.0), np.polyval(X, 2.0)),
    }


def tensorflow() -> Observation:
    """load_op_library turns registered operators into functions of a Python module."""
    import tensorflow as tf

    source = """
#include <tensorflow/core/framework/op.h>
#include <tensorflow/core/framework/op_kernel.h>
#include <cmath>

using namespace tensorflow;

extern "C" double horner(const double* coefficients, int n, double x);

REGISTER_OP("Bent").Input("x: double").Output("y: double");

struct Bent : OpKernel {
  using OpKernel::OpKernel;
  void Compute(OpKernelContext* context) override {
    auto x = context->input(0).flat<double>();
    Tensor* y = nullptr;
    OP_REQUIRES_OK(context, context->allocate_output(0, context->input(0).shape(), &y));
    for (int i = 0; i < x.size(); ++i) y->flat<double>()(i) = x(i) * std::tanh(x(i));
  }
};
REGISTER_KERNEL_BUILDER(Name("Bent").Device(DEVICE_CPU), Bent);

REGISTER_OP("Polynomial").Input("coefficients: double").Input("x: double").Output("y: double");

struct Polynomial : OpKernel {
  using OpKernel::OpKernel;
  void Compute(OpKernelContext* context) override {
    auto coefficients = context->input(0).flat<double>();
    Tensor* y = nullptr;
    OP_REQUIRES_OK(context, context->allocate_output(0, {}, &y));
    y->scalar<double>()() = horner(coefficients.data(), coefficients.size(), context->input(1).scalar<double>()());
  }
};
REGISTER_KERNEL_BUILDER(Name("Polynomial").Device(DEVICE_CPU), Polynomial);
"""

    @cache
    def extension() -> Any:
        compiler = cpp_compiler("c++17")
        flags = [*tf.sysconfig.get_compile_flags(), *tf.sysconfig.get_link_flags(), *linked_library(compiler)]
        Path("extension.cpp").write_text(source)
        run(compiler, "-shared", "-fPIC", "-O0", "-w", "extension.cpp", *flags, "-o", "extension.so")
        return tf.load_op_library(str(Path("extension.so").resolve()))

    x = tf.constant(X, tf.float64)
    return {
        "own": lambda: off(extension().bent(x), X * np.tanh(X)),
        "of_others": lambda: off(extension().polynomial(x, tf.constant(2.0, tf.float64)), np.polyval(X, 2.0)),
    }
