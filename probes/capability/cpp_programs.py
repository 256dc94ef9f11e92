"""The same small program in C++ against each installed package: a product, a derivative, a fitted line.

`off_by` is the distance from the closed form. `differentiable` counts the operators that have a derivative in Python,
and how many of them have one in C++; of a few that networks need, `lacking` names those without. PyTorch computes step
by step as in Python, with layers and optimizers on top of ATen. TensorFlow's C++ builds a graph, adds the derivatives
and the update rule to it, and runs it in a session.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from probes.kit.observing import Observation
from probes.kit.programs import cpp_program

TITLE = "A program in C++"
SUBJECT = "beyond_python"
SLOW = True


def off(got: Any, wanted: Any) -> Observation:
    return {"off_by": float(np.max(np.abs(np.ravel(got) - np.ravel(wanted))))}


def checked(told: Any, in_python: set[str], needed: str) -> Observation:
    """What a program said, against the closed forms and against the operators that Python differentiates."""
    a = np.array([[1.0, 2.0], [3.0, 4.0]])
    in_cpp = in_python & set(told["differentiable"])
    share = {
        "percent": round(100 * len(in_cpp) / len(in_python), 1),
        "lacking": [name for name in needed.split() if name not in in_cpp],
    }
    return {
        "product": off(told["product"], a @ a),
        "gradient": off(told["gradient"], 3 * a**2),
        "training": off(told["line"], [3, -1]),
        "differentiable": {"in_python": len(in_python), "in_cpp": len(in_cpp), **share},
    }


def pytorch() -> Observation:
    """ATen has the tensors and their gradients; torch::nn and torch::optim are built on it."""
    import torch
    from torch.utils import cpp_extension

    needed = "convolution native_batch_norm nll_loss_forward _ctc_loss topk linalg_cholesky_ex _linalg_svd"
    program = r"""
#include <ATen/ATen.h>
#include <ATen/core/dispatch/Dispatcher.h>
#include <torch/nn/modules/linear.h>
#include <torch/optim/sgd.h>
#include <iostream>

void print(const char* name, const at::Tensor& numbers) {
  std::cout << '"' << name << "\": [" << numbers.flatten()[0].item<double>();
  for (int i = 1; i < numbers.numel(); ++i) std::cout << ", " << numbers.flatten()[i].item<double>();
  std::cout << "], ";
}

int main() {
  auto a = at::tensor({1.0, 2.0, 3.0, 4.0}).reshape({2, 2}).requires_grad_();
  auto product = at::matmul(a, a);
  a.pow(3).sum().backward();

  auto x = at::tensor({-1.0f, 0.0f, 1.0f, 2.0f}).reshape({4, 1}), y = 3 * x - 1;
  torch::nn::Linear line(1, 1);
  torch::optim::SGD optimizer(line->parameters(), 0.1);
  for (int step = 0; step < 300; ++step) {
    optimizer.zero_grad();
    at::mse_loss(line->forward(x), y).backward();
    optimizer.step();
  }

  std::cout << "{";
  print("product", product);
  print("gradient", a.grad());
  print("line", at::cat({line->weight.flatten(), line->bias}));
  std::cout << "\"differentiable\": [";
  for (auto& name : c10::Dispatcher::singleton().getRegistrationsForDispatchKey(c10::DispatchKey::Autograd))
    std::cout << '"' << name.name << (name.overload_name.empty() ? "" : ".") << name.overload_name << "\", ";
  std::cout << "\"\"]}";
}
"""

    def program_in_cpp() -> Observation:
        includes = [f"-I{path}" for path in cpp_extension.include_paths()]
        libraries = [flag for path in cpp_extension.library_paths() for flag in (f"-L{path}", f"-Wl,-rpath,{path}")]
        told = cpp_program(program, [*includes, *libraries, "-ltorch", "-ltorch_cpu", "-lc10"], standard="c++20")
        registered = torch._C._dispatch_get_registrations_for_dispatch_key("Autograd")
        told["differentiable"] = [name.removeprefix("aten::") for name in told["differentiable"]]
        operators = {name[6:] for name in registered if name.startswith("aten::") and not name.endswith("out")}
        return checked(told, operators, needed)

    return {"program": program_in_cpp}


def tensorflow() -> Observation:
    """The graph, its derivatives and the session are C++ throughout; Python has more derivatives."""
    import tensorflow as tf
    from tensorflow.python.framework import op_def_registry
    from tensorflow.python.framework.ops import gradient_registry

    needed = "Conv2D Conv3D FusedBatchNormV3 SparseSoftmaxCrossEntropyWithLogits CTCLoss TopKV2 Cholesky Svd"
    program = r"""
