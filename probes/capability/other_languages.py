"""Each framework's versions for C++, Java and JavaScript: two matrices multiplied, and in JavaScript a line fitted.

The C++ programs are compiled against the installed package: `cpp` with what the library needs at least,
`cpp_documented` with the class that its reference begins with (look at what the linker says). TensorFlow's Java and
JavaScript come from registries of their own, Maven and npm; PyTorch has no version for either.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from probes.kit.observing import Observation
from probes.kit.programs import cpp_program, in_node, java_program

TITLE = "C++, Java and JavaScript"
SUBJECT = "beyond_python"
SLOW = True


def off(got: Any, wanted: Any) -> Observation:
    return {"off_by": float(np.max(np.abs(np.ravel(got) - np.ravel(wanted))))}


def pytorch() -> Observation:
    """One C++ library, in two layers: ATen, and the API like Python's on top of it."""
    from torch.utils import cpp_extension

    cpp = r"""
#include <ATen/ATen.h>
#include <iostream>

int main() {
  auto a = at::tensor({1.0, 2.0, 3.0, 4.0}).reshape({2, 2});
  std::cout << at::matmul(a, a)[1][1].item<double>();
}
"""
    documented = r"""
#include <torch/torch.h>
#include <iostream>

int main() {
  torch::Tensor a = torch::tensor({{1.0, 2.0}, {3.0, 4.0}});
  std::cout << torch::matmul(a, a)[1][1].item<double>();
}
"""

    def product(source: str) -> Observation:
        includes = [f"-I{path}" for path in cpp_extension.include_paths()]
        libraries = [flag for path in cpp_extension.library_paths() for flag in (f"-L{path}", f"-Wl,-rpath,{path}")]
        flags = [*includes, *libraries, "-ltorch", "-ltorch_cpu", "-lc10"]
        return off(cpp_program(source, flags, standard="c++20"), 22)

    return {
        "cpp": lambda: product(cpp),
        "cpp_documented": lambda: product(documented),
        "java": None,
        "javascript": None,
    }


def tensorflow() -> Observation:
    """In C++ a graph and a session, in Java and JavaScript libraries of their own."""
    import tensorflow as tf

    cpp = r"""
#include <tensorflow/cc/ops/standard_ops.h>
#include <tensorflow/core/public/session.h>
#include <iostream>

int main() {
  auto scope = tensorflow::Scope::NewRootScope();
  auto a = tensorflow::ops::Const(scope, {{1.0, 2.0}, {3.0, 4.0}});
  auto product = tensorflow::ops::MatMul(scope.WithOpName("product"), a, a);
  tensorflow::GraphDef graph;
  TF_CHECK_OK(scope.ToGraphDef(&graph));
  auto* session = tensorflow::NewSession(tensorflow::SessionOptions());
  TF_CHECK_OK(session->Create(graph));
  std::vector<tensorflow::Tensor> outputs;
  TF_CHECK_OK(session->Run({}, {"product"}, {}, &outputs));
  std::cout << outputs[0].matrix<double>()(1, 1);
}
"""
    documented = r"""
#include <tensorflow/cc/client/client_session.h>
#include <tensorflow/cc/ops/standard_ops.h>
#include <iostream>

int main() {
  auto scope = tensorflow::Scope::NewRootScope();
  auto a = tensorflow::ops::Const(scope, {{1.0, 2.0}, {3.0, 4.0}});
  tensorflow::ClientSession session(scope);
  std::vector<tensorflow::Tensor> outputs;
  TF_CHECK_OK(session.Run({tensorflow::ops::MatMul(scope, a, a)}, &outputs));
  std::cout << outputs[0].matrix<double>()(1, 1);
}
"""
    java = """
import org.tensorflow.op.Ops;

public class Program {
  public static void main(String[] arguments) {
    Ops tf = Ops.create();
    var a = tf.constant(new double[][] {{1, 2}, {3, 4}});
    System.out.println(tf.linalg.matMul(a, a).asTensor().getDouble(1, 1));
  }
}
"""
    javascript = """
const tf = require("@tensorflow/tfjs");
const x = tf.tensor2d([[-1], [0], [1], [2]]), y = x.mul(3).sub(1);
const model = tf.sequential({layers: [tf.layers.dense({units: 1, inputShape: [1]})]});
model.compile({optimizer: tf.train.sgd(0.1), loss: "meanSquaredError"});
model.fit(x, y, {epochs: 200, verbose: 0}).then(() => {
  const line = model.getWeights().map(part => part.dataSync()[0]);
  console.log(JSON.stringify({line, version: tf.version.tfjs}));
});
"""

    library = ["-l:libtensorflow_cc.so.2", f"-Wl,-rpath,{tf.sysconfig.get_lib()}"]
    flags = [*tf.sysconfig.get_compile_flags(), *tf.sysconfig.get_link_flags(), *library]

    def product(source: str) -> Observation:
        return off(cpp_program(source, flags), 22)

    def trained() -> Observation:
        told = in_node(javascript, "@tensorflow/tfjs")
        return {"version": told["version"], "training": off(told["line"], [3, -1])}

    return {
        "cpp": lambda: product(cpp),
        "cpp_documented": lambda: product(documented),
        "java": lambda: off(java_program(java, "tensorflow-core-api"), 22),
        "javascript": trained,
    }
