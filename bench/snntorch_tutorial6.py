"""Times a training iteration of snnTorch on tutorial 6, for comparison with ./spikelane bench tutorial6.

    OPENBLAS_NUM_THREADS=1 python3 bench/snntorch_tutorial6.py [THREADS [BATCH STEPS RUNS]]

needs Python with snntorch. The network is 12C5-P2-64C5-P2-10 on random images of 1 x 28 x 28, the same at each step; cross-entropy of the spikes of
each step, Adam. The tutorial has a batch of 128 and 50 steps; without arguments 64 and 25 are timed, 7 times. What snnTorch takes does not depend on
spikes. Try one and two threads, each with OPENBLAS_NUM_THREADS=1 and 2, and take the best. Prints the median, and what 60,000 images would take.
"""

import statistics
import sys
import time

import snntorch
import torch
from torch import nn

IMAGES = 60_000
WARM_UP = 1


class Tutorial6(nn.Module):
    def __init__(self):
        super().__init__()
        surrogate = snntorch.surrogate.fast_sigmoid(slope=25)
        self.paths = nn.ModuleList(
            [
                nn.Sequential(nn.Conv2d(1, 12, 5), nn.MaxPool2d(2)),
                nn.Sequential(nn.Conv2d(12, 64, 5), nn.MaxPool2d(2)),
                nn.Sequential(nn.Flatten(), nn.Linear(64 * 4 * 4, 10)),
            ]
        )
        self.neurons = nn.ModuleList(snntorch.Leaky(beta=0.5, spike_grad=surrogate) for _ in self.paths)

    def forward(self, images, steps):
        """Spikes of the classes at each step."""
        membranes = [neuron.init_leaky() for neuron in self.neurons]
        out = []
        for _ in range(steps):
            spikes = images
            for i, (path, neuron) in enumerate(zip(self.paths, self.neurons)):
                spikes, membranes[i] = neuron(path(spikes), membranes[i])
            out.append(spikes)
        return out


def main():
    given = [int(argument) for argument in sys.argv[1:]]
    threads, batch, steps, runs = given + [1, 64, 25, 7][len(given) :]
    torch.set_num_threads(threads)
    torch.manual_seed(42)
    network = Tutorial6()
    images = torch.rand(batch, 1, 28, 28)
    labels = torch.arange(batch) % 10
    optimizer = torch.optim.Adam(network.parameters(), lr=1e-2)

    times = []
    for _ in range(WARM_UP + runs):
        start = time.perf_counter()
        loss = sum(nn.functional.cross_entropy(spikes, labels) for spikes in network(images, steps)) / steps
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        times.append((time.perf_counter() - start) * 1e3)
    median = statistics.median(times[WARM_UP:])
    epoch = median * -(-IMAGES // batch) / 1e3
    print(f"tutorial6 training iteration batch {batch} steps {steps}: {median:.1f} ms, an epoch {epoch:.0f} s")
    print(f"torch {torch.__version__}, {torch.get_num_threads()} threads, {runs} runs")


if __name__ == "__main__":
    main()
