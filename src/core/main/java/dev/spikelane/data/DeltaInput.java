package dev.spikelane.data;

import dev.spikelane.encode.Delta;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Signal;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.random.CounterRandom;
import java.util.Objects;

/** Delta modulation, with memory for the last encoded batch. */
final class DeltaInput implements InputEncoding {

    private final Delta delta;
    private final boolean signed;
    private final SlicedInput pieces;
    private FloatMatrix series = FloatMatrix.zeros(1, 1);

    DeltaInput(Delta delta, int steps, boolean signed) {
        this.delta = Objects.requireNonNull(delta, "delta");
        this.signed = signed;
        this.pieces = new SlicedInput(steps);
    }

    @Override
    public int steps() {
        return pieces.steps();
    }

    @Override
    public Signal allocate(int samples, int neurons) {
        Signal values = pieces.allocate(samples, neurons);
        return signed ? values : SpikeMatrix.zeros(values.rows(), values.columns());
    }

    @Override
    public void encode(FloatMatrix values, CounterRandom.Draws draws, Signal into) {
        if (series.rows() != into.rows() || series.columns() != into.columns()) {
            series = FloatMatrix.zeros(into.rows(), into.columns());
        }
        pieces.encode(values, draws, series);
        if (signed) {
            delta.encodeSigned(series, values.rows(), (FloatMatrix) into);
        } else {
            delta.encode(series, values.rows(), (SpikeMatrix) into);
        }
    }

    @Override
    public String toString() {
        return (signed ? "signed " : "") + "delta, " + steps() + " steps";
    }
}
