"""Times steps of PyTorch's recurrent cells, for comparison with ./spikelane bench --full cell.

    OPENBLAS_NUM_THREADS=1 python3 bench/torch_cells.py [THREADS]

needs Python with torch. Each step takes one sample of as many inputs as there are neurons: LSTMCell, and leaky neurons by elementwise operations
behind a Linear, with a Linear of their own spikes or a weight for each. Prints the median step in microseconds.
"""

import statistics
import sys
import time

import torch

STEPS = 100
RUNS = 31
BETA = 0.9


def lstm(size):
    cell = torch.nn.LSTMCell(size, size)

    def run(inputs):
        state = (torch.zeros(1, size), torch.zeros(1, size))
        for current in inputs:
            state = cell(current, state)

    return run


def leaky(size, recurrent):
    dense = torch.nn.Linear(size, size)

    def run(inputs):
        membrane, spikes = torch.zeros(1, size), torch.zeros(1, size)
        for current in inputs:
            reset = (membrane > 1).float()
            membrane = BETA * membrane + dense(current) + recurrent(spikes) - reset
            spikes = (membrane > 1).float()

    return run


def main():
    torch.set_num_threads(int(sys.argv[1]) if len(sys.argv) > 1 else 1)
    torch.set_grad_enabled(False)
    torch.manual_seed(42)
    print(f"torch {torch.__version__}, {torch.get_num_threads()} threads")
    for size in (100, 1000):
        inputs = list(torch.rand(STEPS, 1, size))
        weight = torch.full((size,), 0.5)
        cells = {
            "slstm": lstm(size),
            "rleaky-all-to-all": leaky(size, torch.nn.Linear(size, size)),
            "rleaky-one-to-one": leaky(size, lambda spikes: weight * spikes),
        }
        for name, run in cells.items():
            times = []
            for _ in range(RUNS):
                start = time.perf_counter()
                run(inputs)
                times.append((time.perf_counter() - start) * 1e6 / STEPS)
            print(f"cell {name} {size}: {statistics.median(times):.1f} us")


if __name__ == "__main__":
    main()
