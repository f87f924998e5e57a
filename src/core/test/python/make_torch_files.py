"""Writes src/core/test/resources/interop/pth.zip: files of torch.save, and broken ones, with what reading them must give.

Debian: apt install python3-torch python3-safetensors python3-numpy; then run with /usr/bin/python3. Where PYTHONPATH has
snnTorch, it also writes layers.zip: networks with what torch prints of them, and what they do. Cases have the layout of the other
archives there: case.json says the files and what to expect of each; NAME.safetensors has the tensors of NAME.
"""
import io, json, os, pickle, zipfile

import numpy
import torch
from safetensors.torch import load as load_safetensors, save as save_safetensors

FOLDER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "resources", "interop")


def saved(value, **options):
    buffer = io.BytesIO()
    torch.save(value, buffer, **options)
    return buffer.getvalue()


def expected(tensors):
    return save_safetensors({name: tensor.detach().clone().contiguous() for name, tensor in tensors.items()})


def good():
    torch.manual_seed(1)
    types = {str(dtype).split(".")[1]: (torch.rand(2, 3) * 100 - 50).to(dtype) for dtype in (
        torch.float64, torch.float32, torch.float16, torch.bfloat16, torch.int64, torch.int32, torch.int16, torch.int8)}
    types["uint8"] = (torch.rand(2, 3) * 255).to(torch.uint8)
    types["bool"] = torch.rand(2, 3) > 0.5
    base = torch.rand(4, 5, 6)
    strides = {
        "transposed": base[0].t(), "permuted": base.permute(2, 0, 1), "sliced": base[1:3, ::2, 1:],
        "expanded": torch.rand(1, 3).expand(4, 3), "one": base[:, :1, :1], "shared": base, "tail": base[3, 4, 5]}
    module = torch.nn.Sequential(torch.nn.Conv2d(2, 3, 3), torch.nn.BatchNorm2d(3), torch.nn.Linear(3, 2))
    nested = {"epoch_state": {"net": module.state_dict(), "none": {}}, "scale": torch.tensor(0.5)}
    flat = {"epoch_state.net." + name: value for name, value in module.state_dict().items()}
    flat["scale"] = nested["scale"]
    many = {f"layer{i}.weight": torch.rand(3) for i in range(400)}
    large = {"w": (torch.arange(70000) % 7).float().reshape(7, 10000)}
    yield "types", types, types
    yield "strides", strides, strides
    yield "module", module.state_dict(), module.state_dict()
    yield "parameters", dict(module.named_parameters()), dict(module.named_parameters())
    yield "nested", nested, flat
    yield "many", many, many
    yield "large", large, large
    yield "number_keys", {1: large["w"]}, {"1": large["w"]}
    yield ("checkpoint",) + checkpoint()
    yield "empty_sizes", {"a": torch.zeros(0, 3), "b": torch.zeros(())}, {"a": torch.zeros(0, 3), "b": torch.zeros(())}


def checkpoint():
    """As users save it: the model beside an optimizer, a schedule, an epoch."""
    torch.manual_seed(2)
    module = torch.nn.Sequential(torch.nn.Linear(3, 2))
    optimizer = torch.optim.Adam(module.parameters(), lr=0.01)
    schedule = torch.optim.lr_scheduler.StepLR(optimizer, 5)
    module(torch.rand(4, 3)).sum().backward()
    optimizer.step()
    schedule.step()
    whole = {"model": module.state_dict(), "optimizer": optimizer.state_dict(), "scheduler": schedule.state_dict(),
             "epoch": 7, "best": None, "losses": [0.5, 0.25], "shape": module[0].weight.shape[0], "done": False}
    flat = {"model." + name: value for name, value in module.state_dict().items()}
    for number, state in optimizer.state_dict()["state"].items():
        flat.update({f"optimizer.state.{number}.{name}": value for name, value in state.items()})
    return whole, flat


class Command:
    def __reduce__(self):
        return os.system, ("echo hurt",)


class Code:
    def __reduce__(self):
        return eval, ("1 + 1",)


