"""Times snnTorch on VGG-9, for comparison with ./spikelane bench --full vgg9.

    OPENBLAS_NUM_THREADS=2 python3 bench/snntorch_vgg9.py [THREADS]

needs Python with snntorch. The network is 64C3-64C3-P2-128C3-128C3-P2-256C3-256C3-256C3-P2-1024-10 on frames of 3 x 32 x 32, 4 steps, batch 16, in
training with a batch norm behind each convolution. Weights, images and gains of the currents are those of the Java benchmark. Try one and two
threads, each with OPENBLAS_NUM_THREADS=1 and 2, and take the best. Prints the medians of some runs.
"""

import resource
import statistics
import sys
import time

import snntorch
import torch
from torch import nn

STEPS = 4
BATCH = 16
WARM_UP = 1
MAPS = (64, 64, 128, 128, 256, 256, 256)
POOLED = (1, 3, 6)
GAINS = (2.4, 2.4, 4, 2.4, 4.9, 4.9, 2.4, 4.4, 5.4)


def connections(normalized):
    """The modules before each layer of neurons."""
    paths = []
    channels = 3
    for layer, maps in enumerate(MAPS):
        path = [nn.Conv2d(channels, maps, 3, padding=1)]
        if normalized:
            path.append(nn.BatchNorm2d(maps))
        if layer in POOLED:
            path.append(nn.MaxPool2d(2))
        paths.append(path)
        channels = maps
    return [*paths, [nn.Flatten(), nn.Linear(256 * 4 * 4, 1024)], [nn.Linear(1024, 10)]]


class Vgg9(nn.Module):
    def __init__(self, normalized):
        super().__init__()
        self.paths = nn.ModuleList(nn.Sequential(*path) for path in connections(normalized))
        self.gains = [1.0] * len(GAINS) if normalized else GAINS
        surrogate = snntorch.surrogate.fast_sigmoid(slope=25)
        self.neurons = nn.ModuleList(snntorch.Leaky(beta=0.5, spike_grad=surrogate) for _ in GAINS)

    def forward(self, images):
        """Spikes of the last layer at each step."""
        membranes = [neuron.init_leaky() for neuron in self.neurons]
        out = []
        for _ in range(STEPS):
            spikes = images
            for i, (path, neuron) in enumerate(zip(self.paths, self.neurons)):
                current = path(spikes)
                if self.gains[i] != 1:
                    current = current * self.gains[i]
                spikes, membranes[i] = neuron(current, membranes[i])
            out.append(spikes)
        return torch.stack(out)


def milliseconds(run, runs):
    times = []
    for _ in range(WARM_UP + runs):
        start = time.perf_counter()
        run()
        times.append((time.perf_counter() - start) * 1e3)
    return statistics.median(times[WARM_UP:])


def main():
    torch.set_num_threads(int(sys.argv[1]) if len(sys.argv) > 1 else 1)
    torch.manual_seed(42)
    network = Vgg9(False)
    images = torch.rand(BATCH, 3, 32, 32)
    with torch.no_grad():
        print(f"vgg9 batch {BATCH}: {milliseconds(lambda: network(images), 7):.1f} ms, density {network(images).mean():.3f}")

    torch.manual_seed(42)
    network = Vgg9(True)
    labels = torch.arange(BATCH) % 10
    optimizer = torch.optim.Adam(network.parameters(), lr=1e-7)

    def iteration():
        loss = sum(nn.functional.cross_entropy(spikes, labels) for spikes in network(images)) / STEPS
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()

    print(f"vgg9 training iteration batch {BATCH}: {milliseconds(iteration, 5):.1f} ms")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(f"torch {torch.__version__}, {torch.get_num_threads()} threads, at most {peak} MB")


if __name__ == "__main__":
    main()
