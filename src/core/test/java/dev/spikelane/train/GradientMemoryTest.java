package dev.spikelane.train;

import static dev.spikelane.Failures.assertIllegalState;
import static dev.spikelane.Failures.assertInvalid;
import static dev.spikelane.fixture.Layer.dense;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.management.OperatingSystemMXBean;
import dev.spikelane.Alone;
import dev.spikelane.EveryWidth;
import dev.spikelane.connection.Dense;
import dev.spikelane.engine.thread.WorkerPool;
import dev.spikelane.fixture.Networks;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Shape;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.memory.limit.CountedArenas;
import dev.spikelane.memory.limit.NativeMemory;
import dev.spikelane.memory.limit.Owner;
import dev.spikelane.network.Input;
import dev.spikelane.network.Network;
import dev.spikelane.network.NetworkBuilder;
import dev.spikelane.network.Population;
import dev.spikelane.neuron.Leaky;
import dev.spikelane.neuron.Synaptic;
import dev.spikelane.random.TorchRandom;
import dev.spikelane.simd.SimdWidth;
import dev.spikelane.train.gradient.InputForm;
import java.lang.management.ManagementFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Estimated memory of gradients is the memory that they take. */
@EveryWidth
@Alone
class GradientMemoryTest {

    private static final int STEPS = 12;

    private static GradientsBuilder builder(InputForm form, int batch, int threads, int every) {
        Network network = Networks.of(
                new TorchRandom(3),
                30,
                dense(70, new Leaky(0.9)),
                dense(40, new Synaptic(0.9, 0.8)),
                dense(5, new Leaky(0.9)));
        return Gradients.of(network, STEPS, batch)
                .startAtSpikes(network.populations().getLast().name())
                .inputs(form)
                .threads(threads)
                .recomputeEvery(every);
    }

    @ParameterizedTest
    @CsvSource({
        "SPIKES, 1, 1, 12",
        "SPIKES, 9, 2, 12",
        "VALUES, 9, 1, 5",
        "FRAME, 9, 2, 12",
        "FRAME, 4, 1, 3",
        "SPIKES, 3, 3, 1"
    })
    void foretoldBytesAreTaken(InputForm form, int batch, int threads, int every) {
        CountedArenas.Counted arena = new CountedArenas(Owner.TRAINER).newArena();
        try (Gradients gradients = builder(form, batch, threads, every).build(arena, batch, new WorkerPool(threads))) {
            switch (form) {
                case FRAME -> gradients.forwardConstant(ones(batch));
                case VALUES, ANY -> gradients.forward(ones(STEPS * batch));
                case SPIKES -> gradients.forward(SpikeMatrix.zeros(STEPS * batch, 30));
            }
            gradients.backward();
            assertEquals(builder(form, batch, threads, every).arenaBytes(), arena.bytes());
        }
    }

    /** Nonzero values; the estimate uses zeros, of which kernels make lists. */
    private static FloatMatrix ones(int rows) {
        FloatMatrix values = FloatMatrix.zeros(rows, 30);
        values.fill(1);
        return values;
    }

    @ParameterizedTest
    @CsvSource({"SPIKES", "FRAME"})
    void tooMuchIsRefusedWithTheFigure(InputForm form) {
        long needed = builder(form, 8, 1, STEPS).bytes();
        GradientsBuilder tight = builder(form, 8, 1, STEPS).mostBytes(needed - 1);
        assertIllegalState(
                "gradients of 12 steps of batch 8 need " + needed + " bytes, expected at most " + (needed - 1)
                        + "; fewer samples, or computing more again, need fewer",
                tight::build);
        builder(form, 8, 1, STEPS).mostBytes(needed).build().close();
    }

    /** A program must not wait until a machine has no memory left. */
    @Test
    void moreThanTheMachineHasIsRefused() {
        Network network = leaky(784, 1000, 10);
        int batch = Integer.MAX_VALUE / 2;
        IllegalStateException ofGradients = assertThrows(
                IllegalStateException.class, Gradients.of(network, 2, batch).startAtSpikes("lif2")::build);
        assertTrue(
                ofGradients.getMessage().endsWith(" may be); fewer samples, or computing more again, need fewer"),
                ofGradients.getMessage());
        TrainerBuilder trainer = Trainer.of(network, 2, batch).loss(CrossEntropyLoss.membrane());
        String message =
                assertThrows(IllegalStateException.class, trainer::build).getMessage();
        long spikes = 2L * batch * 1_010 / Byte.SIZE; // a bit each, which is enough
        assertTrue(spikes < trainer.bytes(), spikes + " of " + trainer.bytes());
        String start =
                "training of 2 steps of batch " + batch + " needs at least " + spikes + " bytes, expected at most ";
        String end = " by matrices, networks and direct buffers; at most " + NativeMemory.limit()
                + " may be); fewer samples, more shards or computing more again need fewer";
        assertTrue(message.startsWith(start) && message.endsWith(end), message);
    }

