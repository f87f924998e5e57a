package dev.spikelane.kernel.product.window;

import dev.spikelane.kernel.base.FusedMultiplyAdd;
import dev.spikelane.kernel.base.Lanes;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** What {@link WindowGradientRunVector} does, in plain loops, where no class can be defined at run time. */
final class WindowGradientRunScalar extends WindowGradientRun {

    private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT;

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
                float sum = kind.weighted() ? 0 : sums.get(FLOAT, at);
                for (int i = lists.starts[list]; i < lists.ends[list]; i++) {
                    float value = values.get(FLOAT, from + lists.places[i] * (long) step + lane);
                    sum = kind.weighted() ? FusedMultiplyAdd.of(lists.factors[i], value, sum) : sum + value;
                }
                sums.set(FLOAT, at, sum);
            }
        }
    }
}
