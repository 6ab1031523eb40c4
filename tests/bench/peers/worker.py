#!/usr/bin/env python3
"""One engine with one network, alive for the whole table: compiled once, timed in interleaved rounds.

    worker.py ENGINE CASE PRECISION FOLDER

Writes the result of the case's picture to FOLDER/ENGINE.npy and "ready"; then, for every line with a number n on its
input, the milliseconds of n runs. ENGINE: eager, compile, onnxruntime, openvino (from an ONNX file), openvino-direct
(from PyTorch, which keeps fused attention), ncnn.
"""
import subprocess
import sys
import time
from functools import partial
from pathlib import Path

import numpy
import torch
from networks import CASES
from spandrel.architectures.ESRGAN import ESRGAN
from torch._inductor.fx_passes import mkldnn_fusion

TYPES = {"float32": torch.float32, "bfloat16": torch.bfloat16}
THREADS = torch.get_num_threads()


def placed(tensors, precision):
    """In the precision, pictures channels-last."""
    return [tensor.to(TYPES[precision], memory_format=torch.channels_last if tensor.dim() == 4 else
                      torch.preserve_format) for tensor in tensors.values()]


def eager(module, given, precision, _):
    module = module.to(TYPES[precision]).to(memory_format=torch.channels_last)
    inputs = placed(given, precision)
    return lambda: module(*inputs).float().numpy()


def compiled(module, given, precision, folder):
    torch._inductor.config.freezing = True
    if isinstance(module, ESRGAN):
        # With frozen weights PyTorch 2.11 adds convolutions to what skip connections still read (two RRDBs are enough
        # for a result that is off by 1 % of its range); its other fusions stay.
        mkldnn_fusion._register_inplace_fusion = lambda: None
    return eager(torch.compile(module), given, precision, folder)


def onnx_file(module, given, folder):
    path = folder / "network.onnx"
    if not path.exists():
        export = partial(torch.onnx.export, module, tuple(given.values()), str(path), input_names=list(given),
                         output_names=["result"])
        try:
            export(dynamo=False, opset_version=17)
        except torch.onnx.errors.UnsupportedOperatorError:  # Fourier transforms, which OpenVINO takes in this version
            export(dynamo=True, opset_version=18)
    return path


def onnxruntime(module, given, precision, folder):
    import onnxruntime as ort
    if precision != "float32":
        raise NotImplementedError("its CPU provider has no bfloat16 convolution")
    options = ort.SessionOptions()
    options.intra_op_num_threads = THREADS
    options.log_severity_level = 3
    session = ort.InferenceSession(str(onnx_file(module, given, folder)), options, providers=["CPUExecutionProvider"])
    inputs = {name: tensor.numpy() for name, tensor in given.items()}
    return lambda: session.run(None, inputs)[0]


def with_openvino(model, given, precision):
    import openvino as ov
    names = {"float32": "f32", "bfloat16": "bf16"}
    compiled_model = ov.Core().compile_model(model, "CPU", {
        "INFERENCE_PRECISION_HINT": names[precision], "INFERENCE_NUM_THREADS": THREADS, "PERFORMANCE_HINT": "LATENCY"})
    request = compiled_model.create_infer_request()
    inputs = {i: tensor.numpy() for i, tensor in enumerate(given.values())}
    return lambda: next(iter(request.infer(inputs).values()))


def openvino(module, given, precision, folder):
    import openvino as ov
    return with_openvino(ov.Core().read_model(str(onnx_file(module, given, folder))), given, precision)


def openvino_direct(module, given, precision, _):
    import openvino as ov
    model = ov.convert_model(module, example_input=tuple(given.values()),
                             input=[list(tensor.shape) for tensor in given.values()])
    return with_openvino(model, given, precision)


def interrupted(module):
    """Poolings of single pixels between the blocks of RRDB, which change nothing: with the blocks in a row pnnx's memory
    grows exponentially, whatever the picture's size (0.9 GB for 18, 3 GB for 20, more than 17 GB for 23)."""
    if isinstance(module, ESRGAN):
        blocks = module.model[1].sub
        for i in reversed(range(8, len(blocks) - 1, 8)):
            blocks.insert(i, torch.nn.MaxPool2d(1))
    return module


def ncnn(module, given, precision, folder):
    import ncnn as engine
    script = folder / "network.pt"
    if not (folder / "network.ncnn.param").exists():
        torch.jit.trace(interrupted(module), tuple(given.values())).save(str(script))
        shapes = ",".join("[" + ",".join(str(n) for n in tensor.shape) + "]" for tensor in given.values())
        subprocess.run([Path(sys.executable).parent / "pnnx", script, f"inputshape={shapes}", "fp16=0"], cwd=folder,
                       check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    net = engine.Net()
    net.opt.num_threads = THREADS
    net.opt.use_fp16_storage = net.opt.use_fp16_packed = net.opt.use_fp16_arithmetic = False
    net.opt.use_bf16_storage = precision == "bfloat16"
    if net.load_param(str(folder / "network.ncnn.param")) or net.load_model(str(folder / "network.ncnn.bin")):
        raise RuntimeError("ncnn does not load what pnnx wrote")
    inputs = [engine.Mat(tensor[0].numpy()).clone() for tensor in given.values()]

    def run():
        extractor = net.create_extractor()
        for i, tensor in enumerate(inputs):
            extractor.input(f"in{i}", tensor)
        return numpy.array(extractor.extract("out0")[1])[None]

    return run


ENGINES = {"eager": eager, "compile": compiled, "onnxruntime": onnxruntime, "openvino": openvino,
           "openvino-direct": openvino_direct, "ncnn": ncnn}


def main():
    engine, title, precision, folder = sys.argv[1:]
    folder = Path(folder)
    case = next(case for case in CASES if case.name == title)
    answers = sys.stdout
    sys.stdout = sys.stderr  # whatever the engines have to say
    with torch.no_grad():
        run = ENGINES[engine](case.module(), case.given(), precision, folder)
        numpy.save(folder / f"{engine}.npy", run())
        run()
        print("ready", file=answers, flush=True)
        for line in sys.stdin:
            times = []
            for _ in range(int(line)):
                begin = time.perf_counter()
                run()
                times.append((time.perf_counter() - begin) * 1e3)
            print(*times, file=answers, flush=True)


if __name__ == "__main__":
    main()
