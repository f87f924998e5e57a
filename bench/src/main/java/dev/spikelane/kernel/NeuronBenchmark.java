package dev.spikelane.kernel;

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

/** Nanoseconds for one update of one neuron, for every model; {@code yardstickLoads} is the roofline of its loads from L1. */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@OperationsPerInvocation(NeuronCase.STEPS * NeuronCase.NEURONS)
@Fork(2)
@Warmup(iterations = 5, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 5, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@State(Scope.Benchmark)
public class NeuronBenchmark {

    @Param
    public NeuronCase.Model model;

    private NeuronCase neurons;

    @Setup
    public void makeAndVerify() {
        neurons = new NeuronCase(model);
        neurons.verify();
    }

    @TearDown
    public void close() {
        neurons.close();
    }

    @Benchmark
    public void chosen() {
        neurons.chosen();
    }

    @Benchmark
    public void scalar() {
        neurons.scalar();
    }

    @Benchmark
    public void yardstickLoads() {
        neurons.loads();
    }
}
