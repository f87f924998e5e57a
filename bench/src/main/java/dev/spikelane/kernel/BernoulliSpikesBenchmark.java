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

/** Rate coding of a batch over 200 steps. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(2)
@Warmup(iterations = 5, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 5, time = 500, timeUnit = TimeUnit.MILLISECONDS)
public class BernoulliSpikesBenchmark {

    private static final int STEPS = 200;

    @Param({"784", "4096"})
    public int neurons;

    @Param({"1", "16"})
    public int batch;

    private BernoulliSpikesCase encoder;

    @Setup
    public void makeAndVerify() {
        encoder = new BernoulliSpikesCase(neurons, batch, STEPS);
        encoder.verify();
    }

    @TearDown
    public void close() {
        encoder.close();
    }

    @Benchmark
    public void chosen() {
        encoder.chosen();
    }

    @Benchmark
    public void scalar() {
        encoder.scalar();
    }

    @Benchmark
    public void yardstick() {
        encoder.yardstick();
    }
}
