package dev.spikelane.cli.demo;

import dev.spikelane.cli.terminal.Progress;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.network.Network;
import dev.spikelane.network.Simulation;
import dev.spikelane.network.SpikeCounts;
import java.util.ArrayList;
import java.util.List;

/** Runs a network of two layers over the spike trains of one batch after the other, and adds up what it does. */
final class NetworkRun {

    private final Network network;
    private final int threads;
    private final List<Attachment> attachments;
    private final Progress progress;
    private final List<List<Integer>> counts = new ArrayList<>();
    private final KernelUse[] kernels;
    private long rows;
    private long inputSpikes;
    private long hiddenSpikes;
    private long outputSpikes;
    private long nanoseconds;
    private long processorNanoseconds;

    NetworkRun(Network network, int threads, List<Attachment> attachments, Progress progress) {
        this.network = network;
        this.threads = threads;
        this.attachments = attachments;
        this.progress = progress;
        this.kernels = new KernelUse[] {
            new KernelUse(
                    network.inputs().getFirst().shape().size(),
                    network.populations().getFirst().size()),
            new KernelUse(
                    network.populations().getFirst().size(),
                    network.populations().get(1).size())
        };
    }

    /** Runs the next batch: {@code [steps * batch x inputs]}, time-major. */
    void run(SpikeMatrix input, int batch) {
        try (Simulation simulation = network.simulate(batch, threads)) {
            SpikeCounts hidden = simulation.countSpikes(0);
            SpikeCounts output = simulation.countSpikes(1);
            simulation.observe(0, (firstStep, steps, spikes, membranes) -> {
                kernels[0].add(input, (int) firstStep * batch, steps * batch);
                kernels[1].add(spikes, 0, steps * batch);
            });
            simulation.observe(1, (firstStep, steps, spikes, membranes) -> progress.advance((long) steps * batch));
            for (Attachment attachment : attachments) {
                attachment.attach(simulation, input, counts.size());
            }
            long processorStart = PassTimes.processorTime();
            long start = System.nanoTime();
            simulation.run(input);
            nanoseconds += System.nanoTime() - start;
            processorNanoseconds += PassTimes.processorTime() - processorStart;
            rows += input.rows();
            inputSpikes += input.count();
            hiddenSpikes += total(hidden.counts());
            outputSpikes += total(output.counts());
            for (int sample = 0; sample < batch; sample++) {
                counts.add(row(output.counts(), sample));
            }
        }
    }

    NetworkResult result() {
        return new NetworkResult(
                List.copyOf(counts),
                density(inputSpikes, network.inputs().getFirst().shape().size()),
                density(hiddenSpikes, network.populations().getFirst().size()),
                density(outputSpikes, network.outputs()),
                List.of(kernels[0].describe(), kernels[1].describe()));
    }

    /** Time in the network. */
    double seconds() {
        return nanoseconds * 1e-9;
    }

    /** How much of it the calling thread had a processor. */
    double processorSeconds() {
        return processorNanoseconds * 1e-9;
    }

    private double density(long spikes, int neurons) {
        return spikes / ((double) rows * neurons);
    }

    private static long total(FloatMatrix counts) {
        long total = 0;
        for (int sample = 0; sample < counts.rows(); sample++) {
            for (int count : row(counts, sample)) {
                total += count;
            }
        }
        return total;
    }

    static List<Integer> row(FloatMatrix counts, int sample) {
        List<Integer> row = new ArrayList<>(counts.columns());
        for (int neuron = 0; neuron < counts.columns(); neuron++) {
            row.add((int) counts.get(sample, neuron));
        }
        return row;
    }
}
