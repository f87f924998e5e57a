package dev.spikelane.kernel;

import static dev.spikelane.Allocations.assertNone;
import static dev.spikelane.fixture.Layer.dense;

import dev.spikelane.Alone;
import dev.spikelane.Matrices;
import dev.spikelane.Tries;
import dev.spikelane.Users;
import dev.spikelane.choose.Chooser;
import dev.spikelane.choose.CostConstants;
import dev.spikelane.fixture.Networks;
import dev.spikelane.kernel.encode.BernoulliSpikes;
import dev.spikelane.kernel.encode.DeltaSpikes;
import dev.spikelane.kernel.encode.LatencyTimes;
import dev.spikelane.kernel.encode.SpikeCount;
import dev.spikelane.kernel.pool.MapPool;
import dev.spikelane.kernel.pool.PoolWinners;
import dev.spikelane.kernel.product.PackedWeights;
import dev.spikelane.kernel.product.RowScale;
import dev.spikelane.kernel.product.dense.DenseCase;
import dev.spikelane.kernel.product.dense.DenseMatmul;
import dev.spikelane.kernel.product.integer.IntegerMatmul;
import dev.spikelane.kernel.product.integer.PackedIntegers;
import dev.spikelane.kernel.product.spike.ProductScratch;
import dev.spikelane.kernel.product.spike.SpikeMatmul;
import dev.spikelane.kernel.product.window.WindowCase;
import dev.spikelane.kernel.product.window.WindowLists;
import dev.spikelane.kernel.product.window.WindowMatmul;
import dev.spikelane.kernel.product.window.WindowTables;
import dev.spikelane.kernel.step.Feedback;
import dev.spikelane.kernel.step.NeuronRun;
import dev.spikelane.kernel.step.Steps;
import dev.spikelane.kernel.step.leaky.DropoutSpikes;
import dev.spikelane.kernel.step.leaky.LeakyCase;
import dev.spikelane.kernel.step.leaky.LeakyModel;
import dev.spikelane.kernel.step.leaky.LeakyNeurons;
import dev.spikelane.memory.ElementType;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.IntegerMatrix;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.neuron.Leaky;
import dev.spikelane.neuron.Synaptic;
import dev.spikelane.random.TorchRandom;
import dev.spikelane.simd.Tile;
import dev.spikelane.simd.Window;
import java.lang.foreign.Arena;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Kernels do not allocate in a JVM that has run small products and warmed up networks before. Then branches are rarely
 * taken, and C2 compiles small methods before the loops that call them; if these calls are rare, it does not inline
 * them and boxes their results.
 */
@Users
@Alone
final class KernelAllocationTest {

    private static final int CALLS = 200;
    private static final int ROWS = 40;

    private static final int SINGLE_ROWS = 30_000;

    /** One of this many calls has adjacent spikes. */
    private static final int SELDOM = 20;

    private final Arena arena = Arena.ofShared();
    private final Random random = new Random(1);
    private final FloatMatrix current = Matrices.uniform(arena, ROWS, 130, random);
    private final SpikeMatrix spikes = Matrices.spikes(arena, ROWS, 130, 0.5, random);

    @BeforeAll
    static void multiplySingleRows() {
        try (Arena arena = Arena.ofShared()) {
            SpikeMatrix apart = SpikeMatrix.zeros(arena, 1, 20);
            SpikeMatrix together = SpikeMatrix.zeros(arena, 1, 20);
            apart.set(0, 3, true);
            apart.set(0, 8, true);
            together.set(0, 8, true);
            together.set(0, 9, true);
            for (int outputs : new int[] {5, 70}) {
                PackedWeights weights = PackedWeights.pack(arena, FloatMatrix.zeros(arena, outputs, 20));
                ProductScratch workspace = new ProductScratch(arena);
                Tile current = Tile.whole(FloatMatrix.zeros(arena, 1, outputs));
                for (int i = 0; i < SINGLE_ROWS; i++) {
                    SpikeMatmul.multiply(i % SELDOM == 0 ? together : apart, 1, weights, current, workspace);
                }
            }
        }
    }

    @BeforeAll
    static void warmUpNetworks() {
        Networks.of(20, dense(70, new Leaky(0.9)), dense(5, new Synaptic(0.8, 0.9)))
                .warmUp(2, 2);
        Networks.dense(new TorchRandom(1), new Leaky(0.9), 2, 3).warmUp(1);
    }

