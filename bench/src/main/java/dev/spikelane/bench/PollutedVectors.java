package dev.spikelane.bench;

import dev.spikelane.simd.Tile;
import dev.spikelane.kernel.product.dense.DenseMatmul;
import dev.spikelane.kernel.step.NeuronRun;
import dev.spikelane.kernel.step.leaky.LeakyModel;
import dev.spikelane.kernel.step.leaky.LeakyNeurons;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.concurrent.atomic.AtomicReference;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * Uses vectors as an application might: on segments of all kinds, at all offsets, and in vectors of all sizes one after
 * the other. Arenas are closed, belong to other threads or end. This lasts until the compiler has seen all cases and
 * has recompiled the code that it had compiled for fewer.
 */
final class PollutedVectors {

    private static final int TIMES = 3_000_000;

    /** Accesses that throw are slow. */
    private static final int FAILURES = 30_000;

    /** Enough for C2 to compile the methods of the Vector API separately. */
    private static final int OPERATIONS = 60_000;

    private static final int BYTES = 4096;
    private static final ByteOrder ORDER = ByteOrder.nativeOrder();

    /** Calls of kernels that have thrown. */
    private static int failed;

    private PollutedVectors() {}

    static void run() throws InterruptedException {
        operate();
        fail();
        failKernels();
        access();
        operate();
        fail();
    }

    private static void access() {
        try (Arena confined = Arena.ofConfined();
                Arena shared = Arena.ofShared()) {
            MemorySegment[] segments = {
                MemorySegment.ofArray(new float[BYTES / Float.BYTES]),
                MemorySegment.ofArray(new byte[BYTES]),
                MemorySegment.ofArray(new long[BYTES / Long.BYTES]),
                confined.allocate(BYTES, 64),
                Arena.ofAuto().allocate(BYTES, 64),
                shared.allocate(BYTES, 64)
            };
            float sum = 0;
            for (int i = 0; i < TIMES; i++) {
                MemorySegment some = segments[i % segments.length].asSlice(i & 1023, 1024);
                FloatVector vector = FloatVector.fromMemorySegment(FloatVector.SPECIES_PREFERRED, some, i & 511, ORDER);
                vector.intoMemorySegment(some, i & 511, ORDER);
                sum += vector.lane(1);
            }
            requireZero(sum);
        }
    }

    /** Runs vectors of all sizes. Each size makes C2 discard its code for the sizes before. */
    private static void operate() {
        try (Arena shared = Arena.ofShared()) {
            MemorySegment[] segments = {MemorySegment.ofArray(new float[BYTES / Float.BYTES]), shared.allocate(BYTES)};
            for (MemorySegment segment : segments) {
                operate(FloatVector.SPECIES_64, segment);
                operate(FloatVector.SPECIES_128, segment);
                operate(FloatVector.SPECIES_256, segment);
                operate(FloatVector.SPECIES_512, segment);
                operate(FloatVector.SPECIES_PREFERRED, segment);
            }
        }
    }

    private static void operate(VectorSpecies<Float> species, MemorySegment segment) {
        for (int i = 0; i < OPERATIONS; i++) {
            int at = i & 63;
            FloatVector a = FloatVector.fromMemorySegment(species, segment, at, ORDER);
            FloatVector b = FloatVector.broadcast(species, segment.get(ValueLayout.JAVA_FLOAT_UNALIGNED, at));
            FloatVector sum = a.add(b).sub(a).mul(b).fma(a, b).max(a).abs();
            sum.blend(a, sum.compare(VectorOperators.LT, b)).intoMemorySegment(segment, at, ORDER);
            requireZero(sum.lane(0));
        }
    }

    /** Accesses a closed arena, another thread's arena and memory past the end, among others. */
    private static void fail() throws InterruptedException {
        Arena closed = Arena.ofShared();
        MemorySegment gone = closed.allocate(BYTES);
        closed.close();
        try (Arena confined = Arena.ofConfined();
                Arena shared = Arena.ofShared()) {
            MemorySegment[] segments = {
                gone, confined.allocate(BYTES), shared.allocate(BYTES), MemorySegment.ofArray(new float[8])
            };
            inOtherThread(() -> {
                int failures = 0;
                for (int i = 0; i < FAILURES; i++) {
                    failures += fails(segments[i % segments.length], i % 7 == 0 ? BYTES - 4 : 0) ? 1 : 0;
                }
                if (failures < FAILURES / 2) {
                    throw new AssertionError("half of the segments fail");
                }
            });
        }
    }

    private static boolean fails(MemorySegment segment, long at) {
        try {
            FloatVector vector = FloatVector.fromMemorySegment(FloatVector.SPECIES_PREFERRED, segment, at, ORDER);
            vector.add(segment.get(ValueLayout.JAVA_FLOAT, at)).intoMemorySegment(segment, at, ORDER);
            return false;
        } catch (IllegalStateException | WrongThreadException | IndexOutOfBoundsException e) {
            return true;
        }
    }

    /** Makes kernels fail: with a closed matrix, with another thread's matrix, and with a valid one. */
    private static void failKernels() throws InterruptedException {
        Arena closed = Arena.ofShared();
        FloatMatrix gone = FloatMatrix.zeros(closed, 16, 64);
        closed.close();
        try (Arena confined = Arena.ofConfined();
                Arena shared = Arena.ofShared()) {
            FloatMatrix[] matrices = {gone, FloatMatrix.zeros(confined, 16, 64), FloatMatrix.zeros(shared, 16, 64)};
            inOtherThread(() -> {
                FloatMatrix product = FloatMatrix.zeros(shared, 16, 64);
                FloatMatrix square = FloatMatrix.zeros(shared, 64, 64);
                FloatMatrix workspace = DenseMatmul.workspace(shared);
                LeakyNeurons parameters = new LeakyModel(64).beta(0.9f).build(shared);
                FloatMatrix membrane = FloatMatrix.zeros(shared, 4, 64);
                SpikeMatrix spikes = SpikeMatrix.zeros(shared, 16, 64);
                for (int i = 0; i < FAILURES / 3; i++) {
                    FloatMatrix some = matrices[i % matrices.length];
                    try {
                        DenseMatmul.multiply(some, false, square, false, product, workspace);
                    } catch (IllegalStateException | WrongThreadException e) {
                        failed++;
                    }
                    try {
                        NeuronRun<?> run = new NeuronRun<>(membrane, membrane, spikes, Tile.whole(some));
                        parameters.loops().check(run, 0, some.rows());
                        parameters.loops().run(run, 0, some.rows());
                    } catch (IllegalStateException | WrongThreadException e) {
                        failed++;
                    }
                }
            });
        }
        if (failed == 0) {
            throw new AssertionError("kernels refuse memory that is gone");
        }
    }

    private static void inOtherThread(Runnable task) throws InterruptedException {
        AtomicReference<Throwable> error = new AtomicReference<>();
        Thread thread = new Thread(task);
        thread.setUncaughtExceptionHandler((of, thrown) -> error.set(thrown));
        thread.start();
        thread.join();
        if (error.get() != null) {
            throw new AssertionError(error.get());
        }
    }

    private static void requireZero(float sum) {
        if (sum != 0) {
            throw new AssertionError("zeros add up to zero");
        }
    }
}
