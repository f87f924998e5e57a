"""Times plain torch code of SEW-ResNet-18, for comparison with ./spikelane bench --full sew-resnet-18.

    python3 bench/torch_sew.py [THREADS]

needs Python with torch. Frames of 3 x 32 x 32, 4 steps, batch 16; convolutions and batch norms take all steps at once, neurons one after the
other. Prints medians.
"""

import math
import statistics
import sys
import time

import torch
from torch import nn

STEPS = 4
BATCH = 16
CHANNELS = (64, 128, 256, 512)


class Spike(torch.autograd.Function):
    @staticmethod
    def forward(context, distance):
        context.save_for_backward(distance)
        return (distance > 0).float()

    @staticmethod
    def backward(context, gradient):
        (distance,) = context.saved_tensors
        return gradient / (1 + (math.pi * distance) ** 2)


def fire(currents):
    """Spikes [steps * batch, ...] of v = v / 2 + current, which is 0 behind a spike."""
    currents = currents.view(STEPS, BATCH, *currents.shape[1:])
    membrane = torch.zeros_like(currents[0])
    spikes = []
    for current in currents:
        membrane = 0.5 * membrane + current
        spikes.append(Spike.apply(membrane - 1))
        membrane = membrane * (1 - spikes[-1].detach())
    return torch.cat(spikes)


def layer(inputs, outputs, size, stride):
    convolution = nn.Conv2d(inputs, outputs, size, stride, size // 2, bias=False)
    return nn.Sequential(convolution, nn.BatchNorm2d(outputs))


class Block(nn.Module):
    def __init__(self, inputs, outputs, stride):
        super().__init__()
        self.first = layer(inputs, outputs, 3, stride)
        self.second = layer(outputs, outputs, 3, 1)
        self.shortcut = None if stride == 1 else layer(inputs, outputs, 1, stride)

    def forward(self, entering):
        identity = entering if self.shortcut is None else fire(self.shortcut(entering))
        return fire(self.second(fire(self.first(entering)))) + identity


class SewResNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.stem = layer(3, CHANNELS[0], 3, 1)
        blocks = []
        before = CHANNELS[0]
        for channels in CHANNELS:
            blocks += [Block(before, channels, 1 if channels == before else 2), Block(channels, channels, 1)]
            before = channels
        self.blocks = nn.Sequential(*blocks)
        self.classes = nn.Linear(before, 10)

    def forward(self, images):
        spikes = self.blocks(fire(self.stem(images).repeat(STEPS, 1, 1, 1)))
        return self.classes(spikes.mean((2, 3))).view(STEPS, BATCH, -1).cumsum(0)


def milliseconds(run, runs=7):
    times = []
    for _ in range(runs + 1):
        start = time.perf_counter()
        run()
        times.append((time.perf_counter() - start) * 1e3)
    return statistics.median(times[1:])


def main():
    torch.set_num_threads(int(sys.argv[1]) if len(sys.argv) > 1 else 2)
    torch.manual_seed(42)
    network = SewResNet()
    images = torch.rand(BATCH, 3, 32, 32)
    labels = torch.arange(BATCH) % 10
    optimizer = torch.optim.Adam(network.parameters(), lr=1e-7)

    def iteration():
        optimizer.zero_grad()
        loss = sum(nn.functional.cross_entropy(membranes, labels) for membranes in network(images))
        loss.backward()
        optimizer.step()

    print(f"training iteration: {milliseconds(iteration):.0f} ms")
    network.eval()
    with torch.inference_mode():
        print(f"forward: {milliseconds(lambda: network(images)):.0f} ms")
    print(f"torch {torch.__version__}, {torch.get_num_threads()} threads")


if __name__ == "__main__":
    main()
