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

/** Leaky neurons over 200 steps, with each of their options; C has the delayed reset by subtraction. */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(2)
@Warmup(iterations = 5, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 5, time = 500, timeUnit = TimeUnit.MILLISECONDS)
public class LeakyStepBenchmark {

    private static final int STEPS = 200;

    /** Neurons of any mode. */
    @State(Scope.Benchmark)
    public static class AnyMode {

        @Param
        public LeakyStepCase.Mode mode;

        private LeakyStepCase neurons;

        @Setup
        public void makeAndVerify(Sizes sizes) {
            neurons = sizes.make(mode);
        }

        @TearDown
        public void close() {
            neurons.close();
        }
    }

    /** Neurons of the mode that C has. */
    @State(Scope.Benchmark)
    public static class Subtract {

        private LeakyStepCase neurons;

        @Setup
        public void makeAndVerify(Sizes sizes) {
            neurons = sizes.make(LeakyStepCase.Mode.SUBTRACT);
        }

        @TearDown
        public void close() {
            neurons.close();
        }
    }

    /** How many there are. */
    @State(Scope.Benchmark)
    public static class Sizes {

        @Param({"10", "256", "1000", "4096"})
        public int neurons;

        @Param({"1", "16", "128"})
        public int batch;

        private LeakyStepCase make(LeakyStepCase.Mode mode) {
            LeakyStepCase made = new LeakyStepCase(mode, neurons, batch, STEPS);
            made.verify();
            return made;
        }
    }

    @Benchmark
    public void chosen(AnyMode state) {
        state.neurons.chosen();
    }

    @Benchmark
    public void scalar(AnyMode state) {
        state.neurons.scalar();
    }

    @Benchmark
    public void yardstick(Subtract state) {
        state.neurons.yardstick();
    }
}