    @AfterEach
    void close() {
        arena.close();
    }

    @ParameterizedTest
    @CsvSource({"40, 0.05", "40, 0.5", "4, 0.9"})
    void multiply(int rows, double density) {
        SpikeMatrix input = Matrices.spikes(arena, rows, 100, density, random);
        PackedWeights weights = PackedWeights.pack(arena, Matrices.uniform(arena, 130, 100, random));
        ProductScratch workspace = new ProductScratch(arena);
        Tile tile = Tile.whole(current);
        assertNone(CALLS, () -> {
            SpikeMatmul.multiply(input, rows, weights, tile.at(0, 1), workspace);
            SpikeMatmul.multiply(input, rows, weights, tile.on(current), workspace);
        });
    }

    /** By active inputs, by tables, and by planes. */
    @ParameterizedTest
    @ValueSource(strings = {"0/1/never/never/never", "never/never/1/1/never", "never/never/never/never/1"})
    void multiplyWeightsOfFewBits(String costs) {
        Chooser chooser = new Chooser(System::nanoTime, CostConstants.of("int4=" + costs + ",ternary=" + costs));
        ProductScratch workspace = new ProductScratch(arena, chooser);
        SpikeMatrix input = Matrices.spikes(arena, ROWS, 100, 0.5, random);
        Tile tile = Tile.whole(current);
        for (ElementType type : List.of(ElementType.INT4, ElementType.TERNARY)) {
            IntegerMatrix items = IntegerMatrix.nearest(type, Matrices.uniform(arena, 130, 100, random));
            PackedIntegers weights = PackedIntegers.pack(arena, items, FloatMatrix.zeros(1, 130));
            assertNone(CALLS, () -> {
                IntegerMatmul.multiply(input, 1, weights, tile.at(0, 1), workspace);
                IntegerMatmul.multiply(input, ROWS, weights, tile.on(current), workspace);
            });
        }
    }

    /** With separate edges, without, and with rounded channels. */
    @ParameterizedTest
    @CsvSource({"12, 64, 5, 0, 0.02", "12, 64, 5, 0, 0.5", "8, 40, 3, 1, 0.2", "4, 32, 4, 0, 0.3"})
    void slideWindow(int channels, int outputs, int kernel, int padding, double density) {
        Window.Axis axis = WindowCase.axis(12, kernel, padding);
        Window window = new Window(channels, axis, axis);
        SpikeMatrix input = Matrices.spikes(arena, 4, window.inputs(), density, random);
        WindowTables tables = new WindowTables(arena, window, outputs);
        PackedWeights weights = PackedWeights.pack(arena, Matrices.uniform(arena, outputs, window.size(), random));
        WindowLists lists = new WindowLists(arena, tables);
        Tile tile = Tile.whole(FloatMatrix.zeros(arena, 4, window.positions() * outputs));
        assertNone(CALLS, () -> {
            tables.fill(weights);
            WindowMatmul.multiply(input, 0, 4, lists, tile);
        });
    }

    @ParameterizedTest
    @EnumSource(LeakyCase.Mode.class)
    void leakyStep(LeakyCase.Mode mode) {
        for (Reset reset : resets(mode)) {
            LeakyCase neurons = new LeakyCase(130, 4, 10, reset, mode, true, LeakyCase.Values.ORDINARY, 1);
            LeakyNeurons parameters = neurons.parameters(arena);
            FloatMatrix membrane = neurons.firstMembrane(arena);
            FloatMatrix membranes = FloatMatrix.zeros(arena, ROWS, 130);
            NeuronRun<?> run = new NeuronRun<>(membrane, membrane, spikes, Tile.whole(current));
            assertNone(CALLS, () -> Steps.run(parameters, run));
            assertNone(CALLS, () -> {
                run.ports[0].at(0, 3);
                run.setWords();
                Steps.run(parameters, run);
            });
            assertNone(CALLS, () -> Steps.run(parameters.loops(), run.record(membranes), 0, ROWS));
        }
    }

    /** C2 needs a second for each loop, so by day every mode has one reset. */
    private static List<Reset> resets(LeakyCase.Mode mode) {
        List<Reset> all = List.of(Reset.values());
        return Tries.ALL ? all : List.of(all.get(mode.ordinal() % all.size()));
    }

