package dev.spikelane.engine.plastic;

import dev.spikelane.connection.operator.ValueDescription.Role;
import dev.spikelane.connection.operator.Values;
import dev.spikelane.memory.FloatMatrix;
import java.util.Arrays;
import java.util.Map;

/**
 * Values as they were where learning began, and the last of their versions that were kept: constant memory, which is
 * freed when it is forgotten.
 */
public final class SavedWeights {

    private final String[] names;
    private final Values[] values;
    private final FloatMatrix[] first;
    /** The length of all weights where learning began; 1 if they were zero. */
    private final double norm;

    /** Those that are kept, in a ring, and one into which values are read before somebody judges them. */
    private final FloatMatrix[][] versions;

    private final long[] times;
    private int newest;
    private int kept;

    /** Takes the present values as those where learning began, and keeps them. */
    public SavedWeights(Map<String, Values> byName, int most) {
        this.names = byName.keySet().toArray(String[]::new);
        this.values = byName.values().toArray(Values[]::new);
        this.first = zeros();
        this.versions = new FloatMatrix[most + 1][];
        Arrays.setAll(versions, _ -> zeros());
        this.times = new long[versions.length];
        double length = read(versions[newest], 1, first); // from zeros
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
     * Reads the present values, which {@link #keep} keeps.
     *
     * @return how far weights are from where learning began, as a share of what they were; NaN or infinite if one of
     *     the values is
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
                    double way = isLearned ? value - from[i].get(row, column) : 0 * value; // NaN if it is not finite
                    sum += way * way;
                }
            }
        }
        return Math.sqrt(sum) / share;
    }

    /** Keeps what was read last; the oldest version goes where there is no room. */
    public void keep(long time) {
        newest = (newest + 1) % versions.length;
        kept = Math.min(kept + 1, versions.length - 1);
        times[newest] = time;
    }

    /** Forgets the newest version and returns true, unless there is no other one. */
    public boolean drop() {
        if (kept == 1) {
            return false;
        }
        kept--;
        newest = (newest + versions.length - 1) % versions.length;
        return true;
    }

    /** Returns when the newest version was kept. */
    public long time() {
        return times[newest];
    }

    /** Puts the newest version back. */
    public void restore() {
        for (int i = 0; i < values.length; i++) {
            values[i].write(versions[newest][i]);
        }
    }

    /** Copies the newest version to values of the same names, as far as there are any. */
    public void copyTo(Map<String, Values> others) {
        for (int i = 0; i < names.length; i++) {
            Values other = others.get(names[i]);
            if (other != null) {
                other.write(versions[newest][i]);
            }
        }
    }
}
