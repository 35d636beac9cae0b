"""How does a trained ranker become a file that onnxruntime runs?

ONNX opset 17: input `x` float32 [n, features], output `p` float32 [n, heads], probabilities. The names of both sides
stand in the file's metadata, so that whoever serves can see whether they mean the same features.
"""

import json
from pathlib import Path
from typing import Any, cast

import numpy as np
import onnx as untyped_onnx
from onnx import helper as untyped_helper
from onnx import numpy_helper as untyped_arrays

from reelm.feed.training.heads import Ranker

onnx: Any = cast("Any", untyped_onnx)
helper: Any = cast("Any", untyped_helper)
arrays: Any = cast("Any", untyped_arrays)

OPSET, IR = 17, 8


def write_onnx(ranker: Ranker, path: Path) -> None:
    """Write the file, checked by ONNX's own rules. Raises `OSError`."""
    nodes: list[Any] = []
    stored: list[Any] = []
    name, depth = "x", len(ranker.weights)
    for index, (weight, bias) in enumerate(zip(ranker.weights, ranker.biases, strict=True)):
        stored += [_array(weight, f"w{index}"), _array(bias, f"b{index}")]
        nodes.append(helper.make_node("Gemm", [name, f"w{index}", f"b{index}"], [f"g{index}"]))
        name = "p" if index + 1 == depth else f"h{index}"
        nodes.append(helper.make_node("Sigmoid" if index + 1 == depth else "Relu", [f"g{index}"], [name]))
    graph = helper.make_graph(
        nodes, "ranker", [_floats("x", len(ranker.features))], [_floats("p", len(ranker.heads))], stored
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=IR)
    helper.set_model_props(
        model, {"features": json.dumps(list(ranker.features)), "heads": json.dumps(list(ranker.heads))}
    )
    onnx.checker.check_model(model)
    path.write_bytes(model.SerializeToString())


def read_onnx(path: Path) -> Ranker:
    """What `write_onnx` wrote. Raises `OSError`, and `ValueError` for a file that is none of ours."""
    try:
        model = onnx.load(str(path))
        told = {one.key: tuple(json.loads(one.value)) for one in model.metadata_props}
        stored = {one.name: arrays.to_array(one) for one in model.graph.initializer}
        weights, biases = (
            tuple(stored[f"{kind}{index}"] for index in range(len(stored) // 2)) for kind in ("w", "b")
        )
        return Ranker(told["features"], told["heads"], weights, biases)
    except (KeyError, RuntimeError) as failure:
        raise ValueError(f"{path} holds no ranker") from failure


def _array(values: Any, name: str) -> Any:
    return arrays.from_array(np.ascontiguousarray(values, np.float32), name)


def _floats(name: str, width: int) -> Any:
    return helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, ["n", width])
