package dev.spikelane.kernel;

import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** Counting of spikes over 200 steps. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(2)
@Warmup(iterations = 5, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 5, time = 500, timeUnit = TimeUnit.MILLISECONDS)
public class SpikeCountBenchmark {

    private static final int STEPS = 200;

    @Param({"10", "1000", "4096"})
    public int neurons;

    @Param({"1", "16"})
    public int batch;

    @Param({"0.02", "0.1", "0.5"})
    public double density;

    private SpikeCountCase counter;

    @Setup
    public void makeAndVerify() {
        counter = new SpikeCountCase(neurons, batch, STEPS, density);
        counter.verify();
    }

    @TearDown
    public void close() {
        counter.close();
    }

    @Benchmark
    public void chosen() {
        counter.chosen();
    }

    @Benchmark
    public void scalar() {
        counter.scalar();
    }
}
