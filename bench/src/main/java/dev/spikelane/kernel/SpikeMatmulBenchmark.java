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

/** Spikes times weights: the public entry, each variant, and C. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(2)
@Warmup(iterations = 5, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 5, time = 500, timeUnit = TimeUnit.MILLISECONDS)
public class SpikeMatmulBenchmark {

    /** Inputs and outputs. */
    @Param({"784x1000", "1000x10", "256x256", "4096x4096"})
    public String layer;

    @Param({"1", "16", "25", "128", "200"})
    public int rows;

    @Param({"0.02", "0.1", "0.25", "0.5", "0.9"})
    public double density;

    private SpikeMatmulCase matmul;

    @Setup
    public void makeAndVerify() {
        String[] sizes = layer.split("x", 2);
        matmul = new SpikeMatmulCase(Integer.parseInt(sizes[0]), Integer.parseInt(sizes[1]), rows, density);
        matmul.verify();
    }

    @TearDown
    public void close() {
        matmul.close();
    }

    @Benchmark
    public void chosen() {
        matmul.chosen();
    }

    @Benchmark
    public void active() {
        matmul.active();
    }

    @Benchmark
    public void tables() {
        matmul.tables();
    }

    @Benchmark
    public void scalar() {
        matmul.scalar();
    }

    @Benchmark
    public void yardstickActive() {
        matmul.yardstickActive();
    }

    @Benchmark
    public void yardstickPanels() {
        matmul.yardstickPanels();
    }

    @Benchmark
    public void yardstickTables() {
        matmul.yardstickTables();
    }
}
