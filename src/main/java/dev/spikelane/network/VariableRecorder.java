package dev.spikelane.network;

import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Shape;

/** Keeps a variable of a population at each step since the last reset. */
public final class VariableRecorder {

    private final String variable;
    private final boolean beforeReset;
    private final FloatMatrix values;
    private final int batch;

    VariableRecorder(String variable, boolean beforeReset, int steps, int batch, int neurons) {
        this.variable = variable;
        this.beforeReset = beforeReset;
        this.batch = batch;
        this.values = FloatMatrix.zeros(Recordings.rows(steps, batch), neurons);
    }

    /**
     * Returns the variable's name.
     *
     * @return one of the model's variables
     */
    public String variable() {
        return variable;
    }

    /**
     * Tells which value of a step is kept.
     *
     * @return whether it is the one from before this step's reset, which was compared with the threshold
     */
    public boolean beforeReset() {
        return beforeReset;
    }

    /**
     * Returns the recording.
     *
     * @return {@code [steps * batch x neurons]}, time-major, in torch's order; rows of steps that did not run hold what they held before
     */
    public FloatMatrix values() {
        return values;
    }

    void record(long step, FloatMatrix rows, Shape shape) {
        int row = Recordings.firstRow(values.rows(), batch, step, 1);
        shape.toTorch(rows, 0, values, row, batch);
    }
}