    /** The options with the largest loops: C2 boxes vectors if it does not inline everything. */
    private enum Heavy {
        SYNAPSE,
        OWN_SPIKES,
        GAINS,
        SYNAPSE_AND_OWN_SPIKES,
        ALPHA_FUNCTION,
        EVERYTHING,
        EVERYTHING_INHIBITED,
        EVERYTHING_QUANTIZED;

        LeakyNeurons parameters(Arena arena) {
            LeakyModel builder = new LeakyModel(130).beta(0.9f);
            switch (this) {
                case SYNAPSE ->
                    builder.param("alpha", 0.8f)
                            .synapse("alpha")
                            .param("leak", 0.1f)
                            .decay(Decay.EULER, "leak")
                            .reset(Reset.CLEAR);
                case OWN_SPIKES ->
                    builder.param("leak", 2)
                            .decay(Decay.DIVIDE, "leak")
                            .param("V", 0.5f)
                            .feedback(Feedback.OWN_SPIKES, "V")
                            .rectified(true)
                            .reset(Reset.CLEAR);
                case GAINS ->
                    gains(builder)
                            .param("leak", 0.5f)
                            .decay(Decay.MULTIPLY_WEIGHTED, "leak")
                            .rectified(true);
                case SYNAPSE_AND_OWN_SPIKES ->
                    builder.param("alpha", 0.8f)
                            .synapse("alpha")
                            .param("V", 0.5f)
                            .feedback(Feedback.OWN_SPIKES, "V")
                            .rectified(true)
                            .reset(Reset.CLEAR);
                case ALPHA_FUNCTION -> gains(builder).param("alpha", 0.95f).alphaFunction("alpha", "2");
                case EVERYTHING -> everything(builder);
                case EVERYTHING_INHIBITED -> everything(builder).inhibition(true);
                case EVERYTHING_QUANTIZED -> everything(builder).quantization(2, -1, -0.5f, 0.5f, 1);
            }
            return builder.build(arena);
        }

        private static LeakyModel gains(LeakyModel builder) {
            return builder.param("a", 0.5f).param("b", 2).param("c", 1).gains("a", "b", "c");
        }

        private static LeakyModel everything(LeakyModel builder) {
            return gains(builder)
                    .param("alpha", 0.8f)
                    .synapse("alpha")
                    .param("leak", 0.1f)
                    .decay(Decay.EULER, "leak")
                    .param("V", 0.5f)
                    .feedback(Feedback.OWN_SPIKES, "V")
                    .rectified(true)
                    .reset(Reset.CLEAR)
                    .resetTime(Reset.Time.SAME_STEP_DIFFERENCE);
        }
    }

    private static List<Heavy> heavy() {
        return Tries.beforeTheNight(2, List.of(Heavy.values()));
    }

    @ParameterizedTest
    @MethodSource("heavy")
    void leakyStepWithManyOptions(Heavy options) {
        LeakyNeurons parameters = options.parameters(arena);
        FloatMatrix state = FloatMatrix.zeros(arena, 4 * parameters.variables(), 130);
        FloatMatrix feedback = FloatMatrix.zeros(arena, 4, 130);
        SpikeMatrix previous = SpikeMatrix.zeros(arena, 4, 130);
        FloatMatrix membranes = FloatMatrix.zeros(arena, ROWS, 130);
        for (boolean record : new boolean[] {false, true}) {
            NeuronRun<?> run =
                    new NeuronRun<>(state, state, spikes, Tile.whole(current)).feedback(Tile.whole(feedback), 0);
            run.previous = previous;
            if (record) {
                run.record(membranes);
            }
            assertNone(CALLS, () -> Steps.run(parameters.loops(), run, 0, ROWS));
            assertNone(CALLS, () -> Steps.run(parameters.loops(), run, 4, 4));
        }
    }

    @Test
    void draw() {
        FloatMatrix data = Matrices.uniform(arena, 4, 130, random);
        BernoulliSpikes draws = new BernoulliSpikes(1, 0);
        assertNone(CALLS, () -> draws.draw(1, 0, data, spikes, 0));
        assertNone(CALLS, () -> draws.drawVarying(1, 4, data, spikes));
    }

