package dev.spikelane.kernel.step.leaky;

import static dev.spikelane.simd.Lanes.BYTES;
import static dev.spikelane.simd.Lanes.COUNT;
import static dev.spikelane.simd.Lanes.FLOAT;
import static dev.spikelane.simd.Lanes.ORDER;
import static jdk.incubator.vector.VectorOperators.GE;
import static jdk.incubator.vector.VectorOperators.GT;

import dev.spikelane.kernel.Compare;
import dev.spikelane.kernel.step.StepRun;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.simd.Checks;
import dev.spikelane.simd.SpikeLanesVector;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;

/** The vector variant of {@link DropoutSpikes}. */
final class DropoutSpikesVector {

    private static final FloatVector ZERO = FloatVector.zero(FLOAT);

    private DropoutSpikesVector() {}

    static void row(LeakyNeurons parameters, float scale, StepRun run, int sample, int row) {
        FloatMatrix membrane = run.state;
        SpikeMatrix spikes = run.spikes;
        MemorySegment thresholds = parameters.threshold.segment();
        MemorySegment membranes = membrane.segment();
        MemorySegment out = spikes.segment();
        Checks.isNative(thresholds);
        Checks.isNative(membranes);
        Checks.isNative(out);
        boolean strict = parameters.options.compare() == Compare.STRICT;
        long membraneRow = membrane.rowOffset(sample);
        long outRow = spikes.rowOffset(row);
        int end = run.endWord * (Long.SIZE / COUNT);
        for (int i = run.firstWord * (Long.SIZE / COUNT); i < end; i++) {
            long at = (long) i * BYTES;
            FloatVector output = FloatVector.fromMemorySegment(FLOAT, membranes, membraneRow + at, ORDER)
                    .mul(ZERO.blend(scale, VectorMask.fromLong(FLOAT, SpikeLanesVector.load(out, outRow, i))));
            FloatVector threshold = FloatVector.fromMemorySegment(FLOAT, thresholds, at, ORDER);
            SpikeLanesVector.store(
                    out, outRow, i, output.compare(strict ? GT : GE, threshold).toLong());
        }
    }
}