def rewritten(content, change):
    """The archive with its members changed; the checksums are right again."""
    source = zipfile.ZipFile(io.BytesIO(content))
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as target:
        for info in source.infolist():
            data = change(info.filename, source.read(info.filename))
            if data is not None:
                target.writestr(zipfile.ZipInfo(info.filename), data)
    return buffer.getvalue()


def program(change):
    plain = saved({"w": torch.arange(6, dtype=torch.float32).reshape(2, 3)})
    return rewritten(plain, lambda name, data: change(data) if name.endswith("data.pkl") else data)


def bad():
    plain = saved({"w": torch.arange(6, dtype=torch.float32).reshape(2, 3)})
    module = torch.nn.Linear(2, 3)
    yield "system", saved({"w": Command()}), "names os.system"
    yield "eval", saved({"w": Code()}), "names eval"
    yield "module", saved(module), "a whole model: its class is named"
    yield "list", saved([torch.zeros(2)]), "a list"
    yield "tensor_set", saved({"w": {1, 2}}), "a set"
    yield "truth_keys", saved({True: torch.zeros(2)}), "a key that is neither a text nor a number"
    yield "list_in_itself", program(lambda d: b"\x80\x02}X\x01\x00\x00\x00a]q\x00h\x00as."), "a list in itself"
    yield "append_to_text", program(lambda d: b"\x80\x02X\x01\x00\x00\x00aNa."), "a value that is added to a text"
    yield "long_number", saved({"w": torch.zeros(2), "seed": 1 << 40}), "a number of more than 32 bits"
    yield "old_form", saved({"w": torch.zeros(2)}, _use_new_zipfile_serialization=False), "the form before PyTorch 1.6"
    yield "protocol_4", saved({"w": torch.zeros(2)}, pickle_protocol=4), "another protocol of pickle"
    yield "sparse", saved({"w": torch.eye(3).to_sparse()}), "a sparse tensor"
    yield "complex", saved({"w": torch.zeros(2, dtype=torch.complex64)}), "complex numbers"
    yield "uint16", saved({"w": torch.zeros(2, dtype=torch.uint16)}), "a tensor of another function"
    yield "quantized", saved({"w": torch.quantize_per_tensor(torch.zeros(2), 1.0, 0, torch.qint8)}), "a quantized tensor"
    script = io.BytesIO()
    torch.jit.save(torch.jit.script(module), script)
    yield "torchscript", script.getvalue(), "a program of TorchScript"
    yield "truncated", plain[:-30], "the end of the archive is missing"
    yield "plain_pickle", pickle.dumps({"w": 1}, 2), "a pickle that is in no archive"
    yield "no_pickle", rewritten(plain, lambda n, d: None if n.endswith("data.pkl") else d), "no data.pkl"
    yield "no_data", rewritten(plain, lambda n, d: None if "/data/" in n else d), "no data of the tensor"
    yield "short_data", rewritten(plain, lambda n, d: d[:-4] if "/data/" in n else d), "one item is missing"
    yield "long_data", rewritten(plain, lambda n, d: d + bytes(4) if "/data/" in n else d), "one item too many"
    yield "big_endian", rewritten(plain, lambda n, d: b"big" if n.endswith("byteorder") else d), "items with the highest byte first"
    yield "no_stop", program(lambda d: d[:-1]), "the pickle ends early"
    yield "after_stop", program(lambda d: d + b"."), "bytes behind the pickle"
    yield "stack_underflow", program(lambda d: b"\x80\x02R."), "a call of nothing"
    yield "memo", program(lambda d: b"\x80\x02h\x07."), "a value that was not kept"
    yield "memo_far", program(lambda d: b"\x80\x02}r\xff\xff\xff\x7f."), "number 2^31-1 of the memo"
    yield "no_mark", program(lambda d: b"\x80\x02}u."), "no mark"
    yield "text_length", program(lambda d: b"\x80\x02X\xff\xff\xff\xff."), "a text of 2^32-1 bytes"
    yield "text_past_end", program(lambda d: b"\x80\x02X\x00\x02\x00\x00abc."), "a text past the end"
    yield "not_utf8", program(lambda d: d.replace(b"X\x01\x00\x00\x00w", b"X\x01\x00\x00\x00\xff")), "a name that is no UTF-8"
    yield "cycle", program(lambda d: b"\x80\x02}q\x00X\x01\x00\x00\x00ah\x00s."), "a dictionary in itself"
    yield "storage_as_text", program(lambda d: b"\x80\x02X\x01\x00\x00\x00aQ."), "data that are a text"
    yield "negative_size", program(lambda d: d.replace(b"K\x02K\x03", b"J\xfe\xff\xff\xff" + b"K\x03", 1)), "a size of -2"
    yield "size_past_data", program(lambda d: d.replace(b"K\x02K\x03", b"K\x20K\x03", 1)), "32 rows, and data for 2"
    yield "stride_past_data", program(lambda d: d.replace(b"K\x03K\x01", b"K\x7fK\x01", 1)), "a stride past the data"
    bomb = b"\x80\x02}q\x00X\x01\x00\x00\x00w" + b"K\x01s"
    yield "number", program(lambda d: bomb + b"."), "a number"
    laughs = b"\x80\x02}q\x00"
    for level in range(1, 15):
        laughs += b"}q" + bytes([level]) + b"(" + b"".join(
            b"X\x01\x00\x00\x00" + bytes([97 + i]) + b"h" + bytes([level - 1]) for i in range(26)) + b"u"
    # what lies below stays on the stack and has to go: a tuple takes it
    yield "laughs", program(lambda d: b"\x80\x02(" + laughs[2:] + b"t."), "dictionaries that hold each other 26^14 times"
    deep = b"\x80\x02" + b"}X\x01\x00\x00\x00a" * 3000 + b"}" + b"s" * 3000 + b"."
    yield "deep", program(lambda d: deep), "3,000 dictionaries in each other"