    @Test
    void code() {
        FloatMatrix data = Matrices.uniform(arena, ROWS, 130, random);
        FloatMatrix into = FloatMatrix.zeros(arena, ROWS, 130);
        assertNone(CALLS, () -> DeltaSpikes.rises(data, 4, 0.1f, false, spikes));
        assertNone(CALLS, () -> DeltaSpikes.signed(data, 4, 0.1f, true, into));
        assertNone(CALLS, () -> LatencyTimes.logarithmic(data, 0.1f, 0.2f, 5, 0, into));
        FloatMatrix weights = data.rows(0, 1);
        Tile tile = Tile.whole(into);
        assertNone(CALLS, () -> RowScale.multiply(spikes, weights, tile.at(0, 2), ROWS));
    }

    @Test
    void dropAndSumWindows() {
        LeakyNeurons neurons = new LeakyModel(130).reset(Reset.NONE).build(arena);
        DropoutSpikes dropout = new DropoutSpikes(neurons, 0.5f, 1);
        NeuronRun<?> run = new NeuronRun<>("", FloatMatrix.zeros(arena, 4, 130), spikes, Tile.whole(current));
        assertNone(CALLS, () -> dropout.fire(3, run, 8));
        LeakyNeurons sums = new LeakyModel(130)
                .param("alpha", 0.5f)
                .synapse("alpha")
                .reset(Reset.NONE)
                .build(arena);
        FloatMatrix weights = Matrices.uniform(arena, 3, 130, random);
        FloatMatrix window = FloatMatrix.zeros(arena, 3 * 4, 130);
        NeuronRun<?> charged = new NeuronRun<>("", FloatMatrix.zeros(arena, 8, 130), spikes, Tile.whole(current));
        for (int step = 3; step < 6; step++) {
            int number = step;
            assertNone(CALLS, () -> Steps.window(sums, weights, charged, window, 4 * number, number));
        }
    }

    @Test
    void count() {
        FloatMatrix counts = FloatMatrix.zeros(arena, 4, 130);
        assertNone(CALLS, () -> SpikeCount.add(spikes, ROWS, counts));
    }

    @ParameterizedTest
    @CsvSource({"12, 6", "64, 6", "3, 5"})
    void pool(int channels, int size) {
        Window.Axis axis = new Window.Axis(size, 3, 2, 1, 1, (size - 1) / 2 + 1);
        Window window = new Window(channels, axis, axis);
        MapPool max = MapPool.max(window);
        MapPool average = MapPool.average(window, false);
        FloatMatrix values = Matrices.uniform(arena, 2, max.inputs(), random);
        SpikeMatrix fired = Matrices.spikes(arena, 2, max.inputs(), 0.3, random);
        FloatMatrix carried = Matrices.uniform(arena, 1, max.inputs(), random);
        FloatMatrix pooled = Matrices.uniform(arena, 2, max.outputs(), random);
        Tile made = Tile.whole(FloatMatrix.zeros(arena, 2, max.outputs()));
        Tile back = Tile.whole(FloatMatrix.zeros(arena, 2, max.inputs()));
        PoolWinners winners = max.winners(arena, 2);
        assertNone(CALLS, () -> {
            max.run(values, 2, made);
            max.run(fired, carried, 2, made);
            max.anySpike(fired, 1, 2, made);
            winners.run(values, 2, made, 0);
            winners.back(pooled, 0, 2, back.matrix(), 0);
            average.run(values, 2, made);
            average.run(fired, carried, 2, made);
            average.back(pooled, 2, back);
        });
    }

    @Test
    void multiplyDense() {
        FloatMatrix workspace = DenseMatmul.workspace(arena);
        float[][] values = DenseCase.values(66, 70, DenseCase.Kind.UNIFORM, random);
        FloatMatrix a = DenseCase.matrix(arena, values, false);
        FloatMatrix transposedA = DenseCase.matrix(arena, values, true);
        FloatMatrix b = DenseCase.matrix(arena, DenseCase.values(70, 90, DenseCase.Kind.UNIFORM, random), false);
        FloatMatrix transposedB = FloatMatrix.zeros(arena, 90, 70);
        PackedWeights weights = PackedWeights.pack(arena, transposedB);
        FloatMatrix c = FloatMatrix.zeros(arena, 66, 90);
        Tile tile = Tile.whole(c);
        assertNone(CALLS, () -> {
            DenseMatmul.multiply(a, false, b, false, c, workspace);
            DenseMatmul.add(transposedA, true, transposedB, true, c, workspace);
            DenseMatmul.multiply(a, 65, weights, tile.at(0, 2));
        });
    }
}
