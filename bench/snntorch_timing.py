"""Times snnTorch on the network of its tutorial 3, for comparison with ./spikelane bench --full network.

    OPENBLAS_NUM_THREADS=1 python3 bench/snntorch_timing.py [THREADS]

needs Python with snntorch. Prints the median of some runs over all 200 steps, for spikes as input.
"""

import statistics
import sys
import time

import snntorch
import torch

STEPS = 200
WARM_UP = 3


def milliseconds(network, spikes, runs):
    times = []
    for run in range(WARM_UP + runs):
        start = time.perf_counter()
        network(spikes)
        if run >= WARM_UP:
            times.append((time.perf_counter() - start) * 1e3)
    return statistics.median(times)


def main():
    torch.set_num_threads(int(sys.argv[1]) if len(sys.argv) > 1 else 1)
    torch.set_grad_enabled(False)
    torch.manual_seed(42)
    fc1, lif1 = torch.nn.Linear(784, 1000), snntorch.Leaky(beta=0.99)
    fc2, lif2 = torch.nn.Linear(1000, 10), snntorch.Leaky(beta=0.99)

    def network(spikes):
        mem1 = torch.zeros(spikes.shape[1], 1000)
        mem2 = torch.zeros(spikes.shape[1], 10)
        out = []
        for step in range(STEPS):
            spk1, mem1 = lif1(fc1(spikes[step]), mem1)
            spk2, mem2 = lif2(fc2(spk1), mem2)
            out.append(spk2)
        return torch.stack(out)

    print(f"torch {torch.__version__}, {torch.get_num_threads()} threads, {torch.backends.cpu.get_cpu_capability()}")
    for batch, runs in ((1, 41), (128, 9)):
        for density in (0.1, 0.5):
            spikes = (torch.rand(STEPS, batch, 784) < density).float()
            print(f"batch {batch} density {density}: {milliseconds(network, spikes, runs):.1f} ms")


if __name__ == "__main__":
    main()
