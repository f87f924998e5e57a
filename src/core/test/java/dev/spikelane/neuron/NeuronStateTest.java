package dev.spikelane.neuron;

import static dev.spikelane.Failures.assertInvalid;
import static dev.spikelane.Matrices.assertSameBits;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.spikelane.EveryWidth;
import dev.spikelane.Matrices;
import dev.spikelane.Tries;
import dev.spikelane.fixture.KernelCase;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.network.graph.RandomNeuron;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Random;
import java.util.function.BiConsumer;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** States determine all later steps. */
@EveryWidth
final class NeuronStateTest extends KernelCase {

    private static final int BATCH = 3;
    private static final int STEPS = 11;
    private static final int NEURONS = 70;

    private static IntStream models() {
        return IntStream.range(0, RandomNeuron.MODELS);
    }

    @ParameterizedTest
    @MethodSource("models")
    void stepsGoOnFromAStateThatWasWrittenAndRead(int model) {
        assertGoesOn(model, (from, to) -> {
            ByteBuffer bytes = ByteBuffer.allocate(5 + (int) from.bytes() + 5).position(5);
            from.write(bytes);
            assertEquals(5, bytes.remaining(), "bytes() is what was written");
            to.read(bytes.position(5).asReadOnlyBuffer());
            ByteBuffer again = ByteBuffer.allocate(bytes.capacity()).position(5);
            to.write(again);
            assertArrayEquals(bytes.array(), again.array());
        });
    }

    @ParameterizedTest
    @MethodSource("models")
    void stepsGoOnFromACopy(int model) {
        assertGoesOn(model, (from, to) -> to.copyFrom(from));
    }

    /** Two runs, the second with a copied state, equal one run, also after a reset. */
    private void assertGoesOn(int model, BiConsumer<NeuronState, NeuronState> takeOver) {
        for (int seed = 0; seed < Tries.beforeTheNight(12); seed++) {
            Random random = new Random(seed);
            NeuronGroup group =
                    new RandomNeuron(arena, NEURONS, random).of(model).bind(arena, NEURONS * gates(model));
            int rows = STEPS * BATCH;
            FloatMatrix current = Matrices.uniform(arena, 2 * rows, group.currents(), random);
            NeuronState whole = group.newState(arena, BATCH);
            SpikeMatrix spikes = SpikeMatrix.zeros(arena, 2 * rows, NEURONS);
            FloatMatrix membranes = FloatMatrix.zeros(arena, 2 * rows, NEURONS);
            group.record(List.of(current), whole, spikes, membranes);

            NeuronState first = group.newState(arena, BATCH);
            NeuronState second = group.newState(arena, BATCH);
            run(group, current.rows(rows, rows), second); // old state is replaced
            run(group, current.rows(0, rows), first);
            takeOver.accept(first, second);
            SpikeMatrix later = SpikeMatrix.zeros(arena, rows, NEURONS);
            FloatMatrix laterMembranes = FloatMatrix.zeros(arena, rows, NEURONS);
            group.record(List.of(current.rows(rows, rows)), second, later, laterMembranes);
            assertSameBits(spikes.rows(rows, rows), later, "spikes of seed " + seed);
            assertSameBits(membranes.rows(rows, rows), laterMembranes, "membranes of seed " + seed);
            assertArrayEquals(bytes(whole), bytes(second), "state of seed " + seed);

            second.reset();
            assertArrayEquals(bytes(group.newState(arena, BATCH)), bytes(second), "reset state of seed " + seed);
        }
    }

    private static int gates(int model) {
        return RandomNeuron.gates(model);
    }

    private void run(NeuronGroup group, FloatMatrix current, NeuronState state) {
        group.run(List.of(current), state, SpikeMatrix.zeros(arena, current.rows(), NEURONS));
    }

    private static byte[] bytes(NeuronState state) {
        ByteBuffer bytes = ByteBuffer.allocate((int) state.bytes());
        state.write(bytes);
        return bytes.array();
    }

    @Test
    void bytesAreLittleEndianRowsWithoutPadding() {
        NeuronGroup group = new RLeaky(Recurrence.oneToOne(0), 1).bind(arena, 3);
        NeuronState state = group.newState(arena, 2);
        group.run(List.of(FloatMatrix.copyOf(arena, 2, 3, new float[] {0, 1.5f, 2, 3, -4, 5})), state, spikes(2, 3));
        for (ByteOrder order : new ByteOrder[] {ByteOrder.BIG_ENDIAN, ByteOrder.LITTLE_ENDIAN}) {
            ByteBuffer bytes = ByteBuffer.allocate(34).order(order);
            state.write(bytes);
            assertEquals(0, bytes.remaining());
            assertEquals(order, bytes.order());
            bytes.flip().order(ByteOrder.LITTLE_ENDIAN);
            assertEquals(1, bytes.getLong(), "steps");
            for (float membrane : new float[] {0, 1.5f, 2, 3, -4, 5}) {
                assertEquals(membrane, bytes.getFloat());
            }
            assertEquals(0b110, bytes.get());
            assertEquals(0b101, bytes.get());
        }
    }

