package dev.spikelane.network;

import dev.spikelane.connection.Dense;
import dev.spikelane.kernel.RandomData;
import dev.spikelane.kernel.product.PackedWeights;
import dev.spikelane.kernel.product.spike.SpikeMatmul;
import dev.spikelane.kernel.product.spike.ProductScratch;
import dev.spikelane.kernel.step.NeuronRun;
import dev.spikelane.kernel.step.leaky.LeakyModel;
import dev.spikelane.kernel.step.leaky.LeakyNeurons;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.neuron.Leaky;
import dev.spikelane.random.TorchRandom;
import dev.spikelane.simd.Tile;
import java.lang.foreign.Arena;
import java.util.Arrays;
import java.util.Locale;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;

/**
 * Steps of the 784-1000-10 network at batch 1, one after the other on one thread, with {@value #INPUTS} different
 * inputs in turns. It reports percentiles and maximum of a million steps, and the share of the kernels, which are
 * called one after the other on the same spikes. Or steps of {@link Tutorial6}; a loop beside them computes as long and
 * reads no memory, so its slowest rounds are delays by the machine.
 */
public final class StreamingSteps {

    private static final int INPUTS = 400;
    private static final int WARM = 200_000;
    private static final int STEPS = 1_000_000;

    private StreamingSteps() {}

    /**
     * Prints a row for each density, by default {@code 0.02}, {@code 0.05} and {@code 0.1}; for convolutions if the
     * first argument is {@code tutorial6}.
     */
    public static void main(String[] arguments) {
        if (arguments.length > 0 && arguments[0].equals("tutorial6")) {
            System.out.println("density   median      p99    p99.9      max   a loop, p99.9");
            for (int i = 1; i < arguments.length; i++) {
                measureMaps(Double.parseDouble(arguments[i]));
            }
            return;
        }
        System.out.println("density   median      p99    p99.9      max   kernels alone, median");
        String[] densities = arguments.length == 0 ? new String[] {"0.02", "0.05", "0.1"} : arguments;
        for (String density : densities) {
            measure(Double.parseDouble(density));
        }
    }

    private static void measureMaps(double density) {
        try (Arena arena = Arena.ofShared();
                Simulation simulation = Tutorial6.network(false).simulate(1)) {
            SpikeMatrix[] inputs = inputs(arena, Tutorial6.SIDE * Tutorial6.SIDE, density);
            long[] steps = times(i -> simulation.step(inputs[i]));
            long least = (long) (at(steps, 0.5) * 1e3);
            long[] loop = times(i -> {
                long end = System.nanoTime() + least;
                while (System.nanoTime() < end) {
                    Thread.onSpinWait();
                }
            });
            print(density, steps, at(loop, 0.999));
        }
    }

    private static SpikeMatrix[] inputs(Arena arena, int columns, double density) {
        SpikeMatrix all = RandomData.spikes(arena, INPUTS, columns, density);
        return IntStream.range(0, INPUTS).mapToObj(i -> all.rows(i, 1)).toArray(SpikeMatrix[]::new);
    }

    private static void print(double density, long[] steps, double beside) {
        System.out.printf(
                Locale.ROOT,
                "%7.2f %8.2f %8.2f %8.2f %8.1f %8.2f us%n",
                density,
                at(steps, 0.5),
                at(steps, 0.99),
                at(steps, 0.999),
                at(steps, 1),
                beside);
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
            SpikeMatrix[] inputs = inputs(arena, NetworkWork.INPUTS, density);
            long[] steps;
            try (Simulation simulation = network.simulate(1)) {
                steps = times(i -> simulation.step(inputs[i]));
            }
            ProductScratch workspace = new ProductScratch(arena);
            Layer hidden = new Layer(arena, first, workspace);
            Layer output = new Layer(arena, second, workspace);
            long[] kernels = times(i -> output.run(hidden.run(inputs[i])));
            print(density, steps, at(kernels, 0.5));
        }
    }

    /** Returns the nanoseconds of each call, ascending. */
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
        private final ProductScratch workspace;
        private final LeakyNeurons parameters;
        private final Tile current;
        private final SpikeMatrix spikes;
        private final NeuronRun<?> run;

        Layer(Arena arena, Dense dense, ProductScratch workspace) {
            this.weights = PackedWeights.pack(arena, dense.weights(), dense.bias());
            this.workspace = workspace;
            this.parameters =
                    new LeakyModel(weights.outputs()).beta(NetworkCase.BETA).build(arena);
            FloatMatrix currents = FloatMatrix.zeros(arena, 1, weights.outputs());
            this.current = Tile.whole(currents);
            this.spikes = SpikeMatrix.zeros(arena, 1, weights.outputs());
            FloatMatrix state = FloatMatrix.zeros(arena, 1, weights.outputs());
            this.run = new NeuronRun<>(state, state, spikes, current);
        }

        SpikeMatrix run(SpikeMatrix from) {
            SpikeMatmul.multiply(from, 1, weights, current, workspace);
            parameters.loops().run(run, 0, run.rows);
            return spikes;
        }
    }
}
