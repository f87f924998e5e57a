package dev.spikelane.kernel;

import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;
import java.lang.foreign.Arena;
import java.util.Arrays;
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

/**
 * Latency and delta coding of a batch over 100 steps, the vector variant beside the scalar one. {@code copy} is the roofline of those that
 * write a float for each step and neuron: it writes as many.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(2)
@Warmup(iterations = 5, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 5, time = 500, timeUnit = TimeUnit.MILLISECONDS)
public class CodingBenchmark {

    private static final int STEPS = 100;
    private static final float THRESHOLD = 0.01f;
    private static final float LOWEST = 0.0100001f;

    @Param({"784"})
    public int neurons;

    @Param({"1", "16"})
    public int batch;

    private final Arena arena = Arena.ofShared();
    private FloatMatrix data;
    private FloatMatrix times;
    private FloatMatrix frames;
    private FloatMatrix targets;
    private SpikeMatrix spikes;

    @Setup
    public void makeAndVerify() {
        data = RandomData.uniform(arena, batch, neurons, 0, 1);
        times = FloatMatrix.zeros(arena, batch, neurons);
        frames = RandomData.uniform(arena, STEPS * batch, neurons, 0, 1);
        targets = FloatMatrix.zeros(arena, STEPS * batch, neurons);
        spikes = SpikeMatrix.zeros(arena, STEPS * batch, neurons);
        verify(this::timesScalar, this::times, times);
        verify(this::rampScalar, this::ramp, targets);
        verify(this::deltaSignedScalar, this::deltaSigned, targets);
        deltaScalar();
        byte[] expected = spikes.toArray();
        delta();
        if (!Arrays.equals(expected, spikes.toArray())) {
            throw new IllegalStateException("delta spikes differ");
        }
    }

    private static void verify(Runnable scalar, Runnable chosen, FloatMatrix output) {
        scalar.run();
        float[] expected = output.toArray();
        chosen.run();
        if (!Arrays.equals(expected, output.toArray())) {
            throw new IllegalStateException("the variants differ");
        }
    }

    @TearDown
    public void close() {
        arena.close();
    }

    @Benchmark
    public void times() {
        LatencyTimes.logarithmic(data, THRESHOLD, LOWEST, 5, 0, times);
    }

    @Benchmark
    public void timesScalar() {
        for (int row = 0; row < batch; row++) {
            LatencyTimes.logarithmicScalar(data, row, THRESHOLD, LOWEST, 5, 0, times);
        }
    }

    @Benchmark
    public void fire() {
        LatencySpikes.fire(times, spikes);
    }

    @Benchmark
    public void ramp() {
        LatencyRamp.interpolate(times, 1, 1, 0, targets);
    }

    @Benchmark
    public void rampScalar() {
        for (int row = 0; row < targets.rows(); row++) {
            LatencyRamp.scalar(times, row % batch, row / batch, STEPS, 1, 1, 0, targets, row);
        }
    }

    @Benchmark
    public void delta() {
        DeltaSpikes.rises(frames, batch, 0.1f, false, spikes);
    }

    @Benchmark
    public void deltaScalar() {
        for (int row = 0; row < frames.rows(); row++) {
            int before = row < batch ? row : row - batch;
            DeltaSpikes.scalar(frames, row, before, row < batch, 1, 0.1f, spikes);
        }
    }

    @Benchmark
    public void deltaSigned() {
        DeltaSpikes.signed(frames, batch, 0.1f, false, targets);
    }

    @Benchmark
    public void deltaSignedScalar() {
        for (int row = 0; row < frames.rows(); row++) {
            int before = row < batch ? row : row - batch;
            DeltaSpikes.signedScalar(frames, row, before, row < batch, 0.1f, targets);
        }
    }

    @Benchmark
    public void copy() {
        targets.copyFrom(frames);
    }
}
