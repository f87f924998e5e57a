package dev.spikelane.data;

import dev.spikelane.kernel.base.Checks;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Shape;
import dev.spikelane.random.CounterRandom;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * A random change of a sample, a function of its random key alone: of the seed, the epoch, the sample's number, and the
 * place of this change among those that a loader makes.
 */
@FunctionalInterface
public interface Augmentation {

    /**
     * Writes a changed sample, without allocation.
     *
     * @param from the sample, {@code [1 x shape.size()]}, in torch's order
     * @param to receives it, {@code [1 x shape.size()]}, other memory; every value is written
     * @param shape the shape of the sample
     * @param key from which {@link CounterRandom#uniform(long, int)} draws, one number for each column
     */
    void apply(FloatMatrix from, FloatMatrix to, Shape shape, long key);

    /**
     * Shifts images by whole pixels, both ways alike likely for each distance from 0 to {@code most}; what comes in is
     * 0.
     *
     * <p>With u0 and u1 the first two numbers: {@code down = floor(u0 * (2 * most + 1)) - most}, and {@code right}
     * likewise from u1.
     *
     * @param most the most pixels in each direction, at least 0
     * @return the change
     * @throws IllegalArgumentException if it is negative
     */
    static Augmentation shift(int most) {
        Checks.atLeast(0, "most", most);
        return (from, to, shape, key) -> {
            int down = (int) (CounterRandom.uniform(key, 0) * (2 * most + 1)) - most;
            int right = (int) (CounterRandom.uniform(key, 1) * (2 * most + 1)) - most;
            to.fill(0);
            int width = Math.max(0, shape.width() - Math.abs(right));
            long bytes = (long) width * Float.BYTES;
            for (int line = 0; line < shape.channels() * shape.height(); line++) {
                int y = line % shape.height() + down;
                if (y >= 0 && y < shape.height()) {
                    long source = (long) line * shape.width() + Math.max(0, -right);
                    long target = ((long) line + down) * shape.width() + Math.max(0, right);
                    MemorySegment.copy(from.segment(), source * Float.BYTES, to.segment(), target * Float.BYTES, bytes);
                }
            }
        };
    }

    /**
     * Flips images from left to right, if the first number is below a probability.
     *
     * @param probability from 0 to 1
     * @return the change
     * @throws IllegalArgumentException if it is outside
     */
    static Augmentation flip(double probability) {
        Checks.share("probability", probability);
        return (from, to, shape, key) -> {
            if (!(CounterRandom.uniform(key, 0) < probability)) {
                to.copyFrom(from);
                return;
            }
            int width = shape.width();
            for (int i = 0; i < shape.size(); i++) {
                int mirrored = i - i % width + width - 1 - i % width;
                float value = from.segment().get(ValueLayout.JAVA_FLOAT, (long) mirrored * Float.BYTES);
                to.segment().set(ValueLayout.JAVA_FLOAT, (long) i * Float.BYTES, value);
            }
        };
    }
}