#include <tensorflow/cc/framework/grad_op_registry.h>
#include <tensorflow/cc/framework/gradients.h>
#include <tensorflow/cc/ops/standard_ops.h>
#include <tensorflow/core/framework/op.h>
#include <tensorflow/core/public/session.h>
#include <iostream>
#include <memory>

using namespace tensorflow;
using namespace tensorflow::ops;

void print(const char* name, const Tensor& numbers) {
  std::cout << '"' << name << "\": [" << numbers.flat<double>()(0);
  for (int i = 1; i < numbers.NumElements(); ++i) std::cout << ", " << numbers.flat<double>()(i);
  std::cout << "], ";
}

int main() {
  Scope scope = Scope::NewRootScope();
  auto a = Const(scope, {{1.0, 2.0}, {3.0, 4.0}});
  Output product = MatMul(scope, a, a), cube = Pow(scope, a, 3.0);
  std::vector<Output> slope, slopes, out;
  TF_CHECK_OK(AddSymbolicGradients(scope, {cube}, {a}, &slope));

  auto x = Const(scope, {-1.0, 0.0, 1.0, 2.0}), y = Const(scope, {-4.0, -1.0, 2.0, 5.0});
  auto line = Variable(scope, {2}, DT_DOUBLE);
  Output start = Assign(scope, line, Const(scope, {0.0, 0.0}));
  Output fit = Add(scope, Multiply(scope, x, GatherV2(scope, line, 0, 0)), GatherV2(scope, line, 1, 0));
  Output loss = Mean(scope, SquaredDifference(scope, fit, y), 0);
  TF_CHECK_OK(AddSymbolicGradients(scope, {loss}, {line}, &slopes));
  Output step = ApplyGradientDescent(scope, line, 0.1, slopes[0]);

  GraphDef graph;
  TF_CHECK_OK(scope.ToGraphDef(&graph));
  std::unique_ptr<Session> session(NewSession(SessionOptions()));
  TF_CHECK_OK(session->Create(graph));
  std::vector<Tensor> outputs;
  TF_CHECK_OK(session->Run({}, {start.name()}, {}, &outputs));
  for (int i = 0; i < 300; ++i) TF_CHECK_OK(session->Run({}, {step.name()}, {}, &outputs));
  TF_CHECK_OK(session->Run({}, {product.name(), slope[0].name(), line.ref.name()}, {}, &outputs));

  std::cout << "{";
  print("product", outputs[0]);
  print("gradient", outputs[1]);
  print("line", outputs[2]);
  std::cout << "\"differentiable\": [";
  std::vector<OpDef> operators;
  OpRegistry::Global()->GetRegisteredOps(&operators);
  for (auto& one : operators) {
    GradFunc gradient = nullptr;
    if (GradOpRegistry::Global()->Lookup(one.name(), &gradient).ok() && gradient)
      std::cout << '"' << one.name() << "\", ";
  }
  std::cout << "\"\"]}";
}
"""

    def program_in_cpp() -> Observation:
        flags = tf.sysconfig.get_compile_flags() + tf.sysconfig.get_link_flags()
        told = cpp_program(program, [*flags, "-l:libtensorflow_cc.so.2", f"-Wl,-rpath,{tf.sysconfig.get_lib()}"])
        operators = [name for name in gradient_registry.list() if op_def_registry.get(name)]
        return checked(told, {name for name in operators if gradient_registry.lookup(name)}, needed)

    return {"program": program_in_cpp}
