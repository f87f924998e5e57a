package dev.spikelane.spark;

import dev.spikelane.network.Network;
import java.util.Arrays;
import org.apache.spark.ml.linalg.DenseVector;
import org.apache.spark.ml.linalg.SparseVector;
import org.apache.spark.ml.linalg.Vector;
import org.apache.spark.sql.Row;
import org.jspecify.annotations.Nullable;

/** Reads the values of a sample from a row and checks them. */
final class SampleValues {

    private static final int BYTES = 256;

    private final InferencePlan.Columns columns;
    private final boolean isLatency;
    private final float[] ofBytes = new float[BYTES];

    /** Values of the last sample; unused for spikes. */
    final float[] values;

    /** The last byte of a step may have unused bits. */
    private final int spikeBytes;

    private final int stepBytes;
    private final int pads;

    /**
     * @param values values of a sample; for spikes, inputs of a step
     */
    SampleValues(InferencePlan plan, int values) {
        this.columns = plan.columns();
        this.isLatency = plan.code().equals("latency");
        boolean spikes = columns.kind() == InputKind.SPIKES;
        this.values = new float[spikes ? 0 : values];
        this.stepBytes = Math.ceilDiv(values, Byte.SIZE);
        this.spikeBytes = Math.multiplyExact(plan.steps(), stepBytes);
        this.pads = values % Byte.SIZE == 0 ? 0 : -1 << values % Byte.SIZE;
        for (int i = 0; i < BYTES; i++) {
            ofBytes[i] = i / plan.divisor();
        }
    }

    /** Returns the number of values of a sample; for spikes, of inputs of a step. */
    static int count(InferencePlan plan, Network network) {
        int inputs = network.inputs().getFirst().shape().size();
        return plan.code().equals("pieces") ? Math.multiplyExact(plan.steps(), inputs) : inputs;
    }

    /** Reads a row; returns the reason if it is invalid, otherwise null. */
    @Nullable
    String read(Row row) {
        if (row.isNullAt(columns.input())) {
            return "is null";
        }
        return switch (columns.kind()) {
            case VECTOR -> readVector(row.getAs(columns.input()));
            case ARRAY -> readArray(row.getAs(columns.input()));
            case BYTES -> readBytes(row.getAs(columns.input()));
            case SPIKES -> checkSpikes(row.getAs(columns.input()));
        };
    }

    private @Nullable String readVector(Vector vector) {
        String wrong = wrongLength(vector.size(), values.length, "values");
        if (wrong != null) {
            return wrong;
        }
        if (vector instanceof SparseVector sparse) {
            Arrays.fill(values, 0);
            for (int i = 0; i < sparse.indices().length; i++) {
                values[sparse.indices()[i]] = (float) sparse.values()[i];
            }
        } else {
            double[] dense = ((DenseVector) vector).values();
            for (int i = 0; i < dense.length; i++) {
                values[i] = (float) dense[i];
            }
        }
        return wrongNumber();
    }

    private @Nullable String readArray(scala.collection.Seq<?> array) {
        String wrong = wrongLength(array.length(), values.length, "values");
        if (wrong != null) {
            return wrong;
        }
        scala.collection.Iterator<?> items = array.iterator();
        for (int i = 0; i < values.length; i++) {
            if (!(items.next() instanceof Number number)) {
                return "has null as value " + i + ", expected a number";
            }
            values[i] = number.floatValue();
        }
        return wrongNumber();
    }

    private @Nullable String readBytes(byte[] bytes) {
        String wrong = wrongLength(bytes.length, values.length, "bytes");
        if (wrong == null) {
            for (int i = 0; i < bytes.length; i++) {
                values[i] = ofBytes[Byte.toUnsignedInt(bytes[i])];
            }
        }
        return wrong == null && isLatency ? wrongNumber() : wrong;
    }

    private @Nullable String checkSpikes(byte[] spikes) {
        String wrong = wrongLength(spikes.length, spikeBytes, "bytes");
        for (int last = stepBytes - 1; wrong == null && pads != 0 && last < spikes.length; last += stepBytes) {
            if ((spikes[last] & pads) != 0) {
                wrong = "has spikes behind the last neuron in step " + last / stepBytes + ", expected bits of 0";
            }
        }
        return wrong;
    }

    private static @Nullable String wrongLength(int found, int expected, String what) {
        return found == expected ? null : "has " + found + " " + what + ", expected " + expected;
    }

    private @Nullable String wrongNumber() {
        for (int i = 0; i < values.length; i++) {
            if (!Float.isFinite(values[i])) {
                return "has " + values[i] + " as value " + i + ", expected a finite number";
            }
            if (isLatency && (values[i] < 0 || values[i] > 1)) {
                return "has " + values[i] + " as value " + i + ", expected 0 to 1 for the code latency";
            }
        }
        return null;
    }
}
