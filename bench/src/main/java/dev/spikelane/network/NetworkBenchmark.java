package dev.spikelane.network;

import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** The network of snnTorch's tutorial 3 over 200 steps: a whole run, or step by step. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(2)
@Warmup(iterations = 5, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 5, time = 500, timeUnit = TimeUnit.MILLISECONDS)
public class NetworkBenchmark {

    private static final int STEPS = 200;

    @Param({"1", "16", "128"})
    public int batch;

    @Param({"0.1", "0.5"})
    public double density;

    @Param({"1", "2"})
    public int threads;

    private NetworkCase network;

    @Setup
    public void makeAndVerify() {
        network = new NetworkCase(STEPS, batch, density, threads);
        network.verify();
    }

    @TearDown
    public void close() {
        network.close();
    }

    /** Times are for all steps and samples. */
    @Benchmark
    public void run() {
        network.run();
    }

    /** Times are for one step. */
    @Benchmark
    @OperationsPerInvocation(STEPS)
    public void step() {
        network.step();
    }
}