    /** Memory between two operators of a projection may exceed that of its neurons. */
    @Test
    void widePathsAreRefusedToo() {
        NetworkBuilder builder = Network.builder();
        Input x = builder.input("x", Shape.of(10));
        Population out = builder.population("out", Shape.of(10), new Leaky(0.9));
        TorchRandom random = new TorchRandom(1);
        builder.project("path", x, out, Dense.linear(10, 1000, random), Dense.linear(1000, 10, random));
        long machine =
                ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class).getTotalMemorySize();
        int batch = Math.toIntExact(machine / (8_000 * 20)) + 1; // two matrices of 1,000 floats a row
        GradientsBuilder gradients =
                Gradients.of(builder.build(), 20, batch).startAtSpikes("out").spikesOnly();
        assertThrows(IllegalStateException.class, gradients::build);
    }

    @Test
    void limitsAreNotNegative() {
        TrainerBuilder trainer = Trainer.of(leaky(3, 2), 2, 2);
        assertInvalid("bytes is -1, expected at least 0", () -> trainer.mostBytes(-1));
    }

    /** Recomputation saves memory if there is much to save. */
    @ParameterizedTest
    @CsvSource({"SPIKES"})
    void computingAgainNeedsLess(InputForm form) {
        long all = builder(form, 256, 1, STEPS).bytes();
        long some = builder(form, 256, 1, 3).bytes();
        assertTrue(some < 0.8 * all, some + " of " + all);
    }

    /** Inputs of another form than declared are refused. */
    @ParameterizedTest
    @CsvSource({"FRAME"})
    void otherInputsAreRefused(InputForm form) {
        try (Gradients gradients = builder(form, 2, 1, STEPS).build()) {
            SpikeMatrix spikes = SpikeMatrix.zeros(STEPS * 2, 30);
            assertInvalid("input is SPIKES, expected FRAME as was said before", () -> gradients.forward(spikes));
        }
    }

    /**
     * Tutorial 5 of snnTorch: 784-1000-10, 25 steps, batch 128, one frame; a quarter of a megabyte is for lists at
     * their longest.
     */
    @Test
    void tutorial5TakesFourMegabytes() {
        assumeTrue(SimdWidth.VECTOR, "the specification keeps all currents");
        long bytes = Trainer.of(leaky(784, 1000, 10), 25, 128)
                .loss(CrossEntropyLoss.membrane())
                .framesOnly()
                .bytes();
        assertTrue(bytes <= 4_050_000, bytes + " bytes");
    }

    /** The estimate includes sums of gradients over shards: packed weights of 784 x 1000 and 1000 x 10, and biases. */
    @Test
    void shardsNeedTheSumsOfGradients() {
        long needed = Trainer.of(leaky(784, 1000, 10), 25, 128)
                .loss(CrossEntropyLoss.membrane())
                .shards(8)
                .framesOnly()
                .bytes();
        long ofOne = Trainer.of(leaky(784, 1000, 10), 25, 16)
                .loss(CrossEntropyLoss.membrane())
                .framesOnly()
                .bytes();
        assertTrue(needed - ofOne >= 4L * (784 * 1024 + 1000 + 1008 * 64 + 10), needed + " bytes, one part " + ofOne);
    }

    /** Lists on the heap grow with spikes; the estimate is for their longest. */
    @ParameterizedTest
    @CsvSource({"SPIKES, 1", "SPIKES, 2", "FRAME, 1"})
    void listsOnTheHeapAreForetold(InputForm form, int threads) {
        assumeTrue(SimdWidth.VECTOR, "the specification has no lists");
        GradientsBuilder builder = builder(form, 64, threads, STEPS);
        long lists = builder.bytes() - builder.arenaBytes();
        // a bit for each input, step and sample; or half of the inputs of two samples, twice
        long least = form == InputForm.FRAME ? 4L * 2 * 32 * 30 / 2 : 64L * 30 * STEPS / 8;
        assertTrue(lists >= least && lists < 2_000_000, lists + " bytes, expected at least " + least);
    }

    /** A bit and 4 bytes for each neuron, step and sample, lists included; and little else. */
    @Test
    void twoHiddenLayersUnderAFrameTakeOneBitAndFourBytes() {
        assumeTrue(SimdWidth.VECTOR, "the specification keeps all currents");
        double each = 4.125 * 25 * (512 + 512 + 10);
        long whole = twoHiddenLayers(128);
        double bytes = (whole - twoHiddenLayers(64)) / 64.0;
        assertTrue(bytes <= each, bytes + " bytes a sample, expected at most " + each);
        assertTrue(whole <= 1.06 * 128 * each, whole + " bytes, expected at most 6 percent above " + 128 * each);
    }

    private static long twoHiddenLayers(int batch) {
        return Trainer.of(leaky(784, 512, 512, 10), 25, batch)
                .loss(CrossEntropyLoss.membrane())
                .framesOnly()
                .bytes();
    }

    /** With recomputation between checkpoints, each sample adds a third of that. */
    @Test
    void computingAgainTakesAThird() {
        assumeTrue(SimdWidth.VECTOR, "scalar code needs a quarter of a minute");
        double each = 4.125 * 200 * (1024 + 1024 + 10);
        double bytes = (recomputing(64) - recomputing(32)) / 32.0;
        assertTrue(bytes <= each / 3, bytes + " bytes a sample, expected at most " + each / 3);
    }

    private static long recomputing(int batch) {
        return Trainer.of(leaky(784, 1024, 1024, 10), 200, batch)
                .loss(CrossEntropyLoss.membrane())
                .spikesOnly()
                .recomputeEvery(14)
                .bytes();
    }

    private static Network leaky(int inputs, int... sizes) {
        TorchRandom random = new TorchRandom(3);
        NetworkBuilder builder = Network.builder(inputs);
        for (int size : sizes) {
            builder = builder.dense(size, random).neuron(new Leaky(0.95));
        }
        return builder.build();
    }
}