def network(snn):
    nn = torch.nn

    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.conv1 = nn.Conv2d(1, 4, 3, padding=1, bias=False)
            self.bn1 = nn.BatchNorm2d(4)
            self.pool1 = nn.MaxPool2d(2)
            self.lif1 = snn.Leaky(beta=0.9)
            self.conv2 = nn.Conv2d(4, 6, 3, stride=2, groups=2)
            self.pool2 = nn.AvgPool2d(2, 1, 1, count_include_pad=False)
            self.lif2 = snn.Leaky(beta=0.8, reset_mechanism="zero")
            self.drop = nn.Dropout(0.5)
            self.fc1 = nn.Linear(6 * 3 * 3, 5)
            self.lif3 = snn.Synaptic(alpha=0.7, beta=0.8)
            self.block = nn.Sequential(nn.Linear(5, 3))
            self.lif4 = snn.RLeaky(beta=0.9, linear_features=3)

        def forward(self, steps):
            m1, m2 = self.lif1.init_leaky(), self.lif2.init_leaky()
            (i3, m3), (s4, m4) = self.lif3.init_synaptic(), self.lif4.init_rleaky()
            spikes, membranes = [], []
            for x in steps:
                s, m1 = self.lif1(self.pool1(self.bn1(self.conv1(x))), m1)
                s, m2 = self.lif2(self.pool2(self.conv2(s)), m2)
                s, i3, m3 = self.lif3(self.fc1(self.drop(s.flatten(1))), i3, m3)
                s4, m4 = self.lif4(self.block(s), s4, m4)
                spikes.append(s4)
                membranes.append(m4)
            return torch.stack(spikes), torch.stack(membranes)

    torch.manual_seed(3)
    net = Net()
    for parameter in net.parameters():
        parameter.data *= 3
    net.bn1.running_mean += torch.rand(4) * 0.3
    net.bn1.running_var *= 0.7
    return net.eval()


def numpy_bytes(array):
    buffer = io.BytesIO()
    numpy.save(buffer, array)
    return buffer.getvalue()


