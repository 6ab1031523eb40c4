#!/usr/bin/env python3
"""One engine with one network, alive for the whole table: compiled once, timed in interleaved rounds.

    worker.py ENGINE CASE PRECISION FOLDER

Writes the result of the case's picture to FOLDER/ENGINE.npy and "ready"; then, for every line with a number n on its
input, the milliseconds of n runs. ENGINE: eager, compile, onnxruntime, openvino, ncnn.
"""
import subprocess
import sys
import time
from pathlib import Path

import numpy
import torch
from networks import CASES

TYPES = {"float32": torch.float32, "bfloat16": torch.bfloat16}
THREADS = torch.get_num_threads()


def eager(module, picture, precision, _):
    module = module.to(TYPES[precision]).to(memory_format=torch.channels_last)
    given = picture.to(TYPES[precision]).to(memory_format=torch.channels_last)
    return lambda: module(given).float().numpy()


def compiled(module, picture, precision, _):
    torch._inductor.config.freezing = True
    module = torch.compile(module.to(TYPES[precision]).to(memory_format=torch.channels_last))
    given = picture.to(TYPES[precision]).to(memory_format=torch.channels_last)
    return lambda: module(given).float().numpy()


def onnx_file(module, picture, folder):
    path = folder / "network.onnx"
    if not path.exists():
        torch.onnx.export(module, (picture,), str(path), input_names=["image"], output_names=["result"], dynamo=False,
                          opset_version=17)
    return path


def onnxruntime(module, picture, precision, folder):
    import onnxruntime as ort
    if precision != "float32":
        raise NotImplementedError("its CPU provider has no bfloat16 convolution")
    options = ort.SessionOptions()
    options.intra_op_num_threads = THREADS
    options.log_severity_level = 3
    session = ort.InferenceSession(str(onnx_file(module, picture, folder)), options, providers=["CPUExecutionProvider"])
    given = picture.numpy()
    return lambda: session.run(None, {"image": given})[0]


def openvino(module, picture, precision, folder):
    import openvino as ov
    core = ov.Core()
    names = {"float32": "f32", "bfloat16": "bf16"}
    compiled_model = core.compile_model(core.read_model(str(onnx_file(module, picture, folder))), "CPU", {
        "INFERENCE_PRECISION_HINT": names[precision], "INFERENCE_NUM_THREADS": THREADS, "PERFORMANCE_HINT": "LATENCY"})
    request = compiled_model.create_infer_request()
    given = picture.numpy()
    return lambda: next(iter(request.infer({0: given}).values()))


def ncnn(module, picture, precision, folder):
    import ncnn as engine
    script = folder / "network.pt"
    if not (folder / "network.ncnn.param").exists():
        torch.jit.trace(module, picture).save(str(script))
        shape = "[" + ",".join(str(n) for n in picture.shape) + "]"
        subprocess.run([Path(sys.executable).parent / "pnnx", script, f"inputshape={shape}", "fp16=0"], cwd=folder,
                       check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    net = engine.Net()
    net.opt.num_threads = THREADS
    net.opt.use_fp16_storage = net.opt.use_fp16_packed = net.opt.use_fp16_arithmetic = False
    net.opt.use_bf16_storage = precision == "bfloat16"
    net.load_param(str(folder / "network.ncnn.param"))
    net.load_model(str(folder / "network.ncnn.bin"))
    given = engine.Mat(picture[0].numpy()).clone()

    def run():
        extractor = net.create_extractor()
        extractor.input("in0", given)
        return numpy.array(extractor.extract("out0")[1])[None]

    return run


ENGINES = {"eager": eager, "compile": compiled, "onnxruntime": onnxruntime, "openvino": openvino, "ncnn": ncnn}


def main():
    engine, title, precision, folder = sys.argv[1:]
    folder = Path(folder)
    case = next(case for case in CASES if case.name == title)
    answers = sys.stdout
    sys.stdout = sys.stderr  # whatever the engines have to say
    with torch.no_grad():
        run = ENGINES[engine](case.module(), case.picture(), precision, folder)
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
