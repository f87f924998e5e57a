package dev.spikelane.train.gradient;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.spikelane.engine.signal.RunSize;
import dev.spikelane.engine.signal.SampleViews;
import dev.spikelane.engine.signal.SourceRun;
import dev.spikelane.engine.signal.StepViews;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Signal;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.network.Projection;
import dev.spikelane.random.CounterRandom;
import dev.spikelane.simd.BernoulliRow;
import dev.spikelane.simd.SpikeExpand;
import dev.spikelane.simd.Tile;
import dev.spikelane.simd.ZeroInputs;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The dropout of a projection's inputs, forward and backward: {@code y = x * (K / (1 - p))}, where K is 0 with
 * probability p and otherwise 1, drawn for each sample, step and element, or channel. A dropped element becomes 0, even
 * if it is NaN or infinite.
 *
 * <p>The masks of a window are drawn once for the steps of arrival and kept as bits, so that a recomputed step drops
 * the same elements.
 */
public final class GradientDropout implements SourceRun {

    private static final ValueLayout.OfLong WORD = ValueLayout.JAVA_LONG;

    private final SourceRun source;
    private final int delay;
    private final RunSize size;
    private final float scale;
    private final BernoulliRow kept;
    private final CounterRandom.Draws draws;
    private final FloatMatrix zeros;
    /** Mask of a sample's channels; null if each element has its own mask. */
    private final @Nullable SpikeMatrix drawn;

    private final SpikeMatrix masks;
    /**
     * Rows of a segment's steps. With a delay, these are all steps, as gradients of a segment's spikes also come from
     * the next segment.
     */
    private final StepViews<FloatMatrix> rows;

    private final int stepsKept;

    private long version;

    GradientDropout(GradientRequest plan, Projection projection, int number, SourceRun source) {
        Dropout declared = Objects.requireNonNull(plan.dropouts().get(projection.name()));
        float probability = (float) declared.probability();
        int columns = projection.source().shape().size();
        int drawnColumns = declared.channels() ? projection.source().shape().channels() : columns;
        this.source = source;
        this.delay = projection.delay();
        this.size = plan.size();
        this.scale = 1 / (1 - probability);
        this.kept = new BernoulliRow(0, 1 - probability);
        this.draws = CounterRandom.Draws.dropout(plan.seed(), number, size.batch());
        this.zeros = FloatMatrix.zeros(plan.arena(), 1, drawnColumns);
        this.masks = SpikeMatrix.zeros(plan.arena(), size.steps() * size.batch(), columns);
        this.drawn = declared.channels() ? SpikeMatrix.zeros(plan.arena(), 1, drawnColumns) : null;
        this.stepsKept = delay == 0 ? size.segment() : size.steps();
        this.rows = new StepViews<>(FloatMatrix.zeros(plan.arena(), stepsKept * size.batch(), columns), size.batch());
    }

    /** Returns false: a mask is applied to all samples of a step. */
    @Override
    public boolean samplesApart() {
        return false;
    }

    public CounterRandom.Draws draws() {
        return draws;
    }

    void draw(int firstStep) {
        for (int step = 0; step < size.steps(); step++) {
            for (int sample = 0; sample < size.batch(); sample++) {
                long key = draws.rowKey(firstStep + step, sample);
                int row = step * size.batch() + sample;
                if (drawn == null) {
                    kept.row(key, zeros, 0, masks, row);
                } else {
                    kept.row(key, zeros, 0, drawn, 0);
                    spread(drawn, row);
                }
            }
        }
    }

    /** Copies the channels' mask to all positions of a row, whose channels are adjacent. */
    private void spread(SpikeMatrix ofChannels, int row) {
        int channel = 0;
        for (int column = 0; column < masks.columns(); column += Long.SIZE) {
            long bits = 0;
            for (int i = 0; i < Math.min(Long.SIZE, masks.columns() - column); i++) {
                long word = ofChannels.segment().get(WORD, (long) channel / Long.SIZE * Long.BYTES);
                bits |= (word >>> channel & 1) << i;
                channel = channel + 1 == ofChannels.columns() ? 0 : channel + 1;
            }
            masks.segment().set(WORD, masks.rowOffset(row) + (long) column / Long.SIZE * Long.BYTES, bits);
        }
    }

    @Override
    public void prepare(int first, int count) {
        version++;
        int batch = size.batch();
        for (int step = first; step < first + count; step++) {
            Signal frame = delay == 0 ? source.frame() : null;
            Signal from = frame == null ? source.steps(step, 1, delay) : frame;
            FloatMatrix into = rows.steps(step % stepsKept, 1);
            if (from instanceof SpikeMatrix spikes) {
                SpikeExpand.expand(spikes, 0, batch, into);
            } else {
                into.copyFrom((FloatMatrix) from);
            }
            for (int sample = 0; sample < batch; sample++) {
                multiply(into.segment(), into.rowOffset(sample), step * batch + sample, 0, into.columns());
            }
        }
    }

    void back(Tile gradients, int first, int count) {
        MemorySegment segment = gradients.matrix().segment();
        for (int row = 0; row < count * size.batch(); row++) {
            long at = gradients.offset(row, gradients.firstBlock());
            int mask = first * size.batch() + row;
            multiply(segment, at, mask, gradients.firstColumn(), gradients.endColumn());
        }
    }

    /** Multiplies columns by a row of masks, from a multiple of 64 on. */
    private void multiply(MemorySegment values, long at, int mask, int first, int end) {
        for (int column = first; column < end; column += Long.SIZE) {
            long bits = masks.segment().get(JAVA_LONG, masks.rowOffset(mask) + column / Long.SIZE * (long) Long.BYTES);
            long block = at + (long) (column - first) * Float.BYTES;
            int columns = Math.min(Long.SIZE, end - column);
            for (int i = 0; i < columns; i++) {
                float noise = (bits >>> i & 1) != 0 ? scale : 0;
                long to = block + (long) i * Float.BYTES;
                values.set(JAVA_FLOAT, to, ZeroInputs.weight(noise, values.get(JAVA_FLOAT, to)) * noise);
            }
        }
    }

    @Override
    public long version() {
        return version;
    }

    @Override
    public Signal from(int step, int ofDelay) {
        return rows.from(step % stepsKept);
    }

    @Override
    public Signal steps(int first, int count, int ofDelay) {
        return rows.steps(first % stepsKept, count);
    }

    @Override
    public Signal samples(int step, int ofDelay, SampleViews of) {
        return of.in(rows.all(), step % stepsKept);
    }
}
