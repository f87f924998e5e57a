"""Reads with the real packages what Spikelane has written: bench/read-back writes the files and starts this.

Each file comes with one of Spikelane's own, NAME.txt, of lines "tensor type shape checksum": the CRC-32 of its items,
the lowest byte first, in C order. A package that is missing is left out, and said so.
"""
import os, sys, zlib

import numpy

TYPES = {"float64": "F64", "float32": "F32", "float16": "F16", "bfloat16": "BF16", "int64": "I64", "int32": "I32",
         "int16": "I16", "int8": "I8", "uint64": "U64", "uint32": "U32", "uint16": "U16", "uint8": "U8", "bool": "BOOL"}


def said(name, type_name, shape, raw):
    return f"{name!r} {TYPES[type_name]} {list(shape)} {zlib.crc32(raw):08x}"


def with_numpy(path):
    content = numpy.load(path, allow_pickle=False)
    arrays = {"": content} if path.endswith(".npy") else {name: content[name] for name in content.files}
    return [said(name, str(array.dtype), array.shape, array.tobytes()) for name, array in arrays.items()]


def with_safetensors_numpy(path):
    from safetensors.numpy import load_file
    return [said(name, str(array.dtype), array.shape, array.tobytes()) for name, array in load_file(path).items()]


def with_safetensors_torch(path):
    import torch
    from safetensors.torch import load_file
    return [said(name, str(tensor.dtype).split(".")[1], tensor.shape,
                 tensor.contiguous().flatten().view(torch.uint8).numpy().tobytes() if tensor.numel() else b"")
            for name, tensor in load_file(path).items()]


def with_h5py(path):
    import h5py
    found = []

    def visit(name, item):
        if isinstance(item, h5py.Dataset) and item.dtype.kind in "fi":
            array = numpy.asarray(item[()])
            found.append(said(name, str(array.dtype), array.shape, array.tobytes()))

    with h5py.File(path) as file:
        file.visititems(visit)
    return found


def with_nir(path):
    import nir
    graph = nir.read(path, type_check="groups" not in path)  # nir 1.0.8 takes a group's channels for all
    tensors = with_h5py(path)
    assert {name.split("/")[2] for name in map(lambda line: line.split("'")[1], tensors)} <= set(graph.nodes)
    return tensors


def main(folder):
    failed = 0
    for file in sorted(os.listdir(folder)):
        path = os.path.join(folder, file)
        readers = {".nir": [with_h5py, with_nir], ".npz": [with_numpy], ".npy": [with_numpy],
                   ".safetensors": [with_safetensors_numpy, with_safetensors_torch]}.get(os.path.splitext(file)[1], [])
        for reader in readers:
            name = reader.__name__.replace("with_", "").replace("_", ".")
            if name == "safetensors.numpy" and "bf16" in file:
                continue  # numpy has no such type
            try:
                found = sorted(reader(path))
            except ImportError as missing:
                print(f"{file}: left out, {missing}")
                continue
            with open(path + ".txt", encoding="utf-8") as expected:
                same = found == sorted(expected.read().splitlines())
            failed += not same
            print(f"{file}: {len(found)} tensors by {name}: {'equal' if same else 'DIFFERENT'}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
