package dev.spikelane.engine.signal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.spikelane.kernel.Awkward.UpTo;
import dev.spikelane.kernel.Awkward.ZeroTo;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Shape;
import java.lang.foreign.Arena;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/** Delays read the written rows for any sizes of blocks. */
final class SignalHistoryProperties {

    private static final Shape SHAPE = Shape.of(3);

    private final Arena arena = Arena.ofAuto();

    @Property(tries = 200)
    void delaysSeeWhatWasWritten(
            @ZeroTo(20) int history,
            @UpTo(8) int block,
            @UpTo(2) int batch,
            @ForAll boolean moves,
            @ForAll Random random) {
        SignalHistory.Steps steps =
                moves ? SignalHistory.Steps.moving(history, block) : SignalHistory.Steps.fixed(history, block);
        SignalHistory<FloatMatrix> rows = SignalHistory.ofValues(arena, SHAPE.size(), batch, steps);
        List<Float> written = new ArrayList<>(); // the value of each step
        for (int i = 0; i < 60; i++) {
            switch (random.nextInt(20)) {
                case 0 -> {
                    rows.reset();
                    written.clear();
                }
                case 1 -> {
                    ByteBuffer bytes = ByteBuffer.allocate(Math.toIntExact(rows.bytes()));
                    rows.visit(SHAPE, new StateVisitor().begin(bytes, false));
                    SignalHistory<FloatMatrix> other = SignalHistory.ofValues(arena, SHAPE.size(), batch, steps);
                    other.visit(SHAPE, new StateVisitor().begin(bytes.flip(), true));
                    rows = other;
                }
                case 2 -> {
                    SignalHistory<FloatMatrix> other = SignalHistory.ofValues(arena, SHAPE.size(), batch, steps);
                    other.takeHistory(rows);
                    rows = other;
                }
                case 3 -> rows = rows.grown(arena, rows.blockSteps() + random.nextInt(3));
                default -> rows = afterBlock(rows, 1 + random.nextInt(rows.blockSteps()), history, written, random);
            }
        }
    }

    private static SignalHistory<FloatMatrix> afterBlock(
            SignalHistory<FloatMatrix> rows, int count, int history, List<Float> written, Random random) {
        long version = rows.version();
        for (int step = 0; step < count; step++) {
            float value = 1 + random.nextFloat();
            written.add(value);
            FloatMatrix one = FloatMatrix.zeros(rows.steps(step, 1, 0).rows(), SHAPE.size());
            one.fill(value);
            rows.put(one, step, 1);
        }
        assertTrue(rows.version() > version, "rows that were written have another version");
        int first = written.size() - count;
        for (int delay = 0; delay <= history; delay++) {
            for (int step = 0; step < count; step++) {
                int at = first + step - delay;
                float expected = at < 0 ? 0 : written.get(at);
                assertEquals(expected, rows.from(step, delay).get(0, 0), "step " + step + ", delay " + delay);
                FloatMatrix exact = rows.steps(step, count - step, delay);
                assertEquals(expected, exact.get(0, SHAPE.size() - 1));
            }
        }
        assertEquals(written.get(first), rows.block().get(0, 0));
        rows.advance(count);
        FloatMatrix before = rows.stepBefore();
        assertEquals(history > 0, before != null);
        if (before != null) {
            assertEquals(written.getLast(), before.get(before.rows() - 1, 0));
        }
        return rows;
    }

    /** A history is moved to the front once in as many steps as its length. */
    @Property(tries = 20)
    void aHistoryIsSeldomCopied(@UpTo(50) int history) {
        SignalHistory<FloatMatrix> rows =
                SignalHistory.ofValues(arena, SHAPE.size(), 1, SignalHistory.Steps.moving(history, 1));
        int copies = 0;
        FloatMatrix front = rows.block();
        for (int step = 0; step < 10 * (history + 1); step++) {
            rows.advance(1);
            copies += rows.block().segment().address() == front.segment().address() ? 1 : 0;
        }
        assertEquals(10, copies);
    }
}
