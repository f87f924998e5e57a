package dev.spikelane.network;

import dev.spikelane.connection.Dense;
import dev.spikelane.kernel.RandomData;
import dev.spikelane.kernel.base.Tile;
import dev.spikelane.kernel.product.PackedWeights;
import dev.spikelane.kernel.product.spike.SpikeMatmul;
import dev.spikelane.kernel.product.spike.SpikeWorkspace;
import dev.spikelane.kernel.step.StepRun;
import dev.spikelane.kernel.step.leaky.LeakyParameters;
import dev.spikelane.kernel.step.leaky.LeakyStep;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.neuron.Leaky;
import dev.spikelane.random.TorchRandom;
import java.lang.foreign.Arena;
import java.util.Arrays;
import java.util.Locale;
import java.util.function.IntConsumer;

/**
 * Steps of the 784-1000-10 network at batch 1, one after the other on one thread, with {@value #INPUTS} different
 * inputs in turns: how long most of a million take, and the slowest; and how much of that the kernels alone take,
 * called one after the other on the same spikes.
 */
public final class StreamingSteps {

    private static final int INPUTS = 400;
    private static final int WARM = 200_000;
    private static final int STEPS = 1_000_000;

    private StreamingSteps() {}

    /** Prints a row for each density, {@code 0.02}, {@code 0.05} and {@code 0.1} unless others are given. */
    public static void main(String[] arguments) {
        System.out.println("density   median      p99    p99.9      max   kernels alone, median");
        String[] densities = arguments.length == 0 ? new String[] {"0.02", "0.05", "0.1"} : arguments;
        for (String density : densities) {
            measure(Double.parseDouble(density));
        }
    }

    private static void measure(double density) {
        try (Arena arena = Arena.ofShared()) {
            TorchRandom random = new TorchRandom(42);
            Dense first = Dense.linear(NetworkWork.INPUTS, NetworkWork.HIDDEN, random);
            Dense second = Dense.linear(NetworkWork.HIDDEN, NetworkWork.OUTPUTS, random);
            Network network = Network.builder(NetworkWork.INPUTS)
                    .connect(first)
                    .neuron(new Leaky(NetworkCase.BETA))
                    .connect(second)
                    .neuron(new Leaky(NetworkCase.BETA))
                    .build();
            SpikeMatrix all = RandomData.spikes(arena, INPUTS, NetworkWork.INPUTS, density);
            SpikeMatrix[] inputs = new SpikeMatrix[INPUTS];
            for (int i = 0; i < INPUTS; i++) {
                inputs[i] = all.rows(i, 1);
            }
            long[] steps;
            try (Simulation simulation = network.simulate(1)) {
                steps = times(i -> simulation.step(inputs[i]));
            }
            SpikeWorkspace workspace = new SpikeWorkspace(arena);
            Layer hidden = new Layer(arena, first, workspace);
            Layer output = new Layer(arena, second, workspace);
            long[] kernels = times(i -> output.run(hidden.run(inputs[i])));
            System.out.printf(
                    Locale.ROOT,
                    "%7.2f %8.2f %8.2f %8.2f %8.1f %8.2f us%n",
                    density,
                    at(steps, 0.5),
                    at(steps, 0.99),
                    at(steps, 0.999),
                    at(steps, 1),
                    at(kernels, 0.5));
        }
    }

    /** Nanoseconds of each call, ascending. */
    private static long[] times(IntConsumer step) {
        for (int i = 0; i < WARM; i++) {
            step.accept(i % INPUTS);
        }
        long[] times = new long[STEPS];
        long before = System.nanoTime();
        for (int i = 0; i < STEPS; i++) {
            step.accept(i % INPUTS);
            long now = System.nanoTime();
            times[i] = now - before;
            before = now;
        }
        Arrays.sort(times);
        return times;
    }

    private static double at(long[] times, double part) {
        return times[(int) Math.min(times.length - 1, part * times.length)] / 1e3;
    }

    private static final class Layer {
        private final PackedWeights weights;
        private final SpikeWorkspace workspace;
        private final LeakyParameters parameters;
        private final Tile current;
        private final SpikeMatrix spikes;
        private final StepRun run;

        Layer(Arena arena, Dense dense, SpikeWorkspace workspace) {
            this.weights = PackedWeights.pack(arena, dense.weights(), dense.bias());
            this.workspace = workspace;
            this.parameters = LeakyParameters.builder(weights.outputs())
                    .beta(NetworkCase.BETA)
                    .build(arena);
            FloatMatrix currents = FloatMatrix.zeros(arena, 1, weights.outputs());
            this.current = Tile.whole(currents);
            this.spikes = SpikeMatrix.zeros(arena, 1, weights.outputs());
            this.run = new StepRun(currents, FloatMatrix.zeros(arena, 1, weights.outputs()), spikes);
        }

        SpikeMatrix run(SpikeMatrix from) {
            SpikeMatmul.multiply(from, 1, weights, current, workspace);
            LeakyStep.run(parameters, run);
            return spikes;
        }
    }
}