def layers():
    try:
        import snntorch
    except ImportError:
        print("snntorch is missing: layers.zip stays as it is")
        return
    net = network(snntorch)
    steps = (torch.rand(10, 2, 1, 10, 10) < 0.4).float()
    with torch.no_grad():
        spikes, membranes = net(steps)
    print("layers:", int(spikes.sum()), "spikes, nearest to a threshold", float((membranes - 1).abs().min()))
    text = str(net).replace("padding=1)", "padding=1, count_include_pad=False)")  # which torch does not print
    exact = {"atol": 1e-5, "rtol": 1e-5}
    case = {
        "name": "layers_conv", "set": "own", "kind": "layers", "what": "convolutions, batch norm, pools, recurrence",
        "produced_by": "torch.save " + torch.__version__, "text": text, "input_shape": "1x10x10",
        "files": {"net.pth": {"expect": "accept with a warning"}},
        "inputs": {"input": {"file": "input.npy", "shape": list(steps.shape), "dtype": "uint8"}},
        "outputs": {
            "spk": {"file": "spk.npy", "shape": list(spikes.shape), "dtype": "uint8", "tolerance": "exact"},
            "mem": {"file": "mem.npy", "shape": list(spikes.shape), "dtype": "float32", "tolerance": exact}}}
    write("layers.zip", {"layers_conv": (case, {
        "net.pth": saved({"model": net.state_dict(), "epoch": 3}),
        "input.npy": numpy_bytes(steps.numpy().astype("uint8")),
        "spk.npy": numpy_bytes(spikes.numpy().astype("uint8")), "mem.npy": numpy_bytes(membranes.numpy())})})


def write(name, cases):
    with zipfile.ZipFile(os.path.join(FOLDER, name), "w", zipfile.ZIP_DEFLATED, compresslevel=9) as out:
        for case_name, (case, contents) in cases.items():
            contents["case.json"] = json.dumps(dict(case, name=case_name), indent=1).encode()
            for file, content in sorted(contents.items()):
                info = zipfile.ZipInfo(f"{case_name}/{file}", (1980, 1, 1, 0, 0, 0))
                info.compress_type = zipfile.ZIP_DEFLATED
                out.writestr(info, content)


def main():
    facts = {"set": "own", "kind": "pth", "produced_by": "torch.save " + torch.__version__}
    cases = {}
    files, contents = {}, {}
    for name, value, flat in good():
        warns = " with a warning" if name == "checkpoint" else ""
        files[name + ".pth"] = {"expect": "accept" + warns, "tensors": name + ".safetensors"}
        contents[name + ".pth"] = saved(value)
        contents[name + ".safetensors"] = expected(flat)
    cases["pth_files"] = (dict(facts, what="tensors and dictionaries", files=files), contents)
    files, contents = {}, {}
    for name, content, why in bad():
        files[name + ".pth"] = {"expect": "reject", "why": why}
        contents[name + ".pth"] = content
    cases["malformed_pth"] = (dict(facts, what="what is no tensor, and broken files", files=files), contents)
    with zipfile.ZipFile(os.path.join(FOLDER, "safetensors.zip")) as archive:
        for net in ("st_net_f32", "st_net_recurrent"):
            case = json.loads(archive.read(net + "/case.json"))
            contents = {name[len(net) + 1:]: archive.read(name) for name in archive.namelist()
                        if name.startswith(net + "/") and name.endswith(".npy") and "/t" not in name}
            state = load_safetensors(archive.read(net + "/model.safetensors"))
            contents["model.pth"] = saved({tensor["name"]: state[tensor["name"]] for tensor in case["tensors"]})
            contents["model.safetensors"] = expected(state)
            case.update(facts, files={"model.pth": {"expect": "accept", "tensors": "model.safetensors"}})
            cases[net.replace("st_", "pth_")] = (case, contents)
    write("pth.zip", cases)
    print(os.path.getsize(os.path.join(FOLDER, "pth.zip")), "bytes,", {k: len(c["files"]) for k, (c, _) in cases.items()})
    layers()


if __name__ == "__main__":
    main()
