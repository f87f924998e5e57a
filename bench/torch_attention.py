"""Times attention of spikes in plain PyTorch, for comparison with ./spikelane bench --full attention.

    OPENBLAS_NUM_THREADS=1 python3 bench/torch_attention.py [THREADS]

needs Python with torch. 196 tokens of 128 channels at density 0.1, one sample: Q, K, V and the output are Linear layers with folded norms, or with
BatchNorm1d behind them, and neurons v = v / 2 + current, which a spike sets to 0. Prints the median step in microseconds.
"""

import statistics
import sys
import time

import torch

TOKENS, CHANNELS, STEPS, DENSITY, RUNS = 196, 128, 4, 0.1, 101
STRENGTH = 0.675


def layer(norm):
    linear = torch.nn.Linear(CHANNELS, CHANNELS, bias=not norm)
    linear.weight.data = torch.randn(CHANNELS, CHANNELS) * STRENGTH / (CHANNELS * DENSITY) ** 0.5
    return torch.nn.Sequential(linear, torch.nn.BatchNorm1d(CHANNELS).eval()) if norm else linear


def fire(current, membrane, threshold=1.0):
    membrane = 0.5 * membrane + current
    spikes = (membrane > threshold).float()
    return spikes, membrane * (1 - spikes)


def block(norm):
    query, key, value, out = (layer(norm) for _ in range(4))

    def run(inputs, carried):
        q, k, v, o = (torch.zeros(TOKENS, CHANNELS) for _ in range(4))
        m = torch.zeros(1, CHANNELS)
        for tokens, current in zip(inputs, carried):
            queries, q = fire(query(tokens), q)
            keys, k = fire(key(tokens), k)
            values, v = fire(value(tokens), v)
            mask, m = fire((queries * keys).sum(0, keepdim=True), m, 0.5)
            spikes, o = fire(out(mask * values) + current, o)
        return spikes

    return run


def main():
    torch.set_num_threads(int(sys.argv[1]) if len(sys.argv) > 1 else 1)
    torch.set_grad_enabled(False)
    torch.manual_seed(42)
    print(f"torch {torch.__version__}, {torch.get_num_threads()} threads")
    inputs = (torch.rand(STEPS, TOKENS, CHANNELS) < DENSITY).float()
    carried = torch.rand(STEPS, TOKENS, CHANNELS)
    for name, norm in (("folded norms", False), ("norms", True)):
        run = block(norm)
        times = []
        for _ in range(RUNS):
            start = time.perf_counter()
            run(inputs, carried)
            times.append((time.perf_counter() - start) / STEPS)
        print(f"attention, {name}: {1e6 * statistics.median(times):.1f} us")


main()
