"""Times a training iteration of snnTorch, for comparison with ./spikelane bench training.

    OPENBLAS_NUM_THREADS=2 python3 bench/snntorch_training.py [frame|spikes|recurrent] [THREADS]

needs Python with snntorch. It is that of tutorial 5: 784-1000-10, 25 steps, a batch of 128, cross-entropy of the membranes of each step, Adam; the
input is one frame for all steps, or spikes of density 0.29. The recurrent network has 700 inputs of density 0.02, 256 RLeaky neurons, 100 steps
and a batch of 32. Try one and two threads, each with OPENBLAS_NUM_THREADS=1 and 2, and take the best. Prints the median of some
iterations.
"""

import statistics
import sys
import time

import snntorch
import torch

WARM_UP = 3
RUNS = 11


class Layers(torch.nn.Module):
    def __init__(self, inputs, hidden, recurrent):
        super().__init__()
        self.recurrent = recurrent
        self.fc1 = torch.nn.Linear(inputs, hidden)
        self.lif1 = (
            snntorch.RLeaky(beta=0.95, all_to_all=True, linear_features=hidden)
            if recurrent
            else snntorch.Leaky(beta=0.95)
        )
        self.fc2 = torch.nn.Linear(hidden, 10)
        self.lif2 = snntorch.Leaky(beta=0.95)

    def forward(self, steps):
        """Membranes of the classes after each step."""
        membranes = []
        mem2 = self.lif2.init_leaky()
        if self.recurrent:
            spk1, mem1 = self.lif1.init_rleaky()
        else:
            mem1 = self.lif1.init_leaky()
        for current in steps:
            if self.recurrent:
                spk1, mem1 = self.lif1(self.fc1(current), spk1, mem1)
            else:
                spk1, mem1 = self.lif1(self.fc1(current), mem1)
            _, mem2 = self.lif2(self.fc2(spk1), mem2)
            membranes.append(mem2)
        return membranes


def main():
    kind = sys.argv[1] if len(sys.argv) > 1 else "frame"
    if kind not in ("frame", "spikes", "recurrent"):
        sys.exit(__doc__)
    torch.set_num_threads(int(sys.argv[2]) if len(sys.argv) > 2 else 1)
    torch.manual_seed(42)
    recurrent = kind == "recurrent"
    count, batch, inputs = (100, 32, 700) if recurrent else (25, 128, 784)
    network = Layers(inputs, 256 if recurrent else 1000, recurrent)
    if kind == "frame":
        steps = [torch.rand(batch, inputs)] * count
    else:
        steps = list((torch.rand(count, batch, inputs) < (0.02 if recurrent else 0.29)).float())
    labels = torch.randint(0, 10, (batch,))
    optimizer = torch.optim.Adam(network.parameters(), lr=5e-4)
    criterion = torch.nn.CrossEntropyLoss()

    times = []
    for _ in range(WARM_UP + RUNS):
        start = time.perf_counter()
        loss = sum(criterion(membranes, labels) for membranes in network(steps))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        times.append((time.perf_counter() - start) * 1e3)
    median = statistics.median(times[WARM_UP:])
    print(f"{kind}: {median:.1f} ms, torch {torch.__version__}, {torch.get_num_threads()} threads")


if __name__ == "__main__":
    main()
