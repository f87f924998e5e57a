package dev.spikelane.engine.plastic;

import dev.spikelane.connection.operator.ValueDescription.Role;
import dev.spikelane.connection.operator.Values;
import dev.spikelane.memory.FloatMatrix;
import java.util.Arrays;
import java.util.Map;

/**
 * Values at the start of learning, and the last versions that were kept. They are in constant memory, which is freed
 * when this object becomes unreachable.
 */
public final class SavedWeights {

    private final String[] names;
    private final Values[] values;
    private final FloatMatrix[] first;
    /** Norm of all weights at the start of learning; 1 if they were zero. */
    private final double norm;

    /** The kept versions, in a ring, and one slot for values that are read but not kept yet. */
    private final FloatMatrix[][] versions;

    private final long[] times;
    private int newest;
    private int kept;

    /** Saves the present values as the start of learning, and as the first version. */
    public SavedWeights(Map<String, Values> byName, int most) {
        this.names = byName.keySet().toArray(String[]::new);
        this.values = byName.values().toArray(Values[]::new);
        this.first = zeros();
        this.versions = new FloatMatrix[most + 1][];
        Arrays.setAll(versions, _ -> zeros());
        this.times = new long[versions.length];
        double length = read(versions[newest], 1, first); // starts from zeros
        this.norm = length == 0 ? 1 : length;
        read();
        keep(0);
    }

    private FloatMatrix[] zeros() {
        return Arrays.stream(values)
                .map(each -> FloatMatrix.zeros(each.rows(), each.columns()))
                .toArray(FloatMatrix[]::new);
    }

    /**
     * Reads the present values; {@link #keep} keeps them.
     *
     * @return distance of the weights from the start of learning, relative to their norm then; NaN or infinite if one
     *     of the values is
     */
    public double read() {
        return read(first, norm, versions[(newest + 1) % versions.length]);
    }

    private double read(FloatMatrix[] from, double share, FloatMatrix[] into) {
        double sum = 0;
        for (int i = 0; i < values.length; i++) {
            values[i].read(into[i]);
            boolean isLearned = values[i].description().role() == Role.WEIGHT;
            for (int row = 0; row < into[i].rows(); row++) {
                for (int column = 0; column < into[i].columns(); column++) {
                    double value = into[i].get(row, column);
                    double way = isLearned ? value - from[i].get(row, column) : 0 * value; // NaN if not finite
                    sum += way * way;
                }
            }
        }
        return Math.sqrt(sum) / share;
    }

    /** Keeps the values that were read last; the oldest version is dropped if the ring is full. */
    public void keep(long time) {
        newest = (newest + 1) % versions.length;
        kept = Math.min(kept + 1, versions.length - 1);
        times[newest] = time;
    }

    /** Drops the newest version and returns true, unless it is the only one. */
    public boolean drop() {
        if (kept == 1) {
            return false;
        }
        kept--;
        newest = (newest + versions.length - 1) % versions.length;
        return true;
    }

    /** Returns the time of the newest version. */
    public long time() {
        return times[newest];
    }

    /** Restores the newest version. */
    public void restore() {
        for (int i = 0; i < values.length; i++) {
            values[i].write(versions[newest][i]);
        }
    }

    /** Copies the newest version to values of the same names, if there are any. */
    public void copyTo(Map<String, Values> others) {
        for (int i = 0; i < names.length; i++) {
            Values other = others.get(names[i]);
            if (other != null) {
                other.write(versions[newest][i]);
            }
        }
    }
}
