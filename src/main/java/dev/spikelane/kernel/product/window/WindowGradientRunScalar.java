package dev.spikelane.kernel.product.window;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import dev.spikelane.simd.FusedMultiplyAdd;
import dev.spikelane.simd.Lanes;
import java.lang.foreign.MemorySegment;

/** What {@link WindowGradientRunVector} does, in plain loops, where no class can be defined at run time. */
final class WindowGradientRunScalar extends WindowGradientRun {

    private final Kind kind;

    WindowGradientRunScalar(Kind kind) {
        this.kind = kind;
    }

    @Override
    void add(
            WindowGradientLists lists,
            int first,
            int end,
            MemorySegment values,
            long from,
            int step,
            MemorySegment sums,
            long to,
            long[] pieces) {
        for (int list = first; list < end; list++) {
            for (int lane = 0; lane < kind.vectors() * Lanes.BYTES; lane += Float.BYTES) {
                int piece = 4 * Lanes.BYTES;
                long at = to + lists.targets[list] + pieces[lane / piece] + lane % piece;
                float before = sums.get(JAVA_FLOAT, at);
                float sum = kind.weighted() ? 0 : before;
                for (int i = lists.starts[list]; i < lists.ends[list]; i++) {
                    float value = values.get(JAVA_FLOAT, from + lists.places[i] * (long) step + lane);
                    sum = kind.weighted() ? FusedMultiplyAdd.of(lists.factors[i], value, sum) : sum + value;
                }
                sums.set(JAVA_FLOAT, at, kind.weighted() ? before + sum : sum);
            }
        }
    }
}