    private SpikeMatrix spikes(int rows, int columns) {
        return SpikeMatrix.zeros(arena, rows, columns);
    }

    @Test
    void samplesAreCopiedFromStatesOfOtherBatches() {
        Neuron[] models = {
            new Synaptic(0.5f, 0.5f),
            new RLeaky(Recurrence.oneToOne(1), 0.5f),
            new StateLeaky(0.5f).withKernelTruncation(4)
        };
        for (Neuron model : models) {
            NeuronGroup group = model.bind(arena, 70);
            NeuronState whole = group.newState(arena, 5);
            group.run(List.of(Matrices.uniform(arena, 15, 70, new Random(1))), whole, spikes(15, 70));
            NeuronState part = group.newState(arena, 3);
            part.copySamples(whole, 1, 0, 3);
            NeuronState again = group.newState(arena, 5);
            again.copySamples(whole, 4, 4, 1);
            again.copySamples(part, 0, 1, 3);
            again.copySamples(whole, 0, 0, 1);
            assertArrayEquals(bytes(whole), bytes(again), model.toString());
            assertThrows(IndexOutOfBoundsException.class, () -> part.copySamples(whole, 3, 0, 3));
            assertThrows(IndexOutOfBoundsException.class, () -> part.copySamples(whole, 0, 1, 3));
        }
        NeuronState leaky = new Leaky(0.5f).bind(arena, 3).newState(arena, 2);
        assertInvalid(
                "state is [1 x 4] of [membrane], expected [2 x 3] of [membrane] or another batch",
                () -> leaky.copySamples(new Leaky(0.5f).bind(arena, 4).newState(arena, 1), 0, 0, 1));
    }

    @Test
    void refusesStatesOfOtherModelsAndShapes() {
        NeuronState leaky = new Leaky(0.5f).bind(arena, 3).newState(arena, 2);
        assertInvalid(
                "state is [1 x 3] of [membrane], expected [2 x 3] of [membrane]",
                () -> leaky.copyFrom(new Leaky(0.5f).bind(arena, 3).newState(arena, 1)));
        assertInvalid(
                "state is [2 x 4] of [membrane], expected [2 x 3] of [membrane]",
                () -> leaky.copyFrom(new Leaky(0.5f).bind(arena, 4).newState(arena, 2)));
        assertInvalid(
                "state is [2 x 3] of [membrane, synapse], expected [2 x 3] of [membrane]",
                () -> leaky.copyFrom(new Synaptic(0.5f, 0.5f).bind(arena, 3).newState(arena, 2)));
        assertInvalid(
                "state is [2 x 3] of [membrane] with the spikes of the step before, expected [2 x 3] of [membrane]",
                () -> leaky.copyFrom(
                        new RLeaky(Recurrence.oneToOne(1), 0.5f).bind(arena, 3).newState(arena, 2)));
        StateLeaky model = new StateLeaky(0.5f);
        NeuronState four = model.withKernelTruncation(4).bind(arena, 3).newState(arena, 2);
        assertInvalid(
                "state is [2 x 3] of [membrane, sum] with a window of 5 steps, expected [2 x 3] of [membrane, sum] with a"
                        + " window of 4 steps",
                () -> four.copyFrom(model.withKernelTruncation(5).bind(arena, 3).newState(arena, 2)));
    }

    @Test
    void refusesBytesThatDoNotFit() {
        NeuronState state =
                new RLeaky(Recurrence.oneToOne(0.5f), 0.5f).bind(arena, 3).newState(arena, 2);
        state.membrane().fill(7);
        byte[] before = bytes(state);
        assertInvalid("buffer has 33 bytes left, expected at least 34", () -> state.write(ByteBuffer.allocate(33)));
        assertInvalid("buffer has 33 bytes left, expected at least 34", () -> state.read(ByteBuffer.allocate(33)));
        assertInvalid(
                "neurons of word 0 have done -1 steps, expected at least 0",
                () -> state.read(ByteBuffer.allocate(34).putLong(-1).rewind()));
        assertInvalid(
                "spikes of row 0 go on behind the last of 3 neurons, expected zeros there",
                () -> state.read(ByteBuffer.allocate(34).put(32, (byte) 8)));
        assertArrayEquals(before, bytes(state), "nothing was changed");
        assertThrows(
                RuntimeException.class,
                () -> state.write(ByteBuffer.allocate(34).asReadOnlyBuffer()));
    }
}
