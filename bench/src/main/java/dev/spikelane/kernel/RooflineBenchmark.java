package dev.spikelane.kernel;

import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.random.CounterRandom;
import java.lang.foreign.Arena;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** The machine's limits; times are for 16 floats. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(2)
@Warmup(iterations = 5, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 5, time = 500, timeUnit = TimeUnit.MILLISECONDS)
public class RooflineBenchmark {

    private static final int BUFFERS = 64;
    private static final int VECTORS = BUFFERS * Roofline.BUFFER / Roofline.FLOATS;
    private static final int COPIED = 1 << 24;

    private Arena arena;
    private FloatMatrix buffer;
    private FloatMatrix from;
    private FloatMatrix to;

    @Setup
    public void allocate() {
        arena = Arena.ofShared();
        buffer = FloatMatrix.zeros(arena, 1, Roofline.BUFFER);
        from = FloatMatrix.zeros(arena, 1, COPIED);
        to = FloatMatrix.zeros(arena, 1, COPIED);
    }

    @TearDown
    public void close() {
        arena.close();
    }

    /** Measures a load from L1 and an addition in C. */
    @Benchmark
    @OperationsPerInvocation(VECTORS)
    public float yardstickLoadAdd() {
        return Yardstick.loadAdd(buffer.segment(), Roofline.BUFFER, BUFFERS);
    }

    /** Measures a load from L1 and an addition in Java. */
    @Benchmark
    @OperationsPerInvocation(VECTORS)
    public float vector() {
        return RooflineVector.loadAdd(buffer.segment(), Roofline.BUFFER, BUFFERS);
    }

    /** Measures a cycle of the clock. */
    @Benchmark
    @OperationsPerInvocation(VECTORS)
    public long yardstickCycle() {
        return Yardstick.cycles(VECTORS);
    }

    /** Measures the rounds of 16 blocks of Threefry in registers. */
    @Benchmark
    @OperationsPerInvocation(VECTORS)
    public int yardstickThreefry() {
        return Yardstick.threefry(CounterRandom.ROUNDS, Roofline.threefryPasses((long) VECTORS * Roofline.FLOATS));
    }

    /** Measures a copy of 64 MB. */
    @Benchmark
    @OperationsPerInvocation(COPIED / Roofline.FLOATS)
    public void yardstickCopy() {
        Yardstick.copy(from.segment(), to.segment(), COPIED);
    }
}
