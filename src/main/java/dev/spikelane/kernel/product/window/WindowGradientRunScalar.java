package dev.spikelane.kernel.product.window;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import dev.spikelane.kernel.base.FusedMultiplyAdd;
import dev.spikelane.kernel.base.Lanes;
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
            long toNext) {
        for (int list = first; list < end; list++) {
            for (long lane = 0; lane < kind.vectors() * (long) Lanes.BYTES; lane += Float.BYTES) {
                long at = to + (list - first) * toNext + lane;
                float sum = kind.weighted() ? 0 : sums.get(JAVA_FLOAT, at);
                for (int i = lists.starts[list]; i < lists.ends[list]; i++) {
                    float value = values.get(JAVA_FLOAT, from + lists.places[i] * (long) step + lane);
                    sum = kind.weighted() ? FusedMultiplyAdd.of(lists.factors[i], value, sum) : sum + value;
                }
                sums.set(JAVA_FLOAT, at, sum);
            }
        }
    }
}
